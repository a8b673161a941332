"""Facts, parameters and decisions as frozen data: what a practice declares, before anything is resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import Enum
from typing import Any

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Origin
from community_core.base.labels import Label
from community_core.base.ranks import Force, Privacy, Rank, Standing
from community_core.rules.bounds import Bound
from community_core.rules.types import ValueType


@frozen
class Expression:
    """The text of an expression, as written, and where it stands; it is parsed when the rules are put together.

    *places* gives line and column of each character of a text that does not simply run on from *origin*
    (folded over lines, or with escapes); it is empty where the text stands on one line.
    """

    text: str
    origin: Origin = field(default=NOWHERE, eq=False)
    places: tuple[tuple[int, int], ...] = field(default=(), eq=False, repr=False)


def as_expression(value: Expression | str) -> Expression:
    """Return *value* as an :class:`Expression`."""
    return value if isinstance(value, Expression) else Expression(value)


@frozen
class Fact:
    """One typed, named thing that a rule may ask about a subject; may be unknown.

    *of* names the subject (``resident``, ``household``, ``service`` …). A fact with *derived* is
    computed from others unless it is given. Facts share one name space among all rules.
    """

    name: str
    type: ValueType
    of: str = "resident"
    label: Label = Label()
    privacy: Privacy = Privacy.INTERNAL
    derived: Expression | None = None
    labels: tuple[tuple[str, Label], ...] = ()
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class DatedValue:
    """One value of a parameter's history, holding over *span*.

    *value* is a plain value of the parameter's type, or, for a parameter with *per*, a tuple of
    ``(key, value)`` pairs that is replaced whole. *setter* is the practice or district that set it;
    *unit* the unit in which it is written, where it is written in one, so that a slip is found.
    """

    value: Any
    span: Span = Span()
    standing: Standing = Standing.IN_FORCE
    cite: Citation | None = None
    setter: str = ""
    unit: str = field(default="", eq=False)
    origin: Origin = field(default=NOWHERE, eq=False)


class AsOf(Enum):
    """On which day a case reads what is dated: the day it opened, or the day of each step.

    A decision that nobody's case asks for is read on the day of the question either way.
    """

    CASE = "case"
    STEP = "step"


@frozen
class Parameter:
    """A dated, cited value that rules use: its type and unit, history, bounds, and who may set it.

    *stricter* (``higher`` or ``lower``) is the direction in which others may tighten it.
    *per* names an enumerated fact by which the value is a table. *gap* says why the declarer gives no value.
    *force* says what a norm of law does; a parameter that has one stands to be compared with, used or not.
    *as_of* says whether a case that opened before a change goes on with the value of the day it opened.
    *labels* say what the values of an enumeration are called.
    """

    name: str
    type: ValueType
    label: Label = Label()
    history: tuple[DatedValue, ...] = ()
    bounds: tuple[Bound, ...] = ()
    open_to: tuple[Rank, ...] = ()
    per: str = ""
    stricter: str = ""
    gap: Label | None = None
    cite: Citation | None = None
    force: Force | None = None
    as_of: AsOf = AsOf.CASE
    labels: tuple[tuple[str, Label], ...] = ()
    origin: Origin = field(default=NOWHERE, eq=False)


class HitPolicy(Enum):
    """How the rows that hold become one outcome, in the sense of DMN."""

    FIRST = "first"
    UNIQUE = "unique"
    ANY = "any"
    COLLECT = "collect"


class Aggregation(Enum):
    """What ``collect`` makes of the outcomes of all rows that hold."""

    LIST = "list"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    COUNT = "count"


@frozen
class Row:
    """*when → then, because, cite*; a row with *gap* has no outcome: the source is silent there.

    *name* lets an amendment place rows beside it.
    *then* gives an expression for each output, in the order of the table's outputs; a table with one
    output uses the output's empty name.
    """

    when: Expression = field(converter=as_expression)
    then: tuple[tuple[str, Expression], ...] = ()
    because: Label = Label()
    gap: Label | None = None
    cite: Citation | None = None
    standing: Standing | None = None
    name: str = ""
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Output:
    """One output of a decision: its name (empty where it is the only one) and type."""

    name: str
    type: ValueType
    label: Label = Label()
    labels: tuple[tuple[str, Label], ...] = ()


@frozen
class DecisionTable:
    """A named table of rows about a kind of subject, with a hit policy; ``otherwise`` when every row is false.

    *as_of* says whether a case goes on with the version and values of the day it opened.
    """

    name: str
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    of: str = "resident"
    hit: HitPolicy = HitPolicy.FIRST
    aggregation: Aggregation = Aggregation.LIST
    otherwise: Row | None = None
    title: Label = Label()
    open_to: tuple[Rank, ...] = ()
    cite: Citation | None = None
    standing: Standing | None = None
    span: Span = Span()
    as_of: AsOf = AsOf.CASE
    origin: Origin = field(default=NOWHERE, eq=False)

    @property
    def every_row(self) -> tuple[Row, ...]:
        """The rows, and ``otherwise`` where there is one."""
        return self.rows if self.otherwise is None else (*self.rows, self.otherwise)


@frozen
class PythonDecision:
    """A typed, pure Python function that decides from named inputs; undetermined when an input is unknown.

    *inputs* are names of facts, parameters or decisions, passed as keyword arguments in that order.
    *version* is recorded with every case that reaches it. The function itself is no part of the hash.
    """

    name: str
    function: Callable[..., Any] = field(eq=False, repr=False)
    inputs: tuple[str, ...]
    outputs: tuple[Output, ...]
    because: Label
    cite: Citation
    of: str = "resident"
    version: str = "1"
    title: Label = Label()
    standing: Standing | None = None
    span: Span = Span()
    as_of: AsOf = AsOf.CASE
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Function:
    """A word that a plugin adds to the vocabulary of expressions: typed, pure and strict.

    It is never called with an unknown argument; it may answer ``None`` for *unknown*.
    """

    name: str
    function: Callable[..., Any] = field(eq=False, repr=False)
    takes: tuple[ValueType, ...]
    gives: ValueType
    version: str = "1"
    label: Label = Label()
    origin: Origin = field(default=NOWHERE, eq=False)


Decision = DecisionTable | PythonDecision
Day = dt.date
