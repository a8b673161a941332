"""What a call or a lookup of an expression means: words, quantities, members, table-valued parameters."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from community_core.base.money import Rounding
from community_core.rules import nodes as n
from community_core.rules.bind_names import Fault, NameBinder
from community_core.rules.members import HOW
from community_core.rules.quantities import QUANTITIES, quantity
from community_core.rules.scope import Ambiguous
from community_core.rules.types import INT, MONEY, TEXT, Kind, ValueType
from community_core.rules.vocabulary import EXACT, ROUNDED_TO, TypeMismatch

if TYPE_CHECKING:
    from community_core.rules.bind import _OfMember


class CallBinder(NameBinder):
    """Calls and lookups; what stands inside them is bound by the class that binds all of the syntax."""

    def bind(self, node: ast.expr, expected: ValueType | None = None) -> n.Node:
        """Bind any syntax."""
        raise NotImplementedError

    def boolean(self, node: ast.expr) -> n.Node:
        """Bind a condition."""
        raise NotImplementedError

    def require(self, where: ast.expr, node: n.Node, expected: ValueType) -> None:
        """Refuse a tree that is not of the expected type."""
        raise NotImplementedError

    def quiet(self, node: ast.expr) -> n.Node | None:
        """Bind a bare name without an expectation."""
        raise NotImplementedError

    def of_member(self, variable: str, subject: str) -> _OfMember:
        """Return what binds the things said of each member."""
        raise NotImplementedError

    def lookup(self, node: ast.Subscript) -> n.Node:
        """Bind ``parameter[key]``, the entry of a table-valued parameter."""
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
        """Bind a call: a quantity, ``known``, members, or a word of the vocabulary."""
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
        inside = self.of_member(loop.target.id, members.type.unit)
        condition = inside.boolean(loop.ifs[0]) if loop.ifs else None
        value = None if how == "count" else inside.bind(given.elt) if how == "total" else inside.boolean(given.elt)
        kind = INT if value is None else value.type
        if how == "total" and (kind.kind not in (Kind.INT, Kind.MONEY) or kind.unit == EXACT):
            raise self.fault(node, "type-mismatch", f"total 不能加 {kind}", f"total adds no {kind}")
        return n.Members(how, members, condition, value, tuple(inside.seen.items()), kind)

    def loop_fault(self, node: ast.Call, how: str) -> Fault:
        """Return the fault of members that are not written as the language has it."""
        return self.fault(
            node,
            "type-mismatch",
            f"应写作 {how}(m.事实 for m in 成员 if 条件)：{self.source(node)!r}",
            f"write {how}(m.fact for m in members if condition): {self.source(node)!r}",
        )

    def known(self, node: ast.Call) -> n.Node:
        """Bind ``known(x)``, which belongs in guards."""
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
        """Bind ``rounded(amount, way, unit)``."""
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
        """Bind a quantity written as a call of a constant."""
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
