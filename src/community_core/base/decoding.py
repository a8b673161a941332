"""Which encoding an office's text file is in, tried strictly and never guessed from a language model of letters."""

from __future__ import annotations

import unicodedata

from attrs import frozen

_REPLACED = "\ufffd"
#: Above this part of unreadable or implausible signs, a reading is not believed.
_TOO_MANY = 0.1
_SAMPLE = 200_000


@frozen
class Decoded:
    """A file's text and the encoding it was read in (empty where none fits); *damaged* says that signs were lost."""

    text: str
    encoding: str
    damaged: bool = False


def decode(data: bytes) -> Decoded:
    """Read *data* as UTF-8 (with or without BOM), UTF-16 with BOM, GBK or GB18030, in that order, strictly.

    Where none reads all of it, the one that loses fewest signs is used and each lost sign stands as U+FFFD, so
    that only the lines they stand in are lost. ``encoding`` is empty where nothing reads it plausibly.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _attempt(data, "utf-16") or Decoded("", "")
    if b"\0" in data:  # never stands in a table: the file is something else
        return Decoded("", "")
    with_mark = data.startswith(b"\xef\xbb\xbf")
    name = "utf-8-sig" if with_mark else "utf-8"
    strict = _strict(data, name)
    if strict is not None:
        return Decoded(strict, name)
    if with_mark:
        return _attempt(data, name) or Decoded("", "")
    for encoding in ("gbk", "gb18030"):
        text = _strict(data, encoding)
        if text is not None and _implausible(text) <= _TOO_MANY:
            return Decoded(text, encoding)
    readings = [
        (_implausible(text), order, encoding, text)
        for order, encoding in enumerate(("utf-8", "gb18030"))
        for text in (data.decode(encoding, errors="replace"),)
    ]
    part, _, encoding, text = min(readings)
    return Decoded(text, encoding, damaged=True) if part <= _TOO_MANY else Decoded("", "")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _attempt(data: bytes, encoding: str) -> Decoded | None:
    text = _strict(data, encoding)
    if text is not None:
        return Decoded(text, encoding)
    text = data.decode(encoding, errors="replace")
    return Decoded(text, encoding, damaged=True) if _implausible(text) <= _TOO_MANY else None


def _implausible(text: str) -> float:
    """Return which part of the signs beyond ASCII cannot stand in a Chinese table (lost, private or control signs)."""
    foreign = [sign for sign in text[:_SAMPLE] if sign > "\x7f"]
    if not foreign:
        foreign = [sign for sign in text if sign > "\x7f"][:_SAMPLE]
    if not foreign:
        return 0.0
    seen: dict[str, bool] = {}
    bad = 0
    for sign in foreign:
        wrong = seen.get(sign)
        if wrong is None:
            wrong = seen[sign] = sign == _REPLACED or not _belongs(sign)
        bad += wrong
    return bad / len(foreign)


def _belongs(sign: str) -> bool:
    point = ord(sign)
    return (
        0x4E00 <= point <= 0x9FFF  # the common Chinese characters
        or 0x3000 <= point <= 0x303F  # Chinese punctuation
        or 0xFF00 <= point <= 0xFFEF  # full-width forms
        or 0x2010 <= point <= 0x2040  # dashes, quotes, ellipsis, per mille
        or 0x3400 <= point <= 0x4DBF  # rarer characters, as in names
        or 0x20000 <= point <= 0x323AF
        or point in (0xB7, 0xD7, 0xB0)  # · in names of minorities, × and °
        or (0x2100 <= point <= 0x27BF and unicodedata.category(sign) != "Cn")  # №, ①, ☑, ✓
    )
