"""A decided roll: columns, totals, patterns, explanations, and refusals of what does not fit."""

import datetime as dt
import subprocess
import sys

import polars as pl
import pytest

from community_core.base.errors import FactError, UnknownTerm
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.roll import ROW_NUMBER, decide_file, decide_roll, read_table, ready, write_table
from community_core.rules.engine import Engine
from community_core.rules.pattern import Status
from community_core.rules.terms import DatedValue, DecisionTable, Expression, Fact, Function, Output, Parameter, Row
from community_core.rules.types import BOOL, DATE, INT, MONEY, SHARE, TEXT, enum_of, list_of

ON = dt.date(2006, 5, 1)
MEANS = enum_of("dibao", "own", "other")
FACTS = (
    Fact("age", INT, label=Label("年龄")),
    Fact("lives_alone", BOOL, label=Label("独居")),
    Fact("means", MEANS, label=Label("经济状况"), labels=(("dibao", Label("低保")),)),
    Fact("income", MONEY, label=Label("月收入")),
    Fact("service", TEXT),
    Fact("part", SHARE),
    Fact("born", DATE),
    Fact("needs", list_of(TEXT, at_least=1)),
)


def row(when, gap=None, **then):
    outcome = tuple(("" if name == "then" else name, Expression(text)) for name, text in then.items())
    return Row(Expression(when), outcome, Label("理由"), Label(gap) if gap else None)


def engine(elder_age=60):
    care = DecisionTable(
        "care_class",
        (Output("", enum_of("carer", "phone_round", "none"), labels=(("carer", Label("上门照料")),)),),
        (
            row("age < elder_age or not lives_alone", then="none"),
            row("means == dibao", then="carer"),
            row("means == own", then="phone_round"),
            row("true", gap="材料未写其余"),
        ),
        title=Label("关爱方式", "care class"),
    )
    price = DecisionTable(
        "price",
        (Output("form", enum_of("free", "paid")), Output("price", MONEY, Label("价格", "price"))),
        (
            row("care_class == carer", form="free", price="yuan('0')"),
            row("care_class == none", form="paid", price="list_price[service]"),
            row("care_class == phone_round", form="paid", price="rounded(income * pct(10), half_up, fen)"),
        ),
        title=Label("收费", "fee"),
    )
    parameters = {
        "p.elder_age": Parameter("elder_age", INT, history=(DatedValue(elder_age),)),
        "p.list_price": Parameter("list_price", MONEY, per="service", history=(DatedValue((("meal", Money(1050)),)),)),
    }
    return Engine(facts=FACTS, parameters=parameters, decisions={"p.care_class": care, "p.price": price})


def frame():
    return pl.DataFrame(
        {
            "age": [72, 81, 45, 76, 68, 90],
            "lives_alone": [True, True, True, True, True, None],
            "means": ["dibao", "own", None, None, "other", "own"],
            "income": [0, 125_55, None, None, 0, None],
        }
    )


def test_columns_stand_in_the_order_of_the_roll():
    """Outcome, status, row and code stand beside the row number; an outcome is null unless determined."""
    found = decide_roll(engine(), ["care_class"], frame(), on=ON).frame
    assert found.columns == [ROW_NUMBER, "care_class", "care_class.status", "care_class.row", "care_class.code"]
    assert found[ROW_NUMBER].to_list() == [1, 2, 3, 4, 5, 6]
    assert found["care_class"].to_list() == ["carer", "phone_round", "none", None, None, None]
    assert found["care_class.status"].to_list() == [
        "determined", "determined", "determined", "undetermined", "gap", "undetermined",
    ]  # fmt: skip
    assert found["care_class.row"].to_list() == [2, 3, 1, 2, 4, 1]


def test_several_outputs_and_outcomes_from_a_subjects_own_facts():
    """Each output has its column; money computed from a subject's own facts is exact, and unknown where they are."""
    found = decide_roll(engine(), ["price"], frame(), on=ON, given={"service": "meal"}).frame
    assert found["price.form"].to_list() == ["free", "paid", "paid", None, None, None]
    assert found["price.price"].to_list() == [0, 1256, 1050, None, None, None]
    assert found["price.status"].to_list()[3:] == ["undetermined", "gap", "undetermined"]


def test_facts_given_for_all_go_before_columns_and_unknown_ones_too():
    """A given fact replaces its column, and one given as unknown hides it."""
    rules = engine()
    table = frame().with_columns(service=pl.lit("bath"))
    prices = [
        decide_roll(rules, ["price"], table, on=ON, given=given).frame["price.price"][2]
        for given in ({}, {"service": "meal"}, {"service": None})
    ]
    assert prices == [None, 1050, None]
    old = decide_roll(rules, ["care_class"], frame(), on=ON, given={"lives_alone": False}).frame
    assert set(old["care_class"]) == {"none"}


def test_trying_one_change_after_the_other_on_a_loaded_roll_takes_no_more_memory():
    """Each change of the rules has its own answers, and of many tried the last few are remembered."""
    roll = ready(engine(), frame())
    answers = []
    for age in (60, 75, 60, 85, 75, 95, 65, 70, 60):
        found = decide_roll(engine(age), ["care_class"], roll, on=ON).frame["care_class"]
        answers.append((age, (found == "none").sum()))
        assert found.equals(decide_roll(engine(age), ["care_class"], frame(), on=ON).frame["care_class"])
    assert len(set(answers)) > 3
    assert len(roll._memos) == 4


def test_a_roll_made_ready_is_decided_many_times():
    """Ready subjects give the same answers for each service as a new frame does."""
    rules = engine()
    roll = ready(rules, frame())
    for service in ("meal", "bath", "meal"):
        again = decide_roll(rules, ["care_class", "price"], roll, on=ON, given={"service": service})
        fresh = decide_roll(rules, ["care_class", "price"], frame(), on=ON, given={"service": service})
        assert again.frame.equals(fresh.frame)
        assert again.patterns("price") == fresh.patterns("price")


def test_totals_count_statuses_and_outcomes():
    """Totals say how many have each outcome, and how many have none and why."""
    result = decide_roll(engine(), ["care_class", "price"], frame(), on=ON, given={"service": "meal"})
    counted = {(total.status, total.outcome): total.count for total in result.totals("care_class")}
    assert counted == {
        (Status.DETERMINED, "carer"): 1,
        (Status.DETERMINED, "phone_round"): 1,
        (Status.DETERMINED, "none"): 1,
        (Status.UNDETERMINED, None): 2,
        (Status.GAP, None): 1,
    }
    forms = {total.outcome: total.count for total in result.totals("price", "form") if total.outcome}
    assert forms == {"paid": 2, "free": 1}
    whole = [total.outcome for total in result.totals("price") if total.status is Status.DETERMINED]
    assert {"form": "paid", "price": Money(1256)} in whole


def test_patterns_name_their_number_and_a_row_to_look_at():
    """Each pattern of conditions says how often it occurs, what it gives, and one row that has it."""
    table = pl.concat([frame(), frame()]).with_columns(pl.Series(ROW_NUMBER, range(2, 14), dtype=pl.Int64))
    result = decide_roll(engine(), ["care_class", "price"], table, on=ON, given={"service": "meal"})
    for term in ("care_class", "price"):
        patterns = result.patterns(term)
        assert sum(pattern.count for pattern in patterns) == 12
        assert all(pattern.count % 2 == 0 for pattern in patterns)
        for pattern in patterns:
            assert 2 <= pattern.example <= 7
            answer = result.explain(pattern.example, term)
            assert (answer.status, answer.row) == (pattern.status, pattern.row)
            assert (dict(answer.outcome) if term == "price" and answer.outcome else answer.outcome) == pattern.outcome


def test_one_row_is_explained_as_at_the_counter():
    """The answer for a row is the counter's, with its reasons and what to ask."""
    rules = engine()
    result = decide_roll(rules, ["care_class"], frame(), on=ON)
    answer = result.explain(4, "care_class")
    assert (answer.status, answer.ask) == (Status.UNDETERMINED, ("means",))
    assert result.subject(4) == {"age": 76, "lives_alone": True, "means": None, "income": None}
    with pytest.raises(FactError):
        result.explain(7, "care_class")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("means", ["dibao", "富裕"]),
        ("means", [1, 2]),
        ("age", ["72", "53"]),
        ("age", [72.0, 53.0]),
        ("lives_alone", [1, 0]),
        ("lives_alone", ["是", "否"]),
        ("income", [12.5, 1.0]),
        ("part", ["60%", "much"]),
        ("part", [0.6, 0.7]),
        ("born", ["1953-02-08", None]),
        ("needs", [["助餐"], []]),
        ("service", [1, 2]),
    ],
)
def test_what_does_not_fit_its_fact_is_refused_and_never_false(name, values):
    """A column of the wrong type, or with a value that its fact lacks, raises an error that names it."""
    condition = {
        "means": "means == dibao", "age": "age > 1", "lives_alone": "lives_alone", "income": "income > yuan('1')",
        "part": "part > pct(1)", "born": "born < day", "needs": "'助餐' in needs", "service": "service == 'meal'",
    }[name]  # fmt: skip
    table = DecisionTable(
        "one", (Output("", BOOL),), (row(condition, then="true"),), otherwise=row("true", then="false")
    )
    rules = Engine(facts=FACTS, decisions={"p.one": table})
    with pytest.raises(FactError, match=name):
        decide_roll(rules, ["one"], pl.DataFrame({name: values}), on=ON)
    given = values[1]
    if given is not None and name not in ("part", "needs"):
        with pytest.raises(FactError, match=name):
            decide_roll(rules, ["one"], pl.DataFrame({"x": [1]}), on=ON, given={name: [given]})


def test_an_unknown_term_is_refused():
    """A decision that does not exist is named, with those that do."""
    with pytest.raises(UnknownTerm):
        decide_roll(engine(), ["care"], frame(), on=ON)


def test_a_fact_without_a_column_is_unknown_to_all():
    """A roll without the means asks for them; one without any fact at all still has its rows."""
    result = decide_roll(engine(), ["care_class"], frame().drop("means"), on=ON)
    assert result.frame["care_class"].to_list() == [None, None, "none", None, None, None]
    bare = decide_roll(engine(), ["care_class"], pl.DataFrame({"name": ["甲", "乙"]}), on=ON)
    assert bare.frame["care_class.status"].to_list() == ["undetermined"] * 2


def test_an_empty_roll_has_no_rows_and_no_totals():
    """Nobody to decide gives columns without rows."""
    result = decide_roll(engine(), ["care_class", "price"], frame().clear(), on=ON, given={"service": "meal"})
    assert result.frame.height == 0
    assert result.totals("price") == result.patterns("care_class") == ()


def test_more_conditions_than_a_number_holds():
    """A table of forty and more conditions is decided the same, and its codes stand as text."""
    facts = [Fact(f"f{at}", BOOL) for at in range(45)]
    rows = tuple(row(f"f{at}", then=str(at)) for at in range(45))
    rules = Engine(facts=facts, decisions={"p.long": DecisionTable("long", (Output("", INT),), rows)})
    subjects = [{f"f{at}": at == number for at in range(45)} for number in (0, 9, 10, 39, 40, 44)] + [{}]
    table = pl.DataFrame(subjects, schema={f"f{at}": pl.Boolean for at in range(45)})
    found = decide_roll(rules, ["long"], table, on=ON).frame
    assert found["long"].to_list() == [0, 9, 10, 39, 40, 44, None]
    assert found["long.code"].to_list() == [str(rules.plan("long", ON).code(subject, ON)) for subject in subjects]


def test_codes_are_those_of_the_counter():
    """A row's code is the one that the counter's plan gives for its facts."""
    rules = engine()
    result = decide_roll(rules, ["care_class", "price"], frame(), on=ON, given={"service": "meal"})
    for term in ("care_class", "price"):
        plan = rules.plan(term, ON, {"service": "meal"})
        expected = [plan.code(result.subject(number), ON) for number in range(1, 7)]
        assert result.frame[f"{term}.code"].to_list() == expected


def test_progress_is_told_term_by_term():
    """The caller hears which term is next and when all are done."""
    heard = []
    decide_roll(engine(), ["care_class", "price"], frame(), on=ON, progress=lambda *said: heard.append(said))
    assert heard == [(0, 2, "care_class"), (1, 2, "price"), (2, 2, "")]


def test_from_an_office_file_to_a_file_for_readers(tmp_path):
    """A CSV in GBK is read, decided and written with Chinese headings, its bad row left out and named."""
    path = tmp_path / "roll.csv"
    path.write_bytes("年龄,独居,经济状况\n72,是,低保\n七十,是,低保\n61,是,own\n".encode("gbk"))
    rules = engine()
    table = read_table(path, FACTS)
    result = decide_roll(rules, ["care_class", "price"], table, on=ON, given={"service": "meal"})
    assert result.frame[ROW_NUMBER].to_list() == [2, 4]
    out = write_table(result.frame, tmp_path / "out.csv", result.described(), lang="zh")
    lines = out.read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("row_number,关爱方式,关爱方式·状态,")
    assert lines[1].startswith("2,上门照料,已定,2,")
    assert "0.00" in lines[1]
    write_table(result.frame, tmp_path / "out.parquet", result.described())
    assert pl.read_parquet(tmp_path / "out.parquet")["care_class"].to_list() == ["carer", "phone_round"]


def test_without_the_extra_the_message_says_how_to_install_it(tmp_path):
    """Where Polars is missing, the door of the room says which command brings it."""
    (tmp_path / "polars.py").write_text("raise ModuleNotFoundError('No module named polars', name='polars')\n")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import community_core.roll"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'pip install "community-core[roll]"' in done.stderr


def test_a_given_name_that_is_no_fact_is_refused():
    """A misspelt fact given for all is refused with the nearest ones, and not left out without a word."""
    with pytest.raises(FactError, match="lives_alone") as wrong:
        decide_roll(engine(), ["care_class"], frame(), on=ON, given={"live_alone": True})
    assert [(found.code, dict(found.data)["fact"]) for found in wrong.value.findings] == [
        ("unknown-fact", "live_alone")
    ]


def fussy():
    """Rules with a plugin's word that fails for some ages, and a decision that rests on it."""

    def ripe(age):
        if age == 72:
            raise ValueError(age)
        return "ripe" if age == 81 else age > 50

    yes = (Output("", BOOL),)
    ripe_now = DecisionTable("ripe_now", yes, (row("ripe(age) and lives_alone", then="true"),), title=Label("适龄"))
    above = DecisionTable("above", yes, (row("ripe_now", then="true"),), otherwise=row("true", then="false"))
    tables = {"p.ripe_now": ripe_now, "p.above": above}
    return Engine(facts=FACTS, decisions=tables, functions=[Function("ripe", ripe, (INT,), BOOL)])


def test_a_word_that_fails_makes_its_rows_unavailable_and_loses_no_other(tmp_path):
    """Each row has the counter's status; the finding names rows and word, with what rests on it, in a file too."""
    rules = fussy()
    result = decide_roll(rules, ["ripe_now", "above"], frame(), on=ON)
    expected = ["unavailable", "unavailable", "uncovered", "determined", "determined", "undetermined"]
    assert result.frame["ripe_now.status"].to_list() == expected
    for number, status in enumerate(expected, 1):
        assert result.explain(number, "ripe_now").status.value == status
        above = result.frame["above.status"][number - 1]
        assert result.explain(number, "above").status.value == above
    assert [(found.code, dict(found.data)["term"], dict(found.data)["rows"]) for found in result.findings] == [
        ("function-failed", "ripe_now", "1"),
        ("function-outcome", "ripe_now", "2"),
        ("function-failed", "above", "1"),
        ("function-outcome", "above", "2"),
    ]
    assert "名册第1行" in result.findings[0].message.zh
    assert "ripe of a plugin failed (ValueError)" in result.findings[0].message.text("en")
    frame().write_csv(tmp_path / "roll.csv")
    written = decide_file(rules, ["ripe_now"], tmp_path / "roll.csv", tmp_path / "out.csv", on=ON)
    assert [found.code for found in written.findings if found.level == "error"] == [
        "function-failed",
        "function-outcome",
    ]
    assert written.rows == 6
    assert (tmp_path / "out.csv").read_text("utf-8").count("unavailable") == 2
