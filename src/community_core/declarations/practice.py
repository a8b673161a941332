"""What a plugin or file declares: practices, districts and services, as frozen data; not how they are put together."""

from __future__ import annotations

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.findings import NOWHERE, Finding, Origin
from community_core.base.labels import Label
from community_core.base.ranks import Rank, Standing
from community_core.declarations.amendments import Amendment
from community_core.declarations.code_lists import CodeList
from community_core.instruments.workdays import WorkdayYear
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.definition import Procedure
from community_core.rules.terms import DatedValue, Decision, Fact, Parameter


@frozen
class ServiceTerm:
    """A service that a practice offers: for which kinds of recipient, and where its document says so.

    *price_forms* are the forms that the document names for it; empty where it names none.
    """

    name: str
    label: Label
    recipients: tuple[str, ...] = ()
    price_forms: tuple[str, ...] = ()
    cite: Citation | None = None
    standing: Standing | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class GapTerm:
    """Something that a practice's document leaves open, breaks off or lost, kept and cited and never filled."""

    name: str
    text: Label
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Setting:
    """The dated values that a practice or a district gives to an open parameter; *term* is the name it writes."""

    term: str
    history: tuple[DatedValue, ...]
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Preference:
    """A district's choice between claims of one rank: for *term*, the claim of *practice* holds."""

    term: str
    practice: str
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Practice:
    """A reusable set of terms with its source; *standing* holds for every term that does not say otherwise.

    *broken* names terms whose declaration could not be read: they exist, and are unavailable. *unsure_posts* are the
    posts that its text labels and does not name, each with where it is labelled: a procedure that it extends may.
    """

    name: str
    title: Label = Label()
    source: Citation | None = None
    standing: Standing = Standing.IN_FORCE
    rank: Rank | None = None
    facts: tuple[Fact, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    decisions: tuple[Decision, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    services: tuple[ServiceTerm, ...] = ()
    gaps: tuple[GapTerm, ...] = ()
    code_lists: tuple[CodeList, ...] = ()
    settings: tuple[Setting, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    workdays: tuple[WorkdayYear, ...] = ()
    broken: tuple[tuple[str, Finding], ...] = field(default=(), eq=False)
    findings: tuple[Finding, ...] = field(default=(), eq=False)
    origin: Origin = field(default=NOWHERE, eq=False)
    unsure_posts: tuple[tuple[str, Origin], ...] = field(default=(), eq=False)


@frozen
class District:
    """A place that adopts practices and sets open terms; it can be one YAML file and no Python.

    *profile* holds reported figures about the place, as named values with their citations; *places* says where each of
    the practices that it adopts was written.
    """

    name: str
    title: Label = Label()
    code: str = ""
    rank: Rank = Rank.DISTRICT
    adopts: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    prefer: tuple[Preference, ...] = ()
    source: Citation | None = None
    standing: Standing = Standing.IN_FORCE
    profile: tuple[tuple[str, DatedValue], ...] = ()
    amendments: tuple[Amendment, ...] = ()
    workdays: tuple[WorkdayYear, ...] = ()
    broken: tuple[tuple[str, Finding], ...] = field(default=(), eq=False)
    findings: tuple[Finding, ...] = field(default=(), eq=False)
    origin: Origin = field(default=NOWHERE, eq=False)
    places: tuple[tuple[str, Origin], ...] = field(default=(), eq=False)


@frozen
class StepEffect:
    """An effect that a plugin adds: *name* is the kind that a step writes, *run* gives the core's own effect records.

    *run* takes the case as the step leaves it, the day, and the arguments by name. It has no connection, and no I/O.
    *label* is what readers of the handbook see of it.
    """

    name: str
    run: EffectFunction = field(eq=False, repr=False)
    label: Label = Label()
    origin: Origin = field(default=NOWHERE, eq=False)
