"""From syntax to the typed tree: names resolved, types and units checked; a fault is a finding with its column."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from attrs import field, frozen

from community_core.base.findings import Finding, finding
from community_core.base.money import Money
from community_core.rules import nodes as n
from community_core.rules.bind_calls import CallBinder
from community_core.rules.bind_names import Fault
from community_core.rules.quantities import arithmetic_type
from community_core.rules.scope import Scope
from community_core.rules.terms import Expression, Fact
from community_core.rules.text import Syntax, parse
from community_core.rules.types import BOOL, ORDERED, Kind, ValueType
from community_core.rules.vocabulary import EXACT, same_unit

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//"}


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


class _Binder(CallBinder):
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
        raise self.no_form(node)

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
        raise self.no_form(node)

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
            raise self.no_form(node)
        a, b = self.sides(left, right)
        self.comparable(right, a, b)
        if sign in ("<", "<=", ">", ">=") and a.type.kind not in ORDERED:
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
        day = {a.type.kind, b.type.kind} == {Kind.DATE, Kind.TEXT}
        raise self.fault(
            where,
            "type-mismatch",
            f"类型不同，不能相比：{a.type} 与 {b.type}" + ("；日期请写 date('2006-05-01')" if day else ""),
            f"different types cannot be compared: {a.type} with {b.type}"
            + ("; write a day as date('2006-05-01')" if day else ""),
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
                f"规则里只有 + - * //：{self.source(node)!r}；比例请写 share(甲, 乙)",
                f"arithmetic is + - * // only: {self.source(node)!r}; write a share as share(a, b)",
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

    def of_member(self, variable: str, subject: str) -> _OfMember:
        return _OfMember(self, variable, subject)


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
            fact = self.scope.fact(name) or self.labelled(name)
            if fact is None or (self.subject and fact.of != self.subject):
                raise self.fault(
                    node,
                    "unknown-name",
                    f"{self.subject or '成员'} 没有叫 {name!r} 的事实",
                    f"{self.subject or 'a member'} has no fact {name!r}",
                    name=name,
                )
            self.read(fact)
            return n.FactRef(fact.name, fact.type.bare)
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
