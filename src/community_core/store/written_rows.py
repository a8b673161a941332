"""What changes wrote in the registers: which change each row names, and of redrawings and erasures a hash of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from community_core.base.findings import Finding, finding
from community_core.registers.describe import Register
from community_core.registers.known import DELEGATIONS, KEPT
from community_core.registers.written import erasable, erased_line, lasting, new_line, replaced_line, written_hash
from community_core.store.records import shown
from community_core.store.schema import delegations, register_changes, register_tables

_CHUNK: Final = 100


def verify_written(connection: Connection) -> Iterator[Finding]:
    """Yield each redrawing or erasure whose rows are not those that it wrote: changed, removed, or others among them.

    What is private in them may have been erased, and is no part of it. The hash is kept in the same database: who
    changes it together with the rows is not found.
    """
    says_so = or_(register_changes.c.version != 0, register_changes.c.written != "")
    query = select(register_changes).where(says_so).order_by(register_changes.c.id)
    result = connection.execute(query, execution_options={"yield_per": _CHUNK})
    try:
        for changes in result.partitions():
            lines = _lines(connection, [change.id for change in changes if shown(change.id) == change.id])
            for change in changes:
                if written_hash(lines.get(change.id, ())) != change.written:
                    yield _redrawn(change) if change.version != 0 else _erased(change)
    finally:
        result.close()


def _redrawn(change: Any) -> Finding:
    return finding(
        "redrawn-rows-changed",
        f"登记簿变更 {shown(change.id)}（办件 {shown(change.case_id)} 第 {change.version} 条记录引起）"
        "所写的行已被改动、删除或插入",
        f"the rows that the change {shown(change.id)} of registers wrote, caused by event "
        f"{change.version} of case {shown(change.case_id)}, were changed, removed or added to",
        row=shown(change.id),
        case=shown(change.case_id),
        version=change.version,
    )


def _erased(change: Any) -> Finding:
    return finding(
        "erased-rows-changed",
        f"登记簿变更 {shown(change.id)} 登记删除的不是现在写明由它删除的各行：有行被改动、删除或插入",
        f"the rows that say the change {shown(change.id)} of registers erased them are not those that it erased: "
        "one was changed, removed or inserted",
        change=shown(change.id),
    )


def verify_known(connection: Connection) -> Iterator[Finding]:
    """Yield each register with rows that name a change that is not there, or are replaced and do not say by which.

    Rows that name none were written before changes were kept, or by a program that said nothing of who enters them.
    """
    known = {"", *connection.execute(select(register_changes.c.id)).scalars()}
    for register_name, table, columns in (
        *((register.name, register_tables[register.name], _naming(register)) for register in KEPT),
        (DELEGATIONS.name, delegations, ("change_id", "ended_change")),
    ):
        named = {
            text for column in columns for text in connection.execute(select(table.c[column]).distinct()).scalars()
        }
        unknown = sorted(map(shown, named - known))
        if unknown:
            yield _unknown(register_name, unknown[0])
    for register in KEPT:
        table = register_tables[register.name]
        half = select(table.c.number).where(table.c.replaced.is_not(None) != (table.c.replaced_by != ""))
        row = connection.execute(half.order_by(table.c.number).limit(1)).first()
        if row is not None:
            yield _unknown(register.name, "", row.number)


def _naming(register: Register) -> Sequence[str]:
    return ("change_id", "replaced_by", "erased_by") if erasable(register) else ("change_id", "replaced_by")


def _unknown(register: str, change: str, number: int = 0) -> Finding:
    if not change:
        zh = f"登记簿 {register} 第 {number} 行是否已被替换，说法不一：已被改动"
        en = f"row {number} of the register {register!r} contradicts itself on whether it was replaced: it was changed"
    else:
        zh = f"登记簿 {register} 有行写明由变更 {change} 写入或替换，库中没有这项变更：行是插入或改动的，或变更被删除"
        en = (
            f"rows of the register {register!r} name the change {change}, which is not there: they were inserted or "
            "changed, or the change was removed"
        )
    return finding("change-missing", zh, en, register=register, change=change, row=number)


def _lines(connection: Connection, ids: Sequence[str]) -> dict[str, list[Sequence[Any]]]:
    """Return what each change wrote, as it stands in the tables now."""
    found: dict[str, list[Sequence[Any]]] = {own: [] for own in ids}
    for register in KEPT:
        table = register_tables[register.name]
        query = select(table).where(or_(*(table.c[name].in_(ids) for name in _naming(register))))
        for row in connection.execute(query):
            if row.change_id in found:
                cells = [getattr(row, column.name) for column in lasting(register)]
                found[row.change_id].append(new_line(register, cells, row.since, row.until))
            if row.replaced_by in found:
                found[row.replaced_by].append(replaced_line(register, row.number))
            if erasable(register) and row.erased_by in found:
                found[row.erased_by].append(erased_line(register, row.number))
    return found
