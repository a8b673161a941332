"""Which heading means which fact: by the fact's name or its Chinese or English label; nothing is guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from attrs import frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.headings import heading_key
from community_core.rules.terms import Fact
from community_core.rules.types import Kind

#: Headings of the file of refused rows; they are dropped without a word when that file is read again.
LINE_HEADING = "行号"
RAW_HEADING = "原行"
REASONS_HEADING = "退回原因"
OWN_HEADINGS = frozenset({LINE_HEADING, RAW_HEADING, REASONS_HEADING})

_WITH_UNIT = re.compile(r"(.+?)\s*[\(\[]([^()\[\]]+)[\)\]]\Z")
_UNITS: dict[str, frozenset[str]] = {
    "year": frozenset({"年", "岁", "周岁", "years", "year"}),
    "month": frozenset({"月", "个月", "months", "month"}),
    "day": frozenset({"天", "日", "days", "day"}),
    "workday": frozenset({"工作日", "workdays"}),
    "metre": frozenset({"米", "metres", "m"}),
    "money": frozenset({"元", "yuan"}),
}


@frozen
class Heading:
    """One column of a table: its place (from 1), what stands above it, and the fact that it holds, if any."""

    position: int
    text: str
    fact: Fact | None = None


class Index:
    """The facts by every heading that may stand above them."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._names: dict[str, list[Fact]] = {}
        for fact in facts:
            for text in dict.fromkeys(map(heading_key, (fact.name, fact.label.zh, fact.label.en))):
                if text:
                    self._names.setdefault(text, []).append(fact)

    def candidates(self, heading: str) -> list[Fact]:
        """Return the facts that *heading* may mean; a unit in brackets counts only where it is the fact's own."""
        key = heading_key(heading)
        found = self._names.get(key)
        if found is None:
            match = _WITH_UNIT.match(key)
            if match is not None:
                found = [fact for fact in self._names.get(match[1], []) if match[2] in _units(fact)]
        if not found:
            return []
        # a fact's own name goes before another's label
        own = [fact for fact in found if heading_key(fact.name) == key]
        return own or found

    def recognised(self, headings: Sequence[str]) -> int:
        """Return how many of *headings* mean a fact."""
        return sum(bool(self.candidates(text)) for text in headings)


def _units(fact: Fact) -> frozenset[str]:
    return _UNITS.get("money" if fact.type.kind is Kind.MONEY else fact.type.unit, frozenset())


def match_headings(headings: Sequence[str], index: Index, origin: Origin) -> tuple[list[Heading], list[Finding]]:
    """Return each column with its fact, and findings for headings that mean none, several, or one that is taken."""
    findings: list[Finding] = []
    found: list[Heading] = []
    for position, text in enumerate(headings, 1):
        place = Origin(origin.file, origin.line, position)
        if heading_key(text) in OWN_HEADINGS:
            found.append(Heading(position, text))
            continue
        facts = index.candidates(text)
        if not facts and heading_key(text):
            findings.append(
                finding(
                    "unknown-heading",
                    f"第{position}列“{text}”不是任何事实的名称，该列未用，原样另存",
                    f"column {position}, {text!r}, names no fact; it is kept aside and not used",
                    place,
                    "warning",
                    heading=text,
                )
            )
        elif len(facts) > 1:
            names = ", ".join(fact.name for fact in facts)
            findings.append(
                finding(
                    "ambiguous-heading",
                    f"第{position}列“{text}”可指多个事实（{names}），该列未用；请改用事实的名称",
                    f"column {position}, {text!r}, may mean several facts ({names}) and is not used; write the name",
                    place,
                    heading=text,
                )
            )
        found.append(Heading(position, text.strip(), facts[0] if len(facts) == 1 else None))
    return _without_doubles(found, findings, origin)


def _without_doubles(
    found: list[Heading], findings: list[Finding], origin: Origin
) -> tuple[list[Heading], list[Finding]]:
    times = Counter(heading.fact.name for heading in found if heading.fact is not None)
    kept: list[Heading] = []
    for heading in found:
        if heading.fact is None or times[heading.fact.name] == 1:
            kept.append(heading)
            continue
        kept.append(Heading(heading.position, heading.text))
        others = [str(other.position) for other in found if other.fact is heading.fact]
        if others[0] != str(heading.position):
            continue
        findings.append(
            finding(
                "duplicate-heading",
                f"第{'、'.join(others)}列都是“{heading.fact.name}”，均未用；请只留一列",
                f"columns {', '.join(others)} all hold {heading.fact.name!r}; none is used: keep one",
                Origin(origin.file, origin.line, heading.position),
                fact=heading.fact.name,
            )
        )
    return kept, sorted(findings, key=lambda item: item.column)
