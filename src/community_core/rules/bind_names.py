"""What a name or constant of an expression means: values of an enumeration, fields, facts, parameters, decisions."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Final

from community_core.base.findings import Finding, finding
from community_core.base.ids import folded, spelt
from community_core.base.labels import Label
from community_core.rules import nodes as n
from community_core.rules.scope import Ambiguous, Scope
from community_core.rules.text import Syntax
from community_core.rules.types import BOOL, INT, TEXT, Kind, ValueType

#: What to write in the place of a form that is no part of the language.
_INSTEAD: Final = (
    (ast.Tuple, Label("条件之间写 and（且）或 or（或），不用逗号", "join conditions by and, or, not by a comma")),
    (ast.Compare, Label("相等写 ==，不等写 !=", "write == for equality, != for inequality")),
)
_SEE: Final = Label("可用的写法见《规则的语言》", "see The language of rules for what can be written")
#: The code of a fault that only passes on another one.
DEPENDS = "depends-on-broken"


class Fault(Exception):
    """One finding on its way up to whoever binds the expression."""

    def __init__(self, found: Finding) -> None:
        self.finding = found
        super().__init__(found.code)


class NameBinder:
    """Names and constants of one expression, as they read inside one practice."""

    def __init__(
        self, syntax: Syntax, scope: Scope, practice: str, fields: Mapping[str, ValueType], guard: bool
    ) -> None:
        self.syntax = syntax
        self.scope = scope
        self.practice = practice
        self.fields = fields
        self.guard = guard
        self._spelt = {folded(name): name for name in fields}

    def fault(self, node: ast.AST, code: str, zh: str, en: str, name: str = "") -> Fault:
        """Return the fault at *node*, with both texts."""
        named = {"name": name} if name else {}
        return Fault(finding(code, zh, en, self.syntax.origin(node), **named))

    def source(self, node: ast.AST) -> str:
        """Return the text of *node* as it was written."""
        return ast.get_source_segment(self.syntax.text, node) or ast.dump(node)

    def constant(self, node: ast.Constant, expected: ValueType | None) -> n.Node:
        """Bind a constant; a text is a value where an enumeration is expected."""
        value = node.value
        if value is True or value is False:
            return n.Const(value, BOOL)
        if type(value) is int:
            return n.Const(value, INT)
        if isinstance(value, str):
            if expected is not None and expected.kind is Kind.ENUM:
                return self.enum_value(node, value, expected)
            return n.Const(value, TEXT)
        raise self.fault(
            node,
            "expression-constant",
            f"规则里不用小数等常量：{self.source(node)!r}；比例写 pct(60)，金额写 yuan('12.50')",
            f"{self.source(node)!r} is no constant of the language; a share is pct(60), money yuan('12.50')",
        )

    def enum_value(self, node: ast.expr, word: str, expected: ValueType) -> n.Node:
        """Bind *word* as a value of the expected enumeration."""
        if word in expected.values:
            return n.Const(word, expected)
        known = "、".join(expected.values)
        raise self.fault(
            node,
            "unknown-value",
            f"没有值 {word!r}；可用的值：{known}",
            f"there is no value {word!r}; the values are {', '.join(expected.values)}",
            name=word,
        )

    def no_form(self, node: ast.expr) -> Fault:
        """Return the fault of what the language of rules does not have."""
        hint = next((label for kind, label in _INSTEAD if isinstance(node, kind)), _SEE)
        return self.fault(
            node,
            "expression-form",
            f"规则里不能这样写：{self.source(node)!r}；{hint.zh}",
            f"this form is not part of the language of rules: {self.source(node)!r}; {hint.en}",
        )

    def dotted(self, node: ast.expr) -> str:
        """Return the dotted name that *node* writes."""
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute):
            return f"{self.dotted(node.value)}.{node.attr}"
        raise self.no_form(node)

    def name(self, node: ast.expr, expected: ValueType | None) -> n.Node:
        """Bind a name that must mean something."""
        word = self.dotted(node)
        found = self.named(node, word, expected)
        if found is not None:
            return found
        self.not_broken(node, word)
        if expected is not None and expected.kind is Kind.ENUM:
            self.enum_value(node, word, expected)
        joined = self.hyphened(word)
        near = (joined,) if joined else self.scope.near(word)
        hint_zh, hint_en = "；请先声明，或改正拼写", "; declare it, or correct the spelling"
        if near:
            hint_zh, hint_en = f"；是否指 {'、'.join(near)}", f"; did you mean {', '.join(near)}?"
        elif not word.isascii():
            hint_zh, hint_en = f"{hint_zh}；词与词之间要空一格", f"{hint_en}; part words by spaces"
        raise self.fault(
            node,
            "unknown-name",
            f"没有叫 {word!r} 的条款项{hint_zh}",
            f"nothing is called {word!r}{hint_en}",
            name=word,
        )

    def hyphened(self, word: str) -> str:
        """Return how the name is spelt here of which *word* is what stands before or behind a hyphen; else nothing."""
        for whole in re.findall(rf"[\w.-]*{re.escape(word)}[\w.-]*", self.syntax.text):
            if "-" in whole and self.scope.known(spelt(whole), self.practice):
                return spelt(whole)
        return ""

    def not_broken(self, node: ast.expr, word: str) -> None:
        """Refuse a name whose declaration is broken; the finding is about that declaration and not a new one."""
        broken = self.scope.broken(word, self.practice)
        if broken is not None:
            raise self.fault(
                node,
                DEPENDS,
                f"{word!r} 指向有问题的 {broken}",
                f"{word!r} means {broken}, whose declaration is broken",
                name=broken,
            )

    def named(self, node: ast.expr, word: str, expected: ValueType | None) -> n.Node | None:
        """What *word* names, or ``None``; the value of an expected enumeration first, then fields, then terms."""
        if word in ("true", "false"):
            return n.Const(word == "true", BOOL)
        if expected is not None and expected.kind is Kind.ENUM:
            meant = next((value for value in expected.values if folded(value) == folded(word)), None)
            if meant is not None:
                return n.Const(meant, expected)
            labelled = self.by_label(word, expected)
            if labelled is not None:
                return n.Const(labelled, expected)
        own = self._spelt.get(folded(word))
        if own is not None:
            return n.FactRef(own, self.fields[own].bare)
        if word == "day":
            return n.DayRef()
        try:
            found = self.scope.find(word, self.practice)
        except Ambiguous as several:
            raise Fault(several.finding(self.syntax.origin(node))) from None
        if found is None:
            return self.output(word)
        kind, full = found
        if kind == "fact":
            fact = self.scope.facts[full]
            return n.FactRef(full, fact.type.bare)
        if kind == "parameter":
            parameter = self.scope.parameters[full]
            if parameter.per:
                raise self.fault(
                    node,
                    "table-parameter",
                    f"{word} 是按 {parameter.per} 分列的参数，请写 {word}[{parameter.per}]",
                    f"{word} is a table by {parameter.per}; write {word}[{parameter.per}]",
                )
            return n.ParamRef(full, parameter.type)
        outputs = self.scope.decisions[full].outputs
        if len(outputs) > 1:
            listed = ", ".join(f"{word}.{output.name}" for output in outputs)
            raise self.fault(
                node,
                "several-outputs",
                f"{word} 有几个结果，请写明哪一个：{listed}",
                f"{word} has several outputs; name one: {listed}",
            )
        return n.DecisionRef(full, outputs[0].name, outputs[0].type)

    def output(self, word: str) -> n.Node | None:
        """The output that *word* names as ``decision.output``, or ``None``."""
        base, _, name = word.rpartition(".")
        try:
            found = self.scope.find(base, self.practice) if base else None
        except Ambiguous:
            return None
        if found is None or found[0] != "decision":
            return None
        for output in self.scope.decisions[found[1]].outputs:
            if output.name == name:
                return n.DecisionRef(found[1], name, output.type)
        return None

    def by_label(self, word: str, expected: ValueType) -> str | None:
        """Return the value of the expected enumeration whose Chinese label is *word*, or ``None``."""
        for fact in self.scope.facts.values():
            if fact.type == expected:
                for value, label in fact.labels:
                    if label.zh == word:
                        return value
        for decision in self.scope.decisions.values():
            for output in decision.outputs:
                if output.type == expected:
                    for value, label in output.labels:
                        if label.zh == word:
                            return value
        return None
