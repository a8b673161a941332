"""What commands print: tables, findings and errors for people, JSON for programs; no command lives here."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from community_core.base.findings import Finding
from community_core.base.labels import Label, Language
from community_core.cli.speaking import chosen, either, spoken

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

_HALVES = re.compile("[\ud800-\udfff]")
_WIDTH_WITHOUT_TERMINAL = 120
#: In fewer columns the cells of a finding hold a word or two each, and it is told in lines.
_NARROW = 100
#: Where a column of a table cannot be so wide, or as wide as what it holds, each row is told in lines.
_NARROW_COLUMN = 12
_NUMBER = re.compile(r"\b[0-9]{10,18}X?\b")
#: What stands between two columns.
_BETWEEN = 3


#: What the levels of findings are called in tables.
LEVELS = {"error": Label("错误", "error"), "warning": Label("提醒", "warning"), "info": Label("说明", "info")}
_FINDINGS = Label("问题项", "Findings")
_ERROR = Label("错误", "Error")


def plain(text: object) -> str:
    """Return *text* without the control characters that could steer a terminal; line ends and tabs stay."""
    return "".join(sign if sign in "\n\t" or sign.isprintable() or sign == "\u3000" else "\ufffd" for sign in str(text))


def console(*, stderr: bool = False) -> Console:
    """Return a console that takes no text for markup; outside a terminal it is wide and without colour."""
    from rich.console import Console  # noqa: PLC0415 - JSON output never needs it

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def print_json(data: Any) -> None:
    """Print *data* as one JSON document, in Chinese where the stream can carry it."""
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower()
    text = json.dumps(data, ensure_ascii=not encoding.startswith(("utf", "gb18030")), indent=2)
    # An argument that is no text of the system's encoding has signs that no stream can carry.
    click.echo(text if not _HALVES.search(text) else json.dumps(data, indent=2))


def say(zh: str, en: str, *, err: bool = False) -> None:
    """Print one text in the language in which the command answers."""
    click.echo(plain(either(zh, en)), err=err)


def say_written(path: Path) -> None:
    """Say that a file was written."""
    say(f"已写入：{path}", f"written: {path}")


def print_table(
    title: str, columns: Sequence[str | Label], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()
) -> None:
    """Print *rows* under *columns* (``办件 case`` or a label), each headed in the language of the command.

    In a terminal that is too narrow for them they are lines under each other. The places in *right* hold numbers.
    """
    _print_table(title, columns, rows, spoken(), right)


def _print_table(
    title: str,
    columns: Sequence[str | Label],
    rows: Iterable[Sequence[object]],
    lang: Language | None,
    right: Iterable[int] = (),
) -> None:
    from rich import box  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    heads = [_head(column, lang) for column in columns]
    cells = [tuple(map(plain, row)) for row in rows]
    if not _fits(heads, cells):
        _print_lines(title, heads, cells, lang)
        return
    table = Table(title=Text(plain(title), style="bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    numbers = set(right)
    for place, (head, *column) in enumerate(zip(heads, *cells, strict=True)):
        justify: Literal["left", "right"] = "right" if place in numbers else "left"
        table.add_column(plain(head), justify=justify, overflow="fold", min_width=_longest_number(column))
    for row in cells:
        table.add_row(*map(Text, row))
    console().print(table)


def _head(column: str | Label, lang: Language | None) -> str:
    """Return what stands over a column, in both languages where nobody chose one."""
    if isinstance(column, str):
        zh, _, en = column.partition(" ")
        column = Label(zh, en)
    return f"{column.zh} {column.en}".strip() if lang is None else column.text(lang)


def _fits(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether every column can be as wide as what it holds, or wide enough to be read."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    held = zip(columns, *rows, strict=True)
    wide = [max(cell_len(line) for cell in cells for line in (cell.splitlines() or [""])) for cells in held]
    numbers = [_longest_number(cells) for cells in zip(columns, *rows, strict=True)]
    least = (max(number, min(each, _NARROW_COLUMN)) for each, number in zip(wide, numbers, strict=True))
    return sum(each + _BETWEEN for each in least) <= console().width


def _longest_number(cells: Iterable[str]) -> int:
    """Return how long the longest number is, such as that of an identity card: in two lines it could not be read."""
    return max((len(number) for cell in cells for number in _NUMBER.findall(cell)), default=0)


def _print_lines(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], lang: Language | None) -> None:
    """Print each row as a paragraph, a line for each of its cells that holds something."""
    out = console()
    out.print(plain(title), style="bold")
    for row in rows:
        out.print()
        for column, cell in zip(columns, row, strict=True):
            if cell:
                line = " ".join(cell.splitlines())
                out.print(f"{plain(column)}{': ' if lang == 'en' else '：'}{line}" if column else line)


def finding_data(item: Finding) -> dict[str, Any]:
    """Return *item* as JSON shows it; ``message`` is its text in both languages."""
    return {
        "code": item.code,
        "level": item.level,
        "message": both(item.message),
        "zh": item.message.zh,
        "en": item.message.en,
        "file": item.file,
        "line": item.line,
        "column": item.column,
        "plugin": item.plugin,
        "data": dict(item.data),
    }


def both(label: Label) -> str:
    """Return *label* in both languages on one line."""
    return f"{label.zh} / {label.en}" if label.en and label.en != label.zh else label.zh


def told(label: Label, between: str = " / ") -> str:
    """Return what is wrong as it is told: in the language that somebody chose, else in both."""
    lang = chosen()
    if lang is not None or not label.en or label.en == label.zh:
        return label.text(lang or "zh")
    return f"{label.zh}{between}{label.en}"


def finding_text(item: Finding, lang: Language | None) -> str:
    """Return *item* on one line, with its place and code, in *lang* or in both languages."""
    where = f"{item.origin}: " if str(item.origin) else ""
    return plain(f"{where}{item.code}: {both(item.message) if lang is None else item.message.text(lang)}")


def print_findings(items: Sequence[Finding], title: Label = _FINDINGS) -> None:
    """Print findings with file, line and column: a table, or in a narrow terminal a paragraph for each."""
    heading = f"{told(title, ' ')} ({len(items)})"
    if console().width < _NARROW:
        click.echo(heading)
        for item in items:
            click.echo(f"{_level(item)}  {finding_text(item, chosen())}")
        return
    rows = [(_level(item), item.code, str(item.origin), told(item.message)) for item in items]
    _print_table(heading, ("级别 level", "代码 code", "位置 where", "说明 message"), rows, chosen())


def _level(item: Finding) -> str:
    return told(LEVELS.get(item.level, Label(item.level)), " ")


def notice(kind: Label, message: Label, lang: Language | None) -> None:
    """Print on standard error what to take notice of, under what *kind* it is: in *lang*, or in both languages."""
    if lang != "en" or not message.en:
        click.echo(f"{kind.zh}：{plain(message.zh)}", err=True)
    if lang == "en" or (lang is None and message.en != message.zh and message.en):
        click.echo(f"{kind.text('en')}: {plain(message.text('en'))}", err=True)


def print_trouble(message: Label, findings: Iterable[Finding] = (), lang: Language | None = None) -> None:
    """Print *message* on standard error, and under it the *findings*: in *lang*, or in both languages."""
    notice(_ERROR, message, lang)
    for item in findings:
        if item.message != message:
            click.echo(f"  - {finding_text(item, lang)}", err=True)


def error_data(message: Label, findings: Iterable[Finding] = (), **more: object) -> Mapping[str, Any]:
    """Return an error as JSON shows it."""
    text = {"message": both(message), "zh": message.zh, "en": message.en}
    return {"error": {**text, "findings": [finding_data(item) for item in findings], **more}}


def pick(label: Label, lang: Language) -> str:
    """Return *label* in *lang*, cleaned for a terminal."""
    return plain(label.text(lang))
