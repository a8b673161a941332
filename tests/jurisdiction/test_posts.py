"""What posts are called where procedures are put together: taken over, relabelled, and left alone by insertions."""

from __future__ import annotations

from community_core.base.labels import Label
from community_core.jurisdiction import gather
from community_core.jurisdiction.loading import from_loaded
from community_core.rulebook import read_text

TOWN = """
practice: town.duty
title: {zh: 值班, en: Duty}
source: {document: 办法}
standing: example
rank: city
posts:
  guard: {zh: 值班员, en: guard}
  cook: {zh: 炊事员, en: cook}
procedures:
  duty:
    open_to: [district]
    ends: {done: decided}
    steps:
      start: {zh: 开始, en: start, to: begun, by: guard}
      finish: {zh: 结束, en: finish, from: begun, to: done, by: cook}
---
practice: town.night
title: {zh: 夜班, en: Night}
source: {document: 办法}
standing: example
posts: {guard: {zh: 守夜人, en: watchman}}
procedures:
  night:
    extends: town.duty.duty
---
district: town
title: {zh: 镇, en: Town}
adopts: [town.duty, town.night]
source: {document: 决定}
standing: example
posts: {guard: {zh: 保安, en: security}, warden: {zh: 院长, en: warden}}
amend:
  - insert: town.duty.duty
    steps: {look: {zh: 查看, en: look, from: begun, to: begun, by: [guard, warden]}}
    from: 2007-01-01
    cite: {document: 决定}
"""


def posts(name):
    """Return the labels of the latest version of a procedure of the town."""
    rules = from_loaded(read_text(TOWN), gather(entry_points=False), "town.yaml")
    assert rules.findings == ()
    return dict(rules.procedure(name).posts)


def test_what_extends_takes_labels_over_and_its_own_win():
    """Its own label holds also where only the procedure taken over names the post, as that one is amended."""
    assert posts("town.night.night") == {
        "guard": Label("守夜人", "watchman"),
        "cook": Label("炊事员", "cook"),
        "warden": Label("院长", "warden"),
    }


def test_an_insertion_brings_its_labels_and_changes_none():
    """What a district inserts has its words; what stood there keeps its own."""
    assert posts("town.duty.duty") == {
        "guard": Label("值班员", "guard"),
        "cook": Label("炊事员", "cook"),
        "warden": Label("院长", "warden"),
    }
