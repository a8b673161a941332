"""How the demo speaks: headings, lines, tables and progress, Chinese with English beside; it decides nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from community_core.base.ranks import Standing
from community_core.demo.picture import picture
from community_core.pages.items import ExampleValue

_WIDTH = 118
#: What has fewer parts is over before a line about it is read.
_WORTH_LINES = 100
_NUMBERS = "①②③④⑤⑥⑦⑧⑨"


#: Says how many more are done.
Advance = Callable[[int], None]


class Show:
    """Prints the demo's parts; on a terminal in colour and with moving bars, elsewhere as plain lines.

    *quiet* prints nothing. With *drawn* it prints as on a terminal and can be asked for a picture of all that.
    """

    def __init__(self, *, quiet: bool = False, drawn: bool = False) -> None:
        self.drawn = drawn
        self.console = Console(
            width=None if sys.stdout.isatty() and not drawn else _WIDTH,
            color_system="standard" if drawn else "auto",
            force_terminal=True if drawn else None,
            record=drawn,
            markup=False,
            highlight=False,
            emoji=False,
            quiet=quiet,
        )
        self._part = 0
        self._started = time.monotonic()

    def opening(self, zh: str, en: str, *notes: str) -> None:
        """Print the first lines."""
        self.console.print(Text.assemble((zh, "bold"), "  ", (en, "dim")))
        for note in notes:
            self.console.print(Text(note, style="dim"))

    def closing(self, *commands: str) -> None:
        """Print how long it took, and what to try next."""
        self.console.print()
        self.console.print(Text(f"完成，用时 {self.seconds:.0f} 秒 · done in {self.seconds:.0f} s", style="bold green"))
        for command in commands:
            self.console.print(Text(f"  {command}", style="dim"))

    def part(self, zh: str, en: str) -> None:
        """Begin a part of the demo."""
        number = _NUMBERS[self._part]
        self._part += 1
        self.console.print()
        self.console.print(Text.assemble((f"{number} {zh}", "bold cyan"), "  ", (en, "cyan")))

    def line(self, zh: str, en: str = "", style: str = "") -> None:
        """Print one line in both languages."""
        text = Text(zh, style=style)
        if en:
            text.append(f"  {en}", style="not bold dim default" if style else "dim")
        self.console.print(Padding(text, (0, 0, 0, 2), expand=False))

    def examples(self, values: Iterable[ExampleValue]) -> None:
        """Say which example values something rests on."""
        listed = "，".join(f"{item.label.zh} {item.value.zh}" for item in values if item.standing is Standing.EXAMPLE)
        if listed:
            self.line(f"* 依赖示例值：{listed}", "examples", style="yellow")

    def already(self, zh: str, en: str) -> None:
        """Say that something is there from an earlier run and was left as it is."""
        self.line(f"= 已有：{zh}", f"already there: {en}", style="green")

    def made(self, zh: str, en: str) -> None:
        """Say that something was made in this run."""
        self.line(f"+ {zh}", en, style="green")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> None:
        """Print a table; the places in *right* hold numbers."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
        numbers = set(right)
        for place, column in enumerate(columns):
            table.add_column(
                Text(column, style="dim"), justify="right" if place in numbers else "left", overflow="fold"
            )
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(Padding(table, (0, 0, 0, 2), expand=False))

    @contextmanager
    def progress(self, zh: str, total: int) -> Iterator[Advance]:
        """Show how far something of *total* parts has come."""
        if self.console.quiet or self.drawn:
            yield lambda done: None  # noqa: ARG005 - nobody looks
        elif self.console.is_terminal:
            with Progress(
                TextColumn("  {task.description}"),
                BarColumn(bar_width=30),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self.console,
                transient=True,
            ) as bar:
                task = bar.add_task(zh, total=total)
                yield lambda done: bar.update(task, advance=done)
        elif total < _WORTH_LINES:
            yield lambda done: None  # noqa: ARG005 - over before a line is read
        else:
            yield _plain(self, zh, total)

    def picture(self, title: str) -> str:
        """Return all that was printed as an SVG picture; only where it is *drawn*."""
        return picture(self.console._record_buffer, columns=self.console.width, title=title)  # noqa: SLF001 - rich's own export sets wide signs too narrow

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._started


def _plain(show: Show, zh: str, total: int) -> Callable[[int], None]:
    """Return an advance that prints a line at each quarter."""
    state = {"done": 0, "quarter": 0}

    def advance(done: int) -> None:
        state["done"] += done
        quarter = 4 * state["done"] // max(total, 1)
        if quarter > state["quarter"]:
            state["quarter"] = quarter
            show.line(f"… {zh} {state['done']:,}/{total:,}", style="dim")

    return advance
