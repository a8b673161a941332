"""How things are called for a reader: by label in Chinese, by identifier otherwise; it explains nothing itself.

A value of an enumeration is called as the fact, parameter or output calls it that it belongs to or stands beside, else
as another term of the same enumeration calls it, and only then as any term does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import evolve

from community_core.base.findings import NOWHERE, Finding, Origin, finding
from community_core.base.labels import Label
from community_core.rules import nodes as n
from community_core.rules.answer import json_value
from community_core.rules.scope import Scope
from community_core.rules.terms import Decision, Fact
from community_core.rules.types import Kind, ValueType
from community_core.rules.unparse import unparse

Labels = Mapping[str, Label]
#: What a value of an enumeration is called beside a term (``None``: beside none).
Calling = Callable[[n.Const, "n.Node | None"], str]

_TERMS = (n.FactRef, n.Derived, n.ParamRef, n.Unknown, n.DecisionRef, n.Lookup, n.Table)
_NONE: Labels = {}


def values_of(kind: ValueType) -> tuple[str, ...]:
    """Return the values of an enumeration, or of a list of one."""
    return kind.of.values if kind.kind is Kind.LIST and kind.of is not None else kind.values


class Naming:
    """The labels of facts, parameters, decisions and their values."""

    def __init__(self, scope: Scope, decisions: Mapping[str, Decision]) -> None:
        self._scope = scope
        self._decisions = decisions
        self._own: dict[tuple[str, str], Labels] = {}
        self._alike: dict[tuple[str, ...], dict[str, Label]] = {}
        self._any: dict[str, Label] = {}
        self._naming_zh = self._names_zh()

    def naming(self, lang: str) -> Callable[[str, str], str]:
        """Return how terms are called in *lang*: by label in Chinese, by identifier otherwise."""
        return self._naming_zh if lang == "zh" else lambda _kind, name: name.rpartition(".")[2]

    def labels(self, kind: str, term: str, of: ValueType) -> Labels:
        """Return what the values *of* a term are called: by itself, or by others of the same enumeration.

        *kind* is ``fact``, ``parameter`` or ``decision``, the output of a decision being a part of its name.
        """
        return {**self.labels_alike(of), **self._own.get((kind, term), _NONE)}

    def labels_alike(self, kind: ValueType) -> Labels:
        """Return what the terms of the same enumeration call its values; of several labels the first."""
        return self._alike.get(values_of(kind), _NONE)

    def label(self, value: str, kind: ValueType, beside: n.Node | None = None) -> Label | None:
        """Return what a value of an enumeration is called beside a term; ``None`` where nothing calls it anything."""
        for labels in (self.labels_beside(beside), self.labels_alike(kind), self._any):
            if value in labels:
                return labels[value]
        return None

    def text(self, tree: n.Node, lang: str) -> str:
        """Return an expression as a reader in *lang* sees it."""
        if lang != "zh":
            return unparse(tree, self.naming(lang))

        def called(value: n.Const, beside: n.Node | None) -> str:
            label = self.label(value.value, value.type, beside)
            return label.zh if label is not None else value.value

        return unparse(self.worded(tree, called), self._naming_zh, zh=True)

    def worded(self, tree: n.Node, called: Calling, beside: n.Node | None = None) -> n.Node:
        """Return *tree* with what the values of enumerations are called in place of them, to be read only."""
        if isinstance(tree, n.Const):
            return evolve(tree, value=called(tree, beside)) if tree.type.kind is Kind.ENUM else tree
        if isinstance(tree, n.Derived):
            return tree
        if isinstance(tree, (n.Lookup, n.Table)):
            term = tree.term if isinstance(tree, n.Lookup) else tree.ask
            parameter = self._scope.parameters.get(term)
            key = n.FactRef(parameter.per, tree.key.type) if parameter is not None else None
            return evolve(tree, key=self.worded(tree.key, called, key))
        if isinstance(tree, n.Members):
            condition = None if tree.condition is None else self.worded(tree.condition, called)
            value = None if tree.value is None else self.worded(tree.value, called)
            return evolve(tree, members=self.worded(tree.members, called), condition=condition, value=value)
        parts = n.children(tree)
        terms = [_term_in(part) for part in parts]
        worded = []
        for place, part in enumerate(parts):
            others = [beside, *terms[:place], *terms[place + 1 :]]
            near = next((term for term in others if term is not None and _alike(term.type, part.type)), None)
            worded.append(self.worded(part, called, near))
        return n.rebuilt(tree, tuple(worded))

    def shown_zh(self, value: Any, of: n.Node | None = None) -> str:
        """Return a value, such as that *of* a term, as a Chinese reader names it: by its label where it has one."""
        if value is None:
            return "未知"
        if isinstance(value, bool):
            return "是" if value else "否"
        plain = json_value(value)
        if isinstance(plain, list):
            return "、".join(self.shown_zh(item, of) for item in plain)
        if of is None or not isinstance(plain, str) or plain not in values_of(of.type):
            return str(plain)
        label = self.label(plain, of.type, of)
        return label.zh if label is not None else plain

    def labels_beside(self, node: n.Node | None) -> Labels:
        """Return what a term itself calls its values; nothing for what is no term."""
        if isinstance(node, (n.FactRef, n.Derived)):
            return self._own.get(("fact", node.name), _NONE)
        if isinstance(node, (n.ParamRef, n.Lookup)):
            return self._own.get(("parameter", node.term), _NONE)
        if isinstance(node, (n.Unknown, n.Table)):
            return self._own.get(("parameter", node.ask), _NONE)
        if isinstance(node, n.DecisionRef):
            return self._own.get(("decision", output_name(node.term, node.output)), _NONE)
        return _NONE

    def _know(self, kind: str, term: str, of: ValueType, labels: tuple[tuple[str, Label], ...]) -> None:
        named = {value: label for value, label in labels if label}
        if not named or not values_of(of):
            return
        self._own[(kind, term)] = named
        self._alike[values_of(of)] = {**named, **self._alike.get(values_of(of), _NONE)}
        self._any = {**named, **self._any}

    def _names_zh(self) -> Callable[[str, str], str]:
        labels: dict[tuple[str, str], str] = {}
        for fact in self._scope.facts.values():
            labels[("fact", fact.name)] = fact.label.zh
            self._know("fact", fact.name, fact.type, fact.labels)
        for full, parameter in self._scope.parameters.items():
            labels[("parameter", full)] = parameter.label.zh
            self._know("parameter", full, parameter.type, parameter.labels)
        for full, decision in self._decisions.items():
            labels[("decision", full)] = decision.title.zh
            for output in decision.outputs:
                self._know("decision", output_name(full, output.name), output.type, output.labels)

        def naming(kind: str, name: str) -> str:
            return labels.get((kind, name)) or (name if kind == "value" else name.rpartition(".")[2])

        return naming


def output_name(term: str, output: str) -> str:
    """Return the name of an output of a decision: the decision's own where it has only one."""
    return f"{term}.{output}" if output else term


def _term_in(node: n.Node) -> n.Node | None:
    """The term whose value *node* is, one way or the other."""
    if isinstance(node, n.IfElse):
        return _term_in(node.then) or _term_in(node.other)
    return node if isinstance(node, _TERMS) else None


def _alike(one: ValueType, other: ValueType) -> bool:
    """Whether a value can be of both enumerations."""
    return not {*values_of(one)}.isdisjoint(values_of(other))


def no_fact(name: str, facts: Iterable[Fact], origin: Origin = NOWHERE) -> Finding:
    """Return that *name* is none of the *facts*, with those that are called nearly so, or else with all."""
    import difflib  # noqa: PLC0415 - only messages about mistakes need it

    words = {word: fact.name for fact in facts for word in (fact.name, fact.label.zh, fact.label.en) if word}
    near = list(dict.fromkeys(words[word] for word in difflib.get_close_matches(name, words, n=5, cutoff=0.5)))
    options = near or sorted(set(words.values()))
    lead = ("您是否要", "did you mean") if near else ("已有的事实", "the facts are")
    return finding(
        "unknown-fact",
        f"没有叫“{name}”的事实；{lead[0]}：{'、'.join(options)}",
        f"there is no fact {name!r}; {lead[1]}: {', '.join(options)}",
        origin,
        fact=name,
    )
