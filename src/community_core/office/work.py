"""One unit of work: steps decided one after the other and written together; a refused one leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import evolve, frozen

from community_core.base.errors import Refused, UnknownTerm
from community_core.base.findings import Finding, finding
from community_core.base.made import quickly_made
from community_core.office.authority import Authority
from community_core.office.bindings import Binding, Bindings, refused
from community_core.office.commands import Command, other_command, require_place, require_sane
from community_core.office.redrawn import redrawn
from community_core.office.restoring import followed, unknown_case
from community_core.office.rolled import with_rolls
from community_core.ports.store import Cause, Clock, Contradiction, Store, StoredCase, new_case
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.correct import Correction, correct
from community_core.procedures.deadlines import settle
from community_core.procedures.definition import Procedure, Step
from community_core.procedures.events import ERASE, SYSTEM, Case, Effect, Event, OpenCase, Redraw
from community_core.procedures.handling import Erasure, Inspection, erase, inspect
from community_core.procedures.reading import Evaluate, WorkingDays, post_for, roles
from community_core.procedures.step import Refusal, Taken, no_such_step, openings, take
from community_core.procedures.transition import Move, as_step, declared, move

#: More follow-up cases than this one out of the other, from one step, are a procedure that opens itself.
_DEEPEST = 20


class _Draft:
    """What one command comes to, before it is part of the unit."""

    __slots__ = ("cases", "effects", "events", "new")

    def __init__(self) -> None:
        self.new: list[StoredCase] = []
        self.events: list[Event] = []
        self.effects: list[tuple[Cause, Effect]] = []
        self.cases: dict[str, Case] = {}


@quickly_made
@frozen(weakref_slot=False)
class _Beside:
    """Other cases as they stand in a unit of work, for a step of a case whose rules are *binding*'s."""

    work: Work
    binding: Binding

    def case(self, procedure: str, case_id: str) -> Case | None:
        """Return a case of *procedure* as it stands in the unit, or ``None``."""
        return self.work.beside(self.binding, procedure, case_id)

    def known(self, case_id: str) -> bool:
        """Whether there is such a case."""
        return self.work.known(case_id)

    def around(self, place: str) -> frozenset[str]:
        """Return *place* and every place that contains it."""
        return self.work.around(place)


class Work:
    """The unit: cases as they stand within it, and what is to be written.

    Args:
        store: where cases come from and go to; the caller has begun a unit of work in it.
        bindings: the rules by case.
        functions: effects that plugins add, by name.
        workdays: the calendar of working days, where one is loaded.
        clock: gives the moment at which registers are changed.
    """

    def __init__(
        self,
        store: Store,
        bindings: Bindings,
        functions: Mapping[str, EffectFunction],
        workdays: WorkingDays | None,
        clock: Clock,
    ) -> None:
        self._store = store
        self._bindings = bindings
        self._functions = functions
        self._workdays = workdays
        self._clock = clock
        self._authority = Authority(store)
        self._draft = _Draft()
        self._keys: dict[str, Event] = {}
        self._texts: set[str] = set()
        # The cases before what is done together, as far as it touched them; None while nothing is.
        self._before: dict[str, Case | None] | None = None

    # -- reading ---------------------------------------------------------------------------------------------------

    def preload(self, case_ids: Sequence[str]) -> None:
        """Read several cases at once."""
        unread = [case_id for case_id in dict.fromkeys(case_ids) if case_id not in self._draft.cases]
        for case, events in self._store.resume(unread).values():
            # How it ended is for the procedure to say, not for what was kept.
            end = self.binding(case).procedure.end(case.state)
            ended = "" if end is None else end.value
            now = evolve(case, ended=ended) if case.version and case.ended != ended else case
            self._draft.cases[case.id] = followed(self._bindings, now, events) if events else now

    def case(self, case_id: str) -> Case:
        """Return a case as it stands in this unit.

        Raises:
            Refused: if there is no such case.
        """
        if case_id not in self._draft.cases:
            self.preload([case_id])
        if case_id not in self._draft.cases:
            raise refused(unknown_case(case_id))
        return self._draft.cases[case_id]

    def binding(self, case: Case) -> Binding:
        """Return the rules under which *case* runs."""
        return self._bindings.of(case.procedure, case.rules)

    def posts(self, person: str, place: str, day: dt.date) -> frozenset[str]:
        """Return the posts that *person* holds in *place* on *day*."""
        return self._authority.posts(person, place, day)

    def before(self, key: str) -> Event | None:
        """Return what was recorded under an idempotency key, in the store or in this unit; none without a key.

        Raises:
            TypeError: if the key is no text.
        """
        if not key:
            return None
        if not isinstance(key, str):
            raise TypeError(f"the key of a request is a text, not {key!r}")
        kept = self._store.by_key(key)
        return self.recorded(key) if kept is None else kept.event

    def once(self, key: str, case_id: str, same: Callable[[Event], bool], do: Callable[[], Case]) -> Case:
        """Do something in a case unless its *key* was used before: then return the case as it is.

        Raises:
            Refused: if the key was used for something else, in another case or not the *same*.
        """
        before = self.before(key)
        if before is None:
            return do()
        if before.case == case_id and same(before):
            return self.case(case_id)
        raise refused(other_command(key, before.case))

    def recorded(self, key: str) -> Event | None:
        """Return the event that this unit has under an idempotency key, or ``None``."""
        return self._keys.get(key)

    def known(self, case_id: str) -> bool:
        """Whether there is a case of that id, in this unit or in the store."""
        return case_id in self._draft.cases or self._store.case(case_id) is not None

    def beside(self, binding: Binding, procedure: str, case_id: str) -> Case | None:
        """Return a case as it stands in this unit, ``None`` unless it is one of *procedure* as *binding* names it."""
        if case_id not in self._draft.cases:
            self.preload([case_id])
        found = self._draft.cases.get(case_id)
        name = self._bindings.present(procedure, binding.practice).name
        return found if found is not None and found.procedure == name else None

    def around(self, place: str) -> frozenset[str]:
        """Return *place* and every place that contains it."""
        return frozenset({place, *self._store.place_chain(place)})

    # -- deciding --------------------------------------------------------------------------------------------------

    def open(self, binding: Binding, case_id: str, place: str, command: Command) -> Case:
        """Open a case.

        Raises:
            Refused: if the opening step is refused.
        """
        binding.require_functions()
        require_sane(command)
        require_place(place)
        draft = _Draft()
        stored = StoredCase(case_id, binding.name, place, command.day, binding.digest)
        case = self._open(draft, binding, stored, command)
        self._accept(draft)
        return case

    def step(self, case_id: str, command: Command) -> Case:
        """Settle what is overdue in a case, then take a step in it.

        Raises:
            Refused: if the case is unknown or the step is refused; then what was overdue stays as it was.
        """
        require_sane(command)
        case = self.case(case_id)
        binding = self.binding(case)
        binding.require_functions()
        draft = _Draft()
        case = self._settle(draft, binding, case, command.day)
        post = self._post(binding.procedure, case, command)
        self._take(draft, binding, case, command, post)
        self._accept(draft)
        return draft.cases[case_id]

    def together(self, procedure: Procedure, do: Callable[[], Case]) -> Case:
        """Do several things in a case of *procedure*, or, where one of them is refused, nothing."""
        new, events = len(self._draft.new), len(self._draft.events)
        self._before = before = dict[str, Case | None]()
        try:
            if not procedure.causes:
                return do()
            # What steps cause is in the registers at once, and must not stay there either.
            with self._store.begin():
                return do()
        except Refused:
            self._undo(new, events, before)
            raise
        finally:
            self._before = None

    def _undo(self, new: int, events: int, before: Mapping[str, Case | None]) -> None:
        """Go back to so many new cases and events, and to the cases as they were before what came then."""
        draft = self._draft
        for event in draft.events[events:]:
            self._keys.pop(event.key, None)
        del draft.new[new:], draft.events[events:]
        for case_id, case in before.items():
            if case is None:
                del draft.cases[case_id]
            else:
                draft.cases[case_id] = case
        self._texts.clear()
        self._authority.forget()

    def move(self, case_id: str, command: Command) -> Case:
        """Settle what is overdue in a case, then move it over to the present text of its procedure.

        Raises:
            Refused: if the case is unknown or that text declares no transition for it; then nothing has changed.
        """
        require_sane(command)
        case = self.case(case_id)
        binding = self.binding(case)
        binding.require_functions()
        newer = self._newer(case, binding, command.day)
        newer.require_functions()
        draft = _Draft()
        case = self._settle(draft, binding, case, command.day)
        found = declared(newer.procedure, case, command.day)
        post = "" if found is None else self._post_of(newer.procedure, as_step(found, case), case, command)
        asked = Move(newer.digest, command.actor, post, command.day, command.key, command.behalf)
        history = [*(item.event for item in self._store.events(case_id)), *draft.events]
        result = move(newer.procedure, case, history, asked)
        if isinstance(result, Refusal):
            raise refused(*result.findings)
        self._keep(newer)
        _add(draft, result)
        self._accept(draft)
        return draft.cases[case_id]

    def _newer(self, case: Case, binding: Binding, day: dt.date) -> Binding:
        """Return the present rules of the case's procedure; what stands for it now under another name is another."""
        try:
            newer = self._bindings.present(case.procedure, on=day)
        except UnknownTerm as error:
            raise refused(finding("unknown-procedure", error.message.zh, error.message.en)) from error
        return newer if newer.name == case.procedure else binding

    def _keep(self, binding: Binding) -> None:
        if binding.digest not in self._texts:
            self._store.keep_rules(binding.digest, binding.text, binding.functions)
            self._texts.add(binding.digest)

    def correct(self, case_id: str, asked: Correction) -> Case:
        """Settle what is overdue in a case, then record the correction of one of its events.

        Raises:
            Refused: if the case is unknown or the correction is refused; then what was overdue stays as it was.
        """
        require_sane(Command("", {}, asked.actor, asked.day, behalf=asked.behalf))
        case = self.case(case_id)
        binding = self.binding(case)
        binding.require_functions()
        draft = _Draft()
        case = self._settle(draft, binding, case, asked.day)
        history = [*(item.event for item in self._store.events(case_id)), *draft.events]
        result = correct(
            case,
            history,
            asked,
            held=self.held(binding.procedure, case, asked.actor, asked.behalf, asked.day),
            under=partial(self._under, case.procedure),
            workdays=self._workdays,
            functions=self._functions,
        )
        if isinstance(result, Refusal):
            raise refused(*result.findings)
        _add(draft, result)
        self._accept(draft)
        return draft.cases[case_id]

    def handle(self, case_id: str, asked: Erasure | Inspection) -> Case:
        """Record that personal values of a case are erased, or sensitive ones read.

        Raises:
            Refused: if the case is unknown, or something stands against it.
        """
        require_sane(Command("", {}, asked.actor, asked.day))
        case = self.case(case_id)
        procedure = self.binding(case).procedure
        held = self.held(procedure, case, asked.actor, asked.behalf, asked.day)
        history = [item.event for item in self._store.events(case_id)]
        if isinstance(asked, Erasure):
            result = erase(procedure, case, history, asked, held=held)
        else:
            result = inspect(procedure, case, history, asked, held=held)
        if isinstance(result, Refusal):
            raise refused(*result.findings)
        self.add(result)
        return result.case

    def add(self, taken: Taken) -> None:
        """Make what was decided elsewhere about a case part of the unit."""
        draft = _Draft()
        _add(draft, taken)
        self._accept(draft)

    def settle(self, case_id: str, day: dt.date) -> Case:
        """Settle what is overdue in a case on *day*."""
        case = self.case(case_id)
        binding = self.binding(case)
        if binding.missing:
            return case
        draft = _Draft()
        case = self._settle(draft, binding, case, day)
        self._accept(draft)
        return case

    def post_of(self, procedure: Procedure, step: Step, case: Case, person: str, day: dt.date, behalf: str = "") -> str:
        """Return the post by which *person* could take *step* on *day*; empty where there is none."""
        held = self.held(procedure, case, person, behalf, day)
        return post_for(procedure, step, case, person, held, behalf=behalf)

    def charged(self, person: str, place: str, day: dt.date) -> Mapping[str, frozenset[str]]:
        """Return for whom *person* may act on *day* in *place*, and under which of their posts or roles."""
        return self._authority.charged(person, place, day)

    def held(self, procedure: Procedure, case: Case, person: str, behalf: str, day: dt.date) -> frozenset[str]:
        """Return the posts under which *person* may act; in another's name, which of his that he was charged with."""
        if not behalf:
            return self._authority.posts(person, case.place, day)
        theirs = self._authority.posts(behalf, case.place, day) | roles(procedure, case, behalf)
        return theirs & self._authority.charged(person, case.place, day).get(behalf, frozenset())

    def _under(self, procedure: str, rules: str) -> tuple[Procedure, Evaluate]:
        binding = self._bindings.of(procedure, rules)
        return binding.procedure, binding.evaluate

    def _open(self, draft: _Draft, binding: Binding, stored: StoredCase, command: Command) -> Case:
        case = new_case(stored)
        if not command.step:
            command = evolve(command, step=only_opening(binding.procedure).name)
        post = SYSTEM if command.actor == SYSTEM else self._post(binding.procedure, case, command)
        draft.new.append(stored)
        self._take(draft, binding, case, command, post)
        return draft.cases[stored.id]

    def _post(self, procedure: Procedure, case: Case, command: Command) -> str:
        step = procedure.step_names.get(command.step)
        if step is None:
            raise refused(no_such_step(procedure, command.step))
        return self._post_of(procedure, step, case, command)

    def _post_of(self, procedure: Procedure, step: Step, case: Case, command: Command) -> str:
        if command.post:
            step = evolve(step, by=tuple(post for post in step.by if post == command.post))
        if command.behalf:
            charged = self._authority.charged(command.actor, case.place, command.day)
            if not charged.get(command.behalf, frozenset()).intersection(step.by):
                raise refused(no_delegation(step, command.actor, command.behalf, command.day))
        held = self.held(procedure, case, command.actor, command.behalf, command.day)
        return post_for(procedure, step, case, command.actor, held, behalf=command.behalf)

    def _settle(self, draft: _Draft, binding: Binding, case: Case, day: dt.date) -> Case:
        if not binding.procedure.late:
            return case
        taken = settle(binding.procedure, case, day, binding.evaluate, workdays=self._workdays)
        _add(draft, taken)
        return taken.case

    def _take(self, draft: _Draft, binding: Binding, case: Case, command: Command, post: str) -> None:
        procedure, data = binding.procedure, command.data
        if procedure.filled:
            data = with_rolls(self._store, procedure, command.step, data, lambda: self.around(case.place))
        result = take(
            procedure,
            case,
            command.step,
            data,
            actor=command.actor,
            post=post,
            day=command.day,
            evaluate=binding.evaluate,
            key=command.key,
            behalf=command.behalf,
            workdays=self._workdays,
            functions=self._functions,
            beside=_Beside(self, binding) if procedure.looks_beside else None,
        )
        if isinstance(result, Refusal):
            raise refused(*result.findings)
        _add(draft, result)
        for number, effect in enumerate(result.effects, start=1):
            if isinstance(effect, OpenCase):
                self._follow(draft, binding, result.case, effect, f"{case.id}.{result.case.version}.{number}")

    def _follow(self, draft: _Draft, binding: Binding, case: Case, effect: OpenCase, child_id: str) -> None:
        """Open a follow-up case in the same draft: it belongs to the place of its parent and is opened by the rules."""
        if sum(child_id.startswith(f"{item.id}.") for item in draft.new) > _DEEPEST:
            raise refused(
                finding(
                    "too-many-follow-ups",
                    f"程序 {case.procedure} 的一个环节接连开出了 {_DEEPEST} 层以上的办件，请检查程序是否开出自己",
                    f"one step of {case.procedure} opens cases more than {_DEEPEST} deep; does it open itself?",
                )
            )
        day = case.latest or case.opened
        follow = self._bindings.in_force(effect.procedure, day, practice=binding.practice)
        follow.require_functions()
        self._keep(follow)
        stored = StoredCase(child_id, follow.name, case.place, day, follow.digest, case.id)
        self._open(draft, follow, stored, Command("", dict(effect.data), SYSTEM, day))

    def _accept(self, draft: _Draft) -> None:
        if draft.effects:
            self._apply(draft.effects, {event.case: event.actor for event in draft.events})
        for event in draft.events:
            if event.key:
                self._keys[event.key] = event
        if self._before is not None:
            for case_id in draft.cases:
                self._before.setdefault(case_id, self._draft.cases.get(case_id))
        self._draft.new += draft.new
        self._draft.events += draft.events
        self._draft.cases.update(draft.cases)

    def _apply(self, effects: Sequence[tuple[Cause, Effect]], actors: Mapping[str, str]) -> None:
        """Apply effects at once: whoever acts next in this unit may be the person just appointed."""
        try:
            with self._store.begin():
                for cause, effect in effects:
                    if isinstance(effect, Redraw):
                        redrawn(self._store, effect, cause, actor=actors[cause.case], entered=self._clock.now())
                    else:
                        self._store.apply(effect, cause, self._clock.now())
        except (Contradiction, Refused) as error:
            reasons = error.findings if isinstance(error, Refused) else ()
            raise refused(finding("effect-refused", error.message.zh, error.message.en), *reasons) from error
        self._authority.forget()

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self, entered: dt.datetime) -> tuple[Event, ...]:
        """Write what was decided, in few statements, and return the events.

        Raises:
            Conflict: if one of the cases has moved on in the meantime.
        """
        draft = self._draft
        if draft.new:
            self._store.add_cases(draft.new)
        if draft.events:
            expected: dict[str, int] = {}
            for event in draft.events:
                expected.setdefault(event.case, event.version - 1)
            self._store.append(draft.events, expected, entered, [draft.cases[case_id] for case_id in expected])
            for event in draft.events:
                if event.step == ERASE:
                    self._store.erase(event.case, dict(event.data)["values"])
        events = tuple(draft.events)
        self._draft = _Draft()
        self._draft.cases = draft.cases
        return events


def _add(draft: _Draft, taken: Taken) -> None:
    draft.events += taken.events
    draft.cases[taken.case.id] = taken.case
    for number, effect in enumerate(taken.effects, start=1):
        if not isinstance(effect, OpenCase):
            draft.effects.append((Cause(taken.case.id, taken.case.version, number), effect))


def only_opening(procedure: Procedure) -> Step:
    """Return the one step that opens a case.

    Raises:
        Refused: if there is none, or several; they are named.
    """
    steps = openings(procedure)
    if len(steps) == 1:
        return steps[0]
    names = [step.name for step in steps]
    raise refused(
        finding(
            "which-opening",
            f"程序 {procedure.name} 的立案环节有：{'、'.join(names) or '（无）'}，请指明一个",
            f"procedure {procedure.name} opens with one of: {', '.join(names) or 'nothing'}; name it",
            procedure.origin,
        )
    )


def no_delegation(step: Step, actor: str, behalf: str, day: dt.date) -> Finding:
    """Return the finding that nobody has charged *actor* to take *step* in the name of *behalf*."""
    posts = "、".join(step.by) or "（无）"
    return finding(
        "no-delegation",
        f"没有登记 {actor} 于 {day} 可代 {behalf} 以 {posts} 的职务办理环节 {step.name}；请先登记委托",
        f"no delegation lets {actor} take step {step.name} for {behalf} on {day} as {', '.join(step.by) or 'anybody'}; "
        "register one first",
        step.origin,
        step=step.name,
    )
