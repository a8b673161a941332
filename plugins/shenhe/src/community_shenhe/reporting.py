"""Telling the petition bureau at once: a line of the log for every complaint that was reported to it."""

from __future__ import annotations

import logging

from community_core.procedures.events import Event

log = logging.getLogger("community_shenhe.complaints")

#: By whom, by which step and into which state a complaint is reported; no other step of the district is all three.
REPORTED = ("liaison", "report", "reported")


def tell(event: Event) -> None:
    """Log the case and day of a complaint that *event* reports to the petition bureau, and nothing of any other event.

    The line has neither what the complaint says nor who wrote or reported it. It may come twice, as events do; where it
    goes, and how it reaches the bureau, is for the host's ``logging`` to say.
    """
    if (event.post, event.step, event.state) == REPORTED:
        extra = {"event": "complaint-reported", "case": event.case, "day": event.day.isoformat()}
        log.info("complaint %s was reported to the petition bureau on %s", event.case, event.day, extra=extra)
