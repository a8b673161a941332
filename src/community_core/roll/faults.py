"""The faults of a table's rows: a reason for each row, and findings for the first of them; no cell is read here."""

from __future__ import annotations

from attrs import define, field

from community_core.base.findings import Finding, Origin, finding
from community_core.roll.cells import expected, shown
from community_core.roll.extras import pl
from community_core.roll.headings import Heading
from community_core.roll.sheet import LINE
from community_core.roll.tables import MOST_LISTED
from community_core.rules.terms import Fact

#: The code of a number that a spreadsheet has cut to fifteen digits.
ROUNDED = "rounded-by-spreadsheet"
#: The code of a number that no column holds.
LARGE = "number-too-large"


@define
class Faults:
    """The faults of single rows: findings for the first of them, and the reasons of those not yet taken."""

    file: str
    findings: list[Finding] = field(factory=list)
    parts: list[pl.DataFrame] = field(factory=list)
    count: int = 0

    def cells(self, heading: Heading, fact: Fact, lines: pl.Series, texts: pl.Series, code: str) -> None:
        """Add bad cells of one column."""
        if not len(lines):
            return
        what = expected(fact)
        zh, en = what.zh, what.en
        if code == ROUNDED:
            zh = "号码已被电子表格改写成数字而丢失末位，请从原件重录，并把该列设为文本"
            en = "a spreadsheet has rounded the number; take it from the original, with the column as text"
        elif code == LARGE:
            zh = "数超出64位整数（约±922亿亿，金额以分计），名册不能存放，请核对原件"
            en = "the number is beyond 64 bits (±9.2·10^18; money counts in fen), which no roll holds; see the original"
        self._add(lines, f"“{heading.text}”：{zh}")
        for line, text in zip(lines.head(self._room), texts.head(self._room), strict=True):
            value = shown(fact, text)
            self.findings.append(
                finding(
                    code,
                    f"第{line}行“{heading.text}”{value and f'的“{value}”'}不能用：{zh}",
                    f"line {line}, {heading.text!r}{value and f', {value!r}'} cannot be used: {en}",
                    Origin(self.file, line, heading.position),
                    row=line,
                    heading=heading.text,
                    fact=fact.name,
                )
            )

    def rows(self, lines: pl.Series, code: str, zh: str, en: str) -> None:
        """Add rows that are bad as a whole."""
        if not len(lines):
            return
        self._add(lines, zh)
        self.findings += [
            finding(code, f"第{line}行：{zh}", f"line {line}: {en}", Origin(self.file, line), row=line)
            for line in lines.head(self._room)
        ]

    @property
    def _room(self) -> int:
        return max(MOST_LISTED - len(self.findings), 0)

    def _add(self, lines: pl.Series, reason: str) -> None:
        self.count += len(lines)
        self.parts.append(pl.DataFrame({LINE: lines, "reason": pl.repeat(reason, len(lines), eager=True)}))

    def reasons(self) -> pl.DataFrame:
        """Take the refused lines, with all their reasons in one text."""
        empty = pl.DataFrame(schema={LINE: pl.Int64, "reason": pl.String})
        together = pl.concat([empty, *self.parts])
        self.parts = []
        return together.group_by(LINE, maintain_order=True).agg(pl.col("reason").str.join("；")).sort(LINE)

    def listed(self) -> list[Finding]:
        """Return the findings, in the order of the lines, with a word on those that are not listed."""
        found = sorted(self.findings, key=lambda item: (item.line, item.column))
        if self.count > len(found):
            more = self.count - len(found)
            found.append(
                finding(
                    "more-faults",
                    f"另有{more}处问题未逐一列出，全部见退回行文件",
                    f"{more} more faults are not listed one by one; all are in the file of refused rows",
                    Origin(self.file),
                    count=more,
                )
            )
        return found
