"""What a decision reaches on one day: its terms as they stood, without what held before or came after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from community_core.base.days import Span
from community_core.declarations.terms import Terms
from community_core.rules import nodes as n
from community_core.rules.binding import BoundFunction, BoundTable
from community_core.rules.engine import value_on
from community_core.rules.terms import Decision, Parameter

if TYPE_CHECKING:
    from community_core.jurisdiction.rules import Rules

D = TypeVar("D", bound=Decision)


@frozen
class Reached:
    """The *terms* that a decision reaches on a day, and the *words* that their expressions call."""

    terms: Terms
    words: tuple[str, ...] = ()


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
    facts.update({rules.engine.scope.parameters[name].per: None for name in parameters})
    trees += [binding.derived[name] for name in facts if name in binding.derived]
    words = {node.function for tree in trees for node in n.walk(tree) if isinstance(node, n.Call)}
    by_name = dict(rules.terms.parameters)
    terms = Terms(
        facts=tuple(sorted((fact for fact in rules.terms.facts if fact.name in facts), key=lambda fact: fact.name)),
        parameters=tuple((name, _parameter_on(by_name[name], on)) for name in sorted(parameters) if name in by_name),
        decisions=tuple(
            (name, version) for name in sorted(decisions) for version in _versions_on(rules.terms, name, on)
        ),
    )
    return Reached(terms, tuple(sorted(words)))


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
