"""Whoever reads a shipped procedure finds words, and no identifiers, for posts, audiences and signers."""

from __future__ import annotations

import pytest

from community_core.base.labels import Label
from community_core.declarations.practice import Practice
from community_core.jurisdiction import Gathered, gather
from community_core.pages.words import audience_label, post_label
from community_core.procedures.definition import Procedure
from community_core.procedures.merge import merge
from community_core.procedures.posts import posts_named

OFFERED = gather()
WITH_PROCEDURES = [practice for practice in OFFERED.practices if practice.procedures]


def whole(procedure: Procedure, practice: str, offered: Gathered) -> Procedure:
    """Return *procedure* with what it extends put in, as a district that adopts it has it."""
    if not procedure.extends:
        return procedure
    where, _, name = procedure.extends.rpartition(".")
    where = where or practice
    (base,) = (
        each for item in offered.practices if item.name == where for each in item.procedures if each.name == name
    )
    return merge(whole(base, where, offered), procedure)


def said(procedure: Procedure) -> dict[str, Label]:
    """Return what each post, audience and signer that *procedure* names is called, the library's own words included."""
    audiences = {item.to for step in procedure.steps for item in step.publish}
    audiences |= {item.to for item in procedure.discloses}
    takers = {post for step in procedure.steps for post in step.by}
    words = posts_named(procedure) | takers
    return {word: (audience_label if word in audiences - takers else post_label)(word, procedure) for word in words}


@pytest.mark.parametrize("practice", WITH_PROCEDURES, ids=lambda practice: practice.name)
def test_no_post_audience_or_signer_stands_as_an_identifier(practice: Practice):
    """Each has a Chinese and an English word, adopted or not, with what the procedure extends put in."""
    bare = [
        (procedure.name, word)
        for procedure in practice.procedures
        for word, label in said(whole(procedure, practice.name, OFFERED)).items()
        if label.zh in ("", word) or not label.en
    ]
    assert bare == []


def test_the_shipped_practices_name_posts_at_all():
    """The test above reads many practices and many posts."""
    named = {word for practice in WITH_PROCEDURES for item in practice.procedures for word in said(item)}
    assert len(WITH_PROCEDURES) > 60
    assert len(named) > 45
