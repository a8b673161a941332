"""The rules that the benchmarks decide: nine facts a resident, care class, tier, price form and price of a service.

Nothing is measured here.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.rules import (
    BOOL,
    INT,
    MONEY,
    SHARE,
    DatedValue,
    DecisionTable,
    Engine,
    Expression,
    Fact,
    Output,
    Parameter,
    Row,
    enum_of,
)

ON = dt.date(2006, 5, 1)
PRICES = {
    "meal": 1050,
    "visit": 2000,
    "bath": 3500,
    "laundry": 800,
    "repair": 4999,
    "haircut": 1500,
    "escort": 6000,
    "call": 300,
}
MEANS = ("three_withouts", "dibao", "low", "own_means", "other")
FORMS = ("free", "low_cost", "paid")
PAYERS = ("government", "shared", "recipient")
CARE = ("carer", "phone_round", "none")
SERVICES = tuple(PRICES)
SHARE_PAID = Fraction(3, 10)


def row(when: str, **then: str) -> Row:
    """One row of a table; a single output is called ``then``."""
    outcome = tuple(("" if name == "then" else name, Expression(text)) for name, text in then.items())
    return Row(Expression(when), outcome, Label("理由"))


def rules(elder_age: int = 60) -> Engine:
    """The rules of the benchmark."""
    facts = (
        Fact("age", INT),
        Fact("lives_alone", BOOL),
        Fact("means", enum_of(*MEANS)),
        Fact("disabled", BOOL),
        Fact("preferential", BOOL),
        Fact("laid_off", BOOL),
        Fact("local", BOOL),
        Fact("household_size", INT),
        Fact("income", MONEY),
        Fact("service", enum_of(*SERVICES)),
    )
    prices = tuple((name, Money(fen)) for name, fen in PRICES.items())
    parameters = {
        "b.elder_age": Parameter("elder_age", INT, history=(DatedValue(elder_age),)),
        "b.poverty_line": Parameter("poverty_line", MONEY, history=(DatedValue(Money(26_000)),)),
        "b.low_cost_share": Parameter("low_cost_share", SHARE, history=(DatedValue(SHARE_PAID),)),
        "b.list_price": Parameter("list_price", MONEY, per="service", history=(DatedValue(prices),)),
    }
    part = "rounded(list_price[service] * low_cost_share, half_up, fen)"
    free = {"form": "free", "price": "yuan('0')", "payer": "government", "subsidy": "list_price[service]"}
    low = {"form": "low_cost", "price": part, "payer": "shared", "subsidy": f"list_price[service] - {part}"}
    paid = {"form": "paid", "price": "list_price[service]", "payer": "recipient", "subsidy": "yuan('0')"}
    decisions = {
        "b.vulnerable": DecisionTable(
            "vulnerable",
            (Output("", BOOL),),
            (
                row("disabled or preferential", then="true"),
                row("age >= elder_age and means in (three_withouts, dibao, low)", then="true"),
                row("income < poverty_line * household_size", then="true"),
            ),
            otherwise=row("true", then="false"),
        ),
        "b.care_class": DecisionTable(
            "care_class",
            (Output("", enum_of(*CARE)),),
            (
                row("age < elder_age or not lives_alone", then="none"),
                row("means in (three_withouts, dibao, low)", then="carer"),
                row("means == own_means", then="phone_round"),
                Row(Expression("true"), (), Label("理由"), Label("材料未写")),
            ),
        ),
        "b.tier": DecisionTable(
            "tier",
            (Output("", enum_of("welfare", "convenience", "socialised")),),
            (
                row("vulnerable and local and service in (meal, visit, bath, call)", then="welfare"),
                row("local or laid_off", then="convenience"),
            ),
            otherwise=row("true", then="socialised"),
        ),
        "b.service_price": DecisionTable(
            "service_price",
            (
                Output("form", enum_of(*FORMS)),
                Output("price", MONEY),
                Output("payer", enum_of(*PAYERS)),
                Output("subsidy", MONEY),
            ),
            (row("tier == welfare", **free), row("tier == convenience", **low), row("tier == socialised", **paid)),
        ),
    }
    engine = Engine(facts=facts, parameters=parameters, decisions=decisions)
    if engine.findings:
        raise SystemExit("\n".join(map(str, engine.findings)))
    return engine
