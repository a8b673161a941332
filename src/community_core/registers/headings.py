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
#: The sheet of a blank template that says how it is filled in.
EXPLANATION = Label("填表说明", "How to fill it in")
_OWN = frozenset({heading_key(FAULTS.zh), heading_key(FAULTS.en)})
_REMARK = re.compile(r"(.+?)[\s_*]*(?:\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕)?[\s_*]*\Z")


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
        zh, en = (f"工作表“{sheet.name}”", f"sheet {sheet.name!r}: ") if sheet.name else ("", "")
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
                    first = sheet.headings[other]
                    label = register.column(name).label
                    twice = finding(
                        "duplicate-heading",
                        f"{zh}第{other + 1}列“{first}”和第{at + 1}列“{text}”都是“{label.zh}”，请只留一列",
                        f"{en}columns {other + 1}, {first!r}, and {at + 1}, {text!r}, both hold {label.en!r}; keep one",
                        origin,
                        column=name,
                        sheet=sheet.name,
                    )
                    told += [] if twice in told else [twice]
            if not known:
                told.append(
                    finding(
                        "unknown-heading",
                        f"{zh}第{at + 1}列“{text}”不是登记簿的列，该列未用",
                        f"{en}column {at + 1}, {text!r}, is no column of the register; it is not used",
                        origin,
                        "warning",
                        heading=text,
                        sheet=sheet.name,
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
