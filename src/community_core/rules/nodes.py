"""The typed tree of an expression: what is left once names are resolved; it neither parses nor runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import evolve, frozen

from community_core.base.findings import Finding
from community_core.rules.types import BOOL, DATE, ValueType


@frozen
class Const:
    """A known value of a type."""

    value: Any
    type: ValueType


@frozen
class Unknown:
    """A value that nobody has given: an open parameter (*ask* is its full name) on the day of the question."""

    ask: str
    type: ValueType


@frozen
class FactRef:
    """The value of a fact of the subject, or of a field of a case; ``None`` while unknown."""

    name: str
    type: ValueType


@frozen
class Derived:
    """The value of a derived fact: as given for the subject, else *node*."""

    name: str
    node: Node
    type: ValueType


@frozen
class ParamRef:
    """The value of a parameter on the day; a plan turns it into :class:`Const` or :class:`Unknown`."""

    term: str
    type: ValueType


@frozen
class DecisionRef:
    """One output of another decision about the same subject (*output* is empty where it has only one)."""

    term: str
    output: str
    type: ValueType


@frozen
class DayRef:
    """The day of the question."""

    type: ValueType = DATE


@frozen
class Not:
    """Kleene's negation."""

    item: Node
    type: ValueType = BOOL


@frozen
class And:
    """Kleene's conjunction."""

    items: tuple[Node, ...]
    type: ValueType = BOOL


@frozen
class Or:
    """Kleene's disjunction."""

    items: tuple[Node, ...]
    type: ValueType = BOOL


@frozen
class Compare:
    """A comparison (``< <= > >= == !=``) of two values of one type; unknown where either is."""

    op: str
    left: Node
    right: Node
    type: ValueType = BOOL


@frozen
class Member:
    """Whether *item* is one of *options*; unknown where *item* is, or where it equals none and an option is unknown."""

    item: Node
    options: tuple[Node, ...]
    type: ValueType = BOOL


@frozen
class Arith:
    """Whole-number or money arithmetic (``+ - * //``), unknown where a part is or where it divides by zero."""

    op: str
    left: Node
    right: Node
    type: ValueType


@frozen
class IfElse:
    """*then* where *condition* is true, *other* where it is false; where unknown, their value if it is the same."""

    condition: Node
    then: Node
    other: Node
    type: ValueType


@frozen
class Lookup:
    """The entry of a table-valued parameter (*term*) under *key*; a plan turns it into :class:`Table`."""

    term: str
    key: Node
    type: ValueType


@frozen
class Table:
    """The entry under *key* among *entries*; unknown (*ask* is the parameter's full name) where there is none."""

    key: Node
    entries: tuple[tuple[Any, Any], ...]
    ask: str
    type: ValueType


@frozen
class Call:
    """A word of the vocabulary with its arguments; strict: unknown where an argument is."""

    function: str
    args: tuple[Node, ...]
    type: ValueType


@frozen
class Members:
    """An aggregate over the *members* of a subject: ``count total any all`` (*how*) of *value* where *condition* holds.

    *condition* and *value* are trees over each member's own facts, which *facts* lists with their types; the day and
    parameters stand in them as elsewhere. They are no parts of the tree around them.
    """

    how: str
    members: Node
    condition: Node | None
    value: Node | None
    facts: tuple[tuple[str, ValueType], ...]
    type: ValueType

    @property
    def inside(self) -> tuple[Node, ...]:
        """The trees over a member's facts."""
        return tuple(tree for tree in (self.condition, self.value) if tree is not None)


@frozen
class Known:
    """Whether a fact or field is known; allowed in the guards of steps only."""

    item: Node
    type: ValueType = BOOL


Node = (
    Const
    | Unknown
    | FactRef
    | Derived
    | ParamRef
    | DecisionRef
    | DayRef
    | Not
    | And
    | Or
    | Compare
    | Member
    | Arith
    | IfElse
    | Lookup
    | Table
    | Call
    | Members
    | Known
)


@frozen
class Failed:
    """A value that a plugin's word did not give, since it failed on what it was given."""

    finding: Finding
    type: ValueType


#: What keeps a tree from a value.
Leaf = Node | Failed


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of *node*."""
    if isinstance(node, (Not, Known)):
        return (node.item,)
    if isinstance(node, (And, Or)):
        return node.items
    if isinstance(node, (Compare, Arith)):
        return (node.left, node.right)
    if isinstance(node, Member):
        return (node.item, *node.options)
    if isinstance(node, IfElse):
        return (node.condition, node.then, node.other)
    if isinstance(node, (Lookup, Table)):
        return (node.key,)
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Derived):
        return (node.node,)
    if isinstance(node, Members):
        return (node.members,)
    return ()


def rebuilt(node: Node, parts: tuple[Node, ...]) -> Node:
    """Return *node* with its direct parts replaced, in the order of :func:`children`."""
    if isinstance(node, (Not, Known)):
        return evolve(node, item=parts[0])
    if isinstance(node, (And, Or)):
        return evolve(node, items=parts)
    if isinstance(node, (Compare, Arith)):
        return evolve(node, left=parts[0], right=parts[1])
    if isinstance(node, Member):
        return evolve(node, item=parts[0], options=parts[1:])
    if isinstance(node, IfElse):
        return evolve(node, condition=parts[0], then=parts[1], other=parts[2])
    if isinstance(node, (Lookup, Table)):
        return evolve(node, key=parts[0])
    if isinstance(node, Call):
        return evolve(node, args=parts)
    if isinstance(node, Derived):
        return evolve(node, node=parts[0])
    if isinstance(node, Members):
        return evolve(node, members=parts[0])
    return node


def walk(node: Node) -> Iterator[Node]:
    """Yield *node* and everything in it, from the top down and from left to right."""
    yield node
    for child in children(node):
        yield from walk(child)


def called(trees: Iterable[Node]) -> Iterator[str]:
    """Yield the words that *trees* call, also for each of their members."""
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Call):
                yield node.function
            elif isinstance(node, Members):
                yield from called(node.inside)
