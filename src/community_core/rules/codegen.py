"""Compiles typed trees to Python functions: the reading of facts, and the first of the two stages, facts to a code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from community_core.base.money import Money
from community_core.base.ranks import PRIVATE
from community_core.model.serving import facts_of
from community_core.rules import nodes as n
from community_core.rules.bounds import BoundKind
from community_core.rules.interpret import kleene
from community_core.rules.members import aggregate
from community_core.rules.terms import Fact
from community_core.rules.types import BOOL, Kind, ValueType, checked
from community_core.rules.vocabulary import Word, date_plus, date_plus_months, inner

Reading = Callable[[Callable[[str], Any]], tuple[Any, ...]]
Conditions = Callable[[tuple[Any, ...], dt.date, Mapping[tuple[str, str], Any]], int]
Values = Callable[[Callable[[str], Any], dt.date, Mapping[tuple[str, str], Any]], tuple[Any, ...]]
Outcomes = Callable[[tuple[Any, ...], dt.date, Mapping[tuple[str, str], Any]], tuple[Any, ...]]

#: The class that a value of each kind must be of exactly; the others are checked member by member.
_CLASSES: Mapping[Kind, type] = {Kind.INT: int, Kind.DATE: dt.date, Kind.TEXT: str, Kind.SHARE: Fraction}


class Code:
    """Lines of a function under way, with the objects that they name."""

    def __init__(self, words: Mapping[str, Word]) -> None:
        self.lines: list[str] = []
        self.space: dict[str, Any] = {"kleene": kleene, "date_plus": date_plus, "date_plus_months": date_plus_months}
        self.words = words
        self.variables: dict[str, str] = {}
        self.done: dict[n.Node, tuple[str, frozenset[str]]] = {}

    def constant(self, value: Any) -> str:
        """Return text for *value*: a literal, or the name under which the function finds it."""
        if value is None or value is True or value is False or type(value) is int or type(value) is str:
            return repr(value)
        name = f"k{len(self.space)}"
        self.space[name] = value
        return name

    def temporary(self, text: str) -> str:
        """Write a line that keeps the value of *text*, and return its name."""
        name = f"t{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def guarded(self, text: str, nulls: frozenset[str]) -> str:
        """An expression that is ``None`` where one of *nulls* is."""
        if not nulls:
            return text
        test = " or ".join(f"{name} is None" for name in sorted(nulls))
        return f"None if {test} else {text}"

    def fact(self, fact: Fact) -> str:
        """Read a fact into a variable of its own, checked against its type."""
        name = f"f{len(self.variables)}"
        self.variables[fact.name] = name
        check = self.constant(_checker(fact))
        self.lines.append(f"{name} = get({fact.name!r})")
        kind = fact.type
        if kind.kind is Kind.BOOL:
            wrong = f"{name} is not True and {name} is not False"
        elif kind.kind is Kind.ENUM:
            wrong = f"{name} not in {self.constant(frozenset(kind.values))}"
        elif kind.kind in _CLASSES:
            wrong = f"{name}.__class__ is not {self.constant(_CLASSES[kind.kind])}"
        elif kind.kind is Kind.MONEY:
            beyond = " or ".join(self._beyond(kind, f"{name}.fen"))
            within = f" and not ({beyond})" if beyond else ""
            self.lines.append(f"if {name}.__class__ is {self.constant(Money)}{within}: {name} = {name}.fen")
            self.lines.append(f"elif {name} is not None: {name} = {check}({name})")
            return name
        else:
            wrong = "True"
        wrong = " or ".join((wrong, *self._beyond(kind, name)))
        # What is wrong is asked first: of a value that fits, these tests are all that is made.
        self.lines.append(f"if ({wrong}) and {name} is not None: {name} = {check}({name})")
        return name

    def _beyond(self, kind: ValueType, text: str) -> Iterator[str]:
        """Yield the tests that the inner value *text* is outside a bound of *kind*."""
        for bound in kind.bounds:
            if bound.kind is BoundKind.ONE_OF:
                yield f"{text} not in {self.constant(frozenset(inner(kind, value) for value in bound.value))}"
            else:
                sign = "<" if bound.kind is BoundKind.AT_LEAST else ">"
                yield f"{text} {sign} {self.constant(inner(kind, bound.value))}"

    def members(self, node: n.Members) -> str:
        """A function over the members that the tree's subject has."""
        facts = [Fact(name, kind) for name, kind in node.facts]
        condition = node.condition or n.Const(True, BOOL)
        compute = compile_values(facts, [condition, node.value or n.Const(True, BOOL)], self.words)

        def run(members: Any, day: dt.date) -> Any:
            return aggregate(node.how, [_pair(compute, member, day) for member in members])

        return self.constant(run)

    # -- trees -----------------------------------------------------------------------------------------------------

    def emit(self, node: n.Node) -> tuple[str, frozenset[str]]:
        """Return Python text for *node* that holds where none of the returned names is ``None``."""
        known = self.done.get(node)
        if known is None:
            known = self.done[node] = self._emit(node)
        return known

    def name(self, node: n.Node) -> str:
        """Return a variable or constant text that holds *node*'s value, or ``None`` while unknown."""
        text, nulls = self.emit(node)
        if isinstance(node, n.Const) or nulls == {text}:
            return text
        return self.temporary(self.guarded(text, nulls))

    def _emit(self, node: n.Node) -> tuple[str, frozenset[str]]:
        if isinstance(node, n.Const):
            return self.constant(inner(node.type, node.value)), frozenset()
        if isinstance(node, n.FactRef):
            name = self.variables[node.name]
            return name, frozenset({name})
        if isinstance(node, n.DayRef):
            return "day", frozenset()
        if isinstance(node, (n.Unknown, n.ParamRef, n.Lookup)):
            return self._nullable("None")
        if isinstance(node, n.DecisionRef):
            return self._nullable(f"parts.get({self.constant((node.term, node.output))})")
        if isinstance(node, n.Derived):
            given = self.variables[node.name]
            return self._nullable(f"{given} if {given} is not None else {self.name(node.node)}")
        if isinstance(node, n.Not):
            text, nulls = self.emit(node.item)
            return f"(not {text})", nulls
        if isinstance(node, (n.And, n.Or)):
            items = ", ".join(self.name(item) for item in node.items)
            return self._nullable(f"kleene({isinstance(node, n.Or)}, [{items}])")
        if isinstance(node, n.IfElse):
            condition, then, other = self.name(node.condition), self.name(node.then), self.name(node.other)
            unknown = f"({then} if {then} == {other} else None)"
            return self._nullable(f"{unknown} if {condition} is None else {then} if {condition} else {other}")
        if isinstance(node, n.Known):
            return f"({self.name(node.item)} is not None)", frozenset()
        if isinstance(node, n.Members):
            members = self.name(node.members)
            return self._nullable(self.guarded(f"{self.members(node)}({members}, day)", frozenset({members})))
        if isinstance(node, n.Table):
            return self._nullable(f"{self.constant(dict(node.entries))}.get({self.name(node.key)})")
        return self._strict(node)

    def _nullable(self, text: str) -> tuple[str, frozenset[str]]:
        name = self.temporary(text)
        return name, frozenset({name})

    def _strict(self, node: n.Node) -> tuple[str, frozenset[str]]:
        parts = [self.emit(child) for child in n.children(node)]
        nulls = frozenset[str]().union(*(part[1] for part in parts))
        texts = [part[0] for part in parts]
        if isinstance(node, n.Compare):
            return f"({texts[0]} {node.op} {texts[1]})", nulls
        if isinstance(node, n.Member):
            options = frozenset(
                inner(option.type, option.value) for option in node.options if isinstance(option, n.Const)
            )
            if len(options) < len(node.options):
                tests = tuple(n.Compare("==", node.item, option) for option in node.options)
                return self.emit(n.Or(tests))
            return f"({texts[0]} in {self.constant(options)})", nulls
        if isinstance(node, n.Arith):
            if node.type.kind is Kind.DATE:
                adder = "date_plus_months" if node.right.type.unit == "month" else "date_plus"
                sign = "-" if node.op == "-" else ""
                return self._nullable(self.guarded(f"{adder}({texts[0]}, {sign}{texts[1]})", nulls))
            if node.op == "//":
                whole = f"(None if {texts[1]} == 0 else {texts[0]} // {texts[1]})"
                return self._nullable(self.guarded(whole, nulls))
            return f"({texts[0]} {node.op} {texts[1]})", nulls
        if isinstance(node, n.Call):
            function = self.constant(self.words[node.function].function)
            return self._nullable(self.guarded(f"{function}({', '.join(texts)})", nulls))
        raise TypeError(f"no code for {type(node).__name__}")

    def build(self, result: str, parameters: str) -> Any:
        """Return the function of *parameters* that runs the lines and gives *result*."""
        body = "\n    ".join([*self.lines, f"return {result}"])
        exec(compile(f"def stage({parameters}):\n    {body}\n", "<rule>", "exec"), self.space)  # noqa: S102 - built from our own closed tree, never from text
        return self.space["stage"]


def _pair(compute: Values, member: Any, day: dt.date) -> tuple[Any, Any]:
    given = member if isinstance(member, Mapping) else facts_of(member)
    condition, value = compute(given.get, day, {})
    return condition, value


def _checker(fact: Fact) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        return inner(fact.type, checked(fact.name, fact.type, value, private=fact.privacy in PRIVATE))

    return check


def tuple_of(texts: Sequence[str]) -> str:
    """Return the text of a tuple of *texts*."""
    return f"({', '.join(texts)}{',' if texts else ''})"


def compile_reading(facts: Sequence[Fact]) -> Reading:
    """Return the function get → inner values of *facts*, each ``None`` while unknown.

    Raises (the returned function):
        FactError: if a fact's value does not fit its type.
    """
    code = Code({})
    names = [code.fact(fact) for fact in facts]
    reading: Reading = code.build(tuple_of(names), "get")
    return reading


def _of_seen(facts: Sequence[Fact], words: Mapping[str, Word]) -> Code:
    """A function whose first argument holds the inner values of *facts*."""
    code = Code(words)
    for number, fact in enumerate(facts):
        code.variables[fact.name] = f"f{number}"
    if facts:
        code.lines.append(f"{', '.join(code.variables.values())}, = seen")
    return code


def compile_conditions(facts: Sequence[Fact], atoms: Sequence[n.Node], words: Mapping[str, Word]) -> Conditions:
    """Return the function (seen, day, parts) → code, *seen* being the inner values of *facts*.

    Digit *i* of the code, in base 3, is 0 where atom *i* is false, 1 where it is true, 2 while it is unknown.
    """
    code = _of_seen(facts, words)
    digits = []
    for index, atom in enumerate(atoms):
        text, nulls = code.emit(atom)
        test = " or ".join(f"{name} is None" for name in sorted(nulls))
        digit = f"(2 if {test} else {text})" if test else text
        digits.append(digit if index == 0 else f"{digit} * {3**index}")
    conditions: Conditions = code.build(" + ".join(digits) if digits else "0", "seen, day, parts")
    return conditions


def compile_outcome(facts: Sequence[Fact], trees: Sequence[n.Node], words: Mapping[str, Word]) -> Outcomes:
    """Return the function (seen, day, parts) → inner values of *trees*, *seen* being the inner values of *facts*."""
    code = _of_seen(facts, words)
    outcomes: Outcomes = code.build(tuple_of([code.name(tree) for tree in trees]), "seen, day, parts")
    return outcomes


def compile_values(facts: Sequence[Fact], trees: Sequence[n.Node], words: Mapping[str, Word]) -> Values:
    """Return the function (get, day, parts) → inner values of *trees*, each ``None`` while unknown.

    Raises (the returned function):
        FactError: if a fact's value does not fit its type.
    """
    code = Code(words)
    for fact in facts:
        code.fact(fact)
    values: Values = code.build(tuple_of([code.name(tree) for tree in trees]), "get, day, parts")
    return values
