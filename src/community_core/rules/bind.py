"""From syntax to the typed tree: names resolved, types and units checked; a fault is a finding with its column."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from attrs import field, frozen

from community_core.base.findings import Finding, finding
from community_core.base.money import Money, Rounding
from community_core.rules import nodes as n
from community_core.rules.bind_names import Fault, NameBinder
from community_core.rules.members import HOW
from community_core.rules.quantities import QUANTITIES, arithmetic_type, quantity
from community_core.rules.scope import Ambiguous, Scope
from community_core.rules.terms import Expression, Fact
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


@frozen
class Bound:
    """A bound expression: its typed tree, or the findings that say why there is none."""

    expression: Expression
    node: n.Node | None
    findings: tuple[Finding, ...] = ()
    syntax: Syntax | None = field(default=None, eq=False, repr=False)


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
    except Fault as fault:
        return Bound(expression, None, (fault.finding,), syntax)
    except RecursionError:
        deep = finding(
            "expression-too-deep", "表达式嵌套过深", "the expression is nested too deeply", expression.origin
        )
        return Bound(expression, None, (deep,), syntax)
    return Bound(expression, node, (), syntax)


class _Binder(NameBinder):
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
        if kind.kind is Kind.DATE and right.type.unit == "workday":
            return n.Call("plus_workdays", (left, right), kind)
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
            raise Fault(several.finding(self.syntax.origin(node))) from None
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
        if name in HOW and len(node.args) == 1 and (name != "count" or self.over_members(node.args[0])):
            return self.members(node, name)
        word = self.scope.words.get(name)
        if word is None or name in ("contains", "plus_workdays"):
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

    def over_members(self, node: ast.expr) -> bool:
        """Whether *node* is members, bare or with ``for``; a count of a list is another word."""
        if isinstance(node, ast.GeneratorExp):
            return True
        bare = self.quiet(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        return bare is not None and bare.type.kind is Kind.MEMBERS

    def members(self, node: ast.Call, how: str) -> n.Node:
        """``count(m for m in family if m.disabled)``, ``total(m.income for m in family)``, ``any(…)``, ``all(…)``."""
        given = node.args[0]
        if not isinstance(given, ast.GeneratorExp):
            members = self.bind(given)
            if how == "count" and members.type.kind is Kind.MEMBERS:
                return n.Members(how, members, None, None, (), INT)
            raise self.loop_fault(node, how)
        loop = given.generators[0]
        members = self.bind(loop.iter)
        one_loop = len(given.generators) == 1 and len(loop.ifs) <= 1
        if not one_loop or members.type.kind is not Kind.MEMBERS or not isinstance(loop.target, ast.Name):
            raise self.loop_fault(node, how)
        inside = _OfMember(self, loop.target.id, members.type.unit)
        condition = inside.boolean(loop.ifs[0]) if loop.ifs else None
        value = None if how == "count" else inside.bind(given.elt) if how == "total" else inside.boolean(given.elt)
        kind = INT if value is None else value.type
        if how == "total" and (kind.kind not in (Kind.INT, Kind.MONEY) or kind.unit == EXACT):
            raise self.fault(node, "type-mismatch", f"total 不能加 {kind}", f"total adds no {kind}")
        return n.Members(how, members, condition, value, tuple(inside.seen.items()), kind)

    def loop_fault(self, node: ast.Call, how: str) -> Fault:
        return self.fault(
            node,
            "type-mismatch",
            f"应写作 {how}(m.事实 for m in 成员 if 条件)：{self.source(node)!r}",
            f"write {how}(m.fact for m in members if condition): {self.source(node)!r}",
        )

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


class _OfMember(_Binder):
    """Binds what is said of each member: ``m.fact`` is the member's fact; parameters and the day stand as elsewhere."""

    def __init__(self, outside: _Binder, variable: str, subject: str) -> None:
        super().__init__(outside.syntax, outside.scope, outside.practice, {}, guard=False)
        self.variable = variable
        self.subject = subject
        self.seen: dict[str, ValueType] = {}

    def named(self, node: ast.expr, word: str, expected: ValueType | None) -> n.Node | None:
        variable, _, name = word.partition(".")
        if variable == self.variable and name:
            fact = self.scope.facts.get(name) or self.labelled(name)
            if fact is None or (self.subject and fact.of != self.subject):
                raise self.fault(
                    node,
                    "unknown-name",
                    f"{self.subject or '成员'} 没有叫 {name!r} 的事实",
                    f"{self.subject or 'a member'} has no fact {name!r}",
                    name=name,
                )
            self.read(fact)
            return n.FactRef(fact.name, fact.type)
        found = super().named(node, word, expected)
        if isinstance(found, (n.FactRef, n.DecisionRef)):
            raise self.fault(
                node,
                "not-of-member",
                f"这里只能用成员自己的事实（{self.variable}.…）、参数和 day：{word!r}",
                f"only the member's own facts ({self.variable}.…), parameters and day stand here, not {word!r}",
                name=word,
            )
        return found

    def labelled(self, name: str) -> Fact | None:
        facts = [fact for fact in self.scope.facts.values() if fact.label.zh == name]
        return facts[0] if len(facts) == 1 else None

    def read(self, fact: Fact) -> None:
        """Note that a member's fact is read, and what it is derived from."""
        if fact.name in self.seen:
            return
        self.seen[fact.name] = fact.type
        if fact.derived is not None:
            syntax = parse(fact.derived)
            if isinstance(syntax, Syntax):
                for part in ast.walk(syntax.tree):
                    other = self.scope.facts.get(part.id) if isinstance(part, ast.Name) else None
                    if other is not None:
                        self.read(other)
