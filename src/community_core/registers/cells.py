"""A cell read into a column's type: spreadsheets' floats, several ways of writing days, full-width signs; no file."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, Final

from community_core.base.headings import heading_key
from community_core.base.identity import is_identity_number
from community_core.base.labels import Label
from community_core.registers.describe import Column
from community_core.registers.faults import Fault, Unfit
from community_core.registers.sheets import EPOCH
from community_core.rules.types import Kind, read_day, read_share

_WIDE: Final = {
    point: point - 0xFEE0
    for low, high in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for point in range(low, high + 1)
}
_FLOAT: Final = re.compile(r"([0-9]+)\.0+\Z", re.ASCII)
_POWER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[Ee][+][0-9]+\Z", re.ASCII)
#: How spreadsheets show what they took for a day of this year, such as a room 1-2.
_SHORT_DAY: Final = re.compile(r"(?:[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-[0-9]{2})\Z")
_AS_TEXT: Final = re.compile(r"(?:'|=\")([0-9]+[0-9Xx]?)\"?\Z", re.ASCII)
#: A sign that keeps a spreadsheet from taking a text for a formula.
_QUOTED: Final = re.compile(r"'(['=+\-@].*)\Z", re.DOTALL)
#: Two signs that fill a cell as wide as three, as names of two signs are set.
_SET_WIDE: Final = re.compile(r"\A([\u3400-\u9fff])[ \n\u3000\u00a0]+([\u3400-\u9fff])\Z")
#: Signs of no width and marks of direction, which come along when something is copied from a page.
_UNSEEN: Final = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_COMPACT: Final = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])\Z", re.ASCII)
#: The time of a day behind it; one with a zone may be of another day here.
_TIME: Final = re.compile(
    r"(?<=[0-9日号])[ T](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?\Z", re.ASCII
)
#: A day written out, also with Chinese numerals; those of the lunar calendar are other ones.
_WRITTEN: Final = re.compile(
    r"([0-9]{4}|[〇○零一二三四五六七八九]{4})年([0-9]{1,2}|[一二三四五六七八九十]{1,2})月([0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号]\Z",
    re.ASCII,
)
_NUMERALS: Final = {sign: number for number, signs in enumerate(("〇○零", *"一二三四五六七八九")) for sign in signs}
#: A count of days without the file that it is counted in.
_COUNT_OF_DAYS: Final = re.compile(r"[0-9]{4,5}(?:\.[0-9]+)?\Z", re.ASCII)
_FRACTION: Final = re.compile(r"([0-9]+)/([0-9]+)\Z", re.ASCII)
#: What a spreadsheet shows where a formula fails, or a column is too narrow for a day.
_FAILED: Final = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|#+)\Z")
#: A spreadsheet keeps fifteen digits of a number.
_EXACT: Final = 10**15
#: A spreadsheet keeps a day as a count of days. One of this century or the last lies between these numbers; smaller
#: ones are other numbers, and larger ones have the year and month in them.
_SERIAL: Final = (61, 73_050)
#: A number among them that is rather a year than a day in the first years of the last century.
_YEARS: Final = (1850, 2150)
#: Strokes that stand in a cell for nothing, and signs and words for what stands above.
STROKES: Final = frozenset({"-", "--", "—", "——", "–", "－", "/", "／", "\\", "＼", "|"})
DITTOS: Final = frozenset({"同上", "〃", "″", '"', "“", "”", "''", "同前"})


ROUNDED: Final = Fault(
    "rounded-by-spreadsheet",
    Label(
        "号码已被电子表格改写成数字而丢失末位，请从原件重录，并把该列设为文本",
        "a spreadsheet has rounded the number; take it from the original, with the column as text",
    ),
)
_DAY_MADE: Final = Fault(
    "day-by-spreadsheet",
    Label(
        "编号已被电子表格改写成日期（如 1-2 成了1月2日），请从原件重录，并把该列设为文本",
        "a spreadsheet has turned the number into a day (such as 1-2); take it from the original, with the column as "
        "text",
    ),
)
_COUNTED: Final = Fault(
    "bad-cell",
    Label(
        "是电子表格的天数，文本文件里不知道从哪天数起；请把该列设为日期格式后另存",
        "is a spreadsheet's count of days, and a text file does not say from which day; format the column as days and "
        "save it again",
    ),
)
_SEVERAL: Final = Fault("bad-cell", Label("有几行内容，请只写一项", "holds several lines; write one value"))
_ERROR: Final = Fault(
    "spreadsheet-error",
    Label(
        "是电子表格的出错值，不是内容；请改正公式，或直接写上内容",
        "is an error of the spreadsheet and no value; correct its formula, or write the value",
    ),
)
IDENTITY: Final = Fault(
    "identity-number",
    Label(
        "不是有效的公民身份号码（GB 11643：十八位、出生日期、校验码），请核对原件",
        "no citizen identity number (GB 11643: eighteen signs, day of birth, check digit); look at the original",
    ),
)
_MASKED: Final = Fault(
    "masked-value",
    Label("是被遮掩的内容，不能登记；请用未遮掩的原件", "is masked and cannot be registered; take the original"),
)
_EXPECTED: Final = {
    Kind.DATE: Label("应为日期，如 2006-05-01", "should be a day, such as 2006-05-01"),
    Kind.INT: Label("应为整数", "should be a whole number"),
    Kind.SHARE: Label("应为份额，如 50% 或 1/2", "should be a share, such as 50% or 1/2"),
    Kind.BOOL: Label("应为 是 或 否", "should be 是 or 否"),
    Kind.TEXT: Label("应为文本", "should be a text"),
}


def reader_of(column: Column, epoch: dt.date = EPOCH) -> Callable[[Any], Any]:
    """Return what reads a cell of *column* that is not blank; it raises :class:`Unfit` for one that it cannot.

    A day that stands as a bare number is counted from *epoch*.
    """
    kind = column.type.kind
    if kind is Kind.ENUM:
        return _enum(column)
    if kind is Kind.DATE:
        return partial(_day, epoch=epoch)
    read = {Kind.INT: _whole, Kind.SHARE: _share, Kind.BOOL: _truth}.get(kind)
    if read is not None:
        return read
    named: Callable[[Any], str] = _number if column.check == "identity" else _name
    text = named if column.named else _text
    text = _without("\n", _SEVERAL, text) if column.digits or column.check == "line" else text
    text = _without("*", _MASKED, text) if column.private else text
    if column.check != "identity":
        return text

    def identity(cell: Any) -> str:
        number = text(cell).upper()
        if not is_identity_number(number):
            raise Unfit(IDENTITY)
        return number

    return identity


def _without(sign: str, fault: Fault, read: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return *read* for cells in which *sign* is a *fault*."""

    def reader(cell: Any) -> str:
        text = read(cell)
        if sign in text:
            raise Unfit(fault)
        return text

    return reader


def _bad(kind: Kind) -> Unfit:
    return Unfit(Fault("bad-cell", _EXPECTED[kind]))


def _plain(cell: Any) -> str:
    """Return what a person would read in *cell*."""
    if isinstance(cell, str):
        if cell[:1] == "#" and _FAILED.match(cell):
            raise Unfit(_ERROR)
        return _UNSEEN.sub("", cell).translate(_WIDE)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if not abs(cell) < _EXACT:
            raise Unfit(ROUNDED)
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, int):
        if abs(cell) >= _EXACT:
            raise Unfit(ROUNDED)
        return str(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    raise _bad(Kind.TEXT)


def _text(cell: Any) -> str:
    text = _SET_WIDE.sub(r"\1\2", _plain(cell).strip())
    quoted = _QUOTED.match(text)
    return _sane(quoted[1] if quoted is not None else text)


def _name(cell: Any) -> str:
    if isinstance(cell, dt.date):
        raise Unfit(_DAY_MADE)
    text = _plain(cell).strip()
    written = _QUOTED.match(text) or _AS_TEXT.match(text)
    text = text if written is None else written[1]
    if _POWER.match(text):
        raise Unfit(ROUNDED)
    if _SHORT_DAY.match(text):
        raise Unfit(_DAY_MADE)
    whole = _FLOAT.match(text)
    return _sane(whole[1] if whole is not None else text)


def _number(cell: Any) -> str:
    return unicodedata.normalize("NFKC", _name(cell)).replace(" ", "")


def _sane(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text or "\ufffd" in text or _CONTROL.search(text):
        raise _bad(Kind.TEXT)
    return text


def _day(cell: Any, epoch: dt.date) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if type(cell) is int:
        if _is_count(cell):
            return epoch + dt.timedelta(days=cell)
    elif not isinstance(cell, str):
        raise _bad(Kind.DATE)
    text = unicodedata.normalize("NFKC", _plain(cell)).strip().removeprefix("'")
    text = _TIME.sub("", text).replace(" ", "")
    match = _COMPACT.match(text) or _WRITTEN.match(text)
    day = read_day("-".join(map(_digits, match.groups())) if match is not None else text)
    if day is None and isinstance(cell, str) and _COUNT_OF_DAYS.match(text) and _is_count(float(text)):
        raise Unfit(_COUNTED)
    if day is None:
        raise _bad(Kind.DATE)
    return day


def _is_count(number: float) -> bool:
    return _SERIAL[0] <= number <= _SERIAL[1] and not _YEARS[0] <= number <= _YEARS[1]


def _digits(text: str) -> str:
    """Return a number written in Chinese numerals, a year sign by sign and others with tens, in digits."""
    if text[0] not in _NUMERALS and text[0] != "十":
        return text
    tens, ten, ones = text.partition("十")
    if not ten:
        return "".join(str(_NUMERALS[sign]) for sign in text)
    if len(tens) > 1 or len(ones) > 1:
        return ""
    return str(10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0))


def _whole(cell: Any) -> int:
    try:
        text = unicodedata.normalize("NFKC", _name(cell)).replace(",", "")
    except Unfit:
        raise _bad(Kind.INT) from None
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text, re.ASCII):
        raise _bad(Kind.INT)
    number = int(text)
    if abs(number) >= 2**31:
        raise _bad(Kind.INT)
    return number


def _share(cell: Any) -> Fraction:
    if isinstance(cell, float):
        # A cell that shows 50 % holds 0.5; what has more than four places shows less than it holds.
        share = Fraction(str(cell)) if abs(cell) < _EXACT else None
        if share is None or not 0 <= share <= 1 or 10_000 % share.denominator:
            raise _bad(Kind.SHARE)
        return share
    text = unicodedata.normalize("NFKC", _plain(cell)).strip()
    match = _FRACTION.match(text)
    found = Fraction(int(match[1]), int(match[2])) if match is not None and int(match[2]) else read_share(text)
    if found is None and text in ("0", "1"):
        found = Fraction(int(text))
    if found is None or found > 1:
        raise _bad(Kind.SHARE)
    return found


def _truth(cell: Any) -> bool:
    word = _plain(cell).strip().lower()
    if word in ("是", "true", "yes", "1"):
        return True
    if word in ("否", "false", "no", "0"):
        return False
    raise _bad(Kind.BOOL)


def _enum(column: Column) -> Callable[[Any], str]:
    names = {heading_key(value): value for value in column.type.values}
    names |= {heading_key(text): value for value, label in column.labels for text in (label.zh, label.en) if text}
    listed = "、".join(label.zh or value for value, label in column.labels)
    fault = Fault("bad-cell", Label(f"应为：{listed}", f"should be one of {', '.join(column.type.values)}"))

    def read(cell: Any) -> str:
        value = names.get(heading_key(_plain(cell)))
        if value is None:
            raise Unfit(fault)
        return value

    return read
