"""Personal values apart from the events: their commitments, their rows, encryption, and the way back.

In the place of a personal or sensitive value an event's text holds ``{"class": …, "sealed": <commitment>}``; value and
salt are a row of ``cc_private``. A sensitive value is encrypted (AES-GCM) when there is a key, and its salt with it: by
the salt likely values could be tried against the commitment. What it belongs to is bound in as associated data.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring as _quoted
from json.scanner import make_scanner
from typing import Any, Final

from attrs import field, frozen

from community_core.base.commitments import SALT, commitment
from community_core.base.errors import StoreError
from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.codec.values import CodecError, decode_value, encode_value
from community_core.ports.keys import KeyRing
from community_core.procedures.events import CORRECT, Event
from community_core.procedures.withholding import Private, Why, Withheld

_NONCE: Final = 12
_MARK: Final = {"class", "sealed"}
SEALED: Final = '"sealed"'
"""What stands in the text of data that holds a commitment (and seldom elsewhere)."""

written = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_make_scanner: Final[Any] = make_scanner  # A type checker takes it for a class.
_scan: Final[Callable[[str, int], tuple[Any, int]]] = _make_scanner(json.JSONDecoder())
_PLAIN: Final = frozenset({bool, int, str, type(None)})


def read(text: str) -> Any:
    """Return what the canonical JSON text *text* says, in half the time of ``json.loads``, which allows blanks around.

    Raises:
        ValueError: if it is no JSON text, or there is anything before or after it.
        TypeError: if it is no text.
    """
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        raise ValueError(text) from None
    if end != len(text):
        raise ValueError(text)
    return value


def value_text(value: Any) -> str:
    """Return the canonical text of a JSON value; most are texts and whole numbers, whose text is quickly made."""
    kind = type(value)
    return _quoted(value) if kind is str else repr(value) if kind is int else written(value)


def fact_text(value: Any) -> str:
    """Return the canonical text of a fact's value.

    Raises:
        CodecError: if it cannot be kept.
    """
    return value_text(value if type(value) in _PLAIN else encode_value(value))


#: Gives what a private field of an event holds, by case, version, field and class: a value, or why there is none.
Lookup = Callable[[str, int, str, Privacy], Any]


@frozen
class PrivateRow:
    """A row of ``cc_private``. *salt* (hexadecimal) is empty, and *value* a ciphertext, where *key_id* names a key."""

    case_id: str
    version: int
    field: str
    privacy: str
    salt: str
    value: str
    key_id: str


class Damaged(ValueError):
    """A private value does not read as what was written."""


def not_kept(event: Event) -> StoreError:
    """Return the exception for an event with a value that has no text, which may be private and is not quoted."""
    return StoreError(
        Label(
            f"办件 {event.case!a} 第 {event.version} 条记录里有不能入档的值：不完整的字符、不是文本，或位数过多的数",
            f"event {event.version} of case {event.case!a} holds a value that cannot be kept: half a character, "
            "no text, or a number of too many digits",
        )
    )


def _text(event: Event, data: Any) -> str:
    """Return the canonical text of data of *event*.

    Raises:
        StoreError: if there is none.
    """
    try:
        text = written(data)
        text.encode()
    except ValueError:
        raise not_kept(event) from None
    return text


def _salt() -> bytes:
    return secrets.token_bytes(SALT)


@frozen
class Sealing:
    """How one store seals values: its keys, and where its salts come from (the system's source unless given)."""

    keys: KeyRing | None = None
    salts: Callable[[], bytes] = field(default=_salt)

    def seal(self, event: Event) -> tuple[str, list[tuple[Any, ...]]]:
        """Return the text of an event's data with commitments in it, and the rows of the values.

        Raises:
            CodecError: if a value cannot be kept.
            StoreError: if one has half a character or too many digits, or there is a key and ``cryptography`` is not
                installed.
        """
        classes = dict(event.private)
        rows: list[tuple[Any, ...]] = []

        def pairs(items: Iterable[tuple[str, Any]]) -> list[list[Any]]:
            found = []
            for name, value in items:
                plain = value if type(value) in _PLAIN else encode_value(value)
                if name in classes and plain is not None:
                    plain = self._sealed(event, name, classes[name], plain, rows)
                found.append([name, plain])
            return found

        if event.step != CORRECT:
            return _text(event, pairs(event.data)), rows
        told = [[name, pairs(value) if name == "fields" else encode_value(value)] for name, value in event.data]
        return _text(event, told), rows

    def _sealed(
        self, event: Event, name: str, privacy: Privacy, plain: Any, rows: list[tuple[Any, ...]]
    ) -> dict[str, str]:
        salt = self.salts()
        text = _text(event, plain)
        mark = {"class": privacy.value, "sealed": commitment(text, salt)}
        if privacy is Privacy.SENSITIVE and self.keys is not None:
            key = self.keys.current
            about = _about(event.case, event.version, name, privacy.value, key)
            nonce = secrets.token_bytes(_NONCE)
            secret = cipher(self.keys.key(key) or b"").encrypt(nonce, salt + text.encode(), about)
            kept = ("", b64encode(nonce + secret).decode(), key)
        else:
            kept = (salt.hex(), text, "")
        rows.append((event.case, event.version, name, privacy.value, *kept))
        return mark

    def opened(self, row: PrivateRow) -> tuple[str, bytes] | None:
        """Return the text of a value and its salt, or ``None`` where its key is not here.

        Raises:
            Damaged: if the row was changed.
        """
        try:
            if not row.key_id:
                return row.value, _exactly(row.salt, bytes.fromhex(row.salt), bytes.hex)
            raw = _exactly(row.value, b64decode(row.value), lambda found: b64encode(found).decode())
            if row.salt:
                raise Damaged
            key = None if self.keys is None else self.keys.key(row.key_id)
            if key is None:
                return None
            about = _about(row.case_id, row.version, row.field, row.privacy, row.key_id)
            whole = _decrypted(key, raw, about)
            return whole[SALT:].decode(), whole[:SALT]
        except (ValueError, TypeError, AttributeError) as error:
            raise Damaged from error

    def value(self, row: PrivateRow) -> Any:
        """Return the value of a row, or a :class:`Withheld` where its key is not here.

        Raises:
            Damaged: if the row was changed.
        """
        opened = self.opened(row)
        if opened is None:
            return Withheld(Privacy(row.privacy), Why.LOCKED, row.key_id)
        try:
            return decode_value(read(opened[0]))
        except (ValueError, CodecError) as error:
            raise Damaged from error

    def holds(self, row: PrivateRow, mark: Mapping[str, str]) -> bool | None:
        """Whether a row is what the commitment in an event says; ``None`` where its key is not here."""
        try:
            opened = self.opened(row)
            # Only sensitive values are ever encrypted: of others nobody can hide the value behind a key.
            if row.privacy != mark["class"] or (row.key_id and row.privacy != Privacy.SENSITIVE.value):
                return False
            return None if opened is None else commitment(*opened) == mark["sealed"]
        except ValueError:
            return False


WITHOUT_KEYS: Final = Sealing()
"""Nothing is encrypted, and what was encrypted is not to hand."""


def marks(step: str, pairs: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the fields of an event's data, as JSON has it, that stand as commitments."""
    for name, value in pairs:
        if step == CORRECT and name == "fields":
            yield from marks("", value)
        elif is_mark(value):
            yield name, value


def is_mark(value: Any) -> bool:
    """Whether a JSON value stands for a private one."""
    return type(value) is dict and set(value) == _MARK


def unread(_case: str, _version: int, _field: str, privacy: Privacy) -> Withheld:
    """Withhold every private value: nobody said who reads it."""
    return Withheld(privacy, Why.UNREAD)


def unsealed(
    case: str, version: int, step: str, pairs: Sequence[Any], lookup: Lookup
) -> tuple[tuple[tuple[str, Any], ...], tuple[tuple[str, Privacy], ...]]:
    """Return an event's data with the private values that *lookup* gives, and which fields are private."""
    if step != CORRECT and not any(is_mark(value) for _, value in pairs):
        return tuple((name, value if type(value) in _PLAIN else decode_value(value)) for name, value in pairs), ()
    private: list[tuple[str, Privacy]] = []

    def read(name: str, value: Any) -> Any:
        if not is_mark(value):
            return decode_value(value)
        privacy = Privacy(value["class"])
        private.append((name, privacy))
        return lookup(case, version, name, privacy)

    data = tuple(
        (name, tuple((inner, read(inner, part)) for inner, part in value))
        if step == CORRECT and name == "fields"
        else (name, read(name, value))
        for name, value in pairs
    )
    return data, tuple(private)


def state_text(
    data: Mapping[str, Any],
    private: Mapping[str, Private],
    withheld: Mapping[str, Withheld],
    text: Callable[[Any], str] = fact_text,
) -> str:
    """Return the canonical text of a case's present values as they are kept: of private ones, which event gave them.

    *text* gives that of the others.

    Raises:
        CodecError: if one cannot be kept.
    """
    apart: dict[str, str] = {}
    if private or withheld:
        for name, erased in withheld.items():
            apart[name] = written({"class": erased.privacy.value, "erased": True})
        for name, item in private.items():
            apart[name] = written({"class": item.privacy.value, "sealed": item.version})
    told = [f"{_quoted(name)}:{apart[name] if name in apart else text(data[name])}" for name in sorted(data)]
    return f"{{{','.join(told)}}}"


def present_data(
    case: str, kept: Mapping[str, Any], lookup: Lookup
) -> tuple[dict[str, Any], dict[str, Private], dict[str, Withheld]]:
    """Return present values from what :func:`state_text` wrote, where they are kept, and what is withheld."""
    data: dict[str, Any] = {}
    private: dict[str, Private] = {}
    withheld: dict[str, Withheld] = {}
    for name, value in kept.items():
        if is_mark(value):
            private[name] = Private(value["sealed"], Privacy(value["class"]))
            found = lookup(case, value["sealed"], name, private[name].privacy)
        elif type(value) is dict and "erased" in value:
            found = Withheld(Privacy(value["class"]), Why.ERASED)
        else:
            found = decode_value(value)
        if isinstance(found, Withheld):
            withheld[name], found = found, None
        data[name] = found
    return data, private, withheld


def _exactly(text: str, raw: bytes, written_: Callable[[bytes], str]) -> bytes:
    """Return *raw* where *text* is the one way to write it; decoders let some other signs pass."""
    if written_(raw) != text:
        raise Damaged
    return raw


def _about(case: str, version: int, name: str, privacy: str, key: str) -> bytes:
    return written([case, version, name, privacy, key]).encode()


def _decrypted(key: bytes, raw: bytes, about: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - an extra, needed only with keys

    try:
        return bytes(cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], about))
    except InvalidTag as error:
        raise Damaged from error


def cipher(key: bytes) -> Any:
    """Return the cipher of *key*.

    Raises:
        StoreError: if ``cryptography`` is not installed.
    """
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above
    except ImportError:
        raise StoreError(
            Label(
                "加密敏感信息需要 cryptography，请安装：pip install 'community-core[privacy]'",
                "encrypting sensitive values needs cryptography: pip install 'community-core[privacy]'",
            )
        ) from None
    return AESGCM(key)
