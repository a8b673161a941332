"""Citizen identity numbers as GB 11643 writes them: eighteen signs, a day of birth inside, a check digit at the end."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_FORM: Final = re.compile(r"[1-9][0-9]{16}[0-9X]\Z", re.ASCII)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_digit(number: str) -> str:
    """Return the check digit that belongs to the first seventeen digits of *number* (ISO 7064, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11]


def birth_date_in(number: str) -> dt.date | None:
    """Return the day of birth that *number* holds, or ``None`` where it is no day or the number has another form."""
    if not _FORM.match(number):
        return None
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_of_a_man(number: str) -> bool:
    """Whether *number*, a valid one, was given to a man: its seventeenth sign is odd for men and even for women."""
    return int(number[16]) % 2 == 1


def is_identity_number(number: str) -> bool:
    """Whether *number* has the form, a day of birth and the check digit of a citizen identity number."""
    return birth_date_in(number) is not None and check_digit(number) == number[-1]
