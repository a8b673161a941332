"""Expressions in words on the pages: whose label a value is called by."""

from __future__ import annotations

from community_core.base import Label
from community_core.declarations import Terms
from community_core.jurisdiction.rules import Rules
from community_core.pages.spelling import Spelling
from community_core.rules import Expression, Fact, Parameter, enum_of, list_of

BODY, PRICE = enum_of("government", "residents"), enum_of("government", "free")
FACTS = (
    Fact("body", BODY, label=Label("机构"), labels=(("government", Label("政府")), ("residents", Label("居民")))),
    Fact("price", PRICE, label=Label("价格"), labels=(("government", Label("政府付")),)),
)


def test_a_word_of_two_enumerations_is_said_by_the_label_of_each():
    """In one condition each value is called as the fact or field calls it that it is compared with."""
    spelling = Spelling(Rules.from_terms(Terms(facts=FACTS)))
    text = Expression("body == government and price == government and asked == government")
    said = spelling.expression(
        text,
        practice="",
        fields={"asked": PRICE},
        named={"asked": Label("所问")},
        of_fields={"asked": {"government": Label("由政府付")}},
    )
    assert said.zh == "（机构 ＝ 政府） 且 （价格 ＝ 政府付） 且 （所问 ＝ 由政府付）"


def test_an_outcome_is_said_by_the_label_of_its_output():
    """What an expression gives is called as its own output calls it, also where it chooses between values."""
    spelling = Spelling(Rules.from_terms(Terms(facts=FACTS)))
    text = Expression("government if body == government else free")
    said = spelling.expression(text, practice="", expected=PRICE, owned=(("government", Label("由政府付")),))
    assert said.zh == "若 （机构 ＝ 政府） 则 由政府付 否则 free"


def test_a_parameters_values_are_said_by_its_own_labels():
    """A value and a list of values of an enumeration go by the parameter's labels, then by those of others."""
    usual = Parameter("usual", list_of(PRICE), labels=(("free", Label("无偿", "free of charge")),))
    spelling = Spelling(Rules.from_terms(Terms(facts=FACTS, parameters=(("p.usual", usual),))))
    said = spelling.parameter_value(usual, ("government", "free"))
    assert (said.zh, said.text("en")) == ("政府付、无偿", "政府付, free of charge")
