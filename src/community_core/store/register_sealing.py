"""Sensitive columns of registers, encrypted at rest when there is a key; what a key is, is known elsewhere.

A value stands in its column as ``sealed:<key>:<nonce and ciphertext>`` (AES-GCM); register and column are bound in as
associated data, and the text is filled up with null characters, so that its length tells short ones not apart. Where a
key is sensitive, two blind indexes stand beside it: of a column that is sought, and of the whole key. Each is the
HMAC-SHA256 of what it is of, under a key derived from the one that encrypts. Whoever reads the database sees by them
which rows are about one subject, and which are versions of one entry, and nothing of what either is; who has no key
cannot try likely values.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final

from community_core.ports.keys import KeyRing
from community_core.registers.describe import Column, Register
from community_core.registers.rows import Locked
from community_core.store.records import unreadable
from community_core.store.register_tables import blind_columns, index_columns, reader, writer
from community_core.store.sealing import cipher

SEALED: Final = "sealed:"
"""What every text begins with that is encrypted."""

_NONCE: Final = 12
_FILLED: Final = 32
_INDEX: Final = b"community_core register index"
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def sealed_writer(register: Register, column: Column, keys: KeyRing | None) -> Callable[[Any], Any]:
    """Return what makes a value what stands in its column; a locked one stays as it is."""
    plain = writer(column)
    if not column.sensitive:
        return plain
    about = _about(register, column).encode()

    def write(value: Any) -> Any:
        if isinstance(value, Locked):
            return value.text
        text = plain(value)
        if text is None or keys is None:
            return text
        raw = text.encode()
        raw += bytes(-len(raw) % _FILLED)
        nonce = secrets.token_bytes(_NONCE)
        secret = cipher(keys.key(keys.current) or b"").encrypt(nonce, raw, about)
        return f"{SEALED}{keys.current}:{b64encode(nonce + secret).decode()}"

    return write


def sealed_reader(register: Register, column: Column, keys: KeyRing | None) -> Callable[[Any], Any]:
    """Return what makes a value from what stands in its column; one whose key is not here is :class:`Locked`.

    It raises :class:`StoreError` for a ciphertext that was changed.
    """
    plain = reader(column)
    if not column.sensitive:
        return plain
    about = _about(register, column)

    def read(kept: Any) -> Any:
        if not isinstance(kept, str) or not kept.startswith(SEALED):
            return plain(kept)
        name, _, secret = kept.removeprefix(SEALED).rpartition(":")
        key = None if keys is None else keys.key(name)
        if key is None:
            return Locked(kept)
        try:
            raw = b64decode(secret, validate=True)
            opened: bytes = cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode())
        except Exception as error:
            raise unreadable(about) from error
        # No text that is kept holds a null character.
        return plain(opened.rstrip(b"\0").decode())

    return read


def key_of(kept: Any) -> str:
    """Return which key encrypted what stands in a sensitive column; empty where it stands in clear."""
    return kept.removeprefix(SEALED).rpartition(":")[0] if isinstance(kept, str) and kept.startswith(SEALED) else ""


def begins(key: str) -> str:
    """Return what every text begins with that *key* encrypted."""
    return f"{SEALED}{key}:"


def is_current(kept: Any, keys: KeyRing) -> bool:
    """Whether what stands in a sensitive column is encrypted with the key for new values, or is nothing."""
    return kept is None or (isinstance(kept, str) and kept.startswith(begins(keys.current)))


def indexer(register: Register, keys: KeyRing | None) -> Callable[[Sequence[Any]], tuple[str, ...]]:
    """Return what makes the blind indexes of a row from its key, in the order of the table's columns."""
    names = [column.name for column in register.key]
    at = [names.index(column.name) for column in index_columns(register)]
    empty = ("",) * len(blind_columns(register))
    if keys is None or not empty:
        return lambda _key: empty
    key = keys.key(keys.current) or b""

    def index(parts: Sequence[Any]) -> tuple[str, ...]:
        own = tuple(_blind(key, _about(register, register.key[place]), [parts[place]]) for place in at)
        return (*own, _blind(key, register.table, parts))

    return index


def indexed(register: Register, column: Column, value: str, keys: KeyRing | None) -> tuple[str, ...]:
    """Return what the blind index of *column* may be for *value*: one for each key of the ring."""
    about = _about(register, column)
    return () if keys is None else tuple(_blind(key, about, [value]) for _, key in keys.keys)


def indexed_key(register: Register, parts: Sequence[str], keys: KeyRing | None) -> tuple[str, ...]:
    """Return what the blind index of a whole key may be: one for each key of the ring."""
    return () if keys is None else tuple(_blind(key, register.table, parts) for _, key in keys.keys)


def _about(register: Register, column: Column) -> str:
    return f"{register.table}/{column.name}"


def _blind(key: bytes, about: str, parts: Sequence[Any]) -> str:
    return hmac.new(_index_key(key), _dumps([about, *parts]).encode(), sha256).hexdigest()


def _index_key(key: bytes) -> bytes:
    """Return the key of indexes that belongs to one that encrypts; neither tells anything of the other's use."""
    return hmac.new(key, _INDEX, sha256).digest()
