"""Terms put together: every name with its one holder, whole history and filled-in citation; ready for the engine."""

from __future__ import annotations

from attrs import field, frozen

from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Finding, Origin
from community_core.base.ranks import Rank, Standing
from community_core.declarations.code_lists import CodeList
from community_core.declarations.practice import GapTerm, ServiceTerm
from community_core.instruments.workdays import WorkdayYear
from community_core.procedures.definition import Procedure
from community_core.rules.terms import Decision, Fact, Parameter


@frozen
class Claim:
    """One claim to a term: who makes it, at which rank, what it says, and whether it holds or by whom it is beaten.

    *term* is the full name. *holds* says whether the claim is the one in use; *beaten_by* names the winner otherwise.
    *span* says when a row or step is in force.
    """

    term: str
    claimant: str
    rank: Rank
    says: str
    standing: Standing
    holds: bool
    beaten_by: str = ""
    cite: str = ""
    span: Span = Span()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Terms:
    """The resolved terms of a district or of what one procedure reaches, by full name (``practice.term``).

    Facts have no practice in their name: they are one name space. Every row, value and step carries its own citation
    and standing. A decision, procedure or code list that was changed from a day on stands once for each span.
    *workdays* are the tables of years that the places loaded, beside the published ones. *words* are the words of
    plugins that what a procedure reaches is written with, each with its version. *broken* are the full names that are
    unavailable, each with the finding that says why.
    """

    facts: tuple[Fact, ...] = ()
    parameters: tuple[tuple[str, Parameter], ...] = ()
    decisions: tuple[tuple[str, Decision], ...] = ()
    procedures: tuple[tuple[str, Procedure], ...] = ()
    services: tuple[tuple[str, ServiceTerm], ...] = ()
    gaps: tuple[tuple[str, GapTerm], ...] = ()
    code_lists: tuple[tuple[str, CodeList], ...] = ()
    workdays: tuple[WorkdayYear, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    broken: tuple[tuple[str, Finding], ...] = field(default=(), eq=False)
