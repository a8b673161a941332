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
#: Headings of a column that only counts the lines.
_COUNTS = frozenset({"序号", "序", "行号", "顺序号", "no", "no."})
#: Remarks that say whose value it is, where it is not that of the row.
_ANOTHERS = re.compile(r"户主|监护人|配偶|紧急|代办|委托|父亲|母亲|guardian|head|emergency")
#: Remarks that say nothing of a unit.
_FORMAL = re.compile(r"必填|选填|可空|整数|required|optional|whole|integer")
#: A heading that tells of the head of a household, and not of the member, where members are listed.
_HEADS = frozenset({heading_key("户主姓名")})
_RELATION = "relation"
_REMARK = re.compile(r"(.+?)[\s_*]*(?:\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|〔([^〔〕]*)〕)?[\s_*]*\Z")


class Columns:
    """The columns of registers by every heading that may stand above them."""

    def __init__(self, registers: Sequence[Register]) -> None:
        self._registers = registers
        self._names = {register.name: _Names(register) for register in registers}

    def recognised(self, headings: Sequence[str]) -> int:
        """Return how many of *headings* mean a column of some register."""
        return sum(any(names.find(text) for names in self._names.values()) for text in headings if text)

    def match(self, sheet: Sheet, file: str) -> tuple[Mapping[str, Mapping[str, int]], list[Finding]]:
        """Return for each register where its columns stand, and findings for headings that mean none or stand twice."""
        found: dict[str, dict[str, int]] = {}
        told: list[Finding] = []
        for register in self._registers:
            found[register.name], said = self._match(register, sheet, file)
            told += (item for item in said if item not in told)
        used = {at for places in found.values() for at in places.values()}
        doubled = {item.column - 1 for item in told}
        for at, text in enumerate(sheet.headings):
            if text and at not in used | doubled and not is_own(text):
                told.append(self._unused(sheet, file, at))
        return found, sorted(told, key=lambda item: item.column)

    def _match(self, register: Register, sheet: Sheet, file: str) -> tuple[dict[str, int], list[Finding]]:
        names = self._names[register.name]
        meant = [(at, text, names.find(text)) for at, text in enumerate(sheet.headings) if not is_own(text)]
        firm = {name for _, text, name in meant if name is not None and not names.loose(text)}
        members = any(own.find(text) == _RELATION for own in self._names.values() for text in sheet.headings)
        members = members or any(heading_key(text) == heading_key("与户主关系") for text in sheet.headings)
        found: dict[str, int] = {}
        told: list[Finding] = []
        for at, text, name in meant:
            if name is None or (names.loose(text) and (name in firm or (members and heading_key(text) in _HEADS))):
                continue
            other = found.setdefault(name, at)
            if other != at:
                told.append(_twice(register, sheet, name, (other, at), file))
        return found, told

    def _unused(self, sheet: Sheet, file: str, at: int) -> Finding:
        text = sheet.headings[at]
        zh, en = _of_sheet(sheet)
        known = any(names.find(text) for names in self._names.values())
        why_zh = "在这张表里说的不是登记簿的列（另有一列，或说的是别人）" if known else "不是登记簿的列"
        why_en = (
            "means no column of the register in this table (another one does)"
            if known
            else "is no column of the register"
        )
        return finding(
            "unknown-heading",
            f"{zh}第{at + 1}列“{text}”{why_zh}，该列未用",
            f"{en}column {at + 1}, {text!r}, {why_en}; it is not used",
            Origin(file, sheet.heading_line, at + 1),
            "warning",
            heading=text,
            sheet=sheet.name,
        )


def _of_sheet(sheet: Sheet) -> tuple[str, str]:
    return (f"工作表“{sheet.name}”", f"sheet {sheet.name!r}: ") if sheet.name else ("", "")


def _twice(register: Register, sheet: Sheet, name: str, places: tuple[int, int], file: str) -> Finding:
    zh, en = _of_sheet(sheet)
    (other, at), label = places, register.column(name).label
    first, text = sheet.headings[other], sheet.headings[at]
    return finding(
        "duplicate-heading",
        f"{zh}第{other + 1}列“{first}”和第{at + 1}列“{text}”都是“{label.zh}”，请只留一列",
        f"{en}columns {other + 1}, {first!r}, and {at + 1}, {text!r}, both hold {label.en!r}; keep one",
        Origin(file, sheet.heading_line, at + 1),
        column=name,
        sheet=sheet.name,
    )


def is_own(text: str) -> bool:
    """Whether a heading stands above what a marked copy adds, or above the count of the lines: nothing to take."""
    key = heading_key(text)
    return key in _OWN or key in _COUNTS


class _Names:
    """The columns of one register by heading; a column's own name and labels go before the words that others use."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._firm: dict[str, str] = {}
        self._loose: dict[str, str] = {}
        for texts in (lambda column: (column.name, column.label.zh, column.label.en), lambda column: column.also):
            for column in register.asked:
                for text in texts(column):
                    self._firm.setdefault(heading_key(text), column.name)
        for column in register.asked:
            for text in column.loosely:
                self._loose.setdefault(heading_key(text), column.name)

    def find(self, text: str) -> str | None:
        """Return the column that a heading means, with or without a remark in brackets, or ``None``."""
        key = heading_key(text)
        found = self._at(key)
        if found is not None:
            return found
        bare = _REMARK.match(key)
        found = None if bare is None else self._at(bare[1].strip("_"))
        if bare is None or found is None:
            return None
        remark = next((said for said in bare.groups()[1:] if said), "")
        units = {heading_key(unit) for unit in self._register.column(found).units}
        other = _ANOTHERS.search(remark) or (units and remark and remark not in units and not _FORMAL.search(remark))
        return None if other else found

    def loose(self, text: str) -> bool:
        """Whether a heading means its column only where no other heading does."""
        key = heading_key(text)
        bare = _REMARK.match(key)
        return not any(each in self._firm for each in (key, bare[1].strip("_") if bare is not None else key))

    def _at(self, key: str) -> str | None:
        return self._firm.get(key) or self._loose.get(key)
