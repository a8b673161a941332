"""What lists write of somebody who has moved away or died, or of something that is no more: beside a row, or in it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

_DAY: Final = r"[0-9年月日./-]*"
_SAID: Final = re.compile(
    rf"现?已?于?{_DAY}(?:已|于)?(?:迁出|迁走|外迁|死亡|去世|亡故|病故|身故|故|注销|销户|搬走|搬离|撤销)(?:户口)?{_DAY}|"
    r"deceased|died|dead|movedout|movedaway|cancelled"
)
#: Signs of which one stands in any of these words, for a first look at many cells.
_SIGN: Final = re.compile(r"[迁亡故世销搬撤]|d(?:ie|ea|ece)|moved|cancel", re.IGNORECASE)
#: What a column is headed that says when, why or whether.
_HEADING: Final = re.compile(r"(?:是否)?已?(?:迁出|死亡|注销|销户|搬离|去世)(?:日期|时间|原因|去向)?")
_NOT_SO: Final = frozenset({"否", "无", "没有", "未", "×", "x", "0", "no", "false", "n", "正常", "在册", "-", "/", "—"})
_IN_BRACKETS: Final = re.compile(r".+\(([^()]*)\)\Z", re.DOTALL)


def says_gone(heading: str, cell: Any, *, remark: bool) -> bool:
    """Whether *cell* under *heading* says that its line does not hold any more.

    A cell that is a *remark*, no value of a register, says so as a whole; any other one in brackets behind its value.
    """
    if remark and _HEADING.fullmatch(_plain(heading)):
        return _plain(str(cell)) not in _NOT_SO
    if type(cell) is not str or _SIGN.search(cell) is None:
        return False
    text = _plain(cell)
    behind = _IN_BRACKETS.match(text)
    said = behind[1] if behind is not None else text.strip("()") if remark else ""
    return _SAID.fullmatch(said) is not None


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
