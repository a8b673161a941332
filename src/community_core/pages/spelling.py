"""Expressions, values and types of a district's rules in words, in both languages; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from community_core.base.labels import Label
from community_core.jurisdiction.rules import Rules
from community_core.pages.texts import value_text
from community_core.pages.words import BALLOTS, CALLS, UNITS
from community_core.procedures.definition import Procedure
from community_core.rules import nodes as n
from community_core.rules.naming import Labels, values_of
from community_core.rules.terms import Expression, Parameter
from community_core.rules.types import Kind, ValueType
from community_core.rules.unparse import unparse

#: The term that an expression gives a value of, whatever it is called.
_HERE = ""


class Spelling:
    """How the terms of *rules* are called, and their expressions with those names."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._names: dict[tuple[str, str], Label] = {}
        terms = rules.terms
        for fact in terms.facts:
            self._names[("fact", fact.name)] = fact.label
        for full, parameter in terms.parameters:
            self._names[("parameter", full)] = parameter.label
        for full, decision in terms.decisions:
            self._names[("decision", full)] = decision.title
        self._services = {full.rpartition(".")[2]: service.label for full, service in terms.services if service.label}

    def labels_of(self, kind: ValueType, own: Iterable[tuple[str, Label]] = ()) -> Labels:
        """Return what the values of an enumeration (or of a list of them) are called; *own* labels go first."""
        usual = {**self._services, **BALLOTS}
        known = {value: usual[value] for value in values_of(kind) if value in usual}
        return {**known, **self._rules.engine.names.labels_alike(kind), **dict(own)}

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
        of_fields: Mapping[str, Labels] | None = None,
    ) -> Label:
        """Return *expression* in Chinese words, and in the language of rules beside it.

        Args:
            expression: what to say.
            practice: the practice whose names go first.
            fields: the fields of a procedure, which go before facts.
            named: what these fields are called.
            expected: the type that the place of the expression expects.
            owned: what the values of that type are called there.
            of_fields: what the values of these fields are called.
        """
        bound = self._rules.engine.bind_expression(
            expression, practice=practice, fields=fields or {}, guard=True, expected=expected
        )
        if bound.node is None:
            return Label(expression.text, expression.text)
        names, known = self._rules.engine.names, {**(of_fields or {}), _HERE: dict(owned)}

        def called(value: n.Const, beside: n.Node | None) -> str:
            own = known.get(beside.name, {}) if isinstance(beside, n.FactRef) else {}
            own = own or (names.labels_beside(beside) if beside is not None else {})
            alike = (labels for name, labels in known.items() if (fields or {}).get(name) == value.type)
            for labels in (own, *alike, self.labels_of(value.type)):
                if value.value in labels:
                    return labels[value.value].zh
            label = names.label(value.value, value.type)
            return label.zh if label is not None else str(value.value)

        here = None if expected is None else n.FactRef(_HERE, expected)
        zh = unparse(names.worded(bound.node, called, here), self._naming(named or {}), zh=True)
        return Label(zh, unparse(bound.node, _plainly))

    def _naming(self, named: Labels) -> Callable[[str, str], str]:
        def naming(kind: str, name: str) -> str:
            if kind == "value":
                return name
            if kind == "word":
                return CALLS.get(name, name)
            if kind == "fact" and named.get(name):
                return named[name].zh
            return self.name(kind, name).zh

        return naming

    def of_procedure(self, full: str, procedure: Procedure) -> Callable[[Expression], Label]:
        """Return how the expressions of a procedure (by full name) are said."""
        named = {"day": Label("当日", "day"), **{name: item.label for name, item in procedure.field_names.items()}}
        of_fields = {name: dict(item.labels) for name, item in procedure.field_names.items() if item.labels}

        def spell(expression: Expression) -> Label:
            practice = full.rpartition(".")[0]
            return self.expression(
                expression, practice=practice, fields=procedure.field_types, named=named, of_fields=of_fields
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
            return named or self.measured(value, parameter.type, parameter.labels)
        fact = next((item for item in self._rules.terms.facts if item.name == parameter.per), None)
        keys = {**self._services, **(self.labels_of(fact.type, fact.labels) if fact is not None else {})}
        pairs = [
            (keys.get(key) or Label(str(key), str(key)), self.measured(item, parameter.type, parameter.labels))
            for key, item in value
        ]
        zh = "；".join(f"{key.zh} {item.zh}" for key, item in pairs)
        return Label(zh, "; ".join(f"{key.text('en')} {item.text('en')}" for key, item in pairs))


def _plainly(_kind: str, name: str) -> str:
    return name.rpartition(".")[2]
