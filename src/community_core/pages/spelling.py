"""Expressions, values and types of a district's rules in words, in both languages; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from community_core.base.labels import Label
from community_core.jurisdiction.rules import Rules
from community_core.pages.texts import value_text
from community_core.pages.words import BALLOTS, CALLS, UNITS
from community_core.procedures.definition import Procedure
from community_core.rules import nodes as n
from community_core.rules.terms import Expression, Parameter
from community_core.rules.types import Kind, ValueType
from community_core.rules.unparse import unparse

Labels = Mapping[str, Label]


class Spelling:
    """How the terms of *rules* are called, and their expressions with those names."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._names: dict[tuple[str, str], Label] = {}
        self._values: dict[ValueType, Labels] = {}
        terms = rules.terms
        for fact in terms.facts:
            self._names[("fact", fact.name)] = fact.label
            self._know(fact.type, fact.labels)
        for full, parameter in terms.parameters:
            self._names[("parameter", full)] = parameter.label
        for full, decision in terms.decisions:
            self._names[("decision", full)] = decision.title
            for output in decision.outputs:
                self._know(output.type, output.labels)
        self._services = {full.rpartition(".")[2]: service.label for full, service in terms.services if service.label}

    def _know(self, kind: ValueType, labels: Iterable[tuple[str, Label]]) -> None:
        inner = kind.of if kind.kind is Kind.LIST and kind.of is not None else kind
        named = dict(labels)
        if named and inner.values:
            self._values.setdefault(inner, named)

    def labels_of(self, kind: ValueType, own: Iterable[tuple[str, Label]] = ()) -> Labels:
        """Return what the values of an enumeration (or of a list of them) are called; *own* labels go first."""
        inner = kind.of if kind.kind is Kind.LIST and kind.of is not None else kind
        usual = {**self._services, **BALLOTS} if inner.values else {}
        known = {value: usual[value] for value in inner.values if value in usual}
        return {**known, **self._values.get(inner, {}), **dict(own)}

    def name(self, kind: str, name: str) -> Label:
        """Return what the term of a kind (``fact parameter decision``) is called, or the last part of its name."""
        return self._names.get((kind, name)) or Label(name.rpartition(".")[2], name.rpartition(".")[2])

    def expression(
        self,
        expression: Expression,
        *,
        practice: str,
        fields: Mapping[str, ValueType] | None = None,
        named: Labels | None = None,
        expected: ValueType | None = None,
        owned: Iterable[tuple[str, Label]] = (),
        typed: Mapping[ValueType, Labels] | None = None,
    ) -> Label:
        """Return *expression* in Chinese words, and in the language of rules beside it.

        Args:
            expression: what to say.
            practice: the practice whose names go first.
            fields: the fields of a procedure, which go before facts.
            named: what these fields are called.
            expected: the type that the place of the expression expects.
            owned: what the values of that type are called there.
            typed: what the values of further types are called, such as those of a procedure's fields.
        """
        bound = self._rules.engine.bind_expression(
            expression, practice=practice, fields=fields or {}, guard=True, expected=expected
        )
        if bound.node is None:
            return Label(expression.text, expression.text)
        values = dict(owned)
        for tree in _deep(bound.node):
            if isinstance(tree, n.Const) and tree.type.kind is Kind.ENUM and tree.value not in values:
                label = (typed or {}).get(tree.type, {}).get(tree.value) or self.labels_of(tree.type).get(tree.value)
                if label is not None:
                    values[tree.value] = label
        zh = unparse(bound.node, self._naming(named or {}, values), zh=True)
        return Label(zh, unparse(bound.node, _plainly))

    def _naming(self, named: Labels, values: Labels) -> Callable[[str, str], str]:
        def naming(kind: str, name: str) -> str:
            if kind == "value":
                return values[name].zh if name in values else name
            if kind == "word":
                return CALLS.get(name, name)
            if kind == "fact" and named.get(name):
                return named[name].zh
            return self.name(kind, name).zh

        return naming

    def of_procedure(self, full: str, procedure: Procedure) -> Callable[[Expression], Label]:
        """Return how the expressions of a procedure (by full name) are said."""
        named = {"day": Label("当日", "day"), **{name: item.label for name, item in procedure.field_names.items()}}
        typed = {item.type: dict(item.labels) for item in procedure.field_names.values() if item.labels}

        def spell(expression: Expression) -> Label:
            practice = full.rpartition(".")[0]
            return self.expression(
                expression, practice=practice, fields=procedure.field_types, named=named, typed=typed
            )

        return spell

    def period(self, full: str, procedure: Procedure) -> Callable[[Expression], Label]:
        """Return how the periods of a procedure are said: a parameter by its label in both languages."""
        spell = self.of_procedure(full, procedure)

        def said(expression: Expression) -> Label:
            bound = self._rules.engine.bind_expression(
                expression, practice=full.rpartition(".")[0], fields=procedure.field_types, guard=True
            )
            if isinstance(bound.node, n.ParamRef):
                return self.name("parameter", bound.node.term)
            if isinstance(bound.node, n.Const):
                return self.measured(bound.node.value, bound.node.type)
            return spell(expression)

        return said

    def measured(self, value: Any, kind: ValueType, own: Iterable[tuple[str, Label]] = ()) -> Label:
        """Return a value of a type with its unit, a number's beside it."""
        shown = value_text(value, self.labels_of(kind, own))
        unit = UNITS.get(kind.unit) if kind.kind is Kind.INT and value is not None else None
        return Label(f"{shown.zh} {unit.zh}", f"{shown.text('en')} {unit.en}") if unit else shown

    def parameter_value(self, parameter: Parameter, value: Any) -> Label:
        """Return a value of *parameter*; a table is said entry by entry."""
        if not parameter.per:
            named = BALLOTS.get(value) if isinstance(value, str) else None
            return named or self.measured(value, parameter.type)
        fact = next((item for item in self._rules.terms.facts if item.name == parameter.per), None)
        keys = {**self._services, **(self.labels_of(fact.type, fact.labels) if fact is not None else {})}
        pairs = [
            (keys.get(key) or Label(str(key), str(key)), self.measured(item, parameter.type)) for key, item in value
        ]
        zh = "；".join(f"{key.zh} {item.zh}" for key, item in pairs)
        return Label(zh, "; ".join(f"{key.text('en')} {item.text('en')}" for key, item in pairs))


def _plainly(_kind: str, name: str) -> str:
    return name.rpartition(".")[2]


def _deep(node: n.Node) -> Iterator[n.Node]:
    for tree in n.walk(node):
        yield tree
        if isinstance(tree, n.Members):
            for inner in tree.inside:
                yield from _deep(inner)
