"""Opening a store that commands name by URL or file, and the rules that go with it; no command lives here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from community_core.base.errors import LoadError, StoreError
from community_core.base.labels import Label
from community_core.cli.districts import load_rules
from community_core.cli.options import given_keys
from community_core.cli.usage import Misuse

if TYPE_CHECKING:
    from community_core.jurisdiction.rules import Rules
    from community_core.office import Office

#: Under this name a store keeps the district that its cases were last opened for.
DISTRICT = "district"


def where(store: str, *, new: bool = False) -> str:
    """Return *store* as a database URL or a file; a file that is not there is an error unless it may be *new*.

    Raises:
        Misuse: if it names no file, a folder, or memory, which ends with the command.
        StoreError: if it is a SQLite file that does not exist.
    """
    file = _file(store)
    if file in ("", ":memory:"):
        raise Misuse("--store 应是文件或数据库的 URL", "--store is a file or the URL of a database")
    if file is not None and Path(file).is_dir():
        raise Misuse(f"{file} 是文件夹，--store 要文件", f"{file} is a folder; --store is a file")
    if file is not None and not new and not Path(file).is_file():
        raise StoreError(
            Label(
                f"没有这个库：{file}；请检查路径，新的库用 case open 立案",
                f"there is no store {file}; check the path, or open a case in a new one",
            )
        )
    return store


def _file(store: str) -> str | None:
    """Return the file of a SQLite store, or ``None`` for another database."""
    if "://" not in store:
        return store
    if not store.startswith("sqlite"):
        return None
    return store.partition("://")[2].removeprefix("/").partition("?")[0]


@contextmanager
def office_over(store: str, district: str | None, *, new: bool = False, acting: bool = False) -> Iterator[Office]:
    """Open an office over *store* with the rules of *district*, or of the district that the store remembers.

    Where nobody is *acting*, neither is needed: every case is read under the rules that it began under.

    Raises:
        LoadError: if somebody is acting, no district is named, and the store remembers none.
        StoreError: if the store is missing or cannot be opened.
    """
    from community_core.office import Office, SystemClock  # noqa: PLC0415 - databases are opened only when needed
    from community_core.store.sql import open_store  # noqa: PLC0415 - as above

    opened = open_store(where(store, new=new), keys=given_keys(), create=new)
    try:
        name = district or opened.meta(DISTRICT)
        if name is None and acting:
            raise LoadError(
                Label("这个库没有记下区县，请用 --district 指明", "the store remembers no district: --district")
            )
        rules = _nobodys() if name is None else _rules(name, needed=acting or district is not None)
        functions = {item.name: item.run for item in rules.effects}
        observers = [(item.plugin, item.observe) for item in rules.observers]
        yield Office(rules, opened, SystemClock(), functions=functions, observers=observers)
    finally:
        opened.close()


def _rules(name: str, *, needed: bool) -> Rules:
    try:
        return load_rules(name)
    except LoadError:
        if needed:
            raise
        return _nobodys()


def _nobodys() -> Rules:
    """Return rules without a term, under which nothing can begin."""
    from community_core.declarations.terms import Terms  # noqa: PLC0415 - with the other imports of a store
    from community_core.jurisdiction.rules import Rules  # noqa: PLC0415 - as above

    return Rules.from_terms(Terms())
