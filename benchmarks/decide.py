"""What a decision costs beside hand-written Python, in the same run: ``python benchmarks/decide.py [residents]``.

One table (care class) and three that rest on one another (price of a service). The hand-written functions return an
attrs object with outcome, row and reasons; they take every fact as known and right. The careful one keeps unknown facts
unknown and refuses values of a wrong type, as the library does. The library's answers give conditions, values and
sources on demand besides. The outcomes and rows of all are checked to be equal.
"""

from __future__ import annotations

import inspect
import random
import statistics
import sys
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from ruleset import MEANS, ON, PRICES, SERVICES, rules
from turns import in_turn, ratio

from community_core.base.money import Money

TURNS = 31
KNOWN_MEANS = frozenset(MEANS)
POOR = frozenset({"three_withouts", "dibao", "low"})
NEEDED = ("age", "lives_alone", "means")
MEALS = frozenset({"meal", "visit", "bath", "call"})


@attrs.define
class Decided:
    """What the hand-written functions return: an outcome, the row that gave it, and the reasons by code."""

    outcome: Any
    row: int
    reasons: tuple[str, ...]


def care_class(resident: Mapping[str, Any]) -> Decided:
    """The care class, as one writes it by hand."""
    if resident["age"] < 60 or not resident["lives_alone"]:
        return Decided("none", 1, ("care_class.1",))
    means = resident["means"]
    if means in POOR:
        return Decided("carer", 2, ("care_class.2",))
    if means == "own_means":
        return Decided("phone_round", 3, ("care_class.3",))
    return Decided(None, 4, ("care_class.4",))


def careful_care_class(resident: Mapping[str, Any]) -> Decided:
    """The care class by hand, with unknown facts kept unknown and types looked at."""
    get = resident.get
    age, alone, means = get("age"), get("lives_alone"), get("means")
    if age.__class__ is not int and age is not None:
        raise TypeError("age")
    if alone is not True and alone is not False and alone is not None:
        raise TypeError("lives_alone")
    if means not in KNOWN_MEANS and means is not None:
        raise ValueError("means")
    if alone is False or (age is not None and age < 60):
        return Decided("none", 1, ("care_class.1",))
    if age is None or alone is None:
        return Decided(None, 1, ("care_class.1", "age or lives_alone unknown"))
    if means is None:
        return Decided(None, 2, ("care_class.2", "means unknown"))
    if means in POOR:
        return Decided("carer", 2, ("care_class.2",))
    if means == "own_means":
        return Decided("phone_round", 3, ("care_class.3",))
    return Decided(None, 4, ("care_class.4",))


def vulnerable(resident: Mapping[str, Any]) -> Decided:
    """Whether a resident is vulnerable."""
    if resident["disabled"] or resident["preferential"]:
        return Decided(True, 1, ("vulnerable.1",))
    if resident["age"] >= 60 and resident["means"] in POOR:
        return Decided(True, 2, ("vulnerable.2",))
    if resident["income"].fen < 26_000 * resident["household_size"]:
        return Decided(True, 3, ("vulnerable.3",))
    return Decided(False, 0, ("vulnerable.0",))


def tier(resident: Mapping[str, Any]) -> Decided:
    """The tier of a service for a resident."""
    weak = vulnerable(resident)
    if weak.outcome and resident["local"] and resident["service"] in MEALS:
        return Decided("welfare", 1, ("tier.1", *weak.reasons))
    if resident["local"] or resident["laid_off"]:
        return Decided("convenience", 2, ("tier.2", *weak.reasons))
    return Decided("socialised", 0, ("tier.0", *weak.reasons))


def service_price(resident: Mapping[str, Any]) -> Decided:
    """Form, price, payer and subsidy of a service for a resident, in fen."""
    level = tier(resident)
    listed = PRICES[resident["service"]]
    if level.outcome == "welfare":
        return Decided(("free", 0, "government", listed), 1, ("service_price.1", *level.reasons))
    if level.outcome == "convenience":
        part = (listed * 30 + 50) // 100
        return Decided(("low_cost", part, "shared", listed - part), 2, ("service_price.2", *level.reasons))
    return Decided(("paid", listed, "recipient", 0), 3, ("service_price.3", *level.reasons))


def residents(count: int) -> list[dict[str, Any]]:
    """Made-up residents, each with a service asked for, every fact known."""
    chance = random.Random(20060501)  # noqa: S311 - made-up people, the same in every run
    return [
        {
            "age": chance.randrange(100),
            "lives_alone": chance.random() < 0.5,
            "means": chance.choice(MEANS),
            "disabled": chance.random() < 0.05,
            "preferential": chance.random() < 0.02,
            "laid_off": chance.random() < 0.08,
            "local": chance.random() < 0.85,
            "household_size": chance.randrange(1, 6),
            "income": Money(chance.randrange(900_000)),
            "service": chance.choice(SERVICES),
        }
        for _ in range(count)
    ]


def plain(outcome: Any) -> Any:
    """An outcome of the library as the hand-written functions give it."""
    if isinstance(outcome, Mapping):
        return tuple(value.fen if isinstance(value, Money) else value for value in outcome.values())
    return outcome


def check(people: list[dict[str, Any]], decide: Callable[..., Any]) -> None:
    """Make sure that both say the same of everybody, and rest it on the same row."""
    lost = [{name: value for name, value in person.items() if name != gone} for person in people for gone in NEEDED]
    for by_hand, term, those in (
        (care_class, "care_class", people),
        (careful_care_class, "care_class", [*people, *lost]),
        (service_price, "service_price", people),
    ):
        for person in those:
            one, other = by_hand(person), decide(term, person, on=ON)
            if (one.outcome, one.row) != (plain(other.outcome), other.row):
                raise SystemExit(f"{term} differs for {person}: {one}, {other}")


def main() -> None:
    """Measure in turns and print medians and ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    engine, people = rules(), residents(count)
    decide = engine.decide
    check(people, decide)
    few = people[:50]
    # Every second person lacks one of the facts that the table needs.
    unsure = [
        {name: value for name, value in person.items() if number % 2 or name != NEEDED[number // 2 % len(NEEDED)]}
        for number, person in enumerate(people)
    ]
    source = "import attrs\nfrom typing import Any\nfrom collections.abc import Mapping\n" + "".join(
        map(inspect.getsource, (vulnerable, tier, service_price))
    )

    def compiled() -> None:
        exec(compile(source, "<by hand>", "exec"), {"Decided": Decided})  # noqa: S102 - this file's own text

    def planned() -> None:
        # A fact that no table reads makes a plan of its own each time; it makes the three plans and their function.
        engine.plan("service_price", ON, given={"lives_alone": True}).ready  # noqa: B018 - written when first asked for

    calls: dict[str, tuple[int, Callable[[], object]]] = {
        "care_class by hand": (count, lambda: [care_class(person) for person in people]),
        "care_class by hand, careful": (count, lambda: [careful_care_class(person) for person in people]),
        "care_class": (count, lambda: [decide("care_class", person, on=ON) for person in people]),
        "half known by hand, careful": (count, lambda: [careful_care_class(person) for person in unsure]),
        "half known": (count, lambda: [decide("care_class", person, on=ON) for person in unsure]),
        "service_price by hand": (count, lambda: [service_price(person) for person in people]),
        "service_price": (count, lambda: [decide("service_price", person, on=ON) for person in people]),
        "care_class explained": (
            len(few),
            lambda: [decide("care_class", person, on=ON).explain("zh") for person in few],
        ),
        "service_price explained": (
            len(few),
            lambda: [decide("service_price", person, on=ON).explain("zh") for person in few],
        ),
        "compiling the three by hand": (1, compiled),
        "planning the three for a day": (1, planned),
    }
    raw = in_turn({name: call for name, (_, call) in calls.items()}, TURNS)
    times = {name: [each / calls[name][0] for each in found] for name, found in raw.items()}
    print(f"{count} residents, answers equal, medians of {TURNS} turns, collector off")
    for name, found in times.items():
        print(f"  {name:30}{statistics.median(found) * 1e6:10.2f} us   slowest {max(found) * 1e6:10.2f} us")
    for what, beside, goal in (
        ("care_class", "care_class by hand", "at most 3"),
        ("care_class", "care_class by hand, careful", "at most 3"),
        ("half known", "half known by hand, careful", "at most 3"),
        ("service_price", "service_price by hand", "at most 3"),
        ("care_class explained", "care_class by hand", "1 ms"),
        ("service_price explained", "service_price by hand", "1 ms"),
        ("planning the three for a day", "compiling the three by hand", "none set"),
    ):
        print(f"  ratio {what} / {beside}: {ratio(times, what, beside):.2f} (goal: {goal})")


if __name__ == "__main__":
    main()
