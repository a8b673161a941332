"""Tables for offices to fill in and to read: blank templates, exports, and copies of a file with its bad cells marked.

Everything is made from the descriptions of the registers; what a spreadsheet might take for a formula is written so
that it stays text.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from community_core.base.labels import Label, Language
from community_core.base.masking import HIDDEN, masked
from community_core.model.people import Resident
from community_core.model.serving import facts_of
from community_core.procedures.withholding import Withheld
from community_core.registers.describe import SINCE, UNTIL, Column, Register
from community_core.registers.faults import BadCell
from community_core.registers.headings import EXPLANATION, FAULTS
from community_core.registers.intake import Intake
from community_core.registers.rows import ALWAYS, Locked, Row
from community_core.registers.sheets import workbooks
from community_core.rules.types import Kind

#: The forms that a table is written in.
FORMS: Final = ("csv", "xlsx")
_RED: Final = "FFFFC7CE"
_YELLOW: Final = "FFFFEB9C"
_FORMULA: Final = ("=", "+", "-", "@", "'")
_KINDS: Final[Mapping[Kind, Label]] = {
    Kind.TEXT: Label("文本", "text"),
    Kind.DATE: Label("日期，如 2006-05-01", "day, such as 2006-05-01"),
    Kind.INT: Label("整数", "whole number"),
    Kind.SHARE: Label("份额，如 50% 或 1/2", "share, such as 50% or 1/2"),
    Kind.BOOL: Label("是 或 否", "是 or 否"),
}
#: For each code list its codes with their names.
Codes = Mapping[str, Sequence[tuple[str, Label]]]


def headings(registers: Sequence[Register]) -> tuple[Column, ...]:
    """Return the columns of a table for *registers* together, each once; the two days stand last."""
    found: dict[str, Column] = {}
    for register in registers:
        for column in register.asked:
            if column not in (SINCE, UNTIL):
                found.setdefault(column.label.zh, column)
    return (*found.values(), SINCE, UNTIL)


def explanation(column: Column, codes: Codes, lang: Language = "zh") -> str:
    """Return what to write into *column*, in one line."""
    if column.labels:
        kind = "、".join(label.text(lang) for _, label in column.labels)
    elif column.codes in codes:
        kind = "、".join(label.text(lang) or code for code, label in codes[column.codes])
    else:
        kind = _KINDS[column.type.kind].text(lang)
    needed = Label("必填", "required") if column.required else Label("可空", "may be blank")
    fill = Label("；与上一行相同可空", "; blank where it is the same as above") if column.fill else Label()
    return f"{kind}（{needed.text(lang)}{fill.text(lang)}）"


def template(registers: Sequence[Register], codes: Codes, *, form: str, lang: Language = "zh") -> bytes:
    """Return a blank table for *registers*: headings, and what to write into each column.

    In CSV a line above the headings says what to write; in a workbook a sheet of its own does, and cells offer the
    values that a column may have.

    Raises:
        LoadError: if *form* is ``xlsx`` and the extra that writes workbooks is not installed.
    """
    columns = headings(registers)
    names = [column.label.text(lang) for column in columns]
    told = [explanation(column, codes, lang) for column in columns]
    if form == "csv":
        return _csv([told, names])
    return _template_book(registers, columns, names, told, codes, lang)


def export(register: Register, rows: Iterable[Row], *, form: str, lang: Language = "zh", private: bool = True) -> bytes:
    """Return *rows* as a table that the register takes back without a change; without *private* their values masked.

    Raises:
        LoadError: if *form* is ``xlsx`` and the extra that writes workbooks is not installed.
    """
    columns = register.asked
    lines: list[list[str]] = [[column.label.text(lang) for column in columns]]
    for row in rows:
        said: dict[str, Any] = dict(zip((column.name for column in register.key), row.key, strict=True))
        said |= dict(zip((column.name for column in register.values), row.values, strict=True))
        said["since"] = None if row.since == ALWAYS else row.since
        said["until"] = row.until
        lines.append([_shown(column, said[column.name], private=private) for column in columns])
    if form == "csv":
        return _csv(lines)
    return _book(register.label.text(lang), lines)


def facts_table(residents: Iterable[Resident], *, form: str) -> bytes:
    """Return what *residents* serve as facts as a table whose headings are the facts' names, with their ids beside.

    Raises:
        LoadError: if *form* is ``xlsx`` and the extra that writes workbooks is not installed.
    """
    said = [(resident.id, facts_of(resident)) for resident in residents]
    names = sorted({name for _, facts in said for name in facts})
    lines = [["person", *names]]
    lines += [[person, *(_fact(facts.get(name)) for name in names)] for person, facts in said]
    return _csv(lines) if form == "csv" else _book("facts", lines)


def _fact(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _book(name: str, lines: Iterable[Sequence[str]]) -> bytes:
    openpyxl = workbooks()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    for line in lines:
        sheet.append([_text_cell(openpyxl, sheet, _unformula(cell)) for cell in line])
    return _saved(book)


def _shown(column: Column, value: Any, *, private: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, (Withheld, Locked)):
        # A blank cell leaves what is registered as it is.
        return "" if private else HIDDEN
    if column.private and not private:
        return masked(value if isinstance(value, str) else str(value))
    return written(column, value)


def written(column: Column, value: Any) -> str:
    """Return *value* as a table writes it, and as it is read back."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if column.labels:
        return dict(column.labels)[value].zh
    return str(value)


def marked_copy(intake: Intake, *, lang: Language = "zh") -> bytes:
    """Return a copy of the file that was taken in with its bad cells marked: a column in CSV, colour and comments.

    The copy is read again as it is, once the cells are put right. The file is written anew from what was read of it:
    in a workbook, formulas and formats are not part of the copy.

    Raises:
        LoadError: if it was a workbook and the extra that writes them is not installed.
    """
    by_line: dict[tuple[str, int], list[BadCell]] = {}
    for cell in intake.bad:
        by_line.setdefault((cell.sheet, cell.line), []).append(cell)
    if intake.book.encoding != "xlsx":
        lines: list[list[str]] = []
        for sheet in intake.book.sheets:
            lines.append([*sheet.headings, *[""] * (sheet.width - len(sheet.headings)), FAULTS.text(lang)])
            for line in sheet.lines:
                texts = ["" if cell is None else str(cell) for cell in line.cells]
                cells = texts[: sheet.width] + [""] * (sheet.width - len(texts))
                # What was pushed over stands beyond, so that it can be put right and is told of again until it is.
                over = texts[sheet.width :]
                lines.append([*cells, _told(by_line.get((sheet.name, line.number), ()), lang), *over])
        return _csv(lines, separator=intake.book.separator or ",", plain=True)
    return _marked_book(intake, by_line, lang)


def _told(cells: Iterable[BadCell], lang: Language) -> str:
    return "；".join(
        f"“{cell.heading}”：{cell.fault.message.text(lang)}" if cell.heading else cell.fault.message.text(lang)
        for cell in cells
    )


def _csv(lines: Iterable[Sequence[str]], *, separator: str = ",", plain: bool = False) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    for line in lines:
        writer.writerow(line if plain else [_unformula(cell) for cell in line])
    # With the mark, the spreadsheets of offices read the file as UTF-8.
    return out.getvalue().encode("utf-8-sig", "replace")


def _unformula(text: str) -> str:
    """Return *text* so that a spreadsheet takes it for no formula; it is read back without the sign before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text_cell(openpyxl: Any, sheet: Any, text: str) -> Any:
    cell = openpyxl.cell.WriteOnlyCell(sheet, value=_legal(openpyxl, text) or None)
    cell.number_format = "@"
    return cell


def _legal(openpyxl: Any, text: str) -> str:
    return str(openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))


def _template_book(
    registers: Sequence[Register],
    columns: Sequence[Column],
    names: Sequence[str],
    told: Sequence[str],
    codes: Codes,
    lang: Language,
) -> bytes:
    openpyxl = workbooks()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = registers[0].label.text(lang)[:31]
    lists = book.create_sheet("codes")
    lists.sheet_state = "hidden"
    for at, (column, name) in enumerate(zip(columns, names, strict=True), start=1):
        head = sheet.cell(1, at, name)
        head.font = openpyxl.styles.Font(bold=True)
        letter = openpyxl.utils.get_column_letter(at)
        sheet.column_dimensions[letter].width = max(12, 2 * len(name) + 2)
        for line in range(2, 202):
            # A column of numbers that are names must be text before anything is typed into it.
            sheet.cell(line, at).number_format = "@"
        options = [label.zh for _, label in column.labels]
        options += [label.zh or code for code, label in codes.get(column.codes, ())]
        if options:
            for line, option in enumerate(options, start=1):
                lists.cell(line, at, option)
            check = openpyxl.worksheet.datavalidation.DataValidation(
                type="list", formula1=f"codes!${letter}$1:${letter}${len(options)}", allow_blank=not column.required
            )
            check.add(f"{letter}2:{letter}10000")
            sheet.add_data_validation(check)
    sheet.freeze_panes = "A2"
    about = book.create_sheet(EXPLANATION.text(lang))
    for line, (name, text) in enumerate(zip(names, told, strict=True), start=1):
        about.cell(line, 1, f"{line}. {name}")
        about.cell(line, 2, text)
    about.column_dimensions["A"].width = 28
    about.column_dimensions["B"].width = 80
    return _saved(book)


def _marked_book(intake: Intake, by_line: Mapping[tuple[str, int], Sequence[BadCell]], lang: Language) -> bytes:
    openpyxl = workbooks()
    colours = {
        level: openpyxl.styles.PatternFill("solid", start_color=colour)
        for level, colour in (("error", _RED), ("warning", _YELLOW))
    }
    book = openpyxl.Workbook()
    book.remove(book.active)
    # A day that stands as a bare number is to be the same day in the copy.
    book.epoch = dt.datetime.combine(intake.book.sheets[0].epoch, dt.time())
    for sheet in intake.book.sheets:
        own = book.create_sheet(sheet.name[:31])
        filled = (at for line in sheet.lines for at, cell in enumerate(line.cells, start=1) if cell is not None)
        last = max([len(sheet.headings), *filled])
        for at, text in enumerate(sheet.headings, start=1):
            own.cell(1, at, _legal(openpyxl, text) or None)
        own.cell(1, last + 1, FAULTS.text(lang))
        for number, line in enumerate(sheet.lines, start=2):
            for at, value in enumerate(line.cells, start=1):
                if value is not None:
                    cell = own.cell(number, at, _legal(openpyxl, value) if isinstance(value, str) else value)
                    if isinstance(value, str):
                        cell.data_type = "s"
            bad = by_line.get((sheet.name, line.number), ())
            for fault in bad:
                cell = own.cell(number, fault.column or 1)
                cell.fill = colours[fault.level]
                if fault.column:
                    cell.comment = openpyxl.comments.Comment(fault.fault.message.text(lang), "community-core")
            for first, until in line.wide:
                # What lies across columns stays so: apart, it would be taken for a value of the first.
                end = min(until + 1, last)
                if first + 1 < end:
                    own.merge_cells(start_row=number, end_row=number, start_column=first + 1, end_column=end)
            if bad:
                own.cell(number, last + 1, _legal(openpyxl, _told(bad, lang)))
    return _saved(book)


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
