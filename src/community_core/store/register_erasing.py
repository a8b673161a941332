"""Values of registers that are erased: they leave the rows, and the change says which rows, for ever."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve
from sqlalchemy import Connection, and_, bindparam, or_, select, update

from community_core.ports.keys import KeyRing
from community_core.registers.changes import RegisterChange
from community_core.registers.describe import Register
from community_core.registers.written import erasable, erased_line, replaced_line, written_hash
from community_core.store.private import overwriting
from community_core.store.register_commitments import blank
from community_core.store.register_sealing import indexed_key
from community_core.store.register_statements import kept_change
from community_core.store.register_tables import KEY_INDEX
from community_core.store.schema import register_tables


def erase(
    connection: Connection,
    register: Register,
    key: Sequence[str],
    change: RegisterChange,
    moment: str,
    keys: KeyRing | None,
) -> str:
    """Erase what can be erased of *key* and return the id of the change; empty where there was nothing.

    Where the key itself is sensitive, rows say nothing any more and no longer hold. A writer's lock is held.
    """
    table = register_tables.get(register.table)
    if table is None or not erasable(register):
        return ""
    own = and_(*(table.c[column.name] == part for column, part in zip(register.key, key, strict=True)))
    if register.secret:
        own = or_(own, table.c[KEY_INDEX].in_(indexed_key(register, key, keys)))
    rows = connection.execute(select(table.c.number, table.c.replaced).where(own, table.c.erased_by == "")).all()
    if not rows:
        return ""
    present = [row.number for row in rows if row.replaced is None] if register.secret else []
    lines = [*(erased_line(register, row.number) for row in rows), *(replaced_line(register, at) for at in present)]
    made = kept_change(connection, evolve(change, written=written_hash(lines)), moment)
    overwriting(connection)
    mine = table.c.number == bindparam("own")
    if present:
        # Before they say nothing: of what holds, there is one row of a key and a day.
        ended = update(table).where(mine).values(replaced=moment, replaced_by=made)
        connection.execute(ended, [{"own": number} for number in present])
    blanked = update(table).where(mine).values(**blank(register), erased_by=made)
    connection.execute(blanked, [{"own": row.number} for row in rows])
    return made
