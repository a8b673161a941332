"""One unit of work: steps decided one after the other and written together; a refused one leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import Factory, define, evolve, field, frozen

from community_core.base.errors import FactError, UnknownTerm
from community_core.base.findings import Finding, finding
from community_core.office.authority import Authority
from community_core.office.bindings import Binding, Bindings, refused, require_day
from community_core.ports.store import Contradiction, Store, StoredCase, StoredEvent
from community_core.procedures.consequences import EffectFunction
from community_core.procedures.correct import Correction, correct
from community_core.procedures.deadlines import settle
from community_core.procedures.definition import Procedure, Step
from community_core.procedures.events import CORRECT, SYSTEM, Case, Effect, Event, OpenCase
from community_core.procedures.intake import wanted
from community_core.procedures.reading import WorkingDays, post_for
from community_core.procedures.step import Refusal, Taken, after, no_such_step, openings, take
from community_core.rules.types import checked

#: More follow-up cases than this from one step are a procedure that opens itself.
_MOST = 20


@frozen
class Command:
    """One thing that is asked of the office: a step with its data, by whom, on which day, and under which key.

    *step* may be empty for an opening where there is only one; *post* is empty where any of the actor's will do.
    """

    step: str
    data: Mapping[str, Any]
    actor: str
    day: dt.date
    key: str = ""
    post: str = ""


@define
class _Draft:
    """What one command comes to, before it is part of the unit."""

    new: list[StoredCase] = Factory(list)
    events: list[Event] = Factory(list)
    effects: list[tuple[str, Effect]] = Factory(list)
    cases: dict[str, Case] = field(factory=dict)


class Work:
    """The unit: cases as they stand within it, and what is to be written.

    Args:
        store: where cases come from and go to; the caller has begun a unit of work in it.
        bindings: the rules by case.
        functions: effects that plugins add, by name.
        workdays: the calendar of working days, where one is loaded.
    """

    def __init__(
        self,
        store: Store,
        bindings: Bindings,
        functions: Mapping[str, EffectFunction],
        workdays: WorkingDays | None,
    ) -> None:
        self._store = store
        self._bindings = bindings
        self._functions = functions
        self._workdays = workdays
        self._authority = Authority(store)
        self._draft = _Draft()
        self._expected: dict[str, int] = {}
        self._keys: dict[str, Event] = {}
        self._texts: set[str] = set()

    # -- reading ---------------------------------------------------------------------------------------------------

    def preload(self, case_ids: Sequence[str]) -> None:
        """Read several cases at once."""
        unread = [case_id for case_id in dict.fromkeys(case_ids) if case_id not in self._draft.cases]
        for stored, events in self._store.load(unread).values():
            self._draft.cases[stored.id] = restore(self._bindings, stored, events)

    def case(self, case_id: str) -> Case:
        """Return a case as it stands in this unit.

        Raises:
            Refused: if there is no such case.
        """
        if case_id not in self._draft.cases:
            self.preload([case_id])
        if case_id not in self._draft.cases:
            raise refused(finding("unknown-case", f"没有办件 {case_id}", f"there is no case {case_id!r}", case=case_id))
        return self._draft.cases[case_id]

    def binding(self, case: Case) -> Binding:
        """Return the rules under which *case* runs."""
        return self._bindings.of(case.procedure, case.rules)

    def recorded(self, key: str) -> Event | None:
        """Return the event that this unit has under an idempotency key, or ``None``."""
        return self._keys.get(key)

    # -- deciding --------------------------------------------------------------------------------------------------

    def open(self, binding: Binding, case_id: str, place: str, command: Command) -> Case:
        """Open a case.

        Raises:
            Refused: if the opening step is refused.
        """
        binding.require_functions()
        _sane(command)
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
        _sane(command)
        case = self.case(case_id)
        binding = self.binding(case)
        binding.require_functions()
        draft = _Draft()
        case = self._settle(draft, binding, case, command.day)
        post = self._post(binding.procedure, case, command)
        self._take(draft, binding, case, command, post)
        self._accept(draft)
        return draft.cases[case_id]

    def correct(self, case_id: str, asked: Correction) -> Case:
        """Settle what is overdue in a case, then record the correction of one of its events.

        Raises:
            Refused: if the case is unknown or the correction is refused; then what was overdue stays as it was.
        """
        _sane(Command("", {}, asked.actor, asked.day))
        case = self.case(case_id)
        binding = self.binding(case)
        binding.require_functions()
        draft = _Draft()
        case = self._settle(draft, binding, case, asked.day)
        history = [*(item.event for item in self._store.events(case_id)), *draft.events]
        result = correct(
            binding.procedure,
            case,
            history,
            asked,
            held=self._authority.posts(asked.actor, case.place, asked.day),
            evaluate=binding.evaluate,
            workdays=self._workdays,
            functions=self._functions,
        )
        if isinstance(result, Refusal):
            raise refused(*result.findings)
        _add(draft, result)
        self._accept(draft)
        return draft.cases[case_id]

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

    def post(self, case: Case, step: Step, person: str, day: dt.date) -> str:
        """Return the post by which *person* could take *step* on *day*; empty where there is none."""
        held = self._authority.posts(person, case.place, day)
        return post_for(self.binding(case).procedure, step, case, person, held)

    def _open(self, draft: _Draft, binding: Binding, stored: StoredCase, command: Command) -> Case:
        case = Case(stored.id, stored.procedure, stored.place, stored.opened, stored.rules, parent=stored.parent)
        command = evolve(command, step=command.step or only_opening(binding.procedure).name)
        post = SYSTEM if command.actor == SYSTEM else self._post(binding.procedure, case, command)
        draft.new.append(stored)
        self._take(draft, binding, case, command, post)
        return draft.cases[stored.id]

    def _post(self, procedure: Procedure, case: Case, command: Command) -> str:
        step = procedure.step(command.step)
        if step is None:
            raise refused(no_such_step(procedure, command.step))
        held = self._authority.posts(command.actor, case.place, command.day)
        if command.post:
            step = evolve(step, by=tuple(post for post in step.by if post == command.post))
        return post_for(procedure, step, case, command.actor, held)

    def _settle(self, draft: _Draft, binding: Binding, case: Case, day: dt.date) -> Case:
        taken = settle(binding.procedure, case, day, binding.evaluate, workdays=self._workdays)
        _add(draft, taken)
        return taken.case

    def _take(self, draft: _Draft, binding: Binding, case: Case, command: Command, post: str) -> None:
        result = take(
            binding.procedure,
            case,
            command.step,
            command.data,
            actor=command.actor,
            post=post,
            day=command.day,
            evaluate=binding.evaluate,
            key=command.key,
            workdays=self._workdays,
            functions=self._functions,
        )
        if isinstance(result, Refusal):
            raise refused(*result.findings)
        _add(draft, result)
        for number, effect in enumerate(result.effects, start=1):
            if isinstance(effect, OpenCase):
                self._follow(draft, binding, result.case, effect, f"{case.id}.{result.case.version}.{number}")

    def _follow(self, draft: _Draft, binding: Binding, case: Case, effect: OpenCase, child_id: str) -> None:
        """Open a follow-up case in the same draft: it belongs to the place of its parent and is opened by the rules."""
        if len(draft.new) > _MOST:
            raise refused(
                finding(
                    "too-many-follow-ups",
                    f"程序 {case.procedure} 的一个环节开出了 {_MOST} 个以上的办件，请检查程序是否开出自己",
                    f"one step of {case.procedure} opens more than {_MOST} cases; does it open itself?",
                )
            )
        day = case.latest or case.opened
        try:
            follow = self._bindings.present(effect.procedure, binding.practice, on=day)
        except UnknownTerm as error:
            raise refused(finding("unknown-procedure", error.message.zh, error.message.en)) from error
        follow.require_functions()
        if follow.digest not in self._texts:
            self._store.keep_rules(follow.digest, follow.text)
            self._texts.add(follow.digest)
        stored = StoredCase(child_id, follow.name, case.place, day, follow.digest, case.id)
        self._open(draft, follow, stored, Command("", dict(effect.data), SYSTEM, day))

    def _accept(self, draft: _Draft) -> None:
        if draft.effects:
            self._apply(draft.effects)
        for event in draft.events:
            self._expected.setdefault(event.case, event.version - 1)
            if event.key:
                self._keys[event.key] = event
        self._draft.new += draft.new
        self._draft.events += draft.events
        self._draft.cases.update(draft.cases)

    def _apply(self, effects: Sequence[tuple[str, Effect]]) -> None:
        """Apply effects at once: whoever acts next in this unit may be the person just appointed."""
        try:
            with self._store.begin():
                for case_id, effect in effects:
                    self._store.apply([effect], case=case_id)
        except Contradiction as error:
            raise refused(finding("effect-refused", error.message.zh, error.message.en)) from error
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
            self._store.append(draft.events, self._expected, entered)
            touched = dict.fromkeys(event.case for event in draft.events)
            self._store.snapshots([draft.cases[case_id] for case_id in touched])
        events = tuple(draft.events)
        self._draft = _Draft(cases=draft.cases)
        self._expected = {}
        return events


def _add(draft: _Draft, taken: Taken) -> None:
    draft.events += taken.events
    draft.cases[taken.case.id] = taken.case
    draft.effects += [(taken.case.id, effect) for effect in taken.effects if not isinstance(effect, OpenCase)]


def restore(bindings: Bindings, stored: StoredCase, events: Sequence[StoredEvent]) -> Case:
    """Return a case as its events make it."""
    case = Case(stored.id, stored.procedure, stored.place, stored.opened, stored.rules, parent=stored.parent)
    procedure = bindings.of(stored.procedure, stored.rules).procedure
    for item in events:
        case = after(procedure, case, item.event)
    return case


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


def repeated(binding: Binding, event: Event, command: Command) -> Finding | None:
    """Return ``None`` where *event* is what *command* asked for, or the finding that the key was used for another."""
    step = binding.procedure.step(command.step)
    same = (
        step is not None
        and (event.step, event.actor, event.day) == (command.step, command.actor, command.day)
        and command.post in ("", event.post)
        and _given(binding.procedure, step, command.data)
        == {name: value for name, value in event.data if name in wanted(step)}
    )
    return None if same else other_command(command.key, event.case)


def same_correction(event: Event, asked: Correction) -> bool:
    """Whether *event* is what *asked* comes to, recorded before."""
    said = dict(event.data)
    return (
        event.step == CORRECT
        and (event.actor, event.day) == (asked.actor, asked.day)
        and (said["corrects"], said["why"]) == (asked.version, asked.why.strip())
        and {name for name, _ in said["fields"]} == set(asked.data)
        and all(_tuples(asked.data[name]) == value for name, value in said["fields"])
    )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value


def other_command(key: str, case_id: str) -> Finding:
    """Return the finding that *key* was used for something else."""
    return finding(
        "key-reused",
        f"请求编号 {key} 已用于办件 {case_id} 的另一次办理，请换一个编号",
        f"the key {key!r} was used for something else in case {case_id}; use another key",
        key=key,
        case=case_id,
    )


def _given(procedure: Procedure, step: Step, data: Mapping[str, Any]) -> dict[str, Any] | None:
    given = {}
    for name in wanted(step):
        item = procedure.field(name)
        if item is not None and data.get(name) is not None:
            try:
                given[name] = checked(name, item.type, data[name])
            except FactError:
                return None
    return given


def _sane(command: Command) -> None:
    require_day(command.day)
    if command.actor == SYSTEM or not command.actor:
        raise refused(
            finding(
                "no-actor",
                "请写明由谁办理；system 只由本库自己使用",
                "name the person who acts; `system` is for the library alone",
            )
        )
