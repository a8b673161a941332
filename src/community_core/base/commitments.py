"""Salted commitments: a value's stand-in in what is hashed, from which nobody can guess the value without its salt."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

ALGORITHM: Final = "sha256"
SALT: Final = 16
"""How many bytes a salt has at least."""


def commitment(text: str, salt: bytes) -> str:
    """Return the commitment to *text*: the hash of the salt, followed by the text, as ``sha256:<hex>``.

    Whoever is given text and salt can compute it again; without the salt, trying likely texts leads nowhere.

    Raises:
        ValueError: if *salt* is shorter than 16 bytes.
    """
    if len(salt) < SALT:
        raise ValueError(f"a salt has at least {SALT} bytes, this one {len(salt)}")
    # The length of the salt is part of what is hashed: no other pair of salt and text gives the same bytes.
    return f"{ALGORITHM}:{sha256(len(salt).to_bytes(4, 'big') + salt + text.encode()).hexdigest()}"
