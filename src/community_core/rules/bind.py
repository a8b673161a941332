"""From syntax to the typed tree: names resolved, types and units checked; a fault is a finding with its column."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from attrs import field, frozen

from community_core.base.findings import Finding, finding
from community_core.base.money import Money, Rounding
from community_core.rules import nodes as n
from community_core.rules.quantities import QUANTITIES, arithmetic_type, quantity
from community_core.rules.scope import Ambiguous, Scope
from community_core.rules.terms import Expression
from community_core.rules.text import Syntax, parse
from community_core.rules.types import BOOL, INT, MONEY, TEXT, Kind, ValueType
from community_core.rules.vocabulary import EXACT, ROUNDED_TO, TypeMismatch, same_unit

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//"}
_ORDERED = (Kind.INT, Kind.DATE, Kind.MONEY, Kind.SHARE)
#: The code of a fault that only passes on another one.
DEPENDS = "depends-on-broken"


@frozen
class Bound:
    """A bound expression: its typed tree, or the findings that say why there is none."""

    expression: Expression
    node: n.Node | None
    findings: tuple[Finding, ...] = ()
    syntax: Syntax | None = field(default=None, eq=False, repr=False)


class _Fault(Exception):
    def __init__(self, found: Finding) -> None:
        self.finding = found
        super().__init__(found.code)


def bind(
    expression: Expression,
    scope: Scope,
    practice: str,
    *,
    expected: ValueType | None = None,
    fields: Mapping[str, ValueType] | None = None,
    guard: bool = False,
) -> Bound:
    """Bind *expression* as it reads inside *practice*.

    *expected* is the type that the place asks for; *fields* are a case's fields, which come before facts;
    *guard* allows ``known(x)``.
    """
    syntax = parse(expression)
    if isinstance(syntax, Finding):
        return Bound(expression, None, (syntax,))
    binder = _Binder(syntax, scope, practice, fields or {}, guard)
    try:
        node = binder.bind(syntax.tree, expected)
        if expected is not None:
            binder.require(syntax.tree, node, expected)
    except _Fault as fault:
        return Bound(expression, None, (fault.finding,), syntax)
    except RecursionError:
        deep = finding(
            "expression-too-deep", "表达式嵌套过深", "the expression is nested too deeply", expression.origin
        )
        return Bound(expression, None, (deep,), syntax)
    return Bound(expression, node, (), syntax)


class _Binder:
    def __init__(
        self, syntax: Syntax, scope: Scope, practice: str, fields: Mapping[str, ValueType], guard: bool
    ) -> None:
        self.syntax = syntax
        self.scope = scope
        self.practice = practice
        self.fields = fields
        self.guard = guard

    def fault(self, node: ast.AST, code: str, zh: str, en: str, name: str = "") -> _Fault:
        named = {"name": name} if name else {}
        return _Fault(finding(code, zh, en, self.syntax.origin(node), **named))

    def source(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.syntax.text, node) or ast.dump(node)

    # -- the kinds of syntax ---------------------------------------------------------------------------------------

    def bind(self, node: ast.expr, expected: ValueType | None = None) -> n.Node:
        if isinstance(node, ast.Constant):
            return self.constant(node, expected)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self.name(node, expected)
        if isinstance(node, ast.BoolOp):
            items = tuple(self.boolean(item) for item in node.values)
            return n.And(items) if isinstance(node.op, ast.And) else n.Or(items)
        if isinstance(node, ast.UnaryOp):
            return self.unary(node, expected)
        if isinstance(node, ast.Compare):
            return self.compare(node)
        if isinstance(node, ast.BinOp):
            return self.arithmetic(node)
        if isinstance(node, ast.IfExp):
            return self.if_else(node, expected)
        if isinstance(node, ast.Subscript):
            return self.lookup(node)
        if isinstance(node, ast.Call):
            return self.call(node)
        raise self.fault(
            node,
            "expression-form",
            f"规则里不能这样写：{self.source(node)!r}",
            f"this form is not part of the language of rules: {self.source(node)!r}",
        )

    def boolean(self, node: ast.expr) -> n.Node:
        bound = self.bind(node, BOOL)
        self.require(node, bound, BOOL)
        return bound

    def require(self, where: ast.expr, node: n.Node, expected: ValueType) -> None:
        given = node.type
        fits = (
            same_unit(given, expected)
            and (given.unit == EXACT) == (expected.unit == EXACT)
            and (expected.kind is not Kind.ENUM or set(given.values) <= set(expected.values))
        )
        if not fits:
            raise self.fault(
                where,
                "type-mismatch",
                f"这里要的是 {expected}，写的是 {given}：{self.source(where)!r}",
                f"{expected} is wanted here, not {given}: {self.source(where)!r}",
            )

    def constant(self, node: ast.Constant, expected: ValueType | None) -> n.Node:
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

    def dotted(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute):
            return f"{self.dotted(node.value)}.{node.attr}"
        raise self.fault(
            node,
            "expression-form",
            f"规则里不能这样写：{self.source(node)!r}",
            f"this form is not part of the language of rules: {self.source(node)!r}",
        )

    def name(self, node: ast.expr, expected: ValueType | None) -> n.Node:
        word = self.dotted(node)
        found = self.named(node, word, expected)
        if found is not None:
            return found
        self.not_broken(node, word)
        if expected is not None and expected.kind is Kind.ENUM:
            self.enum_value(node, word, expected)
        near = self.scope.near(word)
        hint_zh = f"；是否指 {'、'.join(near)}" if near else "；请先声明，或改正拼写"
        hint_en = f"; did you mean {', '.join(near)}?" if near else "; declare it, or correct the spelling"
        raise self.fault(
            node,
            "unknown-name",
            f"没有叫 {word!r} 的条款项{hint_zh}",
            f"nothing is called {word!r}{hint_en}",
            name=word,
        )

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
            if word in expected.values:
                return n.Const(word, expected)
            labelled = self.by_label(word, expected)
            if labelled is not None:
                return n.Const(labelled, expected)
        if word in self.fields:
            return n.FactRef(word, self.fields[word])
        if word == "day":
            return n.DayRef()
        try:
            found = self.scope.find(word, self.practice)
        except Ambiguous as several:
            names = "、".join(several.names)
            raise self.fault(
                node,
                "ambiguous-name",
                f"{word!r} 可以指 {names}；请写全名",
                f"{word!r} could be {', '.join(several.names)}; write the full name",
                name=word,
            ) from None
        if found is None:
            return self.output(word)
        kind, full = found
        if kind == "fact":
            fact = self.scope.facts[full]
            return n.FactRef(full, fact.type)
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

    def unary(self, node: ast.UnaryOp, expected: ValueType | None) -> n.Node:
        if isinstance(node.op, ast.Not):
            return n.Not(self.boolean(node.operand))
        if isinstance(node.op, ast.USub):
            operand = self.bind(node.operand, expected)
            if operand.type.kind in (Kind.INT, Kind.MONEY) and operand.type.unit != EXACT:
                zero = Money(0) if operand.type.kind is Kind.MONEY else 0
                return n.Arith("-", n.Const(zero, operand.type), operand, operand.type)
        raise self.fault(
            node,
            "expression-form",
            f"规则里不能这样写：{self.source(node)!r}",
            f"this form is not part of the language of rules: {self.source(node)!r}",
        )

    # -- comparisons -----------------------------------------------------------------------------------------------

    def quiet(self, node: ast.expr) -> n.Node | None:
        """Bind a bare name without an expectation; ``None`` where only a value of an enumeration can be meant."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self.named(node, self.dotted(node), None)
        return self.bind(node)

    def sides(self, left: ast.expr, right: ast.expr) -> tuple[n.Node, n.Node]:
        first = None if isinstance(left, ast.Constant) else self.quiet(left)
        if first is not None:
            return first, self.bind(right, first.type)
        second = self.bind(right)
        return self.bind(left, second.type), second

    def compare(self, node: ast.Compare) -> n.Node:
        parts: list[n.Node] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self.one_comparison(node, op, left, right))
            left = right
        return parts[0] if len(parts) == 1 else n.And(tuple(parts))

    def one_comparison(self, node: ast.Compare, op: ast.cmpop, left: ast.expr, right: ast.expr) -> n.Node:
        if isinstance(op, (ast.In, ast.NotIn)):
            member = self.member(left, right)
            return n.Not(member) if isinstance(op, ast.NotIn) else member
        sign = _COMPARISONS.get(type(op))
        if sign is None:
            raise self.fault(
                node, "expression-form", "规则里没有这种比较", "this comparison is not part of the language of rules"
            )
        a, b = self.sides(left, right)
        self.comparable(right, a, b)
        if sign in ("<", "<=", ">", ">=") and a.type.kind not in _ORDERED:
            raise self.fault(
                left,
                "type-mismatch",
                f"{a.type} 不能比较大小：{self.source(left)!r}",
                f"{a.type} has no order: {self.source(left)!r}",
            )
        return n.Compare(sign, a, b)

    def comparable(self, where: ast.expr, a: n.Node, b: n.Node) -> None:
        both_exact = (a.type.unit == EXACT) == (b.type.unit == EXACT)
        share_values = a.type.kind is not Kind.ENUM or bool(set(a.type.values) & set(b.type.values))
        if same_unit(a.type, b.type) and share_values and both_exact:
            return
        if a.type.kind is b.type.kind and a.type.kind is not Kind.ENUM:
            raise self.fault(
                where,
                "unit-mismatch",
                f"单位不同，不能相比：{a.type} 与 {b.type}",
                f"different units cannot be compared: {a.type} with {b.type}",
            )
        raise self.fault(
            where,
            "type-mismatch",
            f"类型不同，不能相比：{a.type} 与 {b.type}",
            f"different types cannot be compared: {a.type} with {b.type}",
        )

    def member(self, left: ast.expr, right: ast.expr) -> n.Node:
        if not isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            members = self.bind(right)
            if members.type.kind is not Kind.LIST or members.type.of is None:
                raise self.fault(
                    right,
                    "type-mismatch",
                    f"in 后面应是 (甲, 乙) 或一个列表：{self.source(right)!r}",
                    f"after in comes (a, b) or a list: {self.source(right)!r}",
                )
            item = self.bind(left, members.type.of)
            return n.Call("contains", (item, members), BOOL)
        item = self.bind(left)
        options = []
        for element in right.elts:
            option = self.bind(element, item.type)
            self.comparable(element, item, option)
            options.append(option)
        if not options:
            raise self.fault(right, "expression-form", "in 后面没有值", "there is nothing after in")
        if all(isinstance(option, n.Const) for option in options):
            return n.Member(item, tuple(options))
        return n.Or(tuple(n.Compare("==", item, option) for option in options))

    # -- arithmetic and the rest -----------------------------------------------------------------------------------

    def arithmetic(self, node: ast.BinOp) -> n.Node:
        sign = _ARITHMETIC.get(type(node.op))
        if sign is None:
            raise self.fault(
                node,
                "expression-form",
                f"规则里只有 + - * //：{self.source(node)!r}",
                f"arithmetic is + - * // only: {self.source(node)!r}",
            )
        left, right = self.bind(node.left), self.bind(node.right)
        kind = arithmetic_type(sign, left.type, right.type)
        if kind is None:
            raise self.fault(
                node,
                "type-mismatch",
                f"不能这样计算：{left.type} {sign} {right.type}",
                f"there is no {left.type} {sign} {right.type}",
            )
        return n.Arith(sign, left, right, kind)

    def if_else(self, node: ast.IfExp, expected: ValueType | None) -> n.Node:
        condition = self.boolean(node.test)
        if expected is None:
            then, other = self.sides(node.body, node.orelse)
        else:
            then, other = self.bind(node.body, expected), self.bind(node.orelse, expected)
        if then.type.kind is Kind.ENUM and expected is not None:
            return n.IfElse(condition, then, other, expected)
        self.comparable(node.orelse, then, other)
        return n.IfElse(condition, then, other, then.type if then.type.unit else other.type)

    def lookup(self, node: ast.Subscript) -> n.Node:
        word = self.dotted(node.value)
        try:
            found = self.scope.find(word, self.practice)
        except Ambiguous as several:
            raise self.fault(
                node,
                "ambiguous-name",
                f"{word!r} 可以指 {'、'.join(several.names)}；请写全名",
                f"{word!r} could be {', '.join(several.names)}; write the full name",
            ) from None
        if found is None:
            self.not_broken(node, word)
        if found is None or found[0] != "parameter" or not self.scope.parameters[found[1]].per:
            raise self.fault(
                node,
                "unknown-name",
                f"没有叫 {word!r} 的分列参数",
                f"no table-valued parameter is called {word!r}",
                name=word,
            )
        parameter = self.scope.parameters[found[1]]
        fact = self.scope.facts.get(parameter.per)
        if fact is None:
            raise self.fault(
                node,
                "unknown-name",
                f"参数 {word} 按事实 {parameter.per!r} 分列，而没有这个事实",
                f"parameter {word} is a table by {parameter.per!r}, and there is no such fact",
            )
        key = self.bind(node.slice, fact.type)
        self.require(node.slice, key, fact.type)
        return n.Lookup(found[1], key, parameter.type)

    def call(self, node: ast.Call) -> n.Node:
        name = self.dotted(node.func)
        if node.keywords:
            raise self.fault(
                node, "expression-form", "函数的参数不写名字", "arguments of a function are written without names"
            )
        if name in QUANTITIES:
            return self.quantity(node, name)
        if name == "known":
            return self.known(node)
        word = self.scope.words.get(name)
        if word is None or name == "contains":
            near = self.scope.near(name)
            raise self.fault(
                node,
                "unknown-function",
                f"没有叫 {name!r} 的函数" + (f"；是否指 {'、'.join(near)}" if near else ""),
                f"there is no function {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""),
                name=name,
            )
        if name == "rounded":
            return self.rounded(node)
        args = tuple(self.bind(arg) for arg in node.args)
        try:
            kind = word.typed([arg.type for arg in args])
        except TypeMismatch as wrong:
            raise self.fault(node, "type-mismatch", wrong.zh, wrong.en) from None
        return n.Call(name, args, kind)

    def known(self, node: ast.Call) -> n.Node:
        if not self.guard:
            raise self.fault(
                node,
                "known-in-decision",
                "known(…) 只能用于环节的条件；判定表里不能用，否则多知道一项就可能改变结果",
                "known(…) belongs in the guards of steps only; in a decision it would let knowledge change outcomes",
            )
        if len(node.args) != 1:
            raise self.fault(node, "type-mismatch", "known 只有一个参数", "known takes one argument")
        return n.Known(self.bind(node.args[0]))

    def rounded(self, node: ast.Call) -> n.Node:
        words = [arg.id if isinstance(arg, ast.Name) else "" for arg in node.args[1:]]
        ways = {way.value for way in Rounding}
        if not words or words[0] not in ways or len(words) > 2 or (len(words) == 2 and words[1] not in ROUNDED_TO):
            raise self.fault(
                node,
                "type-mismatch",
                "应写作 rounded(数额, half_up, fen)；方式有 "
                + "、".join(sorted(ways))
                + "；金额单位有 fen、jiao、yuan",
                f"write rounded(amount, half_up, fen); ways are {', '.join(sorted(ways))}; units fen, jiao, yuan",
            )
        amount = self.bind(node.args[0])
        money = amount.type.kind is Kind.MONEY
        if money != (len(words) == 2) or amount.type.kind not in (Kind.MONEY, Kind.INT):
            raise self.fault(
                node,
                "type-mismatch",
                "金额要写明取整到 fen、jiao 或 yuan；数不写单位",
                "money is rounded to fen, jiao or yuan; a number is rounded without a unit",
            )
        extra = tuple(n.Const(word, TEXT) for word in (*words, *([] if money else [""])))
        return n.Call("rounded", (amount, *extra), MONEY if money else INT)

    def quantity(self, node: ast.Call, name: str) -> n.Node:
        value = node.args[0].value if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) else None
        constant = quantity(name, value)
        if constant is None:
            raise self.fault(
                node,
                "expression-constant",
                f"{self.source(node)!r} 不是一个量；可写 pct(60)、yuan('12.50')、days(10)、date('2006-05-01')",
                f"{self.source(node)!r} is no quantity; write pct(60), yuan('12.50'), days(10), date('2006-05-01')",
            )
        return constant
