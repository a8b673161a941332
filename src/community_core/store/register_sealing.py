"""Sensitive columns of registers, encrypted at rest when there is a key; what a key is, is known elsewhere.

A value stands in its column as ``sealed:<key>:<nonce and ciphertext>`` (AES-GCM); register and column are bound in as
associated data. Columns of a key cannot be encrypted so, for they are looked up.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

from community_core.base.ranks import Privacy
from community_core.ports.keys import KeyRing
from community_core.registers.describe import Column, Register
from community_core.registers.rows import Locked
from community_core.store.records import unreadable
from community_core.store.register_tables import reader, writer
from community_core.store.sealing import cipher

_MARK: Final = "sealed:"
_NONCE: Final = 12


def is_sealed(column: Column) -> bool:
    """Whether values of *column* are encrypted when there is a key."""
    return column.privacy is Privacy.SENSITIVE and not column.key


def sealed_writer(register: Register, column: Column, keys: KeyRing | None) -> Callable[[Any], Any]:
    """Return what makes a value what stands in its column; a locked one stays as it is."""
    plain = writer(column)
    if not is_sealed(column):
        return plain
    about = f"{register.table}/{column.name}"

    def write(value: Any) -> Any:
        if isinstance(value, Locked):
            return value.text
        text = plain(value)
        if text is None or keys is None:
            return text
        nonce = secrets.token_bytes(_NONCE)
        secret = cipher(keys.key(keys.current) or b"").encrypt(nonce, text.encode(), about.encode())
        return f"{_MARK}{keys.current}:{b64encode(nonce + secret).decode()}"

    return write


def sealed_reader(register: Register, column: Column, keys: KeyRing | None) -> Callable[[Any], Any]:
    """Return what makes a value from what stands in its column; one whose key is not here is :class:`Locked`.

    It raises :class:`StoreError` for a ciphertext that was changed.
    """
    plain = reader(column)
    if not is_sealed(column):
        return plain
    about = f"{register.table}/{column.name}"

    def read(kept: Any) -> Any:
        if not isinstance(kept, str) or not kept.startswith(_MARK):
            return plain(kept)
        name, _, secret = kept.removeprefix(_MARK).rpartition(":")
        key = None if keys is None else keys.key(name)
        if key is None:
            return Locked(kept)
        try:
            raw = b64decode(secret, validate=True)
            opened: bytes = cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode())
        except Exception as error:
            raise unreadable(about) from error
        return plain(opened.decode())

    return read
