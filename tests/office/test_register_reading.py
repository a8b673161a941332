"""Sensitive values of registers: withheld, read for a purpose with a trace, encrypted; ends with who and why."""

import datetime as dt

import pytest

import community_core as cc
from community_core.base import Refused, StoreError, UnknownTerm
from community_core.office import open_office
from community_core.ports.keys import KeyRing
from community_core.procedures.withholding import Withheld

MAY, JUNE = dt.date(2025, 5, 1), dt.date(2025, 6, 1)
NUMBER = "999999195002080018"
KEYS = KeyRing("a", {"a": b"\x01" * 32})


class Clock:
    """A clock that goes on by a minute each time it is read."""

    moment = dt.datetime(2025, 5, 1, 8, tzinfo=dt.UTC)

    def now(self):
        self.moment += dt.timedelta(minutes=1)
        return self.moment


@pytest.fixture(scope="module")
def rules():
    """Rules of a district that has facts for categories."""
    return cc.load("demo-shenhe")


@pytest.fixture(params=[None, KEYS], ids=["clear", "encrypted"])
def office(request, rules, tmp_path):
    """An office with two residents, of whom one has a sensitive number and an entry in a category."""
    with open_office(rules, tmp_path / "town.db", clock=Clock(), keys=request.param) as office:
        office.register_place("c-1", layer="community", zh="文艺社区")
        keep = office.registers.keep
        keep("residents", {"person": "r-1", "name": "张三", "id_number": NUMBER}, since=MAY, actor="clerk")
        keep("residents", {"person": "r-2", "name": "李四"}, since=MAY, actor="clerk")
        entry = {"kind": "residents", "subject": "r-1", "code_list": "disability", "code": "visual", "degree": None}
        keep("category_entries", entry, since=MAY, actor="clerk")
        yield office


def numbers(rows):
    return {row.key[0]: row.values[1] for row in rows}


def test_sensitive_values_are_withheld_from_whoever_says_no_purpose(office):
    """A list gives names, and neither numbers nor who is in a category; and nobody is found by his number."""
    desk = office.registers
    found = numbers(desk.rows("residents", day=MAY))
    assert isinstance(found["r-1"], Withheld)
    assert found["r-1"].shown == "9****************8"
    assert found["r-2"] is None
    (entry,) = desk.rows("category_entries", day=MAY)
    assert entry.key[0] == "residents"
    assert all(isinstance(part, Withheld) for part in entry.key[1:])
    for register, where in (("residents", {"id_number": NUMBER}), ("category_entries", {"code": "visual"})):
        with pytest.raises(Refused) as refused:
            desk.rows(register, day=MAY, where=where)
        assert [item.code for item in refused.value.findings] == ["no-reason"]
    assert desk.reads() == ()


def test_who_reads_sensitive_values_is_recorded(office):
    """Reading for a purpose shows the values and leaves who, when, what for, and which columns of which rows."""
    desk = office.registers
    seen = desk.inspect("residents", actor="clerk-1", purpose=" 核对补贴 ", day=MAY)
    assert numbers(seen) == {"r-1": NUMBER, "r-2": None}
    (read,) = desk.reads()
    assert (read.actor, read.purpose, read.register, read.columns) == (
        "clerk-1",
        "核对补贴",
        "residents",
        ("id_number",),
    )
    assert (read.day, read.count, read.entered[:10]) == (MAY, 1, "2025-05-01")
    (entry,) = desk.inspect("category_entries", actor="clerk-2", purpose="复核", where={"subject": "r-1"})
    assert entry.key == ("residents", "r-1", "disability", "visual")
    assert [(item.actor, item.columns) for item in desk.reads("category_entries")] == [
        ("clerk-2", ("subject", "code_list", "code"))
    ]
    assert [item.actor for item in desk.reads("residents", ["r-1"])] == ["clerk-1"]
    assert [item.actor for item in desk.reads("类别登记", ["residents", "r-1"])] == ["clerk-2"]
    assert desk.reads("residents", ["r-2"]) == ()
    assert list(office.store.verify()) == []


def test_what_has_no_sensitive_value_leaves_no_trace(office):
    """Rows without sensitive values, and registers without such columns, are read without a line."""
    desk = office.registers
    desk.inspect("residents", actor="clerk", purpose="点名", where={"person": "r-2"})
    desk.inspect("places", actor="clerk", purpose="点名")
    assert desk.reads() == ()


@pytest.mark.parametrize(("actor", "purpose"), [("", "核对"), ("clerk", " "), (" ", "")])
def test_nothing_is_shown_to_nobody_or_for_nothing(office, actor, purpose):
    """Without an actor or a purpose a reading is refused, and so are the facts that categories give."""
    with pytest.raises(Refused) as refused:
        office.registers.inspect("residents", actor=actor, purpose=purpose)
    assert [item.code for item in refused.value.findings] == ["no-reason"]
    if actor or purpose:
        with pytest.raises(Refused):
            office.registers.resident("r-1", MAY, actor=actor, purpose=purpose)
    assert office.registers.reads() == ()


def test_categories_serve_as_facts_only_for_a_purpose(office):
    """What a category says of somebody is unknown to whoever names no purpose, and read with a trace by who does."""
    desk = office.registers
    assert desk.resident("r-1", MAY).facts == ()
    assert next(iter(desk.facts(MAY).residents())).facts == ()
    assert dict(desk.resident("r-1", MAY, actor="clerk", purpose="定类").facts) == {"disabled": True}
    assert [dict(each.facts) for each in desk.facts(MAY, actor="clerk", purpose="定类").residents()] == [
        {"disabled": True},
        {},
    ]
    assert [(read.register, read.actor, read.purpose) for read in desk.reads()] == [
        ("category_entries", "clerk", "定类")
    ] * 2
    assert desk.resident("r-2", MAY, actor="clerk", purpose="定类").facts == ()
    assert len(desk.reads()) == 2


def test_what_is_encrypted_is_not_read_without_its_key(rules, office, tmp_path):
    """Without the key a reading is refused and leaves no line; what needs no key is read."""
    with open_office(rules, tmp_path / "town.db") as other:
        if other.store.register_rows(cc.registers.known.register_of("residents"))[0].values[1] == NUMBER:
            return
        with pytest.raises(Refused) as refused:
            other.registers.inspect("residents", actor="clerk", purpose="核对")
        assert [item.code for item in refused.value.findings] == ["value-locked"]
        assert [row.values[0] for row in other.registers.rows("residents")] == ["张三", "李四"]
        assert other.registers.reads() == ()
        with pytest.raises(StoreError, match="no keys"):
            other.registers.seal()


def test_an_entry_that_is_erased_leaves_nothing(office):
    """Who was in a category stands nowhere after that, not even in the change that says who erased it."""
    change = office.registers.erase(
        "category_entries", ["residents", "r-1", "disability", "visual"], day=JUNE, actor="clerk", why="误登"
    )
    assert office.registers.rows("category_entries", past=True) == ()
    kept = office.store.register_change(change)
    assert (kept.actor, kept.note) == ("clerk", "category_entries: 误登")
    assert office.registers.resident("r-1", MAY, actor="clerk", purpose="查").facts == ()


def test_an_appointment_and_a_delegation_end_with_who_and_why(office):
    """The end of either says who entered it, why and when; what was believed before is there for any earlier moment."""
    desk, clock = office.registers, office._clock
    office.appoint("chair-1", "committee.chair", "c-1", MAY, actor="clerk-1", why="选举结果")
    office.delegate("r-2", "chair-1", "committee.chair", "c-1", MAY, reason="书面委托", actor="clerk-1")
    before = clock.moment
    for register, key in (
        ("appointments", ("chair-1", "committee.chair", "c-1")),
        ("委托", ("r-2", "chair-1", "committee.chair", "c-1")),
    ):
        (row,) = desk.rows(register, day=JUNE)
        assert office.store.register_change(row.change).actor == "clerk-1"
        kept = office.store.register_change(desk.end(register, key, day=JUNE, actor="clerk-2", why="辞职"))
        assert (kept.kind, kept.actor, kept.note, kept.day) == ("ending", "clerk-2", "辞职", JUNE)
        assert desk.rows(register, day=JUNE) == ()
        assert [item.until for item in desk.rows(register, day=JUNE, moment=before)] == [None]
        assert desk.end(register, key, day=JUNE, actor="clerk-2", why="辞职") == ""
        with pytest.raises(Refused) as refused:
            desk.end(register, ("nobody", *key[1:]), day=JUNE, actor="clerk-2")
        assert [item.code for item in refused.value.findings] == ["not-registered"]
    office.appoint("chair-1", "committee.chair", "c-1", MAY, actor="clerk-1", why="选举结果")
    assert desk.rows("appointments", day=JUNE) == ()
    with pytest.raises(UnknownTerm):
        desk.reads("no-such")
