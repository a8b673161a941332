"""Procedures as frozen data: states, steps, who may take them, what they take, guard, publish and cause."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Origin
from community_core.base.labels import Label
from community_core.base.ranks import Privacy, Rank, Standing
from community_core.procedures.naming import names_in
from community_core.rules.terms import Expression
from community_core.rules.types import DATE, TEXT, Kind, ValueType, list_of


class EndKind(Enum):
    """How a case can end; ends are never merged."""

    DECIDED = "decided"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    HANDED_OVER = "handed_over"


class PublishKind(Enum):
    """The four kinds of publishing: told to all; told to all for objection; kept open; told to the person concerned."""

    ANNOUNCEMENT = "announcement"
    OBJECTION_NOTICE = "objection_notice"
    DISCLOSURE = "disclosure"
    PERSONAL_NOTICE = "personal_notice"


class LateAction(Enum):
    """What happens when a state outlives its time."""

    LAPSE = "lapse"
    ESCALATE = "escalate"
    REMIND = "remind"


@frozen
class StepField:
    """One typed, named thing that a step takes or a case holds, with its privacy class; *optional* may be left out."""

    name: str
    type: ValueType
    privacy: Privacy
    label: Label = Label()
    labels: tuple[tuple[str, Label], ...] = ()
    optional: bool = False
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Publish:
    """What a step makes public: its kind, which fields, to whom, for how long (an expression giving days)."""

    kind: PublishKind
    what: tuple[str, ...]
    to: str = "residents"
    period: Expression | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class CollectiveDecision:
    """A decision that a step's people take together.

    *question* names the field whose options are voted on (a list) or the field that is put to yes or no;
    *among* the list field of those who may vote (person ids); *rule* an expression giving the ballot rule's name, or
    that name itself; *quorum* an expression giving the least share of *among* that must have voted. The step takes
    ``votes``, a list of the options chosen, and the case then holds ``counts`` and ``outcome``. *present* names the
    list field of those present; without it all of *among* count as present.
    """

    question: str
    among: str
    rule: Expression
    quorum: Expression | None = None
    present: str = ""
    origin: Origin = field(default=NOWHERE, eq=False)


#: What a collective decision brings to a case unless the procedure declares it otherwise.
VOTING_FIELDS = (
    StepField("votes", list_of(TEXT), Privacy.INTERNAL, Label("选票", "votes")),
    StepField("counts", ValueType(Kind.LIST), Privacy.PUBLIC, Label("计票", "counts"), optional=True),
    StepField("outcome", TEXT, Privacy.PUBLIC, Label("结果", "outcome"), optional=True),
)


@frozen
class Waiting:
    """A period counted from an earlier step: no sooner than, or no later than, its end."""

    after: str
    period: Expression
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class EffectSpec:
    """An effect as the text writes it: the *kind* of the core's records, or of a plugin's function, and its arguments.

    Arguments are expressions over the case's fields, or plain names of fields; ``procedure``, ``what``, ``post`` and
    ``text`` are taken as written.
    """

    kind: str
    arguments: tuple[tuple[str, Expression], ...] = ()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Step:
    """One step: from states (*source*) to a state (*to*; empty where the state stays), by posts, taking fields.

    *when* is its guard: unknown refuses the step and names what is missing. *held* names the date field that must
    be the day of the step. *not_by* names steps whose taker may not take this one. *papers* names the printable
    documents that it yields. *cite* says which document the step is from; *standing* whose step it is.
    """

    name: str
    by: tuple[str, ...]
    source: tuple[str, ...] = ()
    to: str = ""
    takes: tuple[str, ...] = ()
    label: Label = Label()
    when: Expression | None = None
    held: str = ""
    not_by: tuple[str, ...] = ()
    not_before: Waiting | None = None
    within: Waiting | None = None
    decides: CollectiveDecision | None = None
    publish: tuple[Publish, ...] = ()
    effects: tuple[EffectSpec, ...] = ()
    papers: tuple[str, ...] = ()
    because: Label = Label()
    cite: Citation | None = None
    standing: Standing | None = None
    origin: Origin = field(default=NOWHERE, eq=False)

    @cached_property
    def rests_on(self) -> frozenset[str]:
        """The names that the step's guard, day and vote are decided by."""
        names = set(names_in(self.when)) if self.when is not None else set()
        if self.decides is not None:
            names |= {"votes", self.decides.question, self.decides.among, self.decides.present}
        return frozenset({*names, self.held} - {""})

    @property
    def opens(self) -> bool:
        """Whether a case begins with this step (it has no source state)."""
        return not self.source


@frozen
class Late:
    """What happens when *state* outlives *period*, counted from the day it was entered.

    *then* is the action; a lapse moves the case to the state *to*, an escalation tells the post *to*.
    """

    state: str
    period: Expression
    then: LateAction
    to: str = ""
    because: Label = Label()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Gap:
    """A clause that the source leaves open, breaks off or contradicts, kept with the procedure it belongs to."""

    name: str
    text: Label
    cite: Citation | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Procedure:
    """States and steps of one kind of case, as data.

    *about* is the kind of place or thing a case is about; *force* says what its conclusion does
    (``binds``, ``amends``, ``informs``). *extends* names a procedure whose fields, steps, ends and late rules are
    taken over before its own are added; a step of the same name replaces the one taken over.
    """

    name: str
    steps: tuple[Step, ...]
    ends: tuple[tuple[str, EndKind], ...] = ()
    fields: tuple[StepField, ...] = ()
    late: tuple[Late, ...] = ()
    gaps: tuple[Gap, ...] = ()
    states: tuple[tuple[str, Label], ...] = ()
    title: Label = Label()
    about: str = "community"
    force: str = ""
    extends: str = ""
    replaces: str = ""
    open_to: tuple[Rank, ...] = ()
    cite: Citation | None = None
    standing: Standing | None = None
    span: Span = Span()
    origin: Origin = field(default=NOWHERE, eq=False)

    @cached_property
    def step_names(self) -> Mapping[str, Step]:
        """The steps by name."""
        return {step.name: step for step in self.steps}

    @cached_property
    def field_names(self) -> Mapping[str, StepField]:
        """The fields by name: those declared, and those that every collective decision brings with it."""
        brought = VOTING_FIELDS if any(step.decides for step in self.steps) else ()
        return {item.name: item for item in (*brought, *self.fields)}

    @cached_property
    def field_types(self) -> Mapping[str, ValueType]:
        """The type of each name that expressions find before facts: the fields, and the step's ``day``."""
        return {**{name: item.type for name, item in self.field_names.items()}, "day": DATE}

    @cached_property
    def end_kinds(self) -> Mapping[str, EndKind]:
        """The kind of end by state."""
        return dict(self.ends)

    def step(self, name: str) -> Step | None:
        """Return the step called *name*, or ``None``."""
        return self.step_names.get(name)

    def field(self, name: str) -> StepField | None:
        """Return the field called *name*, or ``None``."""
        return self.field_names.get(name)

    @property
    def all_states(self) -> tuple[str, ...]:
        """Every state that a step or a late rule leads to, in the order of the text."""
        late = [rule.to for rule in self.late if rule.to and rule.then is LateAction.LAPSE]
        return tuple(dict.fromkeys([*(step.to for step in self.steps if step.to), *late]))

    def end(self, state: str) -> EndKind | None:
        """Return how a case ends in *state*, or ``None`` where the state is no end."""
        return self.end_kinds.get(state)
