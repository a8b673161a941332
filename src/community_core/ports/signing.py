"""What the office needs of an electronic seal: what signs the text that a paper is bound by, and what checks it."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """Signs papers with a key of its own: a seal of a body, or a person's signature."""

    @property
    def key(self) -> str:
        """The name of the key, by which a verifier finds its public half or certificate; it stands in the record."""
        ...

    @property
    def algorithm(self) -> str:
        """The name of the signature's algorithm, such as ``ed25519`` or ``sm2``; it stands in the record."""
        ...

    def sign(self, text: bytes) -> bytes:
        """Return the signature over *text*."""
        ...


class Verifier(Protocol):
    """Checks signatures whose key it knows."""

    def verify(self, key: str, algorithm: str, text: bytes, signature: bytes) -> bool:
        """Whether *signature* is that of *key* over *text*; false too where the key or the algorithm is not known."""
        ...
