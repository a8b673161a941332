"""Dividing the old committees' assets, as entries of the ledger: what the rule text's ``enter`` cannot leave out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from community_core.base.labels import Label
from community_core.declarations.practice import StepEffect
from community_core.instruments.ledger import Entry
from community_core.procedures.events import Case, Enter


def share_out(case: Case, day: dt.date, given: Mapping[str, Any]) -> Iterator[Enter]:
    """Yield one entry from the account ``from`` to each community that receives something.

    Args:
        case: the division, as its step leaves it; entries belong to its place.
        day: the day of the step.
        given: ``what``, the ledger; ``from``, the account of the old committee; ``first`` and ``second``, the accounts
            of the communities; ``first_part`` and ``second_part``, what each receives.

    A part of nothing is no entry, where ``enter`` would refuse the step. Nor is what stays in an account of the same
    name: nothing moved.
    """
    source = given["from"]
    for name in ("first", "second"):
        target, part = given[name], given[f"{name}_part"]
        if part.fen > 0 and target != source:
            yield Enter(Entry(given["what"], day, source, target, part.fen, place=case.place))


#: The effect ``share_out`` of the rule text.
SHARE_OUT = StepEffect("share_out", share_out, Label("按比例分账", "shares out in a ledger"))
