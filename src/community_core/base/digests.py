"""Digests that carry the name of their algorithm, so that what was hashed can be checked long after."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from community_core.base.errors import CommunityError
from community_core.base.labels import Label


class DigestError(CommunityError):
    """An algorithm that is not known, or that this machine does not have."""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sm3(data: bytes) -> str:
    """SM3 (GB/T 32905), from the OpenSSL that Python was built with."""
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError as error:
        raise DigestError(
            Label(
                "本机的 Python 所带的 OpenSSL 没有 SM3；请换用带 SM3 的 OpenSSL（1.1.1 及以后），或改用 sha256",
                "the OpenSSL of this Python has no SM3; use one that has (1.1.1 and later), or sha256",
            )
        ) from error


ALGORITHMS: Final[Mapping[str, Callable[[bytes], str]]] = {"sha256": _sha256, "sm3": _sm3}
"""The algorithms that a digest may name; ``sha256`` is the usual one."""


@frozen
class Digest:
    """The hash of some bytes: by which *algorithm*, and its *value* (64 hexadecimal digits); ``sha256:…`` as text."""

    algorithm: str
    value: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}"

    def fits(self, data: bytes) -> bool:
        """Whether *data* are the bytes that it was made of.

        Raises:
            DigestError: if its algorithm is not known, or this machine does not have it.
        """
        return digest_of(data, self.algorithm).value == self.value


def digest_of(data: bytes, algorithm: str = "sha256") -> Digest:
    """Return the digest of *data*.

    Raises:
        DigestError: if *algorithm* is not ``sha256`` or ``sm3``, or this machine does not have it.
    """
    function = ALGORITHMS.get(algorithm)
    if function is None:
        known = "、".join(ALGORITHMS)
        raise DigestError(
            Label(
                f"没有散列算法 {algorithm}；可用：{known}",
                f"there is no hash algorithm {algorithm!r}; there are: {known.replace('、', ', ')}",
            )
        )
    return Digest(algorithm, function(data))
