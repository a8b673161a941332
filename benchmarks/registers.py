"""How long registers take beside bare SQLAlchemy Core and Polars, in the same run.

``python benchmarks/registers.py [residents]``: a list of residents in their households (three registers from one table)
is imported from CSV and from a workbook, posts are looked up, an electoral roll is frozen, households are merged; on
SQLite (WAL, synchronous FULL). The peer reads the same file with Polars (a workbook with openpyxl, as Polars has no
reader of its own) and writes with Core the very rows that the library wrote, read back from its database, into tables
of the same schema; or it asks the same question with Core. It checks nothing, refers nothing, plans nothing, keeps no
history and gives no reason. Ratios are within one run; times depend on the machine.
"""

from __future__ import annotations

import datetime as dt
import io
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
from sqlalchemy import Engine, Table, bindparam, create_engine, event, insert, or_, select, update
from turns import in_turn, ratio

import community_core as cc
from community_core.jurisdiction.rules import Rules
from community_core.office import Office, open_office
from community_core.store import upgrade
from community_core.store.schema import electoral_lines, electoral_rolls, postings, register_changes, register_tables

DAY = dt.date(2025, 5, 1)
PLACES = 20
SIZE = 4  # to a household
LOOKED_UP = 500
MERGED = 20
TURNS = 3
NAMES = ("households", "residents", "household_members")
HEADS = ("户号", "人员编号", "姓名", "与户主关系", "出生日期", "性别", "户籍地", "现住地", "联系电话")
RULES = """
district: bench
adopts: [core.rolls]
set: {core.rolls.residence_counted_by: [{value: actual, from: 2000-01-01, standing: example}]}
"""


def lines_of(residents: int) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the list: made-up people, the head of a household first."""
    for number in range(residents):
        household, at = divmod(number, SIZE)
        born = dt.date(1930 + number * 7 % 90, 1 + number % 12, 1 + number % 28)
        place = f"c-{household % PLACES}"
        yield (
            f"h-{household:06d}",
            f"r-{number:07d}",
            f"居民{number}",
            "户主" if at == 0 else "其他",
            born.isoformat(),
            "女" if number % 2 else "男",
            place,
            place,
            f"138{number:08d}",
        )


def csv_of(lines: Sequence[Sequence[str]]) -> bytes:
    """Return the list as CSV."""
    return "\n".join([",".join(HEADS), *(",".join(line) for line in lines)]).encode()


def book_of(lines: Sequence[Sequence[str]]) -> bytes:
    """Return the list as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("list")
    for line in (HEADS, *lines):
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Bench:
    """A folder for databases, and the list in both forms."""

    def __init__(self, folder: Path, residents: int) -> None:
        self.folder = folder
        self.residents = residents
        self._numbers = count()
        lines = list(lines_of(residents))
        self.csv, self.book = csv_of(lines), book_of(lines)
        (folder / "bench.yaml").write_text(RULES, "utf-8")
        self.rules: Rules = cc.load(folder / "bench.yaml")

    def file(self) -> Path:
        """Return the name of a database that there is not yet."""
        return self.folder / f"{next(self._numbers)}.db"

    def office(self, file: Path) -> Office:
        """Return an office over a new database with the places alone."""
        office = open_office(self.rules, file)
        with office.store.begin():
            office.register_place("d", layer="district", zh="区")
            for number in range(PLACES):
                office.register_place(f"c-{number}", "d", layer="community", zh=f"社区{number}")
        return office

    def empty(self) -> Engine:
        """Return an engine over a new database with empty tables, set as the library sets its own."""
        engine = over(self.file())
        upgrade(engine)
        return engine

    def take_in(self, data: bytes, file: Path | None = None) -> Office:
        """Import the list as the library does."""
        office = self.office(file or self.file())
        done = office.registers.import_file(data, NAMES, day=DAY, actor="clerk")
        if not done.kept:
            raise SystemExit(f"the list was refused: {done.findings[:3]}")
        return office


def over(file: Path) -> Engine:
    """Return an engine over a database, as safe as the library's own."""
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def kept(file: Path, *tables: Table) -> dict[Table, list[tuple[Any, ...]]]:
    """Return the rows of *tables* as the library wrote them."""
    engine = over(file)
    with engine.connect() as connection:
        found = {table: [tuple(row) for row in connection.execute(select(table))] for table in tables}
    engine.dispose()
    return found


def write(engine: Engine, rows: Mapping[Table, Sequence[tuple[Any, ...]]]) -> None:
    """Write *rows* with Core, in one transaction, each table by one executemany."""
    with engine.begin() as connection:
        for table, own in rows.items():
            if own:
                connection.execute(insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in own])


def imports(bench: Bench) -> Iterator[tuple[str, float, float]]:
    """Compare the imports from both forms."""
    file = bench.file()
    bench.take_in(bench.csv, file).close()
    rows = kept(file, register_changes, *(register_tables[name] for name in NAMES))

    def read_csv() -> object:
        return pl.read_csv(io.BytesIO(bench.csv), infer_schema_length=0)

    def read_book() -> object:
        sheet = openpyxl.load_workbook(io.BytesIO(bench.book), read_only=True).worksheets[0]
        return list(sheet.iter_rows(values_only=True))

    def peer(read: Callable[[], object]) -> Callable[[], None]:
        def call() -> None:
            engine = bench.empty()
            read()
            write(engine, rows)
            engine.dispose()

        return call

    for name, data, read in (("csv", bench.csv, read_csv), ("xlsx", bench.book, read_book)):
        calls: dict[str, Callable[[], object]] = {
            "library": lambda data=data: bench.take_in(data).close(),  # type: ignore[misc]
            "peer": peer(read),
        }
        yield result(f"import {bench.residents:,} residents, {name}", calls)


def posts(bench: Bench) -> tuple[str, float, float]:
    """Compare looking up who holds a post, among 2,000 appointments."""
    file = bench.file()
    office = bench.office(file)
    with office.store.begin():
        for number in range(2000):
            office.appoint(f"p-{number}", "committee.chair", f"c-{number % PLACES}", dt.date(2020, 1, 1))
    asked = [f"p-{number * 7 % 2000}" for number in range(LOOKED_UP)]
    engine = over(file)
    on = bindparam("on")
    query = select(postings).where(
        postings.c.person == bindparam("person"),
        postings.c.since <= on,
        or_(postings.c.until.is_(None), postings.c.until > on),
        or_(postings.c.ended.is_(None), postings.c.ended > on),
    )

    def library() -> int:
        return sum(len(office.store.postings(person, DAY)) for person in asked)

    def peer() -> int:
        found = 0
        for person in asked:
            with engine.connect() as connection:
                found += len(connection.execute(query, {"person": person, "on": DAY.isoformat()}).all())
        return found

    if (library(), peer()) != (LOOKED_UP, LOOKED_UP):
        raise SystemExit("the answers differ")
    said = result(f"{LOOKED_UP} posts looked up", {"library": library, "peer": peer})
    office.close()
    engine.dispose()
    return said


def roll(bench: Bench) -> tuple[str, float, float]:
    """Compare freezing the roll of a district: the peer reads the residents, writes the lines and decides nothing."""
    file = bench.file()
    office = bench.take_in(bench.csv, file)

    def library() -> int:
        made = office.registers.freeze_roll(
            "residents", "d", day=DAY, actor="clerk", given={"deprived_of_political_rights": False}
        )
        return len(made.lines)

    library()
    rows = kept(file, electoral_rolls, electoral_lines)
    source, engine = over(file), bench.empty()
    numbers = count()

    def peer() -> None:
        with source.connect() as connection:
            for name in ("residents", "household_members"):
                connection.execute(select(register_tables[name])).all()
        own = f"roll-{next(numbers)}"
        write(engine, {table: [(own, *row[1:]) for row in each] for table, each in rows.items()})

    said = result(f"a roll of {bench.residents:,} frozen", {"library": library, "peer": peer})
    office.close()
    for each in (source, engine):
        each.dispose()
    return said


def merges(bench: Bench) -> tuple[str, float, float]:
    """Compare merging households by twos, a commit each: the peer marks and writes the rows of the same people."""
    file = bench.file()
    office = bench.take_in(bench.csv)
    bench.take_in(bench.csv, file).close()
    engine = over(file)
    merged_at_once = min(MERGED, bench.residents // SIZE // 2 // (TURNS + 1))
    members, households = register_tables["household_members"], register_tables["households"]
    pairs = ((f"h-{at:06d}", f"h-{at + 1:06d}") for at in count(0, 2))
    others = ((f"h-{at:06d}", f"h-{at + 1:06d}") for at in count(0, 2))

    def library() -> None:
        for _ in range(merged_at_once):
            into, merged = next(pairs)
            office.registers.merge_households(into, [merged], day=DAY + dt.timedelta(days=30), actor="clerk")

    def peer() -> None:
        for _ in range(merged_at_once):
            into, merged = next(others)
            with engine.begin() as connection:
                for table in (members, households):
                    own = [
                        dict(row)
                        for row in connection.execute(
                            select(table).where(table.c.household == merged, table.c.replaced.is_(None))
                        ).mappings()
                    ]
                    numbers = [{"own": row.pop("number")} for row in own]
                    connection.execute(
                        update(table).where(table.c.number == bindparam("own")).values(replaced="x", replaced_by="y"),
                        numbers,
                    )
                    ended = [{**row, "until": "2025-05-31"} for row in own]
                    begun = [{**row, "household": into, "since": "2025-05-31"} for row in own]
                    connection.execute(insert(table), ended + (begun if table is members else []))

    said = result(f"{merged_at_once} households merged, a commit each", {"library": library, "peer": peer})
    office.close()
    engine.dispose()
    return said


def result(name: str, calls: Mapping[str, Callable[[], object]]) -> tuple[str, float, float]:
    """Return what was compared, the library's time in seconds, and how many times the peer's it is."""
    times = in_turn(calls, TURNS)
    return name, statistics.median(times["library"]), ratio(times, "library", "peer")


def measured(bench: Bench) -> Iterator[tuple[str, float, float]]:
    """Yield what was compared, one after the other."""
    yield from imports(bench)
    yield posts(bench)
    yield roll(bench)
    yield merges(bench)


def main(residents: int = 10_000) -> None:
    """Print the times and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), residents)
        for name, seconds, beside in measured(bench):
            print(f"{name:45} {seconds:8.3f} s   {beside:5.1f} × the peer", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
