"""Whether what a plugin only proposes stays out of force, and holds where a district names it; no pytest here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from community_core.base.ranks import Standing
from community_core.declarations.practice import District
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import Gathered
from community_core.jurisdiction.rules import Rules
from community_core.rules.terms import DatedValue, DecisionTable, Parameter
from community_core.testing.offers import Offer

#: For a value that has no day: no answer about it depends on one.
_ANY_DAY = dt.date(2000, 1, 1)


def adopting(names: Iterable[str]) -> District:
    """Return a district that adopts what is named, and sets nothing."""
    return District("town", adopts=tuple(dict.fromkeys(names)))


def not_held(offer: Offer, gathered: Gathered, proposals: Iterable[str], beside: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what keeps a district that names all terms of *proposals* from having them, in words.

    What was tried and failed is to stay out of force even there.

    Args:
        offer: what the plugin offers.
        gathered: what all plugins offer.
        proposals: names of practices, and of terms in full.
        beside: practices that the district adopts with them.
    """
    wanted = tuple(proposals)
    terms = {name for proposal in wanted for name in offer.within(proposal)}
    practices = {name.rpartition(".")[0] for name in terms} | (set(wanted) & set(offer.names))
    settings = [setting for item in offer.practices if item.name in practices for setting in item.settings]
    named = {*practices, *terms, *(setting.term for setting in settings)}
    rules = compose(adopting((*beside, *sorted(named))), gathered)
    failed = {name for name in terms if offer.proposed.get(name) is Standing.FAILED}
    there = _names(rules)
    return (
        *(str(found) for found in rules.findings),
        *(f"没有 / missing: {name}" for name in sorted(named - there - failed - practices)),
        *(
            f"没有成功的做法却生效 / failed, and in force: {name}"
            for name in sorted(failed & {*in_force(offer, rules)})
        ),
        *(
            f"{setting.term} ≠ {value.value}"
            for setting in settings
            for value in setting.history
            if (use := rules.parameter(setting.term, on=_day(value))) is None or use.value != value.value
        ),
    )


def _names(rules: Rules) -> set[str]:
    """Return the full names of the terms that are there and work."""
    terms = rules.terms
    groups = (terms.parameters, terms.decisions, terms.procedures, terms.code_lists)
    return {name for group in groups for name, _ in group} - {name for name, _ in terms.broken}


def in_force(offer: Offer, rules: Rules) -> tuple[str, ...]:
    """Return what of a plugin's proposals decides, can be opened or has a value under *rules*, by full name."""
    return tuple(dict.fromkeys((*_running(offer, rules), *_valued(offer, rules), *_by_a_row(offer, rules))))


def _running(offer: Offer, rules: Rules) -> Iterator[str]:
    there = _names(rules) | set(rules.aliases.values())
    for name in offer.proposed:
        if name in there and not isinstance(offer.terms[name][1], Parameter):
            yield name


def _valued(offer: Offer, rules: Rules) -> Iterator[str]:
    parameters = ((name, term.history) for name, (_, term) in offer.terms.items() if isinstance(term, Parameter))
    settings = ((setting.term, setting.history) for item in offer.practices for setting in item.settings)
    there = _names(rules)
    for name, history in (*parameters, *settings):
        uses = [rules.parameter(name, on=_day(value)) for value in history] if name in there else []
        if any(use is not None and not use.standing.applies for use in uses):
            yield name


def _by_a_row(offer: Offer, rules: Rules) -> Iterator[str]:
    """Yield the decisions that apply and have a row which does not."""
    for full, decision in rules.terms.decisions:
        rows = decision.every_row if isinstance(decision, DecisionTable) else ()
        if full in offer.terms and any(row.standing is not None and not row.standing.applies for row in rows):
            yield full


def _day(value: DatedValue) -> dt.date:
    """Return a day on which a value holds."""
    if value.span.start is not None:
        return value.span.start
    return value.span.end - dt.timedelta(1) if value.span.end is not None else _ANY_DAY
