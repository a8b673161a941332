"""Which encoding an office's text file is in, tried strictly and never guessed from a language model of letters."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

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


#: Gives the bytes of a file from its beginning, piece by piece, each time that it is called.
Pieces = Callable[[], Iterable[bytes]]


def decode(data: bytes) -> Decoded:
    """Read *data* as UTF-8 (with or without BOM), UTF-16 with BOM, GBK or GB18030, in that order, strictly.

    Where none reads all of it, the one that loses fewest signs is used and each lost sign stands as U+FFFD, so
    that only the lines they stand in are lost. ``encoding`` is empty where nothing reads it plausibly.
    """
    encoding, damaged = encoding_of(lambda: (data,))
    if not encoding:
        return Decoded("", "")
    return Decoded(data.decode(encoding, errors="replace" if damaged else "strict"), encoding, damaged)


def encoding_of(pieces: Pieces) -> tuple[str, bool]:
    """Return the encoding that :func:`decode` would read a whole file in, and whether signs are lost."""
    start = b"".join(piece[:3] for piece in islice(pieces(), 3))  # none of them is empty
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _attempt(pieces, "utf-16")
    if any(b"\0" in piece for piece in pieces()):  # never stands in a table: the file is something else
        return "", False
    with_mark = start.startswith(b"\xef\xbb\xbf")
    name = "utf-8-sig" if with_mark else "utf-8"
    if _reads(pieces, name):
        return name, False
    if with_mark:
        return _attempt(pieces, name)
    for encoding in ("gbk", "gb18030"):
        if _reads(pieces, encoding) and _implausible(texts(pieces, encoding)) <= _TOO_MANY:
            return encoding, False
    part, _, encoding = min(
        (_implausible(texts(pieces, encoding, damaged=True)), order, encoding)
        for order, encoding in enumerate(("utf-8", "gb18030"))
    )
    return (encoding, True) if part <= _TOO_MANY else ("", False)


def texts(pieces: Pieces, encoding: str, *, damaged: bool = False) -> Iterator[str]:
    """Yield the text of a file piece by piece; where it is *damaged*, lost signs stand as U+FFFD.

    Raises:
        UnicodeDecodeError: if the file is not written in *encoding*, and not said to be damaged.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace" if damaged else "strict")
    for piece in pieces():
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _reads(pieces: Pieces, encoding: str) -> bool:
    try:
        return all(isinstance(text, str) for text in texts(pieces, encoding))
    except UnicodeDecodeError:
        return False


def _attempt(pieces: Pieces, encoding: str) -> tuple[str, bool]:
    if _reads(pieces, encoding):
        return encoding, False
    lost = _implausible(texts(pieces, encoding, damaged=True))
    return (encoding, True) if lost <= _TOO_MANY else ("", False)


def _implausible(parts: Iterable[str]) -> float:
    """Return which part of the signs beyond ASCII cannot stand in a Chinese table (lost, private or control signs)."""
    read, foreign = 0, ""
    for window in (text[at : at + _SAMPLE] for text in parts for at in range(0, len(text), _SAMPLE)):
        foreign += "".join(sign for sign in window if sign > "\x7f")
        read += len(window)
        if foreign and read >= _SAMPLE:
            break
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
