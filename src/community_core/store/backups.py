"""Copies of an SQLite record: made while others write, verified before they count, and put back; no event is read."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from community_core.base.errors import StoreError
from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.store.chains import verify
from community_core.store.connections import make_engine
from community_core.store.failures import checked
from community_core.store.migrating import upgrade

log = logging.getLogger("community_core.store")


def copy_checked(source: sqlite3.Connection, path: Path, *, check: bool) -> None:
    """Copy what *source* holds to the new file *path*; see :meth:`SqlStore.backup`."""
    draft = _draft(path)
    try:
        _copy(source, draft)
        if check:
            found = _verified(draft)
            if found:
                raise _with(
                    found,
                    Label(
                        "副本核验有问题项，没有保留副本：库中的记录已被改动，请先运行 verify",
                        "the copy has findings and was not kept: the record was changed; run verify first",
                    ),
                )
        _put(draft, path)
    finally:
        _clear(draft)


def restore(backup: str | Path, path: str | Path) -> None:
    """Make a new SQLite store at *path* from a backup: copied, brought to this version's tables, and verified.

    The backup is only read. An existing store is never overwritten: move it away first, and compare later.

    Raises:
        StoreError: if *path* exists, the backup cannot be read or is newer than this library, or has findings (they
            are in it); then nothing is made.
    """
    source, target = Path(backup), Path(path)
    if not source.is_file():
        raise StoreError(Label(f"没有备份文件 {source}", f"there is no backup {source}"))
    draft = _draft(target)
    try:
        try:
            with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as opened:
                _copy(opened, draft)
        except sqlite3.Error as error:
            raise StoreError(Label(f"备份无法读取：{error}", f"the backup cannot be read: {error}")) from error
        engine = make_engine(draft, timeout=30, synchronous="FULL")
        try:
            with checked(), engine.connect() as connection:
                known = connection.exec_driver_sql(
                    "SELECT count(*) FROM sqlite_master WHERE name = 'cc_alembic_version'"
                ).scalar_one()
            if not known:
                raise StoreError(Label(f"{source} 不是本库的备份", f"{source} is no backup of a store"))
            upgrade(engine)
        finally:
            engine.dispose()
        found = _verified(draft)
        if found:
            raise _with(
                found,
                Label(
                    f"备份 {source} 核验有问题项，没有恢复；请用更早的备份",
                    f"the backup {source} has findings and was not restored; take an earlier one",
                ),
            )
        _put(draft, target)
    finally:
        _clear(draft)
    log.info("backup restored", extra={"event": "restore"})


def _draft(path: Path) -> Path:
    if path.exists():
        raise StoreError(Label(f"{path} 已存在；请换一个文件名", f"{path} exists; name another file"))
    for suffix in ("-wal", "-journal"):
        left = path.with_name(path.name + suffix)
        if left.exists():
            # SQLite would take it for the new file's own and write its pages into it.
            raise StoreError(
                Label(
                    f"{left} 是从前同名的库留下的，会混进新文件；请把它和旧库一起移走，或换一个文件名",
                    f"{left} was left by a store that had this name and would get into the new file; "
                    "move it away with the old store, or name another file",
                )
            )
    draft = path.with_name(f"{path.name}.part")
    _clear(draft)
    return draft


def _copy(source: sqlite3.Connection, draft: Path) -> None:
    try:
        with closing(sqlite3.connect(draft)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        raise StoreError(Label(f"复制失败：{error}", f"the copy failed: {error}")) from error


def _verified(draft: Path) -> list[Finding]:
    engine = make_engine(draft, timeout=30, synchronous="FULL")
    try:
        with checked(), engine.connect() as connection:
            return list(verify(connection))
    finally:
        engine.dispose()


def _put(draft: Path, path: Path) -> None:
    # One plain file: a copy that wants a write-ahead log beside it cannot be read where nobody may write.
    with closing(sqlite3.connect(draft)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        # A link is refused where somebody made the file meanwhile; a rename would take its place.
        os.link(draft, path)
    except FileExistsError:
        raise StoreError(Label(f"{path} 已存在；请换一个文件名", f"{path} exists; name another file")) from None
    except OSError:
        draft.rename(path)
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _clear(draft: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def _with(found: list[Finding], message: Label) -> StoreError:
    return StoreError(message, found)
