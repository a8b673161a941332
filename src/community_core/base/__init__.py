"""The nouns that every floor shares: labels, citations, findings, ranks, money, days, errors."""

from community_core.base.citations import Citation
from community_core.base.days import Span, add_months, age_on, months_between
from community_core.base.errors import (
    CommunityError,
    FactError,
    LoadError,
    MissingExtra,
    Refused,
    StoreError,
    UnknownTerm,
)
from community_core.base.findings import NOWHERE, Finding, Origin, finding
from community_core.base.ids import folded, is_name
from community_core.base.labels import Label, Language, label
from community_core.base.money import Money, Rounding, round_whole
from community_core.base.ranks import Force, Privacy, Rank, Standing

__all__ = [
    "NOWHERE",
    "Citation",
    "CommunityError",
    "FactError",
    "Finding",
    "Force",
    "Label",
    "Language",
    "LoadError",
    "MissingExtra",
    "Money",
    "Origin",
    "Privacy",
    "Rank",
    "Refused",
    "Rounding",
    "Span",
    "Standing",
    "StoreError",
    "UnknownTerm",
    "add_months",
    "age_on",
    "finding",
    "folded",
    "is_name",
    "label",
    "months_between",
    "round_whole",
]
