"""What plugins and files declare (practices, districts), and what becomes of it (terms)."""

from community_core.declarations.amendments import Amendment, AmendmentKind
from community_core.declarations.catalogue import Catalogue, CatalogueRow, RowClass
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.declarations.practice import (
    District,
    GapTerm,
    Practice,
    Preference,
    ServiceTerm,
    Setting,
    StepEffect,
)
from community_core.declarations.terms import Claim, Terms

__all__ = [
    "Amendment",
    "AmendmentKind",
    "Catalogue",
    "CatalogueRow",
    "Claim",
    "CodeEntry",
    "CodeList",
    "District",
    "GapTerm",
    "Practice",
    "Preference",
    "RowClass",
    "ServiceTerm",
    "Setting",
    "StepEffect",
    "Terms",
]
