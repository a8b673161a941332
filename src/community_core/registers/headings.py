"""Which heading of a sheet is which column of which register: by name, label or another word that offices use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from community_core.base.findings import Finding, Origin, finding
from community_core.base.headings import heading_key
from community_core.base.labels import Label
from community_core.registers.describe import Register
from community_core.registers.sheets import Sheet

#: Headings that the marked copy of a file adds; they are dropped without a word when it is read again.
FAULTS = Label("问题", "what is wrong")
_OWN = frozenset({heading_key(FAULTS.zh), heading_key(FAULTS.en)})
_REMARK = re.compile(r"(.+?)[\s*]*(?:\([^()]*\))?[\s*]*\Z")


class Columns:
    """The columns of registers by every heading that may stand above them."""

    def __init__(self, registers: Sequence[Register]) -> None:
        self._registers = registers
        self._names = {register.name: _index(register) for register in registers}

    def recognised(self, headings: Sequence[str]) -> int:
        """Return how many of *headings* mean a column of some register."""
        return sum(any(_find(index, text) for index in self._names.values()) for text in headings if text)

    def match(self, sheet: Sheet, file: str) -> tuple[Mapping[str, Mapping[str, int]], list[Finding]]:
        """Return for each register where its columns stand, and findings for headings that mean none or stand twice."""
        found: dict[str, dict[str, int]] = {register.name: {} for register in self._registers}
        told: list[Finding] = []
        for at, text in enumerate(sheet.headings):
            if not text or heading_key(text) in _OWN:
                continue
            origin = Origin(file, sheet.heading_line, at + 1)
            known = False
            for register in self._registers:
                name = _find(self._names[register.name], text)
                if name is None:
                    continue
                known = True
                other = found[register.name].setdefault(name, at)
                if other != at:
                    told.append(
                        finding(
                            "duplicate-heading",
                            f"第{other + 1}列和第{at + 1}列都是“{name}”，请只留一列",
                            f"columns {other + 1} and {at + 1} both hold {name!r}; keep one",
                            origin,
                            column=name,
                        )
                    )
            if not known:
                told.append(
                    finding(
                        "unknown-heading",
                        f"第{at + 1}列“{text}”不是登记簿的列，该列未用",
                        f"column {at + 1}, {text!r}, is no column of the register; it is not used",
                        origin,
                        "warning",
                        heading=text,
                    )
                )
        return found, told


def _index(register: Register) -> dict[str, str]:
    """Return the names of columns by heading; a column's own name and labels go before the words that others use."""
    index: dict[str, str] = {}
    for texts in (lambda column: (column.name, column.label.zh, column.label.en), lambda column: column.also):
        for column in register.asked:
            for text in texts(column):
                index.setdefault(heading_key(text), column.name)
    return index


def _find(index: Mapping[str, str], text: str) -> str | None:
    key = heading_key(text)
    found = index.get(key)
    if found is None:
        bare = _REMARK.match(key)
        found = index.get(bare[1].strip("_")) if bare is not None else None
    return found
