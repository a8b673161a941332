"""The canonical text of a declaration or an event, its hash, and the strict way back; nothing is stored here."""

from __future__ import annotations

import hashlib
import json
from enum import Enum
from typing import Any, TypeVar, overload

import attrs
from cattrs import BaseValidationError, transform_error

from community_core.base.labels import Label
from community_core.codec.converter import shared_converter
from community_core.codec.functions import NO_FUNCTIONS, Functions, with_functions
from community_core.codec.values import CodecError, encode_value

T = TypeVar("T")

_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def to_plain(obj: Any) -> Any:
    """Return *obj* as JSON-ready data: defaults, origins and Python functions are left out, tuples become lists.

    *obj* is a frozen class of this library, a plain value, or a tuple or mapping of these.

    Raises:
        CodecError: if a value in it cannot be kept.
    """
    if attrs.has(type(obj)):
        return shared_converter().unstructure(obj)
    if isinstance(obj, (tuple, list)):
        return [to_plain(member) for member in obj]
    if isinstance(obj, dict):
        return {_text(key): to_plain(member) for key, member in obj.items()}
    if isinstance(obj, Enum):
        return shared_converter().unstructure(obj)
    return encode_value(obj)


def canonical(obj: Any) -> str:
    """Return the canonical JSON text of *obj*: keys sorted, no blanks, characters as they are.

    Two declarations that are equal have the same text, whether they were built in Python or read from a file.

    Raises:
        CodecError: if a value in it cannot be kept.
    """
    return _write(to_plain(obj))


def digest(obj: Any) -> str:
    """Return the SHA-256 of a text, or of the canonical text of anything else, as ``sha256:<hex>``.

    Raises:
        CodecError: if it holds what cannot be kept, such as half of a surrogate pair.
    """
    text = obj if type(obj) is str else canonical(obj)
    try:
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise CodecError(
            Label("文本里有不完整的字符，不能入档", f"the text holds half a character: {error.reason}")
        ) from None


@overload
def from_plain(cls: type[T], data: Any, *, functions: Functions = ...) -> T: ...
@overload
def from_plain(cls: Any, data: Any, *, functions: Functions = ...) -> Any: ...
def from_plain(cls: Any, data: Any, *, functions: Functions = NO_FUNCTIONS) -> Any:
    """Return the object of class (or union) *cls* that :func:`to_plain` wrote as *data*.

    *functions* gives the Python functions of decisions by full name and version; one that is not among them is marked
    (see :func:`~community_core.codec.functions.is_missing`).

    Raises:
        CodecError: if *data* has an unknown key, lacks a key, or has a value of another type; nothing is converted.
    """
    try:
        read = shared_converter().structure(data, cls)
    except BaseValidationError as error:
        listed = "; ".join(transform_error(error, path="$", format_exception=_said))
        raise CodecError(Label(f"读不懂这份文本：{listed}", f"this is no such text: {listed}")) from None
    except (TypeError, ValueError) as error:
        raise CodecError(Label(f"读不懂这份文本：{error}", f"this is no such text: {error}")) from None
    return with_functions(read, functions)


def parse(cls: type[T], text: str, *, functions: Functions = NO_FUNCTIONS) -> T:
    """Return the object of class *cls* whose canonical text is *text*.

    Raises:
        CodecError: if *text* is no JSON, or not of that class; a key given twice is refused too.
    """
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise CodecError(Label(f"不是 JSON 文本：{error}", f"this is no JSON text: {error}")) from None
    return from_plain(cls, data, functions=functions)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a key stands twice")
    return data


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is no whole number")


def _said(error: BaseException, _type: Any) -> str:
    if isinstance(error, CodecError):
        return error.message.en
    if isinstance(error, KeyError):
        return f"the key {error.args[0]!r} is missing"
    return str(error)


def _text(key: object) -> str:
    if type(key) is not str:
        raise CodecError(Label(f"键 {key!r} 不是文本", f"the key {key!r} is no text"))
    return key
