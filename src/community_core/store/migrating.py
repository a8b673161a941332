"""Bring a database to the tables of this version; the only room that speaks with Alembic, and not its command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, inspect, select, text

from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.store.connections import Transactions
from community_core.store.failures import checked
from community_core.store.schema import HEAD, VERSION_TABLE, cases

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x636F6D6D  # an advisory lock of PostgreSQL: two processes may open a new database at once
_version = Table(VERSION_TABLE, MetaData(), Column("version_num", Text))


def upgrade(target: Connection | Engine) -> None:
    """Create the library's tables, or bring older ones up to date; a second time changes nothing.

    On an engine this is a transaction of ours. On a connection it is part of the caller's transaction, which is
    neither committed nor rolled back, so a host can call it from a migration of his own::

        def upgrade() -> None:
            community_core.store.upgrade(op.get_bind())

    Raises:
        StoreError: if the tables are newer than this version of the library, or the database fails.
    """
    transactions = Transactions(target)
    with transactions.begin(lock=False) as connection, checked():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if not is_current(connection):
            _run(connection)


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of this version of the library.

    Raises:
        StoreError: if they are newer, or do not say of which version they are.
    """
    there = inspect(connection)
    known = there.has_table(VERSION_TABLE)
    found = set(connection.execute(select(_version.c.version_num)).scalars()) if known else set()
    if found == {HEAD}:
        return True
    if len(found) > 1 or (not found and there.has_table(cases.name)):
        raise StoreError(
            Label(
                f"数据库里有本库的表，但表 {VERSION_TABLE} 没有写明是哪一版，已被改动；没有改动任何内容，请从备份恢复",
                f"the database has tables of the library, and {VERSION_TABLE} does not say of which version: it was "
                "changed; restore a backup; nothing was changed",
            )
        )
    unknown = found - _known()
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        raise StoreError(
            Label(
                f"数据库的表结构（{names}）比本程序库（{HEAD}）新；请升级 community-core 后再打开，没有改动任何内容",
                f"the database's tables ({names}) are newer than this library ({HEAD}); "
                "upgrade community-core and open it again; nothing was changed",
            )
        )
    return False


def demand_tables(connection: Connection) -> None:
    """Make sure that there are tables of the library, of whatever version.

    Raises:
        StoreError: if there are none.
    """
    if not inspect(connection).has_table(VERSION_TABLE):
        raise StoreError(
            Label(
                "这个数据库里没有 community-core 的表，没有改动任何内容；请检查文件或地址是否写对",
                "the database has no tables of community-core, and nothing was changed; check the file or URL",
            )
        )


def scripts() -> ScriptDirectory:
    """Return the library's migration scripts, as Alembic reads them."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - loading Alembic is dear, and needed once a version

    return ScriptDirectory(str(SCRIPTS))


def _known() -> set[str]:
    return {script.revision for script in scripts().walk_revisions()}


def _run(connection: Connection, target: str = "head") -> None:
    from alembic.operations import Operations  # noqa: PLC0415 - the same
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - the same

    directory = scripts()

    def steps(heads: Any, _context: MigrationContext) -> Iterable[Any]:
        return directory._upgrade_revs(target, heads)  # noqa: SLF001 - the way that Alembic's own cookbook shows

    # No EnvironmentContext: it would take Alembic's global `op` from a host's migration that is running around us.
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "fn": steps})
    context.run_migrations(operations=Operations(context))
