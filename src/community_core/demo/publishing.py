"""The demo's last part: the public board as HTML."""

from __future__ import annotations

from collections.abc import Mapping

from community_core.base.labels import Label
from community_core.demo.desk import BOARD_DAY, Desk
from community_core.office.publishing import make_board
from community_core.pages.board import render_board, write_board

_TITLE = Label("演示：沈河区与坊子区", "Demo: Shenhe and Fangzi")
_NOTE = Label(
    "这是演示。程序和做法出自公开材料；日期、票数、契约和住户都是虚构的，没有一个真人。",
    "This is a demo. Procedures and practices come from public documents; days, votes, contracts and households are "
    "made up, and nobody here is a real person.",
)


def play(desk: Desk) -> None:
    """Write the board; pages that are the same are left alone."""
    show = desk.show
    show.part("公示栏：静态网页", "The public board as static pages")
    board = make_board(desk.shenhe, day=BOARD_DAY, title=_TITLE, note=_NOTE, rules=desk.rules)
    folder = desk.folder / "board"
    same = _same(desk, render_board(board))
    written = write_board(board, folder)
    items = sum(len(case.items) for case in board.cases)
    buildings = sum(len(campaign.rows) for campaign in board.campaigns)
    show.line(
        f"{len(board.cases)} 个办件的 {items} 项公开内容，{buildings} 栋楼的进度，{len(board.examples)} 个示例值",
        f"{items} items of {len(board.cases)} cases, {buildings} buildings, {len(board.examples)} example values",
    )
    if same:
        show.already(f"{len(written)} 个文件，逐字节相同，未改动", f"{len(written)} files, the same byte for byte")
    else:
        show.made(f"写入 {len(written)} 个文件", f"{len(written)} files written")
    show.line(f"打开 open: {folder / 'index.html'}", style="bold")


def _same(desk: Desk, pages: Mapping[str, str]) -> bool:
    folder = desk.folder / "board"
    return all((folder / name).exists() and (folder / name).read_text("utf-8") == text for name, text in pages.items())
