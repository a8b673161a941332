"""What the handbook shows, as plain frozen records of texts in both languages; no rule is known here."""

from __future__ import annotations

import datetime as dt

from attrs import frozen

from community_core.base.citations import Citation
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.base.ranks import Standing


@frozen
class FactEntry:
    """One fact: about what, of which type, how private, from what it follows."""

    name: str
    label: Label
    of: Label
    type: Label
    privacy: Label
    derived: Label = Label()
    cite: Citation | None = None


@frozen
class ValueEntry:
    """One value of a parameter's history, and whether it is in use on the day of the handbook."""

    value: Label
    since: dt.date | None
    until: dt.date | None
    standing: Standing
    setter: Label
    cite: Citation | None = None
    in_use: bool = False


@frozen
class BoundEntry:
    """One limit to a parameter's values."""

    text: Label
    force: Label
    since: dt.date | None
    until: dt.date | None
    cite: Citation | None = None


@frozen
class ParameterEntry:
    """One parameter with its whole history, its bounds, and who may set it; *gap* says why its declarer does not."""

    term: str
    label: Label
    type: Label
    per: Label
    history: tuple[ValueEntry, ...]
    bounds: tuple[BoundEntry, ...]
    open_to: tuple[Label, ...]
    gap: Label
    cite: Citation | None = None
    stricter: Label = Label()
    as_of: Label = Label()

    @property
    def open(self) -> bool:
        """Whether nobody has set it."""
        return not self.history

    @property
    def name(self) -> str:
        """The last part of its full name."""
        return self.term.rpartition(".")[2]


@frozen
class RowEntry:
    """One row of a decision; a *gap* stands in the place of its outcomes. *number* 0 is what holds otherwise."""

    number: int
    when: Label
    then: tuple[Label, ...]
    because: Label
    gap: Label
    standing: Standing
    cite: Citation | None = None


@frozen
class DecisionEntry:
    """One version of a decision; one in Python has no rows, and names its *inputs* and its *function*."""

    term: str
    anchor: str
    label: Label
    of: Label
    hit: Label
    outputs: tuple[Label, ...]
    rows: tuple[RowEntry, ...]
    since: dt.date | None
    until: dt.date | None
    standing: Standing
    cite: Citation | None = None
    because: Label = Label()
    inputs: tuple[Label, ...] = ()
    function: str = ""
    as_of: Label = Label()


@frozen
class StepEntry:
    """One step of a procedure, in words."""

    name: str
    label: Label
    by: Label
    not_by: Label
    route: Label
    takes: tuple[Label, ...]
    when: Label
    needs: tuple[Label, ...]
    periods: tuple[Label, ...]
    decides: Label
    publishes: tuple[Label, ...]
    effects: tuple[Label, ...]
    papers: tuple[Label, ...]
    because: Label
    standing: Standing
    cite: Citation | None = None


@frozen
class FieldEntry:
    """One field that a procedure's steps take."""

    name: str
    label: Label
    type: Label
    privacy: Label


@frozen
class TimeRow:
    """One row of a procedure's timetable; *until* and *length* are empty while *gaps* say what is open."""

    kind: Label
    label: Label
    since: Label
    says: Label
    length: Label
    start: dt.date | None
    until: dt.date | None
    standings: tuple[Standing, ...]
    gaps: tuple[Label, ...]


@frozen
class ProcedureEntry:
    """One version of a procedure with its picture (SVG)."""

    term: str
    anchor: str
    label: Label
    about: Label
    conclusion: Label
    picture: str
    steps: tuple[StepEntry, ...]
    fields: tuple[FieldEntry, ...]
    times: tuple[TimeRow, ...]
    gaps: tuple[GapEntry, ...]
    since: dt.date | None
    until: dt.date | None
    standing: Standing
    cite: Citation | None = None
    replaced_by: str = ""
    extends: str = ""


@frozen
class ServiceEntry:
    """One service: for whom, in which price forms."""

    name: str
    label: Label
    recipients: Label
    forms: Label
    standing: Standing
    cite: Citation | None = None


@frozen
class GapEntry:
    """What a document leaves open, breaks off or lost; *of* names the decision, procedure or practice."""

    name: str
    text: Label
    cite: Citation | None = None


@frozen
class ClaimEntry:
    """Who says what about a term, and whom it beats or by whom it is beaten."""

    term: str
    label: Label
    claimant: Label
    rank: Label
    says: Label
    standing: Standing
    holds: bool
    beats: tuple[Label, ...] = ()
    beaten_by: Label = Label()
    cite: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@frozen
class CodeRow:
    """One code of a list, with its days; *fact* and *value* are empty where it serves as none."""

    code: str
    label: Label
    fact: Label = Label()
    value: Label = Label()
    since: dt.date | None = None
    until: dt.date | None = None
    cite: Citation | None = None


@frozen
class CodeListEntry:
    """One version of a code list: the department that owns it, and its codes with their days."""

    anchor: str
    name: str
    label: Label
    owner: Label
    codes: tuple[CodeRow, ...]
    standing: Standing
    cite: Citation | None = None
    since: dt.date | None = None
    until: dt.date | None = None


@frozen
class PracticePage:
    """Everything that one practice declares, as the district has it; *amends* says what it changes in others."""

    name: str
    label: Label
    standing: Standing
    rank: Label
    source: Citation | None
    facts: tuple[FactEntry, ...]
    parameters: tuple[ParameterEntry, ...]
    decisions: tuple[DecisionEntry, ...]
    procedures: tuple[ProcedureEntry, ...]
    services: tuple[ServiceEntry, ...]
    gaps: tuple[GapEntry, ...]
    claims: tuple[ClaimEntry, ...]
    amends: tuple[Label, ...] = ()
    broken: tuple[tuple[str, Finding], ...] = ()
    code_lists: tuple[CodeListEntry, ...] = ()


@frozen
class Figure:
    """One reported figure about the place."""

    name: str
    value: Label
    standing: Standing
    cite: Citation | None = None


@frozen
class Handbook:
    """The rules of one district for people: *digest* is the hash of the rules.

    Values in use and timetables are those of *day*. *amends* says what the district sets and changes.
    """

    name: str
    label: Label
    code: str
    standing: Standing
    source: Citation | None
    digest: str
    day: dt.date
    practices: tuple[PracticePage, ...]
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()
    amends: tuple[Label, ...] = ()

    @property
    def open_parameters(self) -> tuple[tuple[PracticePage, ParameterEntry], ...]:
        """The parameters that nobody has set, with their practices."""
        return tuple((page, item) for page in self.practices for item in page.parameters if item.open)

    @property
    def unfounded(self) -> tuple[tuple[PracticePage, ParameterEntry], ...]:
        """The parameters whose values are examples or the library's own, with their practices."""
        weak = {Standing.EXAMPLE, Standing.LIBRARY}
        return tuple(
            (page, item)
            for page in self.practices
            for item in page.parameters
            if item.history and all(value.standing in weak for value in item.history)
        )
