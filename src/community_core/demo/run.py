"""The demo from end to end: two districts govern in one folder; a second run changes nothing, a killed one goes on."""

from __future__ import annotations

from pathlib import Path

from community_core.demo import contracts, hearings, publishing, residents, rolls, tampering
from community_core.demo.desk import open_desk
from community_core.demo.people import POPULATION, margins
from community_core.demo.show import Show

CONTRACTS = 21_000


def run_demo(
    folder: Path, *, people: int = POPULATION, total_contracts: int = CONTRACTS, show: Show | None = None
) -> None:
    """Play the demo in *folder*, which is made where it is missing.

    Args:
        folder: holds the record, the roll, the copy in which a byte is changed, and the board.
        people: how many residents the roll has; the margins are scaled.
        total_contracts: how many contracts the campaign has.
        show: how it speaks.

    Raises:
        ValueError: if there are too few people for the margins.
        StoreError: if the folder holds a demo of another size.
        LoadError: if the plugins of the two districts are not installed.
        MissingExtra: if rolls are not installed.
    """
    margins(people)
    from community_core.roll import extras  # noqa: F401, PLC0415 - says at once if the extra is missing

    show = show or Show()
    show.opening(
        "community-core 演示：两个区，从头到尾",
        "two districts govern, end to end",
        f"文件夹 folder: {folder} · 规则 districts: demo-shenhe, demo-fangzi · 记录 record: record.sqlite (SQLite)",
    )
    desk = open_desk(folder, people, total_contracts, show)
    try:
        for part in (residents, rolls, hearings, contracts, tampering, publishing):
            part.play(desk)
    finally:
        desk.close()
    show.closing(
        f"community-core campaign contract signed --store {desk.record} --district demo-fangzi --by parent",
        f"community-core due --store {desk.record} --district demo-fangzi --on 2007-09-01",
        f"community-core verify --store {folder / 'tampered.sqlite'}",
        "community-core why elder_age --district demo-shenhe",
    )
