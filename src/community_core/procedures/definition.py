"""Procedures as frozen data: states, steps, who may take them, what they take, guard, publish and cause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from typing import Final

import attrs
from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Origin
from community_core.base.labels import Label
from community_core.base.ranks import PRIVATE, Privacy, Rank, Standing
from community_core.instruments.ballot import Method
from community_core.procedures.collective import (
    PROXIES,
    REPRESENTED,
    SET_ASIDE,
    VOTES,
    CollectiveDecision,
    Electorate,
)
from community_core.procedures.naming import names_in
from community_core.rules.terms import Expression
from community_core.rules.types import DATE, INT, SHARE, TEXT, Kind, ValueType, enum_of, list_of


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


class PaperForm(Enum):
    """What kind of printable document a paper is; the form decides how it is laid out."""

    NOTICE = "notice"
    ATTENDANCE = "attendance"
    MINUTES = "minutes"
    CONCLUSION = "conclusion"
    COUNT = "count"
    CONTRACT = "contract"
    RECEIPT = "receipt"


@frozen
class StepField:
    """One typed, named thing that a step takes or a case holds, with its privacy class; *optional* may be left out.

    A field with *times_of* is taken by no step: it counts how often the step of that name was taken in the case, from
    0 on; where a step clears it, it counts anew. An *unordered* list is kept sorted, so that its order tells nothing.
    *from_roll* names the field that gives the id of an electoral roll: the list is then filled with those whom that
    roll entitles, and is not given by hand.
    """

    name: str
    type: ValueType
    privacy: Privacy
    label: Label = Label()
    labels: tuple[tuple[str, Label], ...] = ()
    optional: bool = False
    times_of: str = ""
    unordered: bool = False
    from_roll: str = ""
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Publish:
    """What a step makes public: its kind, which fields, to whom, for how long (an expression giving days).

    Of a personal field the board shows a masked value, unless the law says that people are named (*ground* cites it),
    or the person consented: *consent* names the yes-or-no field of the case that says so, as it stands at present.
    """

    kind: PublishKind
    what: tuple[str, ...]
    to: str = "residents"
    period: Expression | None = None
    ground: Citation | None = None
    consent: str = ""
    origin: Origin = field(default=NOWHERE, eq=False)


_PAIRS = list_of(list_of(TEXT))
_VERDICTS = (
    ("decided", Label("已作出决定", "decided")),
    ("partly", Label("名额没有选满", "some seats filled")),
    ("tie", Label("得票相同", "a tie")),
    ("no_majority", Label("没有达到多数", "no majority")),
    ("no_votes", Label("没有有效票", "no votes")),
    ("no_quorum", Label("没有达到法定人数", "no quorum")),
)
_RESULT = (
    ("elected", list_of(TEXT), Label("当选", "elected")),
    ("tied", list_of(TEXT), Label("得票相同", "tied")),
    ("open_seats", INT, Label("空缺名额", "open seats")),
    ("resolved", TEXT, Label("得票相同的处理办法", "how a tie was resolved")),
    ("number_entitled", INT, Label("有权表决人数", "number entitled")),
    ("number_present", INT, Label("参加表决人数", "number taking part")),
)


def voting_fields(decisions: tuple[CollectiveDecision, ...]) -> tuple[StepField, ...]:
    """Return the fields that *decisions* bring to a procedure, unless it declares them otherwise.

    A ballot is one text where each marks one option, and a list where some mark several or are sealed. Sealed ballots
    are opened for everybody to count again, so they are public; the order of secret ones is not kept.
    """
    if not decisions:
        return ()
    sealed = [decision.sealed for decision in decisions]
    secret = any(decision.secret for decision in decisions)
    several = any(decision.method is not Method.SINGLE or decision.sealed for decision in decisions)
    ballots = _PAIRS if several else list_of(TEXT)
    brought = [
        StepField(
            VOTES,
            ballots,
            Privacy.PUBLIC if all(sealed) else Privacy.INTERNAL,
            Label("选票", "votes"),
            unordered=secret,
        ),
        StepField("counts", ValueType(Kind.LIST), Privacy.PUBLIC, Label("计票", "counts"), optional=True),
        StepField("outcome", TEXT, Privacy.PUBLIC, Label("结果", "outcome"), optional=True),
    ]
    if any(decision.detailed for decision in decisions):
        words = enum_of(*(word for word, _ in _VERDICTS))
        brought.append(
            StepField("verdict", words, Privacy.PUBLIC, Label("表决情况", "verdict"), _VERDICTS, optional=True)
        )
        brought += (StepField(name, kind, Privacy.PUBLIC, label, optional=True) for name, kind, label in _RESULT)
    for name, label, used in (
        (PROXIES, Label("委托", "proxies"), [item.proxy_limit for item in decisions]),
        (
            REPRESENTED,
            Label("各户代表", "who votes for which household"),
            [item.by is Electorate.HOUSEHOLDS for item in decisions],
        ),
        ("seen_twice", Label("以两种方式投票的人", "seen in two channels"), [item.channels for item in decisions]),
    ):
        if any(used):
            brought.append(StepField(name, _PAIRS, Privacy.PERSONAL, label, optional=True, unordered=secret))
    if any(decision.channels for decision in decisions):
        kind = list_of(TEXT) if any(sealed) else ballots
        label = Label("不计而留存的选票", "ballots set aside")
        brought.append(StepField(SET_ASIDE, kind, Privacy.INTERNAL, label, optional=True, unordered=secret))
    if any(sealed):
        label = Label("没有启封的选票", "sealed ballots that nobody opened")
        brought.append(StepField("unopened", list_of(TEXT), Privacy.PUBLIC, label, optional=True))
    return tuple(brought)


@frozen
class Rates:
    """Score sheets that a step counts: who may hand one in, by which criteria, on which scale.

    *among* names the list field of those who may score (person ids), *handed_in* the one of those who did; whoever did
    not stays missing. *criteria* is an expression giving a list of texts, *scale* one giving the grades, *points* one
    giving what each grade is worth, *weights* one giving how much each criterion counts (all the same without it).
    The step takes ``sheets``, a list of lists of grades that does not say whose they are; the case then holds
    ``rating``, ``grades``, ``scored`` and ``unscored``.
    """

    among: str
    handed_in: str
    criteria: Expression
    scale: Expression
    points: Expression
    weights: Expression | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


#: The field of the score sheets that a rating step takes in.
SHEETS: Final = "sheets"

#: What score sheets bring to a case unless the procedure declares it otherwise.
SCORING_FIELDS = (
    StepField(SHEETS, list_of(list_of(TEXT)), Privacy.INTERNAL, Label("评分表", "score sheets")),
    StepField("rating", SHARE, Privacy.INTERNAL, Label("评议得分率", "rating"), optional=True),
    StepField("grades", ValueType(Kind.LIST), Privacy.INTERNAL, Label("各项评分", "grades"), optional=True),
    StepField("scored", INT, Privacy.PUBLIC, Label("交表人数", "sheets handed in"), optional=True),
    StepField("unscored", INT, Privacy.PUBLIC, Label("未交表人数", "sheets missing"), optional=True),
)


@frozen
class Measure:
    """A figure read over all cases of a procedure: a share of them, or a value that each of them has.

    With *part* it is the share of the cases that meet *part* among those that meet *whole* (all, without it); with
    *value* it is the value of that expression in each case. Besides the fields the expressions see ``state``,
    the state in which the case stands. *on* names the date field by which it is laid
    out in time (the day of opening without it), *each* the field by whose values it is told apart. *privacy* says who
    may see it: only a public one reaches the board.
    """

    name: str
    label: Label = Label()
    part: Expression | None = None
    whole: Expression | None = None
    value: Expression | None = None
    on: str = ""
    each: str = ""
    privacy: Privacy = Privacy.INTERNAL
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Repeats:
    """How often a new case is due: a period *every* from the last one, for each value of the field *each* by itself."""

    every: Expression
    each: str = ""
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class DisclosureItem:
    """What must be posted: as which *kind*, *by* which posts, *to* whom, through which *channel*, how often (*every*).

    The name is a value of the procedure's field ``item``. *every* is an expression giving a period, counted from the
    last posting; without it the item is posted once.
    """

    name: str
    by: tuple[str, ...]
    label: Label = Label()
    kind: PublishKind = PublishKind.DISCLOSURE
    to: str = "residents"
    channel: Label = Label()
    every: Expression | None = None
    cite: Citation | None = None
    standing: Standing | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Waiting:
    """A period counted from an earlier step: no sooner than, or no later than, its end."""

    after: str
    period: Expression
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Needs:
    """What a step needs of another case: that its *field* names one of *procedure* that stands in one of *states*.

    *here* names a list field of the other case in which the place of this one, or one around it, must stand.
    """

    field: str
    procedure: str
    states: tuple[str, ...]
    here: str = ""
    origin: Origin = attrs.field(default=NOWHERE, eq=False)


@frozen
class EffectSpec:
    """An effect as the text writes it: the *kind* of the core's records, or of a plugin's function, and its arguments.

    Arguments are expressions over the case's fields, or plain names of fields. Taken as written are, of ``open``,
    ``procedure``, ``each`` (a list field: one case is opened for each member) and ``as`` (the field it is given as);
    of the others ``procedure``, ``what``, ``post`` and ``text``. ``post_of`` names a field whose value is the post.
    """

    kind: str
    arguments: tuple[tuple[str, Expression], ...] = ()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Step:
    """One step: from states (*source*) to a state (*to*; empty where the state stays), by posts, taking fields.

    *when* is its guard: unknown refuses the step and names what is missing. *held* names the date field that must
    be the day of the step. *not_by* names steps whose taker may not take this one; a step that names itself is taken
    once in each person's name. *clears* names fields that no longer hold after it, such as the opinions on a draft that
    is drawn up anew. *papers* names the printable documents that it yields. *cite* says which document the step is
    from; *standing* whose step it is.
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
    rates: Rates | None = None
    publish: tuple[Publish, ...] = ()
    effects: tuple[EffectSpec, ...] = ()
    papers: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    needs: tuple[Needs, ...] = ()
    because: Label = Label()
    cite: Citation | None = None
    standing: Standing | None = None
    origin: Origin = field(default=NOWHERE, eq=False)

    @cached_property
    def rests_on(self) -> frozenset[str]:
        """The names that the step's guard, day and vote are decided by."""
        names = set(names_in(self.when)) if self.when is not None else set()
        if self.decides is not None:
            names |= self.decides.reads
        if self.rates is not None:
            names |= {SHEETS, self.rates.among, self.rates.handed_in}
        return frozenset({*names, self.held} - {""})

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The names of the fields that are given with it: votes too where it decides, score sheets where it rates."""
        brought = [VOTES] if self.decides is not None else []
        brought += [SHEETS] if self.rates is not None else []
        return (*self.takes, *(name for name in brought if name not in self.takes))

    @cached_property
    def timed(self) -> bool:
        """Whether it is tied to a day or a period."""
        return bool(self.held) or self.not_before is not None or self.within is not None

    @cached_property
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
class Transition:
    """How a case that began under an older text may go on under this one, by whom, and which document says so.

    It is for cases opened *before* a day, for those under the text whose hash is *text*, or, where both are given, for
    those that are both. *states* and *steps* give the new name of each state and step that is called otherwise now;
    *drops* are steps of the older text that have no successor here. *since* is the first day on which a case may move.
    What this text asks for and the older one did not is unknown in such a case.
    """

    name: str
    by: tuple[str, ...]
    cite: Citation
    text: str = ""
    before: dt.date | None = None
    since: dt.date | None = None
    states: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    drops: tuple[str, ...] = ()
    because: Label = Label()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class Paper:
    """A printable document that steps yield: its form, and what of the case stands in it.

    *shows* names the fields, *lists* the steps each of whose events is written down one by one, with what it took;
    *signed_by* the posts, or the fields, that have a line for their signature. *text* are the words before them.
    """

    name: str
    form: PaperForm
    shows: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    label: Label = Label()
    text: Label = Label()
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
    taken over before its own are added; a step of the same name replaces the one taken over. *transitions* say which
    cases of older texts may move over to this one; without one a case finishes under the text it began under. *posts*
    gives what the posts and audiences that it names are called, sorted by post; the library knows the common ones.
    """

    name: str
    steps: tuple[Step, ...]
    ends: tuple[tuple[str, EndKind], ...] = ()
    fields: tuple[StepField, ...] = ()
    late: tuple[Late, ...] = ()
    transitions: tuple[Transition, ...] = ()
    gaps: tuple[Gap, ...] = ()
    papers: tuple[Paper, ...] = ()
    measures: tuple[Measure, ...] = ()
    discloses: tuple[DisclosureItem, ...] = ()
    repeats: Repeats | None = None
    states: tuple[tuple[str, Label], ...] = ()
    posts: tuple[tuple[str, Label], ...] = ()
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
    def causes(self) -> bool:
        """Whether any of its steps has an effect."""
        return any(step.effects for step in self.steps)

    @cached_property
    def field_names(self) -> Mapping[str, StepField]:
        """The fields by name: those declared, and those that every collective decision brings with it."""
        brought = voting_fields(tuple(step.decides for step in self.steps if step.decides is not None))
        scored = SCORING_FIELDS if any(step.rates for step in self.steps) else ()
        return {item.name: item for item in (*brought, *scored, *self.fields)}

    @cached_property
    def privacies(self) -> Mapping[str, Privacy]:
        """The class of each field whose values are personal or sensitive."""
        return {name: item.privacy for name, item in self.field_names.items() if item.privacy in PRIVATE}

    @cached_property
    def case_fields(self) -> frozenset[str]:
        """The fields that refer to other cases by their ids."""
        return frozenset(name for name, item in self.field_names.items() if item.type.refers_to == "case")

    @cached_property
    def looks_beside(self) -> bool:
        """Whether any of its steps depends on other cases."""
        return bool(self.case_fields) or any(step.needs for step in self.steps)

    @cached_property
    def questions(self) -> frozenset[str]:
        """The list fields whose members are the options of a vote."""
        asked = {step.decides.question for step in self.steps if step.decides is not None}
        return frozenset(name for name in asked if (item := self.field(name)) and item.type.kind is Kind.LIST)

    @cached_property
    def counters(self) -> tuple[tuple[str, str], ...]:
        """The fields that count, each with the step that it counts."""
        return tuple((item.name, item.times_of) for item in self.fields if item.times_of)

    @cached_property
    def filled(self) -> frozenset[str]:
        """The fields that are filled from an electoral roll."""
        return frozenset(name for name, item in self.field_names.items() if item.from_roll)

    @cached_property
    def field_types(self) -> Mapping[str, ValueType]:
        """The type of each name that expressions find before facts: the fields, and the step's ``day``."""
        return {**{name: item.type for name, item in self.field_names.items()}, "day": DATE}

    @cached_property
    def measured_types(self) -> Mapping[str, ValueType]:
        """The type of each name that a measure's expressions find before facts: the fields, and ``state``."""
        return {**self.field_types, "state": enum_of(*self.all_states)}

    @cached_property
    def end_kinds(self) -> Mapping[str, EndKind]:
        """The kind of end by state."""
        return dict(self.ends)

    def step(self, name: str) -> Step | None:
        """Return the step called *name*, or ``None``."""
        return self.step_names.get(name)

    def paper(self, name: str) -> Paper | None:
        """Return the paper called *name*, or ``None``."""
        return next((paper for paper in self.papers if paper.name == name), None)

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
