"""The demo's proof: the record is verified, and one byte changed in a copy of it is found."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from community_core.base.findings import Finding
from community_core.demo.desk import Desk
from community_core.demo.hearings import BUILD
from community_core.store.sql import open_store

#: The count of the votes in the hearing's conclusion, as the record holds it; its last byte is what is changed.
_COUNT = f'["counts",[["{BUILD}",3'.encode()
_MOST_SHOWN = 3


def play(desk: Desk) -> None:
    """Verify the record, then a copy in which one byte was changed."""
    show = desk.show
    show.part("核验：记录完整；副本里改动一个字节，被发现", "Verified; one byte changed in a copy is found")
    started = time.monotonic()
    found = list(desk.shenhe.verify())
    seconds = time.monotonic() - started
    count = _events(desk.record)
    show.line(
        f"record.sqlite：{count:,} 条记录，{len(found)} 个问题项",
        f"{count:,} events, {len(found)} findings, {seconds:.1f} s",
        style="red" if found else "",
    )
    _show(desk, found)
    copy = desk.folder / "tampered.sqlite"
    made = not copy.exists()
    if made:
        _tamper(desk, copy)
    wrong = _verified(copy)
    if not wrong:
        raise RuntimeError("a changed byte was not found in the copy")
    show.line(
        f"tampered.sqlite：结论里{BUILD}的 3 票改成 9 票，只差一个字节；{len(wrong)} 个问题项",
        f"3 votes made 9; {len(wrong)} finding" + ("s" if len(wrong) > 1 else ""),
    )
    _show(desk, wrong)
    if not made:
        show.already("副本 tampered.sqlite，未改动", "the copy, left as it is")


def _show(desk: Desk, items: list[Finding]) -> None:
    for item in items[:_MOST_SHOWN]:
        desk.show.line(f"× {item.code}：{item.message.zh}", style="red")


def _verified(path: Path) -> list[Finding]:
    store = open_store(path)
    try:
        return list(store.verify())
    finally:
        store.close()


def _events(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM cc_events").fetchone()
    return int(count)


def _tamper(desk: Desk, copy: Path) -> None:
    """Copy the record and change one byte of the hearing's conclusion in the copy's file."""
    draft = copy.with_name("tampered.part.sqlite")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(desk.record)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
        # One file, and not a second one with changes that wait.
        target.execute("PRAGMA journal_mode=DELETE")
    data = draft.read_bytes()
    place = data.find(_COUNT)
    while place >= 0:
        at = place + len(_COUNT) - 1
        draft.write_bytes(data[:at] + b"9" + data[at + 1 :])
        if _is_changed(draft):
            draft.replace(copy)
            return
        # That was a page which the database no longer uses.
        place = data.find(_COUNT, at)
    raise RuntimeError("the hearing's conclusion is not where a record keeps it")


def _is_changed(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT data FROM cc_events WHERE step = 'conclude'").fetchall()
    return any(f'"{BUILD}",9' in data for (data,) in rows)
