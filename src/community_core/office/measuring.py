"""The figures that a procedure's measures come to over the cases of a record; nothing is decided and nothing recorded.

Every figure is a pair of whole numbers or a value that a case has; what cannot be told of a case is counted apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.office.bindings import Binding, Bindings
from community_core.office.restoring import restore
from community_core.office.views import chunked, state_label, value_labels
from community_core.ports.store import Store, StoredCase
from community_core.procedures.definition import Measure, Procedure
from community_core.procedures.events import Case
from community_core.rules.terms import Expression


@frozen
class Count:
    """Of *whole* cases *part* meet the condition; of *unknown* more it cannot be told."""

    part: int = 0
    whole: int = 0
    unknown: int = 0

    @property
    def share(self) -> Fraction | None:
        """The exact share; ``None`` where there is no case."""
        return Fraction(self.part, self.whole) if self.whole else None

    def __add__(self, other: Count) -> Count:
        return Count(self.part + other.part, self.whole + other.whole, self.unknown + other.unknown)


@frozen
class Point:
    """What one case has: its day, the value of the field by which cases are told apart, and the value."""

    case: str
    on: dt.date
    each: str
    value: Any


@frozen
class Measured:
    """A measure over the cases of a procedure, in one place or in all.

    A share has *counts* by month (``2006-03``) and by the value of the field that tells cases apart (empty without
    one); a value has *points*, the earliest first. *cases* says how many cases there are, *labels* what the values
    of that field are called.
    """

    procedure: str
    title: Label
    measure: Measure
    place: str
    cases: int
    counts: tuple[tuple[str, str, Count], ...] = ()
    points: tuple[Point, ...] = ()
    labels: Mapping[str, Label] = field(factory=dict, repr=False, eq=False)

    def called(self, each: str) -> Label:
        """Return what a value of the field that tells cases apart is called; a dash where a case has none."""
        return self.labels.get(each) or Label(each or "–")

    @property
    def total(self) -> Count:
        """All months and values together."""
        return sum((count for _, _, count in self.counts), Count())

    def by_month(self) -> tuple[tuple[str, Count], ...]:
        """The counts month by month."""
        return _summed((month, count) for month, _, count in self.counts)

    def by_each(self) -> tuple[tuple[str, Count], ...]:
        """The counts by the values of the field that tells cases apart."""
        return _summed((each, count) for _, each, count in self.counts)


@frozen
class States:
    """How many cases of a procedure were opened in each month, by the state in which they stand now."""

    procedure: str
    title: Label
    states: tuple[Label, ...]
    months: tuple[tuple[str, tuple[int, ...]], ...]


def _summed(pairs: Iterable[tuple[str, Count]]) -> tuple[tuple[str, Count], ...]:
    found: dict[str, Count] = {}
    for key, count in pairs:
        found[key] = found.get(key, Count()) + count
    return tuple(sorted(found.items()))


class Measuring:
    """Reads the cases of a record once for each procedure asked for, and says what its measures come to."""

    def __init__(self, store: Store, bindings: Bindings) -> None:
        self._store = store
        self._bindings = bindings

    def measured(self, procedure: str, *, place: str = "", names: Iterable[str] = ()) -> Iterator[Measured]:
        """Yield each measure of *procedure* (by full name), or those called *names*.

        The measures are those of the present rules; cases that began under an older text are read by them too.
        """
        binding = self._bindings.present(procedure)
        wanted = frozenset(names)
        measures = [item for item in binding.procedure.measures if not wanted or item.name in wanted]
        cases = list(self.cases(binding.name, place)) if measures else []
        for measure in measures:
            labels = value_labels(binding.procedure, measure.each, self._store.place_names()) if measure.each else {}
            yield evolve(_measured(binding, measure, cases, place), labels=labels)

    def states(self, procedure: str, *, place: str = "") -> States:
        """Return how many cases of *procedure* (by full name) were opened in each month, by their present state."""
        binding = self._bindings.present(procedure)
        names = binding.procedure.all_states
        months: dict[str, list[int]] = {}
        for case in self.cases(binding.name, place):
            if case.state in names:
                months.setdefault(f"{case.opened:%Y-%m}", [0] * len(names))[names.index(case.state)] += 1
        used = [at for at in range(len(names)) if any(row[at] for row in months.values())]
        return States(
            binding.name,
            _title(binding.procedure),
            tuple(state_label(binding.procedure, names[at]) for at in used),
            tuple((month, tuple(row[at] for at in used)) for month, row in sorted(months.items())),
        )

    def cases(self, procedure: str, place: str) -> Iterator[Case]:
        """Yield the cases of *procedure* as their events make them."""
        found: Iterable[StoredCase] = self._store.cases(procedure=procedure, place=place)
        for chunk in chunked(found):
            loaded = self._store.load([case.id for case in chunk])
            for stored in chunk:
                yield restore(self._bindings, stored, loaded[stored.id][1])


def _title(procedure: Procedure) -> Label:
    return procedure.title or Label(procedure.name)


def _measured(binding: Binding, measure: Measure, cases: list[Case], place: str) -> Measured:
    title = _title(binding.procedure)
    if measure.value is not None:
        points = sorted(_points(binding, measure, cases), key=lambda item: (item.on, item.each, item.case))
        return Measured(binding.name, title, measure, place, len(cases), points=tuple(points))
    found: dict[tuple[str, str], Count] = {}
    for case in cases:
        key = (f"{_day(measure, case):%Y-%m}", _each(measure, case))
        found[key] = found.get(key, Count()) + _count(binding, measure, case)
    counts = tuple((month, each, count) for (month, each), count in sorted(found.items()))
    return Measured(binding.name, title, measure, place, len(cases), counts=counts)


def _count(binding: Binding, measure: Measure, case: Case) -> Count:
    whole = True if measure.whole is None else _read(binding, measure.whole, case)
    if whole is False:
        return Count()
    part = None if measure.part is None else _read(binding, measure.part, case)
    if whole is None or part is None:
        return Count(unknown=1)
    return Count(int(part is True), 1)


def _points(binding: Binding, measure: Measure, cases: Iterable[Case]) -> Iterator[Point]:
    for case in cases:
        value = None if measure.value is None else _read(binding, measure.value, case)
        if value is not None:
            yield Point(case.id, _day(measure, case), _each(measure, case), value)


def _day(measure: Measure, case: Case) -> dt.date:
    found = case.data.get(measure.on) if measure.on else None
    return found if isinstance(found, dt.date) else case.opened


def _each(measure: Measure, case: Case) -> str:
    found = case.data.get(measure.each) if measure.each else None
    return "" if found is None else str(found)


def _read(binding: Binding, expression: Expression, case: Case) -> Any:
    procedure = binding.procedure
    # A state that the present text no longer has is told apart from none.
    state = case.state if case.state in procedure.all_states else None
    values: Mapping[str, Any] = {**case.data, "state": state, "day": case.latest or case.opened}
    return binding.evaluate(
        expression, fields=procedure.measured_types, values=values, on=case.opened, guard=True
    ).value


def public(measure: Measure) -> bool:
    """Whether *measure* may stand on the board."""
    return measure.privacy is Privacy.PUBLIC
