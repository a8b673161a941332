"""The half of an office that handles personal values: erases them, and shows sensitive ones to whoever says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from attrs import frozen

from community_core.office.bindings import refused
from community_core.office.commands import id_of, other_command
from community_core.office.reading import Reading
from community_core.office.views import Moment, covered, timeline
from community_core.office.work import Work
from community_core.procedures.events import Case, Event
from community_core.procedures.handling import Erasure, Inspection, locked_away, sensitive_values


@frozen
class Inspected:
    """A case with its sensitive values in clear, and its timeline; that they were read stands in the record."""

    case: Case
    timeline: tuple[Moment, ...]


class Handling(Reading):
    """The half of an :class:`~community_core.office.office.Office` that handles personal values."""

    _write: Callable[[Work], tuple[Event, ...]]
    _told: Callable[[], None]

    def erase(
        self,
        case: Case | str,
        *,
        actor: str,
        day: dt.date,
        why: str,
        ground: str,
        fields: Sequence[str] = (),
        key: str | None = None,
        behalf: str = "",
    ) -> Case:
        """Erase the personal and sensitive values of a case, for good; the event that says so stays.

        The events hold commitments to the values and no values, so that the record verifies as before. What rests on an
        erased value is unknown from then on. Values that follow-up cases hold are theirs, and erased there; what was
        recorded before values were kept apart cannot be erased, and the event names it.

        Args:
            case: the case.
            actor: who erases; he holds a post that handles such cases there, or gave the values himself.
            day: on which day.
            why: for what reason, naming nobody.
            ground: the law, or the request, that it rests on.
            fields: the names of the fields; all personal and sensitive ones unless given.
            key: makes a repeated command harmless.
            behalf: in whose name *actor* acts, as for a step.

        Raises:
            Refused: if the case is unknown, there is nothing to erase, or the actor may not; nothing is changed.
        """
        case_id = id_of(case)
        asked = Erasure(actor, day, why, ground, tuple(fields), key or "", behalf)
        done = self._handled(case_id, asked)
        self.store.scrub()
        return covered(done)

    def inspect(
        self,
        case: Case | str,
        *,
        actor: str,
        day: dt.date,
        purpose: str,
        key: str | None = None,
        behalf: str = "",
    ) -> Inspected:
        """Show a case with its sensitive values to *actor*, and record that, on which day and for what purpose.

        The reading is an event of the case, under the post by which *actor* handles it, written before anything is
        shown. Of a case without sensitive values nothing is recorded.

        Raises:
            Refused: if the case is unknown, the actor does not handle such cases there, no purpose is given, a
                value is encrypted and its key is not here, or *key* was used before, for another reading or before a
                value was given; nothing is shown.
        """
        case_id = id_of(case)
        work = self._work()
        now = work.case(case_id)
        events = self.store.events(case_id)
        found = locked_away([item.event for item in events])
        if found:
            raise refused(*found)
        asked = Inspection(actor, day, purpose, key or "", behalf)
        before = work.before(asked.key)
        if before is not None and any(
            version > before.version for version, _ in sensitive_values([item.event for item in events])
        ):
            # What was given since is not in the reading that is recorded under the key.
            raise refused(other_command(asked.key, before.case))
        self._handled(case_id, asked)
        now = self._work().case(case_id)
        moments = timeline(self._bindings, now.procedure, self.store.events(case_id), inspected=True)
        return Inspected(now, moments)

    def _handled(self, case_id: str, asked: Erasure | Inspection) -> Case:
        def do() -> Case:
            work = self._work()
            done = work.once(asked.key, case_id, asked.same, lambda: work.handle(case_id, asked))
            self._write(work)
            return done

        done = self.store.run(do)
        self._told()
        return done
