"""What a register is: its columns, key and labels; tables, templates, imports and exports are made from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from attrs import field, frozen

from community_core.base.errors import UnknownTerm
from community_core.base.labels import Label
from community_core.base.ranks import PRIVATE, Privacy
from community_core.rules.types import BOOL, DATE, INT, SHARE, TEXT, ValueType

__all__ = ["BOOL", "DATE", "INT", "SHARE", "SINCE", "TEXT", "UNTIL", "Column", "Register", "find_register"]


@frozen
class Column:
    """One column of a register.

    *key* columns together name a row's subject. *refers* names the register whose key the value is, *codes* the code
    list that it is one of; both are checked when rows come in, and ``@name`` means that the row's column *name* says
    which. *also* are further headings that offices use, and *loosely* those that mean the column only where no other
    heading does. *units* are what a remark in brackets may say that values are counted in. A value
    of a column with *fill* that is blank is that of the row above, as where the head of a household is written once.
    *digits* marks numbers that are names (a room, a telephone): a spreadsheet's ``101.0`` is ``101``. *check* says
    which further check a value must pass (``identity``; ``line``: it is one line). A sensitive column that is *sought*
    is looked up by its value though it is encrypted.
    """

    name: str
    label: Label
    type: ValueType = TEXT
    privacy: Privacy = Privacy.INTERNAL
    key: bool = False
    required: bool = False
    refers: str = ""
    codes: str = ""
    also: tuple[str, ...] = ()
    loosely: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    fill: bool = False
    digits: bool = False
    check: str = ""
    sought: bool = False
    labels: tuple[tuple[str, Label], ...] = ()

    @property
    def named(self) -> bool:
        """Whether values are names and numbers, which full-width signs and a spreadsheet's ``.0`` do not change."""
        return self.key or bool(self.refers) or self.digits

    @property
    def private(self) -> bool:
        """Whether values are nobody else's business, and so are masked wherever they are shown."""
        return self.privacy in PRIVATE

    @property
    def sensitive(self) -> bool:
        """Whether values are encrypted at rest when there is a key, and shown to nobody who does not say why."""
        return self.privacy is Privacy.SENSITIVE


#: The two columns that every register has beside its own.
SINCE: Final = Column("since", Label("生效日", "valid from"), DATE, also=("起始日", "开始日期"))
UNTIL: Final = Column("until", Label("截止日（不含）", "valid until"), DATE, also=("截止日", "终止日期"))


@frozen
class Register:
    """A register: what it is called, its columns, and what its rows are about.

    *of* is the kind of subject for rules (``resident``, ``household``). A register with *part_of* holds those rows of
    another one whose columns have the *fixed* values: the grids are the places whose layer is ``grid``.

    Raises:
        ValueError: if it has no key.
    """

    name: str
    label: Label
    columns: tuple[Column, ...] = field()
    of: str = ""
    part_of: str = ""
    fixed: tuple[tuple[str, str], ...] = ()

    @columns.validator
    def _has_key(self, _attribute: object, columns: tuple[Column, ...]) -> None:
        if not any(column.key for column in columns):
            raise ValueError(f"the register {self.name!r} has no key")

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """The columns that name a row's subject."""
        return tuple(column for column in self.columns if column.key)

    @cached_property
    def values(self) -> tuple[Column, ...]:
        """The columns that say something of the subject."""
        return tuple(column for column in self.columns if not column.key)

    @cached_property
    def asked(self) -> tuple[Column, ...]:
        """The columns that a file may have: all but those with a fixed value, and the two days."""
        fixed = dict(self.fixed)
        return (*(column for column in self.columns if column.name not in fixed), SINCE, UNTIL)

    @cached_property
    def sensitive(self) -> tuple[Column, ...]:
        """The columns whose values are sensitive."""
        return tuple(column for column in self.columns if column.sensitive)

    @cached_property
    def secret(self) -> bool:
        """Whether its very key is sensitive: that there is a row about somebody already says what nobody may know."""
        return any(column.sensitive for column in self.key)

    def said(self, key: Sequence[Any], values: Sequence[Any]) -> dict[str, Any]:
        """Return what a row of *key* and *values* says, by the names of columns."""
        named = dict(zip((column.name for column in self.key), key, strict=True))
        return named | dict(zip((column.name for column in self.values), values, strict=True))

    @property
    def table(self) -> str:
        """The register whose table holds the rows."""
        return self.part_of or self.name

    def column(self, name: str) -> Column:
        """Return the column called *name*.

        Raises:
            KeyError: if there is none.
        """
        return next(column for column in (*self.columns, SINCE, UNTIL) if column.name == name)


def find_register(registers: tuple[Register, ...], word: str) -> Register:
    """Return the register that *word* names, by its name or label.

    Raises:
        UnknownTerm: if there is none; the message lists them.
    """
    for register in registers:
        if word in (register.name, register.label.zh, register.label.en):
            return register
    names = ", ".join(register.name for register in registers)
    raise UnknownTerm(
        Label(f"没有叫 {word!r} 的登记簿；有：{names}", f"there is no register {word!r}; there are {names}")
    )
