"""Quantities as values of parameters: the same words as in expressions."""

import pytest

from community_core.rulebook import read_text
from community_core.rules.quantities import PERIODS, QUANTITIES, quantity

WRITTEN = {"yuan": ("'12.50'", "money", ""), "date": ("'2006-05-01'", "date", "")}


@pytest.mark.parametrize("word", sorted(QUANTITIES))
def test_a_quantity_of_an_expression_is_one_of_a_value_too(word):
    """Every word for a quantity that expressions know writes the same value for a parameter, one's own or another's."""
    number, kind, unit = WRITTEN.get(word, ("2000", "int" if word in PERIODS else "share", PERIODS.get(word, word)))
    meant = quantity(word, number.strip("'") if "'" in number else int(number))
    values = f"[{{value: {word}({number}), from: undated}}]"
    (district,) = read_text(f"district: d\nset: {{p.q: {values}}}\n").districts
    (given,) = district.settings[0].history
    assert (given.value, given.unit) == (meant.value, unit)
    typed = f"type: {kind}, unit: {unit}" if unit else f"type: {kind}"
    loaded = read_text(f"practice: a.b\nparameters: {{q: {{zh: 甲, {typed}, values: {values}}}}}\n")
    assert loaded.findings == ()
    assert loaded.practices[0].parameters[0].history[0].value == meant.value
