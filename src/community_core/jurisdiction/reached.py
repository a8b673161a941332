"""What a decision reaches on one day: its terms as they stood, without what held before or came after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from community_core.base.days import Span
from community_core.declarations.terms import Terms
from community_core.rules import nodes as n
from community_core.rules.binding import BoundFunction, BoundTable
from community_core.rules.engine import value_on
from community_core.rules.terms import Decision, Fact, Parameter

if TYPE_CHECKING:
    from community_core.jurisdiction.rules import Rules

D = TypeVar("D", bound=Decision)


#: The words that count working days.
_CALENDAR = frozenset({"plus_workdays", "workdays_between"})


@frozen
class Reached:
    """The *terms* that a decision reaches on a day, and the *words* that their expressions call.

    *reads* are the facts of the subject that it can look at: for one that holds members, with the names of the
    members' own facts that it can look at.
    """

    terms: Terms
    words: tuple[str, ...] = ()
    reads: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def counts_workdays(self) -> bool:
        """Whether an expression counts working days."""
        return not _CALENDAR.isdisjoint(self.words)


def reached_on(rules: Rules, full: str, on: dt.date) -> Reached:
    """Return what the decision with the full name *full* reaches on the day *on*.

    Of each parameter it keeps the value of that day and of each decision the version, both without the day on which
    they end: a later change leaves the text, and with it the hash, as it is.
    """
    binding = rules.engine.binding
    decisions: dict[str, None] = {}
    parameters: dict[str, None] = {}
    facts: dict[str, None] = {}
    trees: list[n.Node] = []
    queue = [full]
    while queue:
        name = queue.pop(0)
        if name in decisions:
            continue
        decisions[name] = None
        version = binding.version_on(name, on) if name in binding.bound else None
        # Where none holds on that day, all of them are kept (see below), with what they name.
        own = binding.trees(name) if version is None else _trees(version)
        more, used, named = binding.named(own)
        queue += more
        parameters.update(dict.fromkeys(used))
        facts.update(dict.fromkeys(named))
        trees += own
    facts.update({per: None for name in parameters if (per := rules.engine.scope.parameters[name].per)})
    trees += [binding.derived[name] for name in facts if name in binding.derived]
    members: dict[str, dict[str, None]] = {}
    words: set[str] = set()
    for node in _everywhere(trees):
        if isinstance(node, n.Call):
            words.add(node.function)
        elif isinstance(node, n.Members) and isinstance(node.members, n.FactRef | n.Derived):
            members.setdefault(node.members.name, {}).update(dict.fromkeys(binding.named(node.inside)[2]))
    of_members = {name for names in members.values() for name in names}
    held = dict(rules.terms.parameters)
    reached = Reached(
        Terms(
            facts=_named(rules.terms.facts, {*facts, *of_members}),
            parameters=tuple((name, _parameter_on(held[name], on)) for name in sorted(parameters) if name in held),
            decisions=tuple(
                (name, version) for name in sorted(decisions) for version in _versions_on(rules.terms, name, on)
            ),
        ),
        tuple(sorted(words)),
        tuple((name, tuple(sorted(members.get(name, ())))) for name in sorted(facts)),
    )
    if not reached.counts_workdays:
        return reached
    return evolve(reached, terms=evolve(reached.terms, workdays=rules.terms.workdays))


def _named(facts: Iterable[Fact], names: set[str]) -> tuple[Fact, ...]:
    return tuple(sorted((fact for fact in facts if fact.name in names), key=lambda fact: fact.name))


def _everywhere(trees: Iterable[n.Node]) -> Iterator[n.Node]:
    """Yield every node of *trees*, those inside of aggregates over members included."""
    for tree in trees:
        for node in n.walk(tree):
            yield node
            if isinstance(node, n.Members):
                yield from _everywhere(node.inside)


def _trees(version: BoundTable | BoundFunction) -> list[n.Node]:
    if isinstance(version, BoundFunction):
        return list(version.inputs)
    rows = [*version.rows, *([version.otherwise] if version.otherwise else [])]
    return [tree for _, when, then in rows for tree in (when, *then)]


def _versions_on(terms: Terms, name: str, on: dt.date) -> Iterable[Decision]:
    """The version of that day; all of them where none holds, so that nothing holds in what is kept either."""
    versions = [version for full, version in terms.decisions if full == name]
    held = [version for version in versions if version.span.holds(on)]
    if not held:
        return versions
    return [_open_ended(max(held, key=lambda version: version.span.start or dt.date.min))]


def _open_ended(version: D) -> D:
    return evolve(version, span=Span(version.span.start))


def _parameter_on(parameter: Parameter, on: dt.date) -> Parameter:
    held = value_on(parameter, on)
    history = () if held is None else (evolve(held, span=Span(held.span.start)),)
    bounds = tuple(bound for bound in parameter.bounds if bound.span.holds(on))
    return evolve(parameter, history=history, bounds=bounds)
