"""Amendments: what a practice or a district changes in another's decision, procedure or value, from a day on."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Origin
from community_core.base.ranks import Standing
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.procedures.definition import Procedure
from community_core.rules.bounds import Bound
from community_core.rules.terms import Decision, Expression, Row


class AmendmentKind(Enum):
    """What an amendment does to its term.

    ``add`` rows to a decision or codes to a list; ``replace`` one of these or a procedure whole; ``insert`` steps into
    a procedure; ``tighten`` a step's guard, or a number in the direction that its declarer calls stricter.
    """

    ADD = "add"
    REPLACE = "replace"
    INSERT = "insert"
    TIGHTEN = "tighten"


@frozen
class Amendment:
    """One change to *term* over *span*, with its citation.

    Added *rows* stand before the row called *before*, or after the one called *after* (``first`` and ``last`` are
    positions); without either they come last. A tightened guard is a step by its full name (``procedure.step``) with
    *when*; a tightened number a parameter with *bound*. *procedure* holds the steps, fields and ends to insert, or the
    procedure that replaces. *codes* are those added to a list: one that it has already is said anew. *standing* is what
    its source says the change is, its practice's where it says nothing.
    """

    kind: AmendmentKind
    term: str
    span: Span = Span()
    cite: Citation | None = None
    rows: tuple[Row, ...] = ()
    before: str = ""
    after: str = ""
    decision: Decision | None = None
    procedure: Procedure | None = None
    when: Expression | None = None
    bound: Bound | None = None
    codes: tuple[CodeEntry, ...] = ()
    code_list: CodeList | None = None
    standing: Standing | None = None
    origin: Origin = field(default=NOWHERE, eq=False)
