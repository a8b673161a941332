"""Keys for values that are encrypted at rest; nothing is encrypted here, and no file is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from community_core.base.errors import StoreError
from community_core.base.labels import Label

KEY_BYTES: Final = 32
"""How long a key is: AES with 256 bits."""


def _pairs(keys: Mapping[str, bytes] | tuple[tuple[str, bytes], ...]) -> tuple[tuple[str, bytes], ...]:
    return tuple(sorted(dict(keys).items()))


@frozen(repr=False)
class KeyRing:
    """The keys that sensitive values are encrypted with: new ones with *current*, older ones are read with theirs.

    Args:
        current: the id of the key for new values. An id is kept beside each value, so it says nothing secret.
        keys: each key by its id, 32 random bytes.

    Raises:
        StoreError: if there is no key called *current*, an id is empty, or a key has another length.
    """

    current: str
    keys: tuple[tuple[str, bytes], ...] = field(converter=_pairs)

    def __attrs_post_init__(self) -> None:
        """Refuse a ring that could not be used."""
        known = dict(self.keys)
        wrong = [name for name, key in self.keys if not name or type(key) is not bytes or len(key) != KEY_BYTES]
        if wrong:
            raise StoreError(
                Label(
                    f"密钥 {'、'.join(wrong) or '（无名）'} 应有编号和 {KEY_BYTES} 个字节",
                    f"the key {', '.join(wrong) or '(without an id)'} should have an id and {KEY_BYTES} bytes",
                )
            )
        if self.current not in known:
            raise StoreError(
                Label(
                    f"没有名为 {self.current} 的密钥；已有：{'、'.join(known) or '（无）'}",
                    f"there is no key {self.current!r}; there are: {', '.join(known) or 'none'}",
                )
            )

    def key(self, name: str) -> bytes | None:
        """Return the key called *name*, or ``None``."""
        return dict(self.keys).get(name)

    def __repr__(self) -> str:
        return f"KeyRing(current={self.current!r}, keys={[name for name, _ in self.keys]!r})"
