"""What is kept beside the events and covered by checkpoints: registers, electoral rolls, the trace of readings.

None of it is overwritten: what a row said stays when another takes its place. So each part is a sequence of lines at
growing positions, and a checkpoint keeps, of each part that has grown since the one before, how far it reaches and a
hash of the lines in between. Personal values of registers may be erased: of them, and of all that rows say whose very
keys are sensitive, a line has what the row committed to.

A column without a value is left out of its line: tables may get further columns as long as older rows have none there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from typing import Any, Final, TypeAlias

from attrs import frozen
from sqlalchemy import Connection, FromClause, Select, func, select

from community_core.base.findings import Finding, finding
from community_core.registers.describe import Register
from community_core.registers.known import KEPT
from community_core.registers.written import erasable, lasting
from community_core.store.records import shown
from community_core.store.schema import (
    CLEAR_EVENTS,
    DISTRICT,
    WITHOUT_EFFECTS,
    WITHOUT_HEAD,
    electoral_lines,
    electoral_rolls,
    meta,
    past_rows,
    register_changes,
    register_reads,
    register_tables,
)
from community_core.store.sealing import written
from community_core.store.tenures import APPOINTED, DELEGATED, Tenure

#: What numbers in ``cc_meta`` say of a record from before migrations, in the order in which these came.
BOUNDARIES: Final = (
    CLEAR_EVENTS,
    *(f"{WITHOUT_EFFECTS}{name}" for name in ("events", "ledger", "postings")),
    WITHOUT_HEAD,
)
_CHUNK: Final = 1000
#: What a database counts up to.
_MOST: Final = 2**63
_ROLL: Final = "roll:"

#: A position and what stands there.
Line: TypeAlias = tuple[int, str]

#: Gives the lines of a part in their order: those after a position, or all.
Lines: TypeAlias = Callable[[Connection, int | None], Iterator[Line]]


@frozen
class Part:
    """One sequence of lines: its name in checkpoints, what people call it, and where a table can count them."""

    name: str
    zh: str
    en: str
    lines: Lines
    numbers: Any = None

    def count(self, connection: Connection, after: int | None) -> int:
        """Return how many lines there are after a position, or in all."""
        if self.numbers is None:
            return sum(1 for _ in self.lines(connection, after))
        return int(connection.execute(_later(select(func.count(self.numbers)), self.numbers, after)).scalar_one())


@frozen
class _Covered:
    """Lines of a part up to a position, by their hash, under the checkpoint over *size* events."""

    upto: int
    hash: str
    size: int


def grown(connection: Connection, covered: Mapping[str, int]) -> str:
    """Return the canonical text of what a checkpoint now covers of each part beyond *covered*; empty for nothing."""
    found: dict[str, list[int | str]] = {}
    for part in _parts(connection):
        after = covered.get(part.name)
        upto, made = _whole(part.lines(connection, after))
        if upto is not None:
            found[part.name] = [upto, made]
    return written(found) if found else ""


def reached(texts: Sequence[str]) -> dict[str, int]:
    """Return how far each part is covered by checkpoints, from what they keep of them, in their order."""
    return {name: upto for text in texts for name, (upto, _) in read_covered(text).items()}


def read_covered(text: str) -> Mapping[str, tuple[int, str]]:
    """Return what a checkpoint covers of each part: how far, and the hash; nothing where that cannot be read."""
    try:
        items = dict(json.loads(text)) if text else {}
        found = {name: (upto, kept) for name, (upto, kept) in items.items()}
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if all(type(upto) is int and abs(upto) < _MOST for upto, _ in found.values()) else {}


def beyond(connection: Connection, covered: Mapping[str, int]) -> int:
    """Return how many lines of all parts no checkpoint covers."""
    return sum(
        part.count(connection, covered.get(part.name))
        for part in _parts(connection)
        if part not in (_BOUNDS, _DISTRICT)
    )


def verify_beside(connection: Connection, kept: Sequence[tuple[int, str]]) -> Iterator[Finding]:
    """Yield each part of which covered lines are gone or others, from the sizes of checkpoints and what they cover."""
    parts = {part.name: part for part in _parts(connection)}
    covered: dict[str, list[_Covered]] = defaultdict(list)
    for size, text in kept:
        for name, (upto, digest) in read_covered(text).items():
            covered[name].append(_Covered(upto, digest, size))
    for name, pieces in sorted(covered.items()):
        part = parts.get(name) or _roll(name.removeprefix(_ROLL))
        after = 0
        with closing(_digests(part.lines(connection, None), [piece.upto for piece in pieces])) as digests:
            for piece, (made, last) in zip(pieces, digests, strict=True):
                if made != piece.hash:
                    yield _changed(part, after, piece, last)
                    break
                after = piece.upto


def _changed(part: Part, after: int, piece: _Covered, last: int) -> Finding:
    cut = last < piece.upto
    return finding(
        "covered-rows-changed",
        f"{part.zh}第 {after + 1} 至 {piece.upto} 行在第 {piece.size} 条记录处的检查点之内，"
        + (f"现只到第 {last} 行：末尾被删除" if cut else "现已不同：有被改动、删除或插入的"),
        f"{part.en}: lines {after + 1} to {piece.upto} are under the checkpoint at event {piece.size}, and "
        + (f"end with line {last}: the end was cut off" if cut else "one was changed, removed or inserted since"),
        part=part.name,
        after=after,
        upto=piece.upto,
        last=last,
        size=piece.size,
    )


def _whole(lines: Iterator[Line]) -> tuple[int | None, str]:
    """Return where *lines* end, or ``None`` where there are none, and their hash."""
    made, upto = sha256(), None
    for upto, text in lines:  # noqa: B007 - the last one is wanted
        made.update(_bytes(text))
    return upto, f"sha256:{made.hexdigest()}"


def _digests(lines: Iterator[Line], bounds: Sequence[int]) -> Generator[tuple[str, int], None, None]:
    """Yield the hash of the lines up to each of *bounds* from the one before on, and the last position up to it."""
    line, last = next(lines, None), 0
    for bound in bounds:
        made = sha256()
        while line is not None and line[0] <= bound:
            made.update(_bytes(line[1]))
            last = line[0]
            line = next(lines, None)
        yield f"sha256:{made.hexdigest()}", last


def _bytes(text: str) -> bytes:
    return f"{text}\n".encode()


# -- the parts ---------------------------------------------------------------------------------------------------------


def _parts(connection: Connection) -> Iterator[Part]:
    yield from _FIXED
    for (roll,) in connection.execute(select(electoral_rolls.c.id).order_by(electoral_rolls.c.id)).all():
        yield _roll(roll)


def _line(position: Any, said: Mapping[str, Any]) -> Line:
    # SQLite keeps texts in columns of numbers.
    place = position if type(position) is int else -1
    kept = {name: value for name, value in said.items() if value is not None}
    return place, json.dumps([position, kept], sort_keys=True, separators=(",", ":"), default=ascii)


def _later(query: Select[Any], number: Any, after: int | None) -> Select[Any]:
    return query if after is None else query.where(number > after)


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    result = connection.execute(query, execution_options={"yield_per": _CHUNK})
    try:
        yield from result
    finally:
        result.close()


def _rows(table: FromClause, columns: Sequence[str]) -> Lines:
    """Return what gives the rows of a table to which rows are only added, in the order of their numbers."""

    def lines(connection: Connection, after: int | None) -> Iterator[Line]:
        query = select(table.c.number, *(table.c[name] for name in columns)).order_by(table.c.number)
        for number, *cells in _stream(connection, _later(query, table.c.number, after)):
            yield _line(number, dict(zip(columns, cells, strict=True)))

    return lines


def _register(register: Register) -> Part:
    table = register_tables[register.name]
    said = () if register.secret else (*(column.name for column in lasting(register)), "since", "until")
    columns = (*said, "entered", "change_id", *(["commitment"] if erasable(register) else ()))
    zh, en = f"登记簿“{register.label.zh}”", f"the register {register.name!r}"
    return Part(f"register:{register.name}", zh, en, _rows(table, columns), table.c.number)


def _replaced(register: Register) -> Part:
    """Return the rows of a register that were replaced, at the numbers of the changes that did it."""
    table = register_tables[register.name]

    def lines(connection: Connection, after: int | None) -> Iterator[Line]:
        query = select(table.c.number, table.c.replaced, table.c.replaced_by).where(table.c.replaced.is_not(None))
        marked = [(change_number(row.replaced_by), *row) for row in connection.execute(query)]
        for position, number, replaced, by in sorted(marked, key=lambda row: row[:2]):
            if after is None or position > after:
                yield _line(position, {"row": number, "replaced": replaced, "by": by})

    zh, en = f"登记簿“{register.label.zh}”的变更", f"rows of the register {register.name!r} that changes replaced"
    return Part(f"replaced:{register.name}", zh, en, lines)


def change_number(change: Any) -> int:
    """Return the number of a change of registers, which stands at the end of its id; -1 where none does."""
    number = change.rpartition("-")[2] if isinstance(change, str) else ""
    return int(number) if number.isascii() and number.isdecimal() else -1


def _changes(connection: Connection, after: int | None) -> Iterator[Line]:
    names = [column.name for column in register_changes.c]
    numbered = [(change_number(row.id), row) for row in connection.execute(select(register_changes))]
    for position, row in sorted(numbered, key=lambda item: item[0]):
        if after is None or position > after:
            yield _line(position, dict(zip(names, row, strict=True)))


def _begun(tenure: Tenure) -> Part:
    """Return appointments or delegations as they were first written."""
    table = tenure.table

    def lines(connection: Connection, after: int | None) -> Iterator[Line]:
        query = select(past_rows).where(past_rows.c.register == tenure.register.name)
        first: dict[int, Any] = {}
        for row in connection.execute(query.order_by(past_rows.c.number)):
            first.setdefault(row.row, row)
        for row in _stream(connection, _later(select(table).order_by(table.c.id), table.c.id, after)):
            yield _line(row.id, _past(first[row.id]) if row.id in first else _present(row))

    zh, en = f"登记簿“{tenure.register.label.zh}”", f"the register {tenure.register.name!r}"
    return Part(f"register:{tenure.register.name}", zh, en, lines, table.c.id)


def _rewritten(connection: Connection, after: int | None) -> Iterator[Line]:
    """Yield what appointments and delegations said, and what was written over it each time."""
    past = connection.execute(select(past_rows).order_by(past_rows.c.number)).all()
    then: dict[tuple[str, int], Mapping[str, Any]] = {}
    for tenure in (APPOINTED, DELEGATED):
        name = tenure.register.name
        touched = select(past_rows.c.row).where(past_rows.c.register == name)
        for row in connection.execute(select(tenure.table).where(tenure.table.c.id.in_(touched))):
            then[name, row.id] = _present(row)
    lines = []
    for row in reversed(past):
        own = row.register, row.row
        before = _past(row)
        said = {"of": own, "was": before, "at": row.replaced, "by": row.replaced_by, "is": then.get(own)}
        lines.append(_line(row.number, said))
        then[own] = before
    for line in reversed(lines):
        if after is None or line[0] > after:
            yield line


def _present(row: Any) -> Mapping[str, Any]:
    return {name: value for name, value in row._asdict().items() if name != "id" and value is not None}


def _past(row: Any) -> Mapping[str, Any]:
    try:
        cells = dict(json.loads(row.data))
    except (ValueError, TypeError, RecursionError):
        return {"data": row.data}
    return {name: value for name, value in {**cells, "entered": row.entered}.items() if value is not None}


def _bounds(connection: Connection, after: int | None) -> Iterator[Line]:
    kept = {row.name: row.value for row in connection.execute(select(meta).where(meta.c.name.in_(BOUNDARIES)))}
    for position, name in enumerate(BOUNDARIES, start=1):
        if after is None or position > after:
            yield _line(position, {"name": name, "value": kept.get(name)})


def _district(connection: Connection, after: int | None) -> Iterator[Line]:
    said = connection.execute(select(meta.c.value).where(meta.c.name == DISTRICT)).scalar()
    if said is not None and not after:
        yield _line(1, {"value": said})


def _roll(roll: Any) -> Part:
    """Return an electoral roll: its head, then its lines; their hashes are over all that they say."""

    def lines(connection: Connection, after: int | None) -> Iterator[Line]:
        if shown(roll) != roll:
            # A name of broken bytes cannot be asked for; that the roll was changed is said elsewhere.
            return
        if after is None:
            for (head,) in connection.execute(select(electoral_rolls.c.hash).where(electoral_rolls.c.id == roll)):
                yield _line(0, {"hash": head})
        query = select(electoral_lines.c.number, electoral_lines.c.hash).where(electoral_lines.c.roll == roll)
        numbers = electoral_lines.c.number
        for number, digest in _stream(connection, _later(query.order_by(numbers), numbers, after)):
            yield _line(number, {"hash": digest})

    return Part(f"{_ROLL}{roll}", f"选民名册 {shown(roll)} ", f"the electoral roll {shown(roll)}", lines)


_BOUNDS: Final = Part("boundaries", "升级时记下的界限", "the boundaries that upgrades kept", _bounds)
_DISTRICT: Final = Part("district", "库中记下的区县", "the district that the store remembers", _district)
_FIXED: Final = (
    _BOUNDS,
    _DISTRICT,
    Part(
        "register_reads",
        "查阅登记簿敏感信息的记录",
        "the trace of who read sensitive values of registers",
        _rows(register_reads, ("hash",)),
        register_reads.c.number,
    ),
    Part("register_changes", "登记簿的变更", "the changes of registers", _changes),
    _begun(APPOINTED),
    _begun(DELEGATED),
    Part("past_rows", "任职和委托的变更", "what was written over appointments and delegations", _rewritten),
    *map(_register, KEPT),
    *map(_replaced, KEPT),
)
