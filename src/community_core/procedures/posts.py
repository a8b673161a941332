"""Which posts and audiences a procedure names, and which of its words are no post; nothing is looked up here."""

from __future__ import annotations

from typing import Final

from community_core.procedures.definition import LateAction, Procedure
from community_core.procedures.reading import ANYONE, PROPOSER

#: What stands where a post does and is none: roles that the library gives, and itself.
ROLES: Final = frozenset({ANYONE, PROPOSER, "system"})


def posts_named(procedure: Procedure) -> frozenset[str]:
    """Return the posts and audiences that *procedure* names itself, its steps and the library's roles left out.

    They are who takes its steps, moves its cases and posts what it discloses, who is told when a state lasts too long,
    to whom something is published, and who signs its papers unless that is a field.
    """
    found = {post for step in procedure.steps for post in step.by}
    found |= {item.to for step in procedure.steps for item in step.publish}
    found |= {rule.to for rule in procedure.late if rule.then is not LateAction.LAPSE and rule.to}
    found |= {post for item in procedure.discloses for post in (*item.by, item.to)}
    found |= {post for item in procedure.transitions for post in item.by}
    found |= {name for paper in procedure.papers for name in paper.signed_by if procedure.field(name) is None}
    return frozenset(found - ROLES - set(procedure.step_names))
