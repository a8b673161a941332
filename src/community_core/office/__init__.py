"""One running office: where cases are opened and steps taken, by whom and on which day, over rules and a store."""

from community_core.office.bulk import Batch, RefusedRow
from community_core.office.clock import SystemClock
from community_core.office.commands import Command
from community_core.office.handling import Inspected
from community_core.office.office import Office, open_office
from community_core.office.permitting import Permission
from community_core.office.views import Due, Moment

__all__ = [
    "Batch",
    "Command",
    "Due",
    "Inspected",
    "Moment",
    "Office",
    "Permission",
    "RefusedRow",
    "SystemClock",
    "open_office",
]
