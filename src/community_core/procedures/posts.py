"""Which posts and audiences a procedure names, and which of its words are no post; nothing is looked up here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from community_core.procedures.definition import EffectSpec, LateAction, Procedure
from community_core.procedures.reading import ANYONE, PROPOSER

#: What stands where a post does and is none: roles that the library gives, and itself.
ROLES: Final = frozenset({ANYONE, PROPOSER, "system"})
_ABOUT_POSTS: Final = frozenset({"appoint", "end_appointment", "remind"})


def posts_named(procedure: Procedure) -> frozenset[str]:
    """Return the posts and audiences that *procedure* names itself, its steps and the library's roles left out.

    They are who takes its steps, moves its cases and posts what it discloses, who is told when a state lasts too long,
    to whom something is published, what its steps appoint to, dismiss from or remind, and who signs its papers unless
    that is a field.
    """
    found = {post for step in procedure.steps for post in step.by}
    found |= {item.to for step in procedure.steps for item in step.publish}
    found |= {post for step in procedure.steps for effect in step.effects for post in _posts_of(effect)}
    found |= {rule.to for rule in procedure.late if rule.then is not LateAction.LAPSE and rule.to}
    found |= {post for item in procedure.discloses for post in (*item.by, item.to)}
    found |= {post for item in procedure.transitions for post in item.by}
    found |= {name for paper in procedure.papers for name in paper.signed_by if procedure.field(name) is None}
    return frozenset(found - ROLES - set(procedure.step_names))


def _posts_of(effect: EffectSpec) -> Iterator[str]:
    """Yield the post that an effect names as it is written; one that a field gives is whatever the case says."""
    given = dict(effect.arguments)
    if effect.kind in _ABOUT_POSTS and "post_of" not in given:
        yield from (given[name].text for name in ("post", "what") if name in given)
