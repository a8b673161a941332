"""What plugins and files declare (practices, districts), and what becomes of it (terms)."""

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

__all__ = ["Claim", "District", "GapTerm", "Practice", "Preference", "ServiceTerm", "Setting", "StepEffect", "Terms"]
