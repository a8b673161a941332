"""Walks a typed tree with known and unknown values, for explanations and questions; the plain meaning of the text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from community_core.base.findings import Finding
from community_core.rules import nodes as n
from community_core.rules.members import aggregate, values_of
from community_core.rules.types import Kind
from community_core.rules.vocabulary import Word, date_plus, date_plus_months, inner


@frozen
class Surroundings:
    """What a tree is read against: inner values of facts, values of decisions by (term, output), the day, words.

    *final* names the decisions that have no outcome and never will, whatever becomes known.
    """

    values: Mapping[str, Any]
    decisions: Mapping[tuple[str, str], Any]
    day: dt.date
    words: Mapping[str, Word]
    final: frozenset[str] = frozenset()


def arithmetic(node: n.Arith, left: Any, right: Any) -> Any:
    """Compute *node* from known parts; ``None`` where it has no value."""
    if node.type.kind is Kind.DATE:
        count = right if node.op == "+" else -right
        return date_plus_months(left, count) if node.right.type.unit == "month" else date_plus(left, count)
    if node.op == "+":
        return left + right
    if node.op == "-":
        return left - right
    if node.op == "*":
        return left * right
    return None if right == 0 else left // right


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
}


def value_of(node: n.Node, at: Surroundings) -> Any:
    """Return the inner value of *node*, or ``None`` while it is unknown."""
    if isinstance(node, n.Const):
        return inner(node.type, node.value)
    if isinstance(node, n.FactRef):
        return at.values.get(node.name)
    if isinstance(node, n.Derived):
        given = at.values.get(node.name)
        return given if given is not None else value_of(node.node, at)
    if isinstance(node, n.DayRef):
        return at.day
    if isinstance(node, n.DecisionRef):
        return at.decisions.get((node.term, node.output))
    if isinstance(node, n.Not):
        value = value_of(node.item, at)
        return None if value is None else not value
    if isinstance(node, (n.And, n.Or)):
        return kleene(isinstance(node, n.Or), [value_of(item, at) for item in node.items])
    if isinstance(node, n.IfElse):
        condition = value_of(node.condition, at)
        then, other = value_of(node.then, at), value_of(node.other, at)
        if condition is None:
            return then if then is not None and then == other else None
        return then if condition else other
    if isinstance(node, n.Known):
        return value_of(node.item, at) is not None
    if isinstance(node, n.Members):
        members = value_of(node.members, at)
        return None if members is None else aggregate(node.how, [_of_member(node, each, at) for each in members])
    if isinstance(node, n.Table):
        key = value_of(node.key, at)
        return next((value for entry, value in node.entries if entry == key), None)
    parts = [value_of(child, at) for child in n.children(node)]
    if any(part is None for part in parts) or not parts:
        return None
    if isinstance(node, n.Compare):
        return COMPARE[node.op](parts[0], parts[1])
    if isinstance(node, n.Member):
        return parts[0] in parts[1:]
    if isinstance(node, n.Arith):
        return arithmetic(node, parts[0], parts[1])
    if isinstance(node, n.Call):
        return at.words[node.function].function(*parts)
    return None


def _inside(node: n.Members, member: Any, at: Surroundings) -> Surroundings:
    return Surroundings(values_of(member, node.facts), {}, at.day, at.words)


def _of_member(node: n.Members, member: Any, at: Surroundings) -> tuple[Any, Any]:
    here = _inside(node, member, at)
    condition = True if node.condition is None else value_of(node.condition, here)
    return condition, True if node.value is None else value_of(node.value, here)


def kleene(any_of: bool, values: list[Any]) -> bool | None:
    """Return Kleene's disjunction (*any_of*) or conjunction of true, false and unknown (``None``) values."""
    if any_of in values:
        return any_of
    return None if None in values else not any_of


def unknown_leaves(node: n.Node, at: Surroundings) -> Iterator[n.Leaf]:
    """Yield what keeps *node* from a value and can still matter: facts, open parameters, decisions, failures."""
    if value_of(node, at) is not None:
        return
    if isinstance(node, (n.FactRef, n.Unknown, n.DecisionRef, n.ParamRef, n.Lookup)):
        yield node
        return
    if isinstance(node, n.Table) and value_of(node.key, at) is not None:
        yield n.Unknown(node.ask, node.type)
        return
    if isinstance(node, n.Call):
        word = at.words[node.function]
        parts = [value_of(part, at) for part in node.args]
        if word.missing is not None and None not in parts:
            yield n.Unknown(word.missing(*parts), node.type)
            return
        if word.failure is not None and None not in parts:
            failure = word.failure(*parts)
            if failure is not None:
                yield n.Failed(failure, node.type)
            return
    if isinstance(node, n.Derived):
        yield n.FactRef(node.name, node.type)
        yield from unknown_leaves(node.node, at)
        return
    if isinstance(node, n.Members) and (members := value_of(node.members, at)) is not None:
        for member in members:
            for leaf in (leaf for tree in node.inside for leaf in unknown_leaves(tree, _inside(node, member, at))):
                name = f"{_name(node.members)}.{leaf.name}" if isinstance(leaf, n.FactRef) else ""
                yield n.FactRef(name, leaf.type) if name else leaf
        return
    if isinstance(node, n.IfElse):
        condition = value_of(node.condition, at)
        if condition is not None:
            yield from unknown_leaves(node.then if condition else node.other, at)
            return
    groups = [list(unknown_leaves(child, at)) for child in n.children(node) if value_of(child, at) is None]
    if not isinstance(node, (n.And, n.Or, n.IfElse)):
        # Each part is needed: where one stays unknown for ever, the others cannot matter.
        groups = [leaves for leaves in groups if stuck(leaves, at)][:1] or groups
    for leaves in groups:
        yield from leaves


def asked(leaves: Iterable[n.Leaf]) -> list[str]:
    """Return the names by which the facts and open parameters among *leaves* are asked for."""
    return [
        leaf.name if isinstance(leaf, n.FactRef) else leaf.ask.rpartition(".")[2]
        for leaf in leaves
        if isinstance(leaf, (n.FactRef, n.Unknown))
    ]


def stuck(leaves: Iterable[n.Leaf], at: Surroundings) -> bool:
    """Whether nothing among the unknown *leaves* of a tree can ever become known."""
    return all(
        isinstance(leaf, n.Failed) or (isinstance(leaf, n.DecisionRef) and leaf.term in at.final) for leaf in leaves
    )


def failures(leaves: Iterable[n.Leaf]) -> tuple[Finding, ...]:
    """Return what is wrong with the words of plugins among *leaves*, each once."""
    return tuple(dict.fromkeys(leaf.finding for leaf in leaves if isinstance(leaf, n.Failed)))


def _name(node: n.Node) -> str:
    return node.name if isinstance(node, (n.FactRef, n.Derived)) else ""
