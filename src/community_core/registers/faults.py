"""What can be wrong with a cell or a line of a file: each said once, in both languages, with what to do.

Where a fault speaks of something else (another line, a register, a day), its texts hold ``{}``, filled by
:meth:`Fault.of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import define, evolve, field, frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.base.masking import masked
from community_core.registers.describe import Column
from community_core.registers.sheets import Line, Sheet

#: More faults of one file than these are marked in the copy, and not listed one by one.
MOST_LISTED: Final = 200


@frozen
class Fault:
    """Why a cell cannot be used, and what to do."""

    code: str
    message: Label

    def of(self, *what: Label | str) -> Fault:
        """Return the fault with *what* in the places that its texts leave open."""
        zh = self.message.zh.format(*(each.zh if isinstance(each, Label) else each for each in what))
        en = self.message.en.format(*(each.text("en") if isinstance(each, Label) else each for each in what))
        return evolve(self, message=Label(zh, en))


class Unfit(ValueError):
    """A cell that cannot be used; *fault* says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def _fault(code: str, zh: str, en: str) -> Fault:
    return Fault(code, Label(zh, en))


# -- of one cell or line -----------------------------------------------------------------------------------------------

MISSING: Final = _fault("missing-cell", "必填，请补上", "must be filled in")
BACKWARDS: Final = _fault("days-backwards", "截止日应晚于生效日，请改正", "must be later than the day valid from")
DAMAGED: Final = _fault(
    "undecodable-text", "有不能识别的字符，请从原件重录", "holds damaged signs; take them from the original"
)
LONG: Final = _fault(
    "long-row",
    "单元格多于标题，内容可能已错位；含分隔符的内容请加引号",
    "has more cells than headings and may be shifted; quote a cell that holds the separator",
)
DITTO: Final = _fault("ditto-mark", "写的是“同上”，请写明内容", "says “as above”; write the value")
STROKE: Final = _fault(
    "stroke-for-key", "只画了横线或斜线，请写明编号，没有的不登记", "is a stroke; write the id, or leave the line out"
)
UNBORN: Final = _fault(
    "born-later", "出生日期在登记之日以后，请核对", "is after the day from which the row counts; look it up"
)
MERGED: Final = _fault(
    "merged-columns",
    "合并了几列（{}），不知道说的是哪一列；请取消合并，逐列填写",
    "is merged over several columns ({}), and which one it means is not known; unmerge it, and fill in each",
)
BIRTH: Final = _fault(
    "identity-birth-differs",
    "与公民身份号码中的出生日期不同，请核对",
    "differs from the day of birth in the identity number; compare them",
)
SEX: Final = _fault(
    "identity-sex-differs",
    "与公民身份号码中的性别不同，请核对",
    "differs from the sex in the identity number; compare them",
)
GONE: Final = _fault(
    "says-gone",
    "写着已迁出、死亡或注销，不知道从哪天起；请删去这一行，或写明截止日（register end 也可终止）",
    "says that it holds no more, and not from which day on; delete the line, or write until when it held (register end "
    "ends what is registered)",
)
EMPTY: Final = _fault(
    "note-row", "登记簿的各列都没有内容，未登记", "has nothing in any column of the register and was not taken"
)
TOTAL: Final = _fault("total-row", "是合计行，未登记", "is a line of totals and was not taken")
NOTE: Final = _fault("note-row", "是表中的说明或小标题，未登记", "is a note or a title and was not taken")
AGAIN: Final = _fault("headings-again", "是重复的标题行，未登记", "holds the headings again and was not taken")
UNHEADED: Final = _fault(
    "unknown-heading",
    "该列没有标题，未用（{}格有内容）；是登记簿的列的，请补上标题",
    "has no heading and was not used ({} cells with values); give it one if it is a column of the register",
)
LACKING: Final = _fault(
    "missing-column", "登记簿“{}”缺少列：{}；请补上该列", "the register {} lacks the columns {}; add them"
)

# -- of what a cell refers to ------------------------------------------------------------------------------------------

UNKNOWN_REFERENCE: Final = _fault(
    "unknown-reference",
    "登记簿 {} 中没有，或已终止，或有几个同名；请先登记，或改写编号",
    "is not in the register {}, has ended, or several have that name; register it first, or write its id",
)
UNKNOWN_CODE: Final = _fault(
    "unknown-code",
    "代码表 {} 中没有，请改正，或先登记该类别",
    "is not in the code list {}; correct it, or register the category first",
)
NO_CODES: Final = _fault(
    "open-code-list",
    "代码表 {} 还没有任何代码；请先登记（register import categories），或写进规则文本（code_lists）",
    "the code list {} has no codes yet; register them first (register import categories), or write them in a rule text "
    "(code_lists)",
)

# -- of what cannot be true --------------------------------------------------------------------------------------------

NO_NAME: Final = _fault(
    "no-name",
    "不能作编号：中间有换行、全角空格等看不清的字符，或是本库自己的 system；请改正",
    "cannot be an id: it has breaks, wide spaces or other signs that are not seen, or is the library's own `system`; "
    "correct it",
)
TWICE: Final = _fault(
    "repeated-key",
    "与{}同一编号，内容不同，请只留一行",
    "differs from {}, which has the same key; keep one",
)
SHARED: Final = _fault(
    "identity-number-taken",
    "与{}的号码相同，人员编号却不同；是同一人的，用同一编号，不是的，核对号码",
    "{} has the same number and another id; write one id if it is one person, or correct the number",
)
ELSEWHERE: Final = _fault(
    "member-elsewhere",
    "按{}，这个人当日还是另一户的成员；请先终止（register end household_members），或用 register split、merge",
    "by {} this person still belongs to another household then; end that first (register end household_members), or "
    "use register split or merge",
)
HEADS: Final = _fault(
    "several-heads",
    "{}也写着同一户的户主，一户只有一个，请改正",
    "{} names a head of the same household too, and there is one; correct the relation",
)
AGES: Final = _fault(
    "ages-unlikely",
    "按出生日期，子女不小于户主，或父母不大于户主，请核对",
    "by the days of birth a child is not younger than the head of the household, or a parent not older; compare them",
)
CIRCLE: Final = _fault(
    "place-in-itself",
    "这样一来这个地方在它自己之内，请改正上级",
    "by this the place lies in itself; correct what it lies in",
)
SHARES: Final = _fault(
    "shares-exceed-whole",
    "这样一来从 {} 起各所有人的份额合计 {}，超过整体；请核对，原所有人不再所有的，先终止（register end owners）",
    "by this the owners' shares come to {1} from {0} on, more than the whole; compare them, and end first who owns no "
    "more (register end owners)",
)
OVERLAP: Final = _fault(
    "rows-overlap",
    "登记簿“{}”已有从截止日之前开始的记录，请改正日期",
    "a later row of the register {} begins before this one ends; correct the days",
)


# -- where they stand --------------------------------------------------------------------------------------------------


@frozen
class BadCell:
    """A cell that cannot be used: where it stands and what is wrong; *column* is 0 where the whole line is meant."""

    sheet: str
    line: int
    column: int
    fault: Fault
    heading: str = ""
    shown: str = ""
    level: str = "error"

    def finding(self, file: str) -> Finding:
        """Return what is told of the cell, which stands in *file*."""
        where = f"工作表“{self.sheet}”第{self.line}行" if self.sheet else f"第{self.line}行"
        where_en = f"sheet {self.sheet!r}, line {self.line}" if self.sheet else f"line {self.line}"
        if self.heading:
            where += f"“{self.heading}”" + (f"的“{self.shown}”" if self.shown else "")
            where_en += f", {self.heading!r}" + (f", {self.shown!r}" if self.shown else "")
        return finding(
            self.fault.code,
            f"{where}：{self.fault.message.zh}",
            f"{where_en}: {self.fault.message.en}",
            Origin(file, self.line, self.column),
            self.level,
            sheet=self.sheet,
            row=self.line,
            heading=self.heading,
        )


@define
class Faults:
    """The bad cells of one file, each once, and the lines that are refused for them."""

    _bad: dict[BadCell, None] = field(factory=dict, init=False)
    _refused: set[tuple[str, int]] = field(factory=set, init=False)

    @property
    def bad(self) -> tuple[BadCell, ...]:
        """The bad cells, as they were found."""
        return tuple(self._bad)

    def __len__(self) -> int:
        return len(self._refused)

    def refuses(self, sheet: Sheet, line: Line) -> bool:
        """Whether a line has an error."""
        return (sheet.name, line.number) in self._refused

    def tell(self, cell: BadCell) -> None:
        """Add a bad cell; one that several registers read is told of once."""
        if cell not in self._bad:
            self._bad[cell] = None
        if cell.level == "error":
            self._refused.add((cell.sheet, cell.line))

    def of_line(self, sheet: Sheet, line: Line, fault: Fault, *, at: int | None = None, level: str = "error") -> None:
        """Tell of a line, or with *at* of the cell in that place."""
        self.tell(BadCell(sheet.name, line.number, 0 if at is None else at + 1, fault, level=level))

    def of_cell(
        self,
        sheet: Sheet,
        line: Line,
        place: int | None,
        column: Column,
        fault: Fault,
        raw: Any,
        *,
        level: str = "error",
    ) -> None:
        """Tell of the cell of *column*, at *place* (``None`` where the file has no such column); *raw* stands in it."""
        heading = sheet.headings[place] if place is not None else column.label.zh
        shown = "" if raw is None else masked(str(raw)) if column.private else str(raw)[:40]
        self.tell(BadCell(sheet.name, line.number, 0 if place is None else place + 1, fault, heading, shown, level))


def listed(bad: Iterable[BadCell], file: str) -> Sequence[Finding]:
    """Return the findings of *bad* cells in the order of the file: some hundred, and how many more there are."""
    ordered = sorted(bad, key=lambda cell: (cell.sheet, cell.line, cell.column))
    found = [cell.finding(file) for cell in ordered[:MOST_LISTED]]
    more = len(ordered) - len(found)
    if more:
        found.append(
            finding(
                "more-faults",
                f"另有{more}处问题未逐一列出，全部见标注了的副本",
                f"{more} more faults are not listed one by one; all are in the marked copy",
                Origin(file),
                count=more,
            )
        )
    return found
