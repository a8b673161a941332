"""The lists of equivalent mutants of the plugins: with each listed change no answer is another, and no case runs."""

import datetime as dt
import random
from pathlib import Path

import pytest

from community_core.base.errors import UnknownTerm
from community_core.rules.types import Kind
from community_core.testing.equivalents import NAME, read_equivalents
from community_core.testing.grounds import grounds_of
from community_core.testing.mutants import mutants_of

ROOT = Path(__file__).parents[2]
LISTS = sorted(ROOT.glob(f"plugins/*/cases/{NAME}"))
DAY = dt.date(2007, 9, 1)
SUBJECTS = 600


def listed() -> list[tuple[Path, str]]:
    """Return every listed mutant, with the folder of its cases."""
    return [(path.parent, name) for path in LISTS for each in read_equivalents(path)[0] for name in each.mutants]


def domain(fact, texts):
    """Return the values of a fact that rules can tell apart, and unknown."""
    known = {
        Kind.BOOL: (True, False),
        Kind.ENUM: fact.type.values,
        Kind.INT: (0, 13, 14, 59, 60, 100),
        Kind.DATE: (dt.date(1940, 1, 1), dt.date(2000, 1, 1)),
        Kind.TEXT: texts,
    }
    return (None, *known[fact.type.kind])


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parts[-3])
def test_a_list_is_read_without_findings(path):
    """A list of equivalent mutants can be read, and gives each reason in Chinese and English."""
    entries, findings = read_equivalents(path)
    assert findings == ()
    assert entries
    assert all(each.reason.zh and each.reason.en for each in entries)


@pytest.mark.parametrize(("folder", "name"), listed(), ids=lambda item: str(item)[-40:])
def test_a_listed_mutant_changes_no_answer(folder, name):
    """Over many subjects the changed decision gives the same status, outcome and ask; a procedure applies to nobody."""
    pytest.importorskip("community_" + folder.parent.name)
    grounds, _ = grounds_of(folder)
    practices = {item.name: item for ground in grounds for item in ground.gathered.practices}
    mutant = next(each for item in practices.values() for each in mutants_of(item) if each.name == name)
    ground = next(each for each in grounds if each.includes(mutant.practice))
    rules, changed = ground.rules, ground.with_practice(mutant.make())
    if mutant.step:
        for each in (rules, changed):
            with pytest.raises(UnknownTerm):
                each.procedure(mutant.term)
        return
    _, _, names = rules.engine.reach(rules.engine.binding.trees(mutant.term))
    facts = [fact for fact in rules.terms.facts if fact.name in names]
    texts = [service.rpartition(".")[2] for service, _ in rules.terms.services]
    drawn = random.Random(7)  # noqa: S311 - the same subjects each time
    for _ in range(SUBJECTS):
        subject = {fact.name: drawn.choice(domain(fact, texts)) for fact in facts}
        before, after = (each.decide(mutant.term, subject, on=DAY) for each in (rules, changed))
        assert (before.status, before.outcome, before.ask) == (after.status, after.outcome, after.ask), subject
