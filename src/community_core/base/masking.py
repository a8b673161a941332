"""Masking: what may be shown of a name, an identity number or a telephone number where nobody is to be named."""

from __future__ import annotations

import re
from typing import Any, Final

HIDDEN: Final = "***"
"""What stands for a value of which nothing may be shown."""

_MARK: Final = "*"
_DOTS: Final = "·•・"
_IDENTITY: Final = re.compile(r"\d{17}[\dXx]|\d{15}")
_MOBILE: Final = re.compile(r"(?:\+?86[- ]?)?(1\d{2})\d{4}(\d{4})")
_LANDLINE: Final = re.compile(r"(0\d{2,3})[- ]?\d{5,6}(\d{2})")
_CHINESE_NAME: Final = re.compile(rf"[\u3400-\u9fff\U00020000-\U0003ffff]+(?:[{_DOTS}][\u3400-\u9fff]+)*")
_LATIN_NAME: Final = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")
_LONGEST_NAME: Final = 4
_MOST_WORDS: Final = 5


def masked(value: Any) -> str:
    """Return what may be shown of *value* where the person it tells of is not to be named.

    A Chinese name keeps its first and last character (``张*国``), one of two characters its first (``张*``); a name of
    Latin or other letters the first letter of each word (``A*** B***``); a telephone number its beginning and end
    (``138****5678``); an identity number its first and last digit. Of everything else, longer texts and values that
    are no text included, nothing is shown (``***``). The members of a list are masked one by one.
    """
    if isinstance(value, (tuple, list)):
        return "、".join(masked(member) for member in value)
    if type(value) is not str:
        return HIDDEN
    return masked_number(value) or _name(value.strip()) or HIDDEN


def masked_number(value: Any) -> str:
    """Return an identity or telephone number masked as :func:`masked` does, or an empty text for everything else."""
    if type(value) is not str:
        return ""
    text = value.strip()
    if _IDENTITY.fullmatch(text):
        return f"{text[0]}{_MARK * (len(text) - 2)}{text[-1]}"
    if mobile := _MOBILE.fullmatch(text):
        return f"{mobile[1]}****{mobile[2]}"
    if landline := _LANDLINE.fullmatch(text):
        return f"{landline[1]}-****{landline[2]}"
    return ""


def _name(text: str) -> str:
    if _CHINESE_NAME.fullmatch(text):
        if not any(dot in text for dot in _DOTS) and len(text) > _LONGEST_NAME:
            return ""
        last = len(text) - 1
        letters = sum(sign not in _DOTS for sign in text)
        kept = {0} if letters < 3 else {0, last}
        shown = "".join(sign if place in kept or sign in _DOTS else _MARK for place, sign in enumerate(text))
        return shown if last else _MARK
    words = re.split(r"[ .]+", text.strip(". "))
    if _LATIN_NAME.fullmatch(text) and text[0].isupper() and len(words) <= _MOST_WORDS and text.isprintable():
        return " ".join(f"{word[0]}{HIDDEN}" for word in words if word)
    return ""
