"""A table for each register, made from its description; what stands in one is decided elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, text

from community_core.registers import describe
from community_core.registers.describe import Register
from community_core.registers.written import erasable
from community_core.rules.types import Kind

PREFIX: Final = "cc_reg_"
#: The columns that every table of a register has beside its own.
DATED: Final = ("since", "until", "entered", "change_id", "replaced", "replaced_by")
_ID: Final = Text().with_variant(Text(collation="C"), "postgresql")
#: What a row commits to where its values can be erased, see :mod:`~community_core.store.register_commitments`.
COMMITTED: Final = ("salt", "commitment", "erased_by")
#: The blind index of a whole key that is sensitive, see :mod:`~community_core.store.register_sealing`.
KEY_INDEX: Final = "key_index"
_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")


def make_table(metadata: MetaData, register: Register) -> Table:
    """Return the table of *register*: one row for each thing said of a key over some days, and never overwritten.

    *replaced* is the moment at which a row was replaced, *replaced_by* the change that did it; both are set once.
    Beside a sensitive key stand its blind indexes, empty where nothing is encrypted. A row of values that can be erased
    commits to all that it says; *erased_by* is the change that erased them.
    """
    name = f"{PREFIX}{register.name}"
    keys = [column.name for column in register.key]
    present = text("replaced IS NULL")
    blind = text(f"replaced IS NULL AND {KEY_INDEX} <> ''")
    sought = [column.name for column in index_columns(register)]
    return Table(
        name,
        metadata,
        Column("number", _NUMBER, primary_key=True, autoincrement=True),
        *(
            Column(column.name, _ID if column.key else _type(column), nullable=not column.key)
            for column in register.columns
        ),
        *(Column(column, _ID, nullable=False, server_default="") for column in blind_columns(register)),
        Column("since", Text, nullable=False),
        Column("until", Text, nullable=True),
        Column("entered", Text, nullable=False),
        Column("change_id", Text, nullable=False),
        Column("replaced", Text, nullable=True),
        Column("replaced_by", Text, nullable=False),
        *(_commitment() if erasable(register) else ()),
        Index(f"{name}_present", *keys, "since", unique=True, sqlite_where=present, postgresql_where=present),
        *(Index(f"{name}_{column}", index_of(column)) for column in sought),
        *(
            [Index(f"{name}_once", KEY_INDEX, "since", unique=True, sqlite_where=blind, postgresql_where=blind)]
            if register.secret
            else []
        ),
    )


def _commitment() -> tuple[Column[Any], ...]:
    salt, commitment, erased_by = COMMITTED
    return (
        Column(salt, Text, nullable=True),
        Column(commitment, Text, nullable=True),
        Column(erased_by, Text, nullable=False, server_default=""),
    )


def index_columns(register: Register) -> tuple[describe.Column, ...]:
    """Return the sensitive columns by which rows of *register* are looked up."""
    return tuple(column for column in register.sensitive if column.sought)


def index_of(column: str) -> str:
    """Return the name of the blind index of *column*."""
    return f"{column}_index"


def blind_columns(register: Register) -> tuple[str, ...]:
    """Return the names of the blind indexes that the table of *register* has, in the order of its columns."""
    own = tuple(index_of(column.name) for column in index_columns(register))
    return (*own, KEY_INDEX) if register.secret else own


def _type(column: describe.Column) -> Any:
    if column.type.kind is Kind.INT:
        return Integer
    return Boolean if column.type.kind is Kind.BOOL else Text


def writer(column: describe.Column) -> Callable[[Any], Any]:
    """Return what makes a value of *column* what stands in its table; ``None`` stays null."""
    if column.type.kind is Kind.DATE:
        return lambda value: None if value is None else value.isoformat()
    if column.type.kind is Kind.SHARE:
        return lambda value: None if value is None else f"{value.numerator}/{value.denominator}"
    return lambda value: value


def reader(column: describe.Column) -> Callable[[Any], Any]:
    """Return what makes a value of *column* from what stands in its table."""
    if column.type.kind is Kind.DATE:
        return lambda value: None if value is None else as_day(value)
    if column.type.kind is Kind.SHARE:
        return lambda value: None if value is None else Fraction(value)
    return lambda value: value


@lru_cache(maxsize=100_000)
def as_day(text: str) -> dt.date:
    """Return the day that *text* writes."""
    return dt.date.fromisoformat(text)
