"""Who may post which item: a procedure that says what is to be disclosed says by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from community_core.base.findings import Finding, finding
from community_core.procedures.definition import DisclosureItem, Procedure

#: The field that names what is posted.
ITEM = "item"


def item_posted(procedure: Procedure, values: Mapping[str, Any]) -> DisclosureItem | None:
    """Return the item that *values* name, or ``None`` where the procedure discloses none of that name."""
    return next((item for item in procedure.discloses if item.name == values.get(ITEM)), None)


def against_poster(procedure: Procedure, values: Mapping[str, Any], post: str) -> list[Finding]:
    """Return a finding where *values* name an item that others than *post* have to post."""
    item = item_posted(procedure, values)
    if item is None or post in item.by:
        return []
    return [
        finding(
            "not-their-item",
            f"“{item.label.zh or item.name}”由 {'、'.join(item.by)} 公开，不由 {post} 公开",
            f"{item.label.en or item.name} is posted by {', '.join(item.by)}, not by {post}",
            item.origin,
            item=item.name,
            by=", ".join(item.by),
        )
    ]
