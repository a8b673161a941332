"""Single values of YAML text: the 1.2 core schema, and where each character of a folded or quoted text stands."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from community_core.base.findings import Origin
from community_core.rulebook.nodes import Scalar, Source

_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
)
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_BLANK: Final = frozenset(" \t\r\n")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|.)", re.DOTALL)


class Form(Enum):
    """What a single value is by the core schema of YAML 1.2; quoted and block texts are always texts."""

    NULL = "null"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"


def form(node: Scalar) -> Form:
    """Return what *node* is; ``yes``, ``on``, ``no`` and ``off`` are texts, as is a day."""
    text = node.text
    if node.style:
        return Form.TEXT
    if text in _NULL:
        return Form.NULL
    if text in _TRUE or text in _FALSE:
        return Form.BOOL
    if text[0] in "+-.0123456789":
        if _INT.match(text):
            return Form.INT
        if _FLOAT.match(text):
            return Form.FLOAT
    return Form.TEXT


def as_bool(node: Scalar) -> bool:
    """Return the truth that a plain ``true`` or ``false`` says."""
    return node.text in _TRUE


def as_int(node: Scalar) -> int:
    """Return the whole number that a plain scalar says."""
    text = node.text
    return int(text, 0 if text.startswith(("0o", "0x")) else 10)


def located(node: Scalar, source: Source) -> tuple[str, Origin, tuple[tuple[int, int], ...]]:
    """Return the stripped text of *node*, the origin of its first character, and the place of each character.

    The places are empty where the text simply runs on from its origin.
    """
    text = node.text.strip()
    lead = len(node.text) - len(node.text.lstrip())
    if not node.style and node.end - node.index == len(node.text):
        return text, source.origin(node.index), ()
    indices = _indices(node, source)
    if indices is None:
        return text, source.origin(node.index), ()
    indices = indices[lead : lead + len(text)]
    if not indices:
        return text, source.origin(node.index), ()
    origin = source.origin(indices[0])
    if indices[-1] - indices[0] == len(text) - 1 and source.place(indices[-1])[0] == origin.line:
        return text, origin, ()
    return text, origin, tuple(source.place(index) for index in indices)


def _indices(node: Scalar, source: Source) -> list[int] | None:
    """Return the index in the file of each character of the text, or ``None`` where the two cannot be matched.

    YAML folds and trims blanks only, so the other characters stand in the file in the same order.
    """
    raw = _written(node, source)
    places: list[int] = []
    at = 0
    last = node.index
    for char in node.text:
        if char in _BLANK:
            if at < len(raw) and (raw[at][0] in _BLANK):
                last = raw[at][1]
                at += 1
            places.append(last)
            continue
        while at < len(raw) and raw[at][0] in _BLANK:
            at += 1
        if at == len(raw) or raw[at][0] not in (char, ""):
            return None
        last = raw[at][1]
        places.append(last)
        at += 1
    return places


def _written(node: Scalar, source: Source) -> list[tuple[str, int]]:
    """Return the characters of the scalar as written, each with its index; an escape gives an empty character."""
    start, end, text = node.index, node.end, source.text
    if node.style in ("|", ">"):
        start = source.starts[min(source.place(start)[0], len(source.starts) - 1)]
        return [(text[i], i) for i in range(start, end)]
    if not node.style:
        return [(text[i], i) for i in range(start, end)]
    raw: list[tuple[str, int]] = []
    i, end = start + 1, end - 1
    while i < end:
        if node.style == "'" and text.startswith("''", i):
            raw.append(("'", i))
            i += 2
        elif node.style == '"' and text[i] == "\\" and (match := _ESCAPE.match(text, i)) is not None:
            if text[i + 1] in "\r\n":
                pass  # an escaped line break joins two lines without a blank
            elif text[i + 1] in " \tntr":
                raw.append((" ", i))
            elif text[i + 1] in "xuU":
                code = int(text[i + 2 : match.end()], 16)
                raw.append((chr(code) if code <= 0x10FFFF else "", i))
            else:
                raw.append(("", i))
            i = match.end()
        else:
            raw.append((text[i], i))
            i += 1
    return raw
