"""From the lines of a file to what is to be kept: every cell read, checked and referred; bad lines named, not dropped.

Nothing is written here. What a file is checked against, which a store knows, comes in as :class:`Known`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from attrs import evolve, frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.headings import heading_key, is_note, is_total
from community_core.base.identity import birth_date_in
from community_core.base.labels import Label
from community_core.base.masking import masked
from community_core.registers.agreeing import Neighbours, ReadRow, clashes, together
from community_core.registers.cells import Fault, Unfit, reader_of
from community_core.registers.describe import SINCE, UNTIL, Column, Register
from community_core.registers.headings import EXPLANATION, Columns
from community_core.registers.rows import Asked
from community_core.registers.sheets import Book, Line, Sheet, read_book

#: More faults of one file than these are marked in the copy, and not listed one by one.
MOST_LISTED: Final = 200
#: What a cell says to make a value unknown again; a blank one leaves the value as it is.
CLEARED: Final = frozenset({"（清空）", "(清空)", "(cleared)"})

_PERSON: Final = "person"
_NUMBER: Final = "id_number"
_MISSING: Final = Fault("missing-cell", Label("必填，请补上", "must be filled in"))
_BACKWARDS: Final = Fault(
    "days-backwards", Label("截止日应晚于生效日，请改正", "must be later than the day valid from")
)
_DAMAGED: Final = Fault(
    "undecodable-text", Label("有不能识别的字符，请从原件重录", "holds damaged signs; take them from the original")
)
_TOTAL: Final = Fault("total-row", Label("是合计行，未登记", "is a line of totals and was not taken"))
_NOTE: Final = Fault("note-row", Label("是表中的说明或小标题，未登记", "is a note or a title and was not taken"))
_AGAIN: Final = Fault("headings-again", Label("是重复的标题行，未登记", "holds the headings again and was not taken"))
_BIRTH: Final = Fault(
    "identity-birth-differs",
    Label(
        "与公民身份号码中的出生日期不同，请核对", "differs from the day of birth in the identity number; compare them"
    ),
)


class Known(Neighbours, Protocol):
    """What the registers know while a file is read."""

    def resolve(self, register: str, value: str, since: dt.date) -> str | None:
        """Return the key in *register* that *value* means (a name stands for it where one has it), or ``None``.

        What had ended by the day *since* is not meant.
        """
        ...

    def new_person(self) -> str:
        """Return an id for a resident who comes without one."""
        ...

    def code(self, code_list: str, value: str) -> str | None:
        """Return the code that *value* means in a code list, or ``None``."""
        ...

    def has_list(self, code_list: str) -> bool:
        """Whether a code list has any codes; one that nobody has given is open."""
        ...


@frozen
class BadCell:
    """A cell that cannot be used: where it stands and what is wrong; *column* is 0 where the whole line is meant."""

    sheet: str
    line: int
    column: int
    fault: Fault
    heading: str = ""
    shown: str = ""
    level: str = "error"


@frozen
class Intake:
    """What a file comes to: for each register what it asks to keep, the bad cells, and what was said of the file.

    *asked* is without the lines that have an error. *findings* are those of the file as a whole and those of cells,
    the first few hundred.
    """

    file: str
    asked: Mapping[str, tuple[Asked, ...]]
    bad: tuple[BadCell, ...]
    findings: tuple[Finding, ...]
    book: Book
    lines: int = 0

    @property
    def refused(self) -> int:
        """How many lines have an error."""
        return len({(cell.sheet, cell.line) for cell in self.bad if cell.level == "error"})

    @property
    def unusable(self) -> bool:
        """Whether the file itself is wrong, so that not even its good lines can be told."""
        headings = ("duplicate-heading", "missing-column")
        return not self.book.sheets or any(item.code in headings for item in self.findings)

    @property
    def clean(self) -> bool:
        """Whether nothing in the file is wrong."""
        return not any(item.level == "error" for item in self.findings)

    def without(self, overlaps: Mapping[Register, Sequence[Asked]]) -> Intake:
        """Return the intake with the lines of *overlaps* refused: later rows of the registers stand against them."""
        cells = tuple(
            BadCell(one.sheet, one.line, 0, _overlap(register)) for register, rows in overlaps.items() for one in rows
        )
        lines = {(cell.sheet, cell.line) for cell in cells}
        asked = {
            name: tuple(one for one in rows if (one.sheet, one.line) not in lines) for name, rows in self.asked.items()
        }
        found = (*self.findings, *(_finding(cell, self.file) for cell in cells))
        return evolve(self, asked=asked, bad=(*self.bad, *cells), findings=found)


@frozen
class _Own:
    """The keys of a file's own rows of a register, and which of them have a name."""

    keys: set[str]
    named: dict[str, set[str]]


_NOBODY: Final = _Own(set(), {})


def take_in(data: bytes, registers: Sequence[Register], known: Known, *, day: dt.date, file: str = "") -> Intake:
    """Read a file for *registers*, in the order in which they lean on each other; rows count from *day* on.

    One sheet may feed several registers, each from its own columns: a list of households with their members gives
    households, residents and members. A line with a bad cell is refused whole, for all of them, and so is one that
    refers to a line that is refused.

    Raises:
        LoadError: if *data* is a workbook and the extra that reads them is not installed.
    """
    columns = Columns(registers)
    book = read_book(data, columns.recognised, file=file)
    reading = _Reading(registers, known, day)
    told: list[Finding] = []
    tables, others = _tables(book.sheets, columns)
    for sheet in tables:
        matched, said = columns.match(sheet, file)
        told += said
        reading.read(sheet, matched)
    unread = (*others, *book.unread)
    told += (_unread(name, file) for name in unread if name not in (EXPLANATION.zh, EXPLANATION.en))
    reading.settle()
    asked = reading.asked()
    lines = sum(len(sheet.lines) for sheet in tables)
    findings = (*book.findings, *told, *_listed(reading.bad, file))
    return Intake(file, asked, reading.bad, findings, book, lines)


class _Reading:
    """The lines of one file, as all of its registers read them."""

    def __init__(self, registers: Sequence[Register], known: Known, day: dt.date) -> None:
        self._registers = registers
        self._known = known
        self._day = day
        self._readers = {
            (register.name, column.name): _memo(reader_of(column))
            for register in registers
            for column in register.asked
        }
        self._number = _memo(reader_of(Column(_NUMBER, Label("号", "number"), digits=True, check="identity")))
        self._rows: list[ReadRow] = []
        self._refused: set[tuple[str, int]] = set()
        self._people: dict[str, str] = {}
        self._bad: dict[BadCell, None] = {}

    @property
    def bad(self) -> tuple[BadCell, ...]:
        """The bad cells, each once."""
        return tuple(self._bad)

    # -- cells -----------------------------------------------------------------------------------------------------

    def read(self, sheet: Sheet, matched: Mapping[str, Mapping[str, int]]) -> None:
        """Read the cells of all lines of *sheet*."""
        lines = [line for line in sheet.lines if not self._aside(sheet, line)]
        for line in lines:
            if any(type(cell) is str and "\ufffd" in cell for cell in line.cells):
                self._tell(BadCell(sheet.name, line.number, 0, _DAMAGED))
        people = next((at[_NUMBER] for at in matched.values() if _NUMBER in at), _number_column(sheet))
        for register in self._registers:
            at = matched[register.name]
            fixed = dict(register.fixed)
            lacking = [
                column
                for column in register.key
                if column.name not in at
                and column.name not in fixed
                and not (column.name == _PERSON and people is not None)
            ]
            if lacking:
                self._lacks(sheet, register, lacking)
                continue
            above: dict[str, Any] = {}
            for line in lines:
                self._line(register, sheet, line, at, above, people)

    def _aside(self, sheet: Sheet, line: Line) -> bool:
        """Tell of a line that is none of the table's rows."""
        at, first = next((at, cell) for at, cell in enumerate(line.cells) if cell is not None)
        if not isinstance(first, str):
            return False
        fault = _TOTAL if is_total(first) else _NOTE if line.title or is_note(first) else None
        if fault is None and _heads_again(sheet, line):
            fault = _AGAIN
        if fault is not None:
            self._tell(BadCell(sheet.name, line.number, at + 1, fault, level="warning"))
        return fault is not None

    def _lacks(self, sheet: Sheet, register: Register, lacking: Sequence[Column]) -> None:
        zh = "、".join(column.label.zh for column in lacking)
        en = ", ".join(column.name for column in lacking)
        message = Label(
            f"登记簿“{register.label.zh}”缺少列：{zh}；请补上该列",
            f"the register {register.name!r} lacks the columns {en}; add them",
        )
        self._tell(BadCell(sheet.name, sheet.heading_line, 0, Fault("missing-column", message)))

    def _line(
        self,
        register: Register,
        sheet: Sheet,
        line: Line,
        at: Mapping[str, int],
        above: dict[str, Any],
        people: int | None,
    ) -> None:
        found: dict[str, Any] = dict(register.fixed)
        cleared: list[str] = []
        cells = line.cells
        keys = [(column.name, _cell(cells, at.get(column.name))) for column in register.key if column.fill]
        if any(cell is not None and cell != above.get(name) for name, cell in keys):
            above.clear()
        for column in register.asked:
            place = at.get(column.name)
            if place is None:
                continue
            raw = _cell(cells, place)
            if column.fill:
                raw = above.get(column.name) if raw is None else raw
                above[column.name] = raw
            if raw is None:
                continue
            if type(raw) is str and raw in CLEARED and not column.required:
                cleared.append(column.name)
                continue
            value = self._readers[register.name, column.name](raw)
            if isinstance(value, Fault):
                self._cell(sheet, line, place, column, value, raw)
            else:
                found[column.name] = value
        if people is not None and _PERSON not in found and any(column.name == _PERSON for column in register.key):
            self._by_number(line, people, found)
        for column in register.columns:
            if column.required and column.name not in found and not self._told(sheet, line):
                # Where the number stands for the person, it is the number that is missing.
                place = at.get(column.name, people if column.name == _PERSON else None)
                self._cell(sheet, line, place, column, _MISSING, None)
        since, until = found.get(SINCE.name, self._day), found.get(UNTIL.name)
        if until is not None and until <= since:
            self._cell(sheet, line, at.get(UNTIL.name), UNTIL, _BACKWARDS, until)
        own, birth = found.get(_NUMBER), found.get("birth_date")
        if own is not None and birth is not None and birth_date_in(own) != birth:
            column = register.column("birth_date")
            self._cell(sheet, line, at.get(column.name), column, _BIRTH, birth, level="warning")
        self._rows.append(ReadRow(register, sheet, line, found, tuple(cleared)))

    def _by_number(self, line: Line, people: int, found: dict[str, Any]) -> None:
        """Find out by the identity number who is meant where no id is written; a resident who is new gets one."""
        raw = _cell(line.cells, people)
        number = None if raw is None else self._number(raw)
        if number is None or isinstance(number, Fault):
            return
        who = self._people.get(number) or self._known.person_of(number)
        if who is None and any(each.name == "residents" for each in self._registers):
            who = self._known.new_person()
        if who is not None:
            self._people[number] = who
            found[_PERSON] = who

    # -- references ------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Refuse what refers to nothing and what contradicts, until no further line falls with those refused."""
        resolved: dict[tuple[str, str, dt.date], str | None] = {}
        codes: dict[tuple[str, str], str | Fault] = {}
        before = -1
        while len(self._refused) != before:
            before = len(self._refused)
            good = list(self._good())
            own = _named_here(good)
            for row in good:
                self._refer(row, own, resolved, codes)
            for clash in tuple(clashes(list(self._good()), self._known, self._day)):
                value = clash.row.found.get(clash.column.name)
                place = self._place(clash.row, clash.column)
                self._cell(clash.row.sheet, clash.row.line, place, clash.column, clash.fault, value)

    def _refer(
        self,
        row: ReadRow,
        own: Mapping[str, _Own],
        resolved: dict[tuple[str, str, dt.date], str | None],
        codes: dict[tuple[str, str], str | Fault],
    ) -> None:
        for column in row.register.columns:
            value = row.found.get(column.name)
            if value is None or not (column.refers or column.codes):
                continue
            if column.refers:
                target = meant_by(column.refers, row.found)
                said = self._resolve(target, value, row.since(self._day), own.get(target, _NOBODY), resolved)
            else:
                said = self._code(meant_by(column.codes, row.found), value, codes)
            if isinstance(said, Fault):
                self._cell(row.sheet, row.line, self._place(row, column), column, said, value)
                return
            row.found[column.name] = said

    def _place(self, row: ReadRow, column: Column) -> int | None:
        matched, _ = Columns((row.register,)).match(row.sheet, "")
        return matched[row.register.name].get(column.name)

    def _resolve(
        self, target: str, value: str, since: dt.date, own: _Own, resolved: dict[tuple[str, str, dt.date], str | None]
    ) -> str | Fault:
        if value in own.keys:
            return value
        key = (target, value, since)
        if key not in resolved:
            resolved[key] = self._known.resolve(*key)
        found = resolved[key]
        if found != value and value in own.named:
            # A name of the file's own, and perhaps one that the registers have for another.
            meant = own.named[value] | ({found} if found is not None else set())
            found = next(iter(meant)) if len(meant) == 1 else None
        if found is not None:
            return found
        return unknown_reference(target)

    def _code(self, code_list: str, value: str, codes: dict[tuple[str, str], str | Fault]) -> str | Fault:
        if (code_list, value) not in codes:
            found = self._known.code(code_list, value)
            if found is not None:
                codes[code_list, value] = found
            else:
                codes[code_list, value] = unknown_code(code_list, known=self._known.has_list(code_list))
        return codes[code_list, value]

    # -- what it comes to ------------------------------------------------------------------------------------------

    def asked(self) -> dict[str, tuple[Asked, ...]]:
        """Return what is to be kept, without refused lines."""
        found: dict[str, list[Asked]] = {register.name: [] for register in self._registers}
        for row in together(self._good(), self._day):
            found[row.register.name].append(self._asked(row))
        # A history comes in the order of its days, whatever the order of its lines.
        return {name: tuple(sorted(rows, key=lambda one: one.since)) for name, rows in found.items()}

    def _good(self) -> Iterator[ReadRow]:
        return (row for row in self._rows if (row.sheet.name, row.line.number) not in self._refused)

    def _asked(self, row: ReadRow) -> Asked:
        values = tuple(row.found.get(column.name) for column in row.register.values)
        given = frozenset(
            at
            for at, column in enumerate(row.register.values)
            if column.name in row.found or column.name in row.cleared
        )
        return Asked(
            row.key,
            values,
            row.since(self._day),
            row.found.get(UNTIL.name),
            line=row.line.number,
            sheet=row.sheet.name,
            given=given,
        )

    # -- faults ----------------------------------------------------------------------------------------------------

    def _told(self, sheet: Sheet, line: Line) -> bool:
        return (sheet.name, line.number) in self._refused

    def _cell(
        self,
        sheet: Sheet,
        line: Line,
        place: int | None,
        column: Column,
        fault: Fault,
        raw: Any,
        *,
        level: str = "error",
    ) -> None:
        heading = sheet.headings[place] if place is not None else column.label.zh
        shown = "" if raw is None else masked(str(raw)) if column.private else str(raw)[:40]
        self._tell(BadCell(sheet.name, line.number, 0 if place is None else place + 1, fault, heading, shown, level))

    def _tell(self, cell: BadCell) -> None:
        # A cell that several registers read is told of once.
        if cell not in self._bad:
            self._bad[cell] = None
        if cell.level == "error":
            self._refused.add((cell.sheet, cell.line))


def _memo(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return *read* with each different cell read once, and a fault given instead of raised."""
    kept: dict[Any, Any] = {}

    def reader(raw: Any) -> Any:
        try:
            return kept[raw.__class__, raw]
        except KeyError:
            pass
        try:
            value = read(raw)
        except Unfit as unfit:
            value = unfit.fault
        kept[raw.__class__, raw] = value
        return value

    return reader


def _cell(cells: Sequence[Any], place: int | None) -> Any:
    return cells[place] if place is not None and place < len(cells) else None


def _tables(sheets: Sequence[Sheet], columns: Columns) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """Return the sheets that are tables, and the names of the others: one word beside a table is no heading."""
    known = [columns.recognised(sheet.headings) for sheet in sheets]
    few = 1 if max(known, default=0) > 1 else 0
    named = list(zip(sheets, known, strict=True))
    return (
        tuple(sheet for sheet, count in named if count > few),
        tuple(sheet.name for sheet, count in named if count <= few),
    )


def _heads_again(sheet: Sheet, line: Line) -> bool:
    """Whether a line says what the headings say, as where a table was printed page by page."""
    said = [(at, cell) for at, cell in enumerate(line.cells) if cell is not None]
    return all(
        isinstance(cell, str) and at < len(sheet.headings) and heading_key(cell) == heading_key(sheet.headings[at])
        for at, cell in said
    )


def _named_here(rows: Sequence[ReadRow]) -> dict[str, _Own]:
    """Return what the *rows* of a file are called, by register."""
    found: dict[str, _Own] = {}
    for row in rows:
        if len(row.register.key) == 1:
            (key,) = row.key
            own = found.setdefault(row.register.table, _Own(set(), {}))
            own.keys.add(key)
            if "zh" in row.found:
                own.named.setdefault(row.found["zh"], set()).add(key)
    return found


def _unread(sheet: str, file: str) -> Finding:
    return finding(
        "sheet-unread",
        f"工作表“{sheet}”没有登记簿的列名，整张未用；是续表的，请补上标题行",
        f"the sheet {sheet!r} has no heading that a register knows and was not used; if it goes on with the table, add "
        "the headings",
        Origin(file),
        "warning",
        sheet=sheet,
    )


def _number_column(sheet: Sheet) -> int | None:
    known = {heading_key(text) for text in (_NUMBER, "公民身份号码", "身份证号", "身份证号码", "身份证")}
    return next((at for at, text in enumerate(sheet.headings) if heading_key(text) in known), None)


def meant_by(said: str, found: Mapping[str, Any]) -> str:
    """Return the register or code list that a column means; ``@name`` is what another column of the row says."""
    return str(found.get(said[1:], "")) if said.startswith("@") else said


def unknown_reference(target: str) -> Fault:
    """Return that a cell refers to nothing in the register *target*."""
    return Fault(
        "unknown-reference",
        Label(
            f"登记簿 {target} 中没有，或已终止，或有几个同名；请先登记，或改写编号",
            f"is not in the register {target}, has ended, or several have that name; register it first, or write its "
            "id",
        ),
    )


def unknown_code(code_list: str, *, known: bool) -> Fault:
    """Return that a cell is no code of *code_list*, of which any is *known* or none."""
    if known:
        message = Label(
            f"代码表 {code_list} 中没有，请改正，或先登记该类别",
            f"is not in the code list {code_list}; correct it, or register the category first",
        )
        return Fault("unknown-code", message)
    message = Label(
        f"代码表 {code_list} 还没有任何代码；请先登记（register import categories），或写进规则文本（code_lists）",
        f"the code list {code_list} has no codes yet; register them first (register import categories), or write them "
        "in a rule text (code_lists)",
    )
    return Fault("open-code-list", message)


def _overlap(register: Register) -> Fault:
    return Fault(
        "rows-overlap",
        Label(
            f"登记簿“{register.label.zh}”已有从截止日之前开始的记录，请改正日期",
            f"a later row of the register {register.name!r} begins before this one ends; correct the days",
        ),
    )


def _listed(bad: Sequence[BadCell], file: str) -> list[Finding]:
    ordered = sorted(bad, key=lambda cell: (cell.sheet, cell.line, cell.column))
    found = [_finding(cell, file) for cell in ordered[:MOST_LISTED]]
    more = len(ordered) - len(found)
    if more:
        found.append(
            finding(
                "more-faults",
                f"另有{more}处问题未逐一列出，全部见标注了的副本",
                f"{more} more faults are not listed one by one; all are in the marked copy",
                Origin(file),
                count=more,
            )
        )
    return found


def _finding(cell: BadCell, file: str) -> Finding:
    where = f"工作表“{cell.sheet}”第{cell.line}行" if cell.sheet else f"第{cell.line}行"
    where_en = f"sheet {cell.sheet!r}, line {cell.line}" if cell.sheet else f"line {cell.line}"
    if cell.heading:
        where += f"“{cell.heading}”" + (f"的“{cell.shown}”" if cell.shown else "")
        where_en += f", {cell.heading!r}" + (f", {cell.shown!r}" if cell.shown else "")
    return finding(
        cell.fault.code,
        f"{where}：{cell.fault.message.zh}",
        f"{where_en}: {cell.fault.message.en}",
        Origin(file, cell.line, cell.column),
        cell.level,
        sheet=cell.sheet,
        row=cell.line,
        heading=cell.heading,
    )
