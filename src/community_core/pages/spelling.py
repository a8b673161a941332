"""Expressions, values and types of a district's rules in words, in both languages; it decides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from community_core.base.labels import Label, Language, joined
from community_core.jurisdiction.rules import Rules
from community_core.pages.texts import value_text
from community_core.pages.words import BALLOTS, in_words
from community_core.procedures.definition import Procedure
from community_core.rules import nodes as n
from community_core.rules.naming import Labels, values_of
from community_core.rules.terms import Expression, Output, Parameter, Row
from community_core.rules.type_words import UNITS
from community_core.rules.types import BOOL, Kind, ValueType
from community_core.rules.unparse import unparse

#: The term that an expression gives a value of, whatever it is called.
_HERE = ""
_QUOTED = re.compile(r"“([a-z][a-z0-9_]*)”")


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
        for full, procedure in terms.procedures:
            self._names[("procedure", full)] = procedure.title
        for full, listed in terms.code_lists:
            self._names[("code list", full)] = listed.label
        self._words = {item.name: item.label for item in rules.functions if item.label}
        # What is broken or only proposed is no term, and is spoken of all the same.
        for practice in rules.practices:
            for item in (*practice.parameters, *practice.decisions, *practice.procedures):
                label = item.label if isinstance(item, Parameter) else item.title
                self._names.setdefault(("declared", f"{practice.name}.{item.name}"), label)
        self._in_full = {name: label for (_, name), label in self._names.items() if "." in name and label}
        self._by_practice: dict[str, dict[str, Label]] = {}
        for name, label in self._in_full.items():
            owner, _, short = name.rpartition(".")
            # A single word in a sentence is seldom a name.
            if "_" in short:
                self._by_practice.setdefault(owner, {})[short] = label
        self._services = {full.rpartition(".")[2]: service.label for full, service in terms.services if service.label}

    def labels_of(self, kind: ValueType, own: Iterable[tuple[str, Label]] = ()) -> Labels:
        """Return what the values of an enumeration (or of a list of them) are called; *own* labels go first."""
        usual = {**self._services, **BALLOTS}
        known = {value: usual[value] for value in values_of(kind) if value in usual}
        return {**known, **self._rules.engine.names.labels_alike(kind), **dict(own)}

    def name(self, kind: str, name: str) -> Label:
        """Return what the term of a kind (``fact parameter decision``) is called, or the last part of its name."""
        return self._names.get((kind, name)) or Label(name.rpartition(".")[2], name.rpartition(".")[2])

    def called(self, full: str) -> Label:
        """Return what a term is called by its full name; nothing where it has no label."""
        return self._in_full.get(full) or Label()

    def fact_value(self, name: str, value: str) -> tuple[Label, Label]:
        """Return what a fact is called, and its value as a code list writes it."""
        fact = next((item for item in self._rules.terms.facts if item.name == name), None)
        if fact is None:
            return Label(name, name), Label(value, value)
        if fact.type.kind is Kind.BOOL:
            return self.name("fact", name), value_text(value == "true")
        return self.name("fact", name), value_text(value, self.labels_of(fact.type, fact.labels))

    def term(self, full: str) -> Label:
        """Return what a term is called, whatever it is, with its name beside it; else the name alone."""
        return self.in_words(Label(full, full))

    def in_words(self, message: Label, practice: str = "") -> Label:
        """Return *message* with what the terms are called that it names, those of *practice* by its last part."""
        return in_words(message, {**self._in_full, **self._by_practice.get(practice, {})})

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
        prose: bool = False,
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
            prose: that the English is a part of a sentence, and in words as the Chinese is.
        """
        bound = self._rules.engine.bind_expression(
            expression, practice=practice, fields=fields or {}, guard=True, expected=expected
        )
        if bound.node is None:
            return BALLOTS.get(expression.text) or Label(expression.text, expression.text)
        names, known = self._rules.engine.names, {**(of_fields or {}), _HERE: dict(owned)}
        here = None if expected is None else n.FactRef(_HERE, expected)

        def said(lang: Language) -> str:
            def called(value: n.Const, beside: n.Node | None) -> str:
                own = known.get(beside.name, {}) if isinstance(beside, n.FactRef) else {}
                own = own or (names.labels_beside(beside) if beside is not None else {})
                alike = (labels for name, labels in known.items() if (fields or {}).get(name) == value.type)
                for labels in (own, *alike, self.labels_of(value.type)):
                    if value.value in labels:
                        return labels[value.value].text(lang)
                label = names.label(value.value, value.type)
                return label.text(lang) if label is not None else str(value.value)

            assert bound.node is not None  # noqa: S101 - see above
            worded = names.worded(bound.node, called, here)
            return self._services_called(unparse(worded, self._naming(named or {}, lang), zh=lang == "zh"))

        return Label(said("zh"), said("en") if prose else unparse(bound.node, _plainly))

    def _services_called(self, text: str) -> str:
        """Return a Chinese text with what the services are called that stand in it as values."""
        services = self._services
        return _QUOTED.sub(lambda quoted: f"“{services[quoted[1]].zh}”" if quoted[1] in services else quoted[0], text)

    def _naming(self, named: Labels, lang: Language) -> Callable[[str, str], str]:
        def naming(kind: str, name: str) -> str:
            if kind == "value":
                return name
            if kind == "word":
                label = self._words.get(name) or Label(name, name.replace("_", " "))
            else:
                label = (named.get(name) if kind == "fact" else None) or self.name(kind, name)
            said = label.text(lang)
            return f"“{said}”" if lang == "en" and " " in said else said

        return naming

    def row(
        self, full: str, outputs: Iterable[Output], row: Row, *, otherwise: bool = False, prose: bool = False
    ) -> tuple[Label, tuple[Label, ...]]:
        """Return the condition and the outcomes of a row of the decision *full*; *otherwise* is its last resort.

        In *prose* the English is in words as well.
        """
        practice = full.rpartition(".")[0]
        if otherwise:
            when = Label("以上都不成立", "none of these")
        elif row.when.text == "true":
            when = Label("其余任何情形", "anything else")
        else:
            when = self.expression(row.when, practice=practice, expected=BOOL, prose=prose)
        given = dict(row.then)
        then = tuple(
            self.expression(given[item.name], practice=practice, expected=item.type, owned=item.labels, prose=prose)
            for item in outputs
            if item.name in given
        )
        return when, then

    def outcome(self, full: str, outcome: Any) -> Label:
        """Return an outcome of the decision *full*: one value, or several by the names of its outputs."""
        decision = dict(self._rules.terms.decisions)[full]
        outputs = {item.name: item for item in decision.outputs}

        def said(name: str, value: Any) -> Label:
            return value_text(value, self.labels_of(outputs[name].type, outputs[name].labels))

        if not isinstance(outcome, Mapping):
            return said(decision.outputs[0].name, outcome)
        parts = [(outputs[name].label or Label(name, name), said(name, value)) for name, value in outcome.items()]
        return joined((joined(pair, " ", " ") for pair in parts), "；", "; ")

    def of_procedure(self, full: str, procedure: Procedure, *, prose: bool = False) -> Callable[[Expression], Label]:
        """Return how the expressions of a procedure (by full name) are said; see :meth:`expression`."""
        named = {"day": Label("当日", "day"), **{name: item.label for name, item in procedure.field_names.items()}}
        of_fields = {name: dict(item.labels) for name, item in procedure.field_names.items() if item.labels}

        def spell(expression: Expression) -> Label:
            practice = full.rpartition(".")[0]
            return self.expression(
                expression,
                practice=practice,
                fields=procedure.field_types,
                named=named,
                of_fields=of_fields,
                prose=prose,
            )

        return spell

    def period(self, full: str, procedure: Procedure) -> Callable[[Expression], Label]:
        """Return how the periods of a procedure are said: a parameter by its label in both languages."""
        spell = self.of_procedure(full, procedure, prose=True)

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
