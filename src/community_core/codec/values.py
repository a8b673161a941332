"""Plain values (whole numbers, texts, days, money, shares, lists) as JSON data and back, exactly; not declarations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from community_core.base.errors import CommunityError
from community_core.base.labels import Label
from community_core.base.money import Money


class CodecError(CommunityError):
    """A value or a text cannot be written or read exactly; the message names the place and what is expected."""


_PLAIN = frozenset({bool, int, str, type(None)})


def encode_value(value: Any) -> Any:
    """Return *value* as JSON data: days, money and shares as objects with one key, tuples as lists, members as facts.

    Raises:
        CodecError: if *value* is of no type that a fact or parameter may have (a float, a set, a moment).
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is Money:
        return {"fen": value.fen}
    if kind is dt.date:
        return {"date": value.isoformat()}
    if kind is Fraction:
        return {"share": [value.numerator, value.denominator]}
    if kind is tuple or kind is list:
        return [encode_value(member) for member in value]
    if isinstance(value, Mapping):
        return {"facts": {str(name): encode_value(value[name]) for name in sorted(value)}}
    raise CodecError(
        Label(
            f"值 {value!r} 的类型 {kind.__name__} 不能入档；请用整数、文本、日期、金额、比例或它们的列表",
            f"{value!r} of type {kind.__name__} cannot be kept; use whole numbers, texts, days, money, shares or lists",
        )
    )


def decode_value(data: Any) -> Any:
    """Return the value that :func:`encode_value` wrote as *data*.

    Raises:
        CodecError: if *data* is not exactly such a text's content.
    """
    kind = type(data)
    if kind in _PLAIN:
        return data
    if kind is list or kind is tuple:
        return tuple(decode_value(member) for member in data)
    if kind is dict and len(data) == 1:
        ((tag, content),) = data.items()
        if tag == "fen" and type(content) is int:
            return Money(content)
        if tag == "facts" and isinstance(content, dict):
            return {name: decode_value(part) for name, part in content.items()}
        if tag == "date":
            return read_iso(content)
        if tag == "share" and isinstance(content, (list, tuple)) and [type(part) for part in content] == [int, int]:
            above, below = content
            if below > 0:
                share = Fraction(above, below)
                if (share.numerator, share.denominator) == (above, below):
                    return share
    raise CodecError(
        Label(
            f"读不懂的值 {data!r}；已知的写法是 date、fen、share、facts",
            f"{data!r} is no value; the known tags are date, fen, share and facts",
        )
    )


@lru_cache(maxsize=4096)
def _iso(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def read_iso(text: Any) -> dt.date:
    """Read a day written ``2006-05-01`` and in no other way.

    Raises:
        CodecError: if *text* is no such day.
    """
    day = _iso(text) if type(text) is str else None
    if day is not None:
        return day
    raise CodecError(
        Label(
            f"{text!r} 不是 2006-05-01 这样的日期",
            f"{text!r} is no day such as 2006-05-01",
        )
    )
