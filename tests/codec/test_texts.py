"""The canonical text is fixed, strict and hashed; expressions enter it in one spelling."""

import datetime as dt
import warnings
from pathlib import Path

import attrs
import pytest

from community_core.base import Citation, Label, Money, Rank
from community_core.codec import CodecError, canonical, digest, from_plain, parse, to_plain
from community_core.declarations.practice import Practice, Setting
from community_core.procedures.definition import PublishKind
from community_core.procedures.events import Event, PublishedItem
from community_core.rules.terms import (
    DatedValue,
    Decision,
    DecisionTable,
    Expression,
    Fact,
    Function,
    Output,
    Parameter,
    PythonDecision,
    Row,
)
from community_core.rules.types import BOOL, INT, MONEY

EVENT = Event(
    "hearing-1",
    1,
    "propose",
    "proposed",
    "p1",
    "resident",
    dt.date(2006, 5, 1),
    (("标题", "院落"), ("fee", Money(500)), ("options", ("build", "green"))),
    (PublishedItem(PublishKind.ANNOUNCEMENT, ("标题",), "residents", dt.date(2006, 5, 1)),),
)
EVENT_TEXT = (
    '{"actor":"p1","case":"hearing-1","data":[["标题","院落"],["fee",{"fen":500}],["options",["build","green"]]],'
    '"day":"2006-05-01","post":"resident","published":[{"kind":"announcement","since":"2006-05-01","to":"residents",'
    '"what":["标题"]}],"state":"proposed","step":"propose","version":1}'
)


def test_the_text_of_an_event_is_fixed():
    """An event is hashed over this very text for as long as the record lives."""
    assert canonical(EVENT) == EVENT_TEXT
    assert digest(EVENT) == "sha256:045275b12d9eb50ec3ef80ef86624f8f6da6d767a10f93f6d6609cbc56480504"


def test_defaults_are_left_out_and_ranks_are_words():
    """What a declaration does not say does not stand in its text, and a rank is written by its name."""
    fact = Fact("age", INT)
    assert canonical(fact) == '{"name":"age","type":{"kind":"int"}}'
    parameter = Parameter("p", INT, open_to=(Rank.CITY, Rank.DISTRICT))
    assert to_plain(parameter)["open_to"] == ["city", "district"]


def test_decisions_carry_their_tag():
    """A table and a Python decision are told apart by a tag, and an unknown tag lists the known ones."""
    table = DecisionTable("t", (Output("", BOOL),), (Row("true", (("", Expression("true")),)),))
    assert to_plain(table)["kind"] == "table"
    assert from_plain(Decision, to_plain(table)) == table
    with pytest.raises(CodecError, match="known: python, table"):
        from_plain(Decision, {**to_plain(table), "kind": "tree"})
    with pytest.raises(CodecError, match="known: python, table"):
        from_plain(Decision, {key: value for key, value in to_plain(table).items() if key != "kind"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("age<70", "age < 70"),
        ("(age < 70)", "age < 70"),
        ("age < 70 \n  and lives_alone", "age < 70 and lives_alone"),
        ("年龄 ≥ 70 且 独居", "年龄 >= 70 and 独居"),
        ("means in(dibao,low)", "means in (dibao, low)"),
        ('means == "low"', "means == 'low'"),
    ],
)
def test_spellings_of_one_rule_have_one_hash(one, other):
    """Blanks, brackets, quotes and Chinese signs make no difference to the hash of a rule."""
    assert digest(Row(one)) == digest(Row(other))


@pytest.mark.parametrize("text", ["age <", "a b", "'\\d' == x", "1if x else y", "lambda: 1", ")", "(" * 300])
def test_what_is_no_expression_enters_as_written(text):
    """A text that does not parse is hashed as it stands, whatever warnings filter is set."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        strict = canonical(Expression(text))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert canonical(Expression(text)) == strict


def test_different_rules_have_different_hashes():
    """A changed sign, number or value changes the hash."""
    texts = ["age < 70", "age <= 70", "age < 71", "age < 70 and x", "x and age < 70"]
    assert len({digest(Row(text)) for text in texts}) == len(texts)
    one, other = (Setting("p", (DatedValue(value),)) for value in (Money(1), 1))
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    "change",
    [
        {"version": True},
        {"version": 1.0},
        {"version": "1"},
        {"actor": 5},
        {"actor": None},
        {"day": "1.5.2006"},
        {"day": {"date": "2006-05-01"}},
        {"data": "ab"},
        {"data": [["a", 1.5]]},
        {"data": [["a", 1, 2]]},
        {"data": {"a": 1}},
        {"published": [{"kind": "rumour", "what": [], "to": "x", "since": "2006-05-01"}]},
        {"published": [[]]},
        {"extra": 1},
    ],
)
def test_nothing_is_converted_on_reading(change):
    """A value of another type, an unknown key or an unknown word is refused with a message that names the place."""
    (place,) = change
    with pytest.raises(CodecError) as caught:
        from_plain(Event, {**to_plain(EVENT), **change})
    assert place in caught.value.message.en


def test_a_missing_key_is_named():
    """A text without a needed key is refused, and the key is named."""
    plain = to_plain(EVENT)
    del plain["day"]
    with pytest.raises(CodecError, match="'day' is missing"):
        from_plain(Event, plain)


@pytest.mark.parametrize(
    "text", ["", "[", "{}{}", '{"a":1,"a":1}', '{"name":1.0}', '{"name":NaN}', "[" * 100_000, "null", "[]", '"x"', "5"]
)
def test_a_text_that_is_no_declaration_is_refused(text):
    """Text that is no JSON, gives a key twice, holds a decimal or is no mapping raises the codec's own error."""
    with pytest.raises(CodecError):
        parse(Practice, text)


def test_a_float_never_enters_a_text():
    """A decimal in a declaration is refused when it is written, wherever it stands."""
    for item in (
        Setting("p", (DatedValue(1.5),)),
        Parameter("p", MONEY, history=(DatedValue((("meal", 1.5),)),)),
        Event("c", 1.0, "s", "t", "a", "p", dt.date(2006, 5, 1)),
        Fact("age", INT.in_unit(1.5)),
    ):
        with pytest.raises(CodecError):
            canonical(item)


def test_half_a_character_is_no_text():
    """Half of a surrogate pair has no UTF-8 and is refused with the codec's own error."""
    with pytest.raises(CodecError):
        digest(Label("\ud800"))


def test_the_defaults_of_kept_texts_stay():
    """A default that is left out of kept texts is the same for ever, else old texts would change their meaning."""
    classes = {cls.__name__: cls for cls in _classes()}
    lines = (Path(__file__).parent / "defaults.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 50
    for line in lines:
        place, _ = line.split(" = ", 1)
        cls, name = place.split(".")
        assert f"{place} = {_default(attrs.fields_dict(classes[cls])[name])}" == line


def _default(item):
    value = item.default.factory() if isinstance(item.default, attrs.Factory) else item.default
    return repr(value)


def _classes():
    from community_core import declarations
    from community_core.base import days, labels
    from community_core.procedures import collective, definition, events, recorded
    from community_core.rules import bounds, terms, types

    kept = (declarations.practice, declarations.terms, collective, definition, events, recorded)
    kept += (terms, bounds, types, days, labels)
    for module in kept:
        for item in vars(module).values():
            if isinstance(item, type) and attrs.has(item) and item.__module__ == module.__name__:
                yield item
    yield Citation


def test_functions_stay_outside():
    """A Python function is no part of the text, so that reading a text can never name code to run."""
    decision = PythonDecision("f", len, ("x",), (Output("", INT),), Label("因"), Citation("d"))
    assert canonical(decision) == canonical(attrs.evolve(decision, function=print))
    with pytest.raises(CodecError):
        from_plain(PythonDecision, {**to_plain(decision), "function": "os.system"})
    assert "len" not in canonical(Function("f", len, (INT,), INT))
