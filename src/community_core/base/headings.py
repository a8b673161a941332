"""How headings of tables are compared, and which lines of a table are none of its rows; no column is known here."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: What a line begins with that adds up the others.
TOTALS: Final = ("合计", "总计", "小计", "共计", "Total", "total", "TOTAL", "Sum")
#: A blank between two Chinese signs sets a heading wide, or breaks its line in a narrow cell.
_SET_WIDE: Final = re.compile(r"(?<=[\u2e80-\u9fff])\s+(?=[\u2e80-\u9fff])")
_TOTAL: Final = re.compile(
    rf"(?:以上|本页|本表|全部)*(?:{'|'.join(dict.fromkeys(word.lower() for word in TOTALS))}|共)"
    r"(?::.*|\(.*|[0-9]+[^0-9]{0,3}(?:[0-9]+[^0-9]{1,3})*(?:[,、;][^,、;]{1,12})*)?\Z",
    re.DOTALL,
)
#: Words under a table that are followed by a colon.
_NOTE: Final = re.compile(
    r"(?:备注|附注|注|说明|填表|填报|制表|制单|审核|审批|复核|经办|负责|联系|单位|日期|盖章|签字|签名|"
    r"notes?|remarks?|preparedby|checkedby|date)[^:,]{0,10}:",
)
_NOTES_ALONE: Final = frozenset({"备注", "附注", "填表说明", "填表人", "填报人", "制表人", "审核人"})
#: What closes a table: that nothing follows, or the day on which it was made.
_CLOSING: Final = re.compile(r"\(?(?:以下(?:空白|无正文)|此页无正文)\)?|[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?")


def heading_key(text: str) -> str:
    """Return *text* as headings are compared: full-width forms, case, blanks and ``-`` make no difference."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("\ufeff\"'").strip().lower()
    return re.sub(r"[\s_-]+", "_", _SET_WIDE.sub("", plain))


#: How such texts begin, for a first look at many: what begins otherwise is neither.
ASIDE: Final = (
    r"(?i)^[\s\x{3000}(（]*(?:合|总|小|共|本|全|以|此|备|附|注|说|填|制|审|复|经|负|联|单|日|盖|签|"
    r"total|sum|note|remark|prepared|checked|date|[0-9０-９]{4}\s*年)"
)


def is_total(text: str) -> bool:
    """Whether a line that begins with *text* adds up the others and is none of them: ``合 计``, ``共计：3 户``."""
    plain = _plain(text)
    return plain != "共" and _TOTAL.match(plain) is not None


def is_note(text: str) -> bool:
    """Whether a line that begins with *text* is a note under a table, or says who filled it in: ``填表人：…``."""
    plain = _plain(text)
    return plain in _NOTES_ALONE or _NOTE.match(plain) is not None


def is_closing(text: str) -> bool:
    """Whether a line that says *text* alone closes a table: ``以下空白``, or the day on which it was made."""
    return _CLOSING.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
