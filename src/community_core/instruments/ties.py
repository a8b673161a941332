"""Orders among options that are level, by a rule that the text names: a lot with a public seed, or seniority."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import Enum


class TieRule(Enum):
    """The rules by which a text may have a tie resolved; a run-off is another vote and orders nothing."""

    RUN_OFF = "run_off"
    LOT = "lot"
    SENIORITY = "seniority"


_DRAW = b"community-core lot\0"


def by_lot(tied: Sequence[str], options: Sequence[str], seed: str) -> tuple[str, ...]:
    """Return *tied* in the order that *seed* draws; everybody who has the seed and the options draws the same.

    What is drawn for an option is the SHA-256 of the seed and of the option's place among *options*, so that a name
    has no luck of its own. The seed must not be known to anybody before the ballots are counted.

    Raises:
        ValueError: if the seed is empty, or something tied is no option.
    """
    if not seed.strip():
        raise ValueError("a lot needs a seed")
    places = {option: place for place, option in enumerate(options)}
    strange = sorted(set(tied) - set(places))
    if strange:
        raise ValueError(f"no options: {strange!r}")

    def drawn(option: str) -> bytes:
        return hashlib.sha256(_DRAW + f"{places[option]}\0{seed}".encode()).digest()

    return tuple(sorted(tied, key=drawn))


def by_order(tied: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
    """Return *tied* as they stand in *order*, which the first is to have precedence in.

    Raises:
        ValueError: if one of them does not stand there, or stands there twice.
    """
    missing = [option for option in tied if list(order).count(option) != 1]
    if missing:
        raise ValueError(f"not once in the order: {missing!r}")
    return tuple(sorted(tied, key=list(order).index))
