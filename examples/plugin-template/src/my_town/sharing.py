"""Sharing out hours by largest remainder: a rule that no expression can write; it knows no case and no roll."""

from community_core import Citation, Label, decision
from community_core.rules import INT, list_of


@decision(
    inputs=("hours_asked", "hours_offered"),
    yields=list_of(INT),
    because=Label(
        "按所提小时数的比例分配，余数大者先得", "shared in proportion to what was asked, largest remainder first"
    ),
    cite=Citation("社区活动室使用办法（示例）", article="6"),
    of="body",
    title=Label("活动室时数分配", "Sharing out the hours of a room"),
)
def shared_hours(hours_asked: tuple[int, ...], hours_offered: int) -> tuple[int, ...] | None:
    """Return the hours that each asker gets; all that was asked where it fits. ``None``, no answer, below zero."""
    total = sum(hours_asked)
    if hours_offered < 0 or min(hours_asked, default=0) < 0:
        return None
    if total <= hours_offered:
        return hours_asked
    whole = [asked * hours_offered // total for asked in hours_asked]
    rest = [asked * hours_offered % total for asked in hours_asked]
    order = sorted(range(len(rest)), key=lambda place: (-rest[place], place))
    for place in order[: hours_offered - sum(whole)]:
        whole[place] += 1
    return tuple(whole)
