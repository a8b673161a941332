"""Mutants: a practice with one rule changed, as frozen declarations; no case is run here, and no YAML read.

What is changed: a comparison or a connective turned, a condition negated or left out, a whole constant or a day moved
by one, an outcome replaced by another declared value; a row, a guard, a source state, a late rule or an amendment
dropped, two rows swapped, a post removed or replaced, a late period or a wait lengthened. What a step publishes, causes
and prints is left alone: cases cannot speak of it. So are the bounds of facts and fields: they refuse what is no input.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from attrs import evolve, field, frozen

from community_core.base.days import Span
from community_core.base.findings import NOWHERE, Origin
from community_core.base.money import Money
from community_core.declarations.amendments import Amendment
from community_core.declarations.practice import Practice, Setting
from community_core.instruments.attendance import NONE
from community_core.instruments.ballot import Method, QuorumOf
from community_core.procedures.collective import CollectiveDecision
from community_core.procedures.definition import Late, Procedure, Step, StepField, Waiting
from community_core.rules.bounds import Bound
from community_core.rules.terms import (
    Aggregation,
    DatedValue,
    DecisionTable,
    Expression,
    Fact,
    HitPolicy,
    Output,
    Parameter,
    Row,
)
from community_core.rules.types import Kind, ValueType
from community_core.testing.turning import turned

#: Where the walk goes on inside a declaration; what is not named here is never changed.
_INSIDE: Final[Mapping[type, tuple[str, ...]]] = {
    Practice: ("facts", "parameters", "decisions", "procedures", "settings", "amendments"),
    Fact: ("derived", "type"),
    Parameter: ("history", "bounds", "type"),
    Setting: ("history",),
    DecisionTable: ("rows", "otherwise"),
    Row: ("when", "then"),
    Procedure: ("fields", "steps", "late"),
    StepField: ("type",),
    Step: ("when", "not_before", "within", "decides"),
    Waiting: ("period",),
    Late: ("period",),
    CollectiveDecision: ("rule", "quorum", "majority", "seats", "proxy_limit"),
    Amendment: ("rows", "decision", "procedure", "when", "bound"),
}
_DAY: Final = dt.timedelta(days=1)
#: Words by which a part is called where its own name does not say what it is.
_CALLED: Final[Mapping[type, str]] = {Step: "step", StepField: "field", Late: "late"}


@frozen
class Mutant:
    """A practice with one rule changed.

    *term* is the full name of the term in which the change lies (of a setting or an amendment: the term as it is
    written there), *place* where in it, *change* what was done; the three together name it. *step* is the step of a
    procedure that is changed, where it is one.
    """

    practice: str
    term: str
    place: str
    change: str
    origin: Origin = NOWHERE
    step: str = ""
    make: Callable[[], Practice] = field(kw_only=True, eq=False, repr=False)

    @property
    def name(self) -> str:
        """The name by which the list of equivalent mutants knows it."""
        return " ".join(part for part in (self.term, self.place) if part) + f": {self.change}"


@frozen
class _Spot:
    """A part of a practice, where it stands, and how the practice looks with another in its place."""

    node: Any
    put: Callable[[Any], Practice]
    practice: str
    term: str = ""
    place: tuple[str, ...] = ()
    origin: Origin = NOWHERE
    step: str = ""
    condition: bool = False
    type: ValueType | None = None
    posts: tuple[str, ...] = ()

    def mutant(self, change: str, node: Any, *place: str, origin: Origin = NOWHERE) -> Mutant:
        """Return the mutant that has *node* in this place; *place* says where in it the change is."""
        where = " ".join((*self.place, *place))
        at = origin if origin.line else self.origin
        return Mutant(self.practice, self.term, where, change, at, self.step, make=lambda: self.put(node))


def mutants_of(practice: Practice, others: Iterable[Practice] = ()) -> tuple[Mutant, ...]:
    """Return every mutant of *practice*, in the order of its text.

    *others* are practices whose parameters its expressions may name: a period is lengthened in its own unit.
    """
    units = {
        parameter.name: parameter.type.unit
        for each in (*others, practice)
        for parameter in each.parameters
        if parameter.type.unit
    }
    found: dict[str, Mutant] = {}
    for spot in _spots(_Spot(practice, lambda whole: whole, practice.name)):
        for mutant in _changes(spot, units):
            named, number = mutant, 1
            while named.name in found:  # the same change at another place of the same expression
                number += 1
                named = evolve(mutant, change=f"{mutant.change} ({number})")
            found[named.name] = named
    return tuple(found.values())


# -- the walk ------------------------------------------------------------------------------------------------------


def _spots(spot: _Spot) -> Iterator[_Spot]:
    yield spot
    node = spot.node
    for name in _INSIDE.get(type(node), ()):
        value = getattr(node, name)
        # What applies otherwise has no condition of its own.
        if value is None or (name == "when" and spot.place[-1] == "otherwise"):
            continue
        put = _putting(spot, name)
        if not isinstance(value, tuple):
            yield from _spots(_child(spot, value, put, name))
            continue
        for index, member in enumerate(value):
            put_member = _replacing(put, value, index)
            if isinstance(member, tuple):  # an outcome with the name of its output
                key, text = member
                yield from _spots(_child(spot, text, _pairing(put_member, key), f"then {key}".strip()))
            else:
                yield from _spots(_child(spot, member, put_member, name, index + 1))


def _putting(spot: _Spot, name: str) -> Callable[[Any], Practice]:
    return lambda new: spot.put(evolve(spot.node, **{name: new}))


def _replacing(put: Callable[[Any], Practice], members: tuple[Any, ...], index: int) -> Callable[[Any], Practice]:
    return lambda new: put((*members[:index], new, *members[index + 1 :]))


def _pairing(put: Callable[[Any], Practice], key: str) -> Callable[[Any], Practice]:
    return lambda new: put((key, new))


def _child(spot: _Spot, node: Any, put: Callable[[Any], Practice], name: str, number: int = 0) -> _Spot:
    origin = getattr(node, "origin", NOWHERE)
    inner = evolve(spot, node=node, put=put, origin=origin if origin.line else spot.origin)
    if isinstance(spot.node, Practice):
        term = getattr(node, "term", "") or f"{spot.practice}.{node.name}"
        label = f"amendment {number}" if isinstance(node, Amendment) else "set" if isinstance(node, Setting) else ""
        if isinstance(node, Fact):
            term = f"fact {node.name}"
        posts = _posts(node) if isinstance(node, Procedure) else ()
        return evolve(inner, term=term, place=(label,) if label else (), posts=posts)
    if isinstance(node, Step):
        inner = evolve(inner, step=node.name)
    if isinstance(spot.node, Parameter):
        inner = evolve(inner, type=spot.node.type)
    if isinstance(node, Procedure):
        inner = evolve(inner, posts=_posts(node))
    return evolve(inner, place=(*spot.place, _part(node, name, number)), condition=name == "when")


def _posts(procedure: Procedure) -> tuple[str, ...]:
    return tuple(dict.fromkeys(post for step in procedure.steps for post in step.by))


def _part(node: Any, name: str, number: int) -> str:
    """Return how a part is called within what holds it."""
    if isinstance(node, Row):
        return f"row {number}" if number else name
    if isinstance(node, DatedValue):
        return f"value from {node.span.start or 'undated'}"
    if isinstance(node, Bound):
        return node.kind.value
    own = getattr(node, "state", "") or getattr(node, "name", "")
    return f"{_CALLED.get(type(node), name)} {own}".strip() if own else name


# -- the changes ---------------------------------------------------------------------------------------------------


def _changes(spot: _Spot, units: Mapping[str, str]) -> Iterator[Mutant]:
    node = spot.node
    if isinstance(node, Expression):
        unit = units.get(node.text, "") if spot.place[-1:] == ("period",) else ""
        for turn in turned(node, condition=spot.condition, unit=unit):
            yield spot.mutant(turn.change, evolve(node, text=turn.text, places=()), origin=turn.origin)
    elif isinstance(node, ValueType):
        for count in (node.at_least - 1, node.at_least + 1) if node.at_least else ():
            yield spot.mutant(f"at_least {node.at_least} → {count}", evolve(node, at_least=count))
    elif isinstance(node, (DatedValue, Bound)):
        yield from _spans(spot)
        for value in moved(node.value, spot.type):
            yield spot.mutant(f"{_shown(node.value)} → {_shown(value)}", evolve(node, value=value))
    elif isinstance(node, (DecisionTable, Procedure, Amendment)):
        yield from _spans(spot)
    if isinstance(node, DecisionTable):
        yield from _table(spot, node)
    elif isinstance(node, Parameter):
        yield from _dropped(spot, "bounds", [bound.kind.value for bound in node.bounds])
    elif isinstance(node, Procedure):
        yield from _dropped(spot, "late", [f"late {late.state}" for late in node.late])
    elif isinstance(node, Step):
        yield from _step(spot, node)
    elif isinstance(node, Practice):
        for index, amendment in enumerate(node.amendments):
            at = evolve(spot, term=amendment.term, origin=amendment.origin)
            rest = (*node.amendments[:index], *node.amendments[index + 1 :])
            yield at.mutant("dropped", evolve(node, amendments=rest), f"amendment {index + 1}")


def _spans(spot: _Spot) -> Iterator[Mutant]:
    """Move the day from which something holds, and the day until which it does, by a day."""
    span: Span = spot.node.span
    for name, day in (("from", span.start), ("until", span.end)):
        for new in (day - _DAY, day + _DAY) if day is not None else ():
            start, end = (new, span.end) if name == "from" else (span.start, new)
            if start is None or end is None or start < end:
                yield spot.mutant(f"{name} {day} → {new}", evolve(spot.node, span=Span(start, end)))


def moved(value: Any, kind: ValueType | None = None) -> Iterator[Any]:
    """Yield the values next to *value*: one less and one more, a day before and after, another declared value.

    A list loses each of its members in turn, a table by a fact has each of its entries moved.
    """
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value - 1, value + 1)
    elif isinstance(value, Money):
        yield from (Money(value.fen - 1), Money(value.fen + 1))
    elif isinstance(value, Fraction):
        step = Fraction(1, 1000 if kind is not None and kind.unit == "permille" else 100)
        yield from (value - step, value + step)
    elif isinstance(value, dt.date):
        yield from (value - _DAY, value + _DAY)
    elif isinstance(value, str):
        if kind is not None and kind.kind is Kind.ENUM:
            yield from _next(kind.values, value)
    elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
        for index, (key, entry) in enumerate(value):
            for new in moved(entry, kind):
                yield (*value[:index], (key, new), *value[index + 1 :])
    elif isinstance(value, tuple):
        for index in range(len(value)):
            yield (*value[:index], *value[index + 1 :])


def _next(values: tuple[str, ...], value: str) -> Iterator[str]:
    """Yield the declared value after *value*, or the first after the last."""
    if value in values and len(values) > 1:
        yield values[(values.index(value) + 1) % len(values)]


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(_shown(each) for each in value) + ")"
    return str(value)


def _dropped(spot: _Spot, name: str, called: list[str]) -> Iterator[Mutant]:
    members = getattr(spot.node, name)
    for index, label in enumerate(called):
        rest = (*members[:index], *members[index + 1 :])
        origin = members[index].origin
        yield spot.mutant("dropped", evolve(spot.node, **{name: rest}), label, origin=origin)


def _table(spot: _Spot, node: DecisionTable) -> Iterator[Mutant]:
    yield from _dropped(spot, "rows", [f"row {number}" for number in range(1, len(node.rows) + 1)])
    if node.hit is HitPolicy.FIRST or (node.hit is HitPolicy.COLLECT and node.aggregation is Aggregation.LIST):
        for index in range(len(node.rows) - 1):
            first, second = node.rows[index : index + 2]
            swapped = (*node.rows[:index], second, first, *node.rows[index + 2 :])
            yield spot.mutant(
                "swapped", evolve(node, rows=swapped), f"rows {index + 1} and {index + 2}", origin=first.origin
            )
    for index, row in enumerate(node.rows):
        for place, change, other in _outcomes(row, node.outputs):
            rows = (*node.rows[:index], other, *node.rows[index + 1 :])
            yield spot.mutant(change, evolve(node, rows=rows), f"row {index + 1} {place}", origin=row.origin)
    if node.otherwise is not None:
        yield spot.mutant("dropped", evolve(node, otherwise=None), "otherwise", origin=node.otherwise.origin)
        for place, change, other in _outcomes(node.otherwise, node.outputs):
            yield spot.mutant(change, evolve(node, otherwise=other), f"otherwise {place}", origin=other.origin)


def _outcomes(row: Row, outputs: tuple[Output, ...]) -> Iterator[tuple[str, str, Row]]:
    """Yield the row with an outcome replaced by another declared value, with what was done."""
    kinds = {output.name: output.type for output in outputs}
    for index, (name, text) in enumerate(row.then):
        kind = kinds.get(name)
        if kind is None:
            continue
        values = ("true", "false") if kind.kind is Kind.BOOL else kind.values
        for other in _next(values, text.text):
            pair = (name, evolve(text, text=other, places=()))
            then = (*row.then[:index], pair, *row.then[index + 1 :])
            yield f"then {name}".strip(), f"{text.text} → {other}", evolve(row, then=then)


def _changed(node: Any, name: str, value: Any) -> Any:
    return evolve(node, **{name: value})


def _step(spot: _Spot, node: Step) -> Iterator[Mutant]:
    for name in ("when", "not_before", "within"):
        if getattr(node, name) is not None:
            yield spot.mutant("dropped", _changed(node, name, None), name)
    if node.held:
        yield spot.mutant("dropped", evolve(node, held=""), "held")
    if node.decides is not None:
        for place, change, decides in _votes(node.decides):
            yield spot.mutant(change, evolve(node, decides=decides), place)
    for name in ("not_by", "clears", "source", "by"):
        members = getattr(node, name)
        # A step without a source opens the case, and one without a post is nobody's: those are replaced instead.
        if name in ("not_by", "clears") or len(members) > 1:
            for index, member in enumerate(members):
                rest = (*members[:index], *members[index + 1 :])
                yield spot.mutant(f"{member} removed", _changed(node, name, rest), _KEYS[name])
    for index, needs in enumerate(node.needs):
        rest = (*node.needs[:index], *node.needs[index + 1 :])
        yield spot.mutant("dropped", evolve(node, needs=rest), f"needs {needs.field}")
        if needs.here:
            here = (*node.needs[:index], evolve(needs, here=""), *node.needs[index + 1 :])
            yield spot.mutant("here dropped", evolve(node, needs=here), f"needs {needs.field}")
        for state in needs.states if len(needs.states) > 1 else ():
            fewer = evolve(needs, states=tuple(each for each in needs.states if each != state))
            there = (*node.needs[:index], fewer, *node.needs[index + 1 :])
            yield spot.mutant(f"{state} removed", evolve(node, needs=there), f"needs {needs.field}")
    if len(node.by) == 1:
        other = next((post for post in spot.posts if post not in node.by), "nobody")
        yield spot.mutant(f"{node.by[0]} → {other}", evolve(node, by=(other,)), "by")


def _votes(decides: CollectiveDecision) -> Iterator[tuple[str, str, CollectiveDecision]]:
    """Yield the vote with one of its terms left out or turned, with what was done."""
    for name in ("quorum", "majority", "proxy_limit"):
        if getattr(decides, name) is not None:
            yield name, "dropped", _changed(decides, name, None)
    for name, asked in (("quorum_more", decides.quorum), ("majority_more", decides.majority)):
        if asked is not None:
            yield name, "turned", _changed(decides, name, not getattr(decides, name))
    if decides.quorum is not None and (decides.present or decides.channels):
        for other in QuorumOf:
            if other is not decides.quorum_of:
                yield "quorum_of", other.value, evolve(decides, quorum_of=other)
    if decides.method is not Method.SINGLE:
        yield "method", "single", evolve(decides, method=Method.SINGLE)
    if decides.channels and decides.seen_twice != NONE:
        yield "seen_twice", NONE, evolve(decides, seen_twice=NONE)
    if decides.records:
        yield "undecided", "refused", evolve(decides, records=False)
    if decides.run_off_of:
        yield "run_off_of", "dropped", evolve(decides, run_off_of="")


_KEYS: Final = {"not_by": "not_by", "clears": "clears", "source": "from", "by": "by"}
