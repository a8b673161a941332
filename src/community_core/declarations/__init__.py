"""What plugins and files declare (practices, districts), and what becomes of it (terms)."""

from community_core.declarations.amendments import Amendment, AmendmentKind
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
    "Claim",
    "District",
    "GapTerm",
    "Practice",
    "Preference",
    "ServiceTerm",
    "Setting",
    "StepEffect",
    "Terms",
]
