"""What commands print: tables, findings and errors for people, JSON for programs; no command lives here."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from community_core.base.findings import Finding
from community_core.base.labels import Label, Language

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_WITHOUT_TERMINAL = 120
#: In fewer columns the cells of a finding hold a word or two each, and it is told in lines.
_NARROW = 100
#: Where a column of a table cannot be so wide, or as wide as what it holds, each row is told in lines.
_NARROW_COLUMN = 12
#: What stands between two columns.
_BETWEEN = 3


#: What the levels of findings are called in tables.
LEVELS = {"error": "错误 error", "warning": "提醒 warning", "info": "说明 info"}


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
    click.echo(json.dumps(data, ensure_ascii=not encoding.startswith(("utf", "gb18030")), indent=2))


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[int] = (),
    lang: Language | None = None,
) -> None:
    """Print *rows* under *columns*, in a terminal that is too narrow for them as lines under each other.

    The places in *right* hold numbers. A column is headed in both languages (``办件 case``), or in *lang* alone.
    """
    from rich import box  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    columns = [column if lang is None else column.partition(" ")[2 if lang == "en" else 0] for column in columns]
    cells = [tuple(map(plain, row)) for row in rows]
    if not _fits(columns, cells):
        _print_lines(title, columns, cells, lang)
        return
    table = Table(title=Text(plain(title), style="bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    numbers = set(right)
    for place, column in enumerate(columns):
        table.add_column(plain(column), justify="right" if place in numbers else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    console().print(table)


def _fits(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether every column can be as wide as what it holds, or wide enough to be read."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    held = zip(columns, *rows, strict=True)
    wide = [max(cell_len(line) for cell in cells for line in (cell.splitlines() or [""])) for cells in held]
    return sum(min(each, _NARROW_COLUMN) + _BETWEEN for each in wide) <= console().width


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


def print_findings(items: Sequence[Finding], title: str = "问题项 Findings") -> None:
    """Print findings with file, line and column: a table, or in a narrow terminal a paragraph for each."""
    if console().width < _NARROW:
        click.echo(f"{title} ({len(items)})")
        for item in items:
            click.echo(f"{LEVELS.get(item.level, item.level)}  {plain(item)}")
        return
    rows = [(LEVELS.get(item.level, item.level), item.code, str(item.origin), both(item.message)) for item in items]
    print_table(f"{title} ({len(rows)})", ("级别 level", "代码 code", "位置 where", "说明 message"), rows)


def print_trouble(message: Label, findings: Iterable[Finding] = ()) -> None:
    """Print *message* on standard error, and under it the *findings*."""
    click.echo(f"错误：{plain(message.zh)}", err=True)
    if message.en and message.en != message.zh:
        click.echo(f"Error: {plain(message.en)}", err=True)
    for item in findings:
        if item.message != message:
            click.echo(f"  - {plain(item)}", err=True)


def error_data(message: Label, findings: Iterable[Finding] = (), **more: object) -> Mapping[str, Any]:
    """Return an error as JSON shows it."""
    text = {"message": both(message), "zh": message.zh, "en": message.en}
    return {"error": {**text, "findings": [finding_data(item) for item in findings], **more}}


def pick(label: Label, lang: Language) -> str:
    """Return *label* in *lang*, cleaned for a terminal."""
    return plain(label.text(lang))
