"""Events and cases are kept as given and read as kept, in all-or-nothing units."""

import datetime as dt
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community_core.base import Money, StoreError
from community_core.base.ranks import Privacy
from community_core.codec import CodecError, canonical, digest
from community_core.ports.store import Conflict, StoredCase, Tally
from community_core.procedures.definition import PublishKind
from community_core.procedures.events import Case, Event, PublishedItem, fold
from community_core.store import open_store
from community_core.store.records import event_hash, event_row, event_text, genesis

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
SHARE = st.fractions(max_denominator=10**6)
PLAIN = st.none() | st.booleans() | st.integers() | TEXT | st.dates() | st.builds(Money, st.integers()) | SHARE
VALUE = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=5)
PUBLISHED = st.builds(
    PublishedItem,
    st.sampled_from(PublishKind),
    st.lists(TEXT, max_size=2).map(tuple),
    TEXT,
    st.dates(),
    st.none() | st.dates(),
)
EVENT = st.builds(
    Event,
    case=NAME.filter(bool),
    version=st.just(1),
    step=NAME,
    state=NAME,
    actor=NAME,
    post=NAME,
    day=st.dates(),
    data=st.lists(st.tuples(TEXT, VALUE), max_size=4).map(tuple),
    published=st.lists(PUBLISHED, max_size=2).map(tuple),
    rules=NAME,
    key=NAME,
)
ALL_KINDS = (
    ("yes", True),
    ("count", -3),
    ("much", 10**30),
    ("text", "社区 😀 %s :name ? \" ' \\ ; -- \x00"),
    ("day", dt.date(1, 1, 1)),
    ("money", Money(-1250)),
    ("share", Fraction(3, 5)),
    ("nothing", None),
    ("list", ("一", ("二", Money(2)), ())),
)


@given(EVENT)
def test_the_hash_is_that_of_the_codecs_text(event):
    """The hash of a row is the SHA-256 of the codec's canonical text, the predecessor's hash and the moment."""
    row = event_row(event, 1, "sha256:0", "2006-05-01T00:00:00.000000Z")
    assert row[-1] == digest(f"{canonical(event)}\nsha256:0\n2006-05-01T00:00:00.000000Z")


@given(EVENT, EVENT)
def test_different_events_have_different_texts(one, other):
    """Two events have the same text only where they are equal."""

    def written(event):
        row = event_row(event, 1, "", "")
        *parts, behalf, day, data, published, effects, rules, key = row[1:14]
        return event_text(*parts, day, data, published, rules, key or "", behalf, effects)

    assert (written(one) == written(other)) == (canonical(one) == canonical(other))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(events=st.lists(EVENT, min_size=1, max_size=4, unique_by=(lambda e: e.case, lambda e: e.key or e.case)))
def test_any_event_is_read_as_it_was_given(book, events):
    """An event of any texts and values comes back equal, under its key too, and the record verifies."""
    store = open_store(":memory:")
    with store.begin():
        store.add_cases([StoredCase(e.case, "p", "c", dt.date(2006, 5, 1), "") for e in events])
        store.append(events, {e.case: 0 for e in events}, dt.datetime(2006, 5, 1, tzinfo=dt.UTC))
        book.keep(store, *(e.case for e in events))
    for event in events:
        assert [kept.event for kept in store.events(event.case)] == [event]
        if event.key:
            assert store.by_key(event.key).event == event
    assert {finding.code for finding in store.verify()} <= {"rule-text-missing"}
    store.close()


def test_every_kind_of_value_comes_back(database, book):
    """Values of every kind, reserved signs, Chinese and emoji come back from any database as they were given."""
    store = database.store()
    event = book.event("听证%?:'\"😀", 1, data=ALL_KINDS, key="键 %s", actor="王 %(x)s", state="已开 😀")
    with store.begin():
        store.add_case(book.case(event.case, place="社区；DROP TABLE"))
        (stored,) = store.append([event], {event.case: 0}, book.now)
        book.keep(store, event.case)
    assert store.events(event.case) == (stored,)
    assert stored.event == event
    assert store.by_key("键 %s") == stored
    assert store.case(event.case).place == "社区；DROP TABLE"
    assert list(store.verify()) == []


def test_a_chain_begins_with_the_cases_own_record(database, book):
    """The first event follows the hash of the case's record, each further one the event before it."""
    store = database.store()
    first, second = book.write(store, "h-1", 2)
    assert first.previous == genesis(book.case("h-1")) == digest(book.case("h-1"))
    assert second.previous == first.hash
    assert second.hash == event_hash(canonical(second.event), first.hash, "2006-05-01T08:30:00.000000Z")
    assert first.entered == book.now


def test_a_unit_is_all_or_nothing(database, book):
    """A unit that raises leaves no case, no event, no number taken, no posting and no small value."""
    store = database.store()

    def attempt():
        with store.begin():
            assert store.next_id("p.hearing", 2006) == "p.hearing-2006-000001"
            store.add_case(book.case("h-1"))
            store.append([book.event("h-1", 1)], {"h-1": 0}, book.now)
            store.snapshot(Case("h-1", "p.hearing", "c-1", book.day, version=1))
            store.keep_rules(digest("x"), "x")
            store.add_place("c-1", "", "community", "甲", "A")
            store.set_meta("district", "d")
            raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            attempt()
    assert store.case("h-1") is None
    assert store.events("h-1") == ()
    assert list(store.open_states()) == []
    assert store.rules(digest("x")) is None
    assert store.meta("district") is None
    assert list(store.verify()) == []


def test_a_unit_inside_a_unit_can_fail_alone(database, book):
    """An inner unit that raises leaves nothing, while what the outer one did stays."""
    store = database.store()
    with store.begin():
        store.add_case(book.case("h-1"))
        with pytest.raises(StoreError, match="no case none"):
            store.run(lambda: [store.add_case(book.case("h-2")), store.append([book.event("none", 1)], {}, book.now)])
        store.append([book.event("h-1", 1)], {"h-1": 0}, book.now)
    assert [case.id for case in store.cases()] == ["h-1"]


def test_events_of_many_cases_in_one_call(database, book):
    """One call appends to many cases, whether they are new or have events; each chain goes on where it stood."""
    store = database.store()
    names = [f"h-{i:04}" for i in range(1200)]
    with store.begin():
        store.add_cases(book.case(name) for name in names)
        store.append([book.event(name, 1) for name in names[:700]], dict.fromkeys(names[:700], 0), book.now)
    with store.begin():
        versions = {name: int(i < 700) for i, name in enumerate(names)}
        new = [book.event(name, versions[name] + 1 + j) for j in range(2) for name in names]
        stored = store.append(new, versions, book.now)
        book.keep(store, *names)
    assert [kept.event for kept in stored] == new
    assert [len(store.events(name)) for name in (names[0], names[-1])] == [3, 2]
    loaded = store.load([*names, "none"])
    assert list(loaded) == names
    assert [kept.event.version for kept in loaded[names[0]][1]] == [1, 2, 3]
    assert list(store.verify()) == []


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_a_case_that_moved_on_is_a_conflict(database, book, expected):
    """Where the expected version is not the present one nothing of the call is written, also to other cases."""
    store = database.store()
    book.write(store, "h-1", 2)
    with store.begin():
        store.add_case(book.case("h-2"))
        with pytest.raises(Conflict, match="h-1"):
            store.append([book.event("h-2", 1), book.event("h-1", expected + 1)], {"h-1": expected, "h-2": 0}, book.now)
    assert len(store.events("h-1")) == 2
    assert store.events("h-2") == ()
    assert next(store.verify()).code == "case-without-events"


@pytest.mark.parametrize("private", [(), (("statement", Privacy.PERSONAL),)])
@pytest.mark.parametrize("with_state", [True, False])
def test_one_event_that_is_refused_leaves_the_unit_as_it_was(database, book, with_state, private):
    """A single event under a used key, or of a version that is taken, is a conflict; what comes after is written."""
    store = database.store()
    book.write(store, "h-1", 1)

    def append(**values):
        one = book.event("h-2", 1, data=(("statement", "建议"),), private=private, **values)
        state = fold(Case("h-2", "p.hearing", "c-1", book.day), [one])
        (stored,) = store.append([one], {"h-2": 0}, book.now, [state] if with_state else ())
        return state, stored

    with store.begin():
        store.add_case(book.case("h-2"))
        with pytest.raises(Conflict, match=r"h-1.*idempotency key"):
            append(key="h-1/1")
        assert store.state("h-2") is None
        with pytest.raises(Conflict, match="kept already"):
            store.add_case(book.case("h-1"))
        state, stored = append()
        if not with_state:
            store.snapshots([state], {"h-2": stored.hash})
    assert [kept.event.version for kept in store.events("h-2")] == [1]
    assert store.resume(["h-2"])["h-2"] == (store.state("h-2"), ())
    assert list(store.verify()) == []
    given = []
    assert list(store.deliver(given.append).findings) == []
    assert [event.case for event in given] == ["h-1", "h-2"]


def test_the_states_that_are_kept_are_those_after_the_events(database, book):
    """States kept in the same call stand at the end of their chains; one that does not is refused, and all with it."""
    store = database.store()
    begun = {name: Case(name, "p.hearing", "c-1", book.day) for name in ("h-1", "h-2")}
    new = [book.event(name, version) for name in begun for version in (1, 2)]
    with store.begin():
        store.add_cases(book.case(name) for name in begun)
        early = fold(begun["h-1"], new[:1])
        with pytest.raises(StoreError, match=r"h-1 is that after event 1, and the last is 2"):
            store.append(new, dict.fromkeys(begun, 0), book.now, [early])
        with pytest.raises(StoreError, match=r"h-2 is that after event 2, and the last is 0"):
            store.append(new[:2], {"h-1": 0}, book.now, [fold(begun["h-2"], new[2:])])
        states = [fold(begun["h-1"], new[:2]), fold(begun["h-2"], new[2:])]
        store.append(new, dict.fromkeys(begun, 0), book.now, states)
    assert [(case.version, events) for case, events in store.resume(list(begun)).values()] == [(2, ()), (2, ())]
    assert list(store.verify()) == []


def test_what_was_undone_within_a_unit_is_not_remembered(database, book):
    """The head of a chain is that of what stands, also where an inner unit wrote to it and was undone."""
    store = database.store()
    with store.begin():
        store.add_case(book.case("h-1"))
        with suppress(RuntimeError), store.begin():
            store.append([book.event("h-1", 1, actor="undone")], {"h-1": 0}, book.now)
            raise RuntimeError
        store.append([book.event("h-1", 1)], {"h-1": 0}, book.now)
        store.append([book.event("h-1", 2)], {"h-1": 1}, book.now)
        store.snapshot(fold(Case("h-1", "p.hearing", "c-1", book.day), [kept.event for kept in store.events("h-1")]))
    assert [kept.event.actor for kept in store.events("h-1")] == ["a-1", "a-1"]
    assert list(store.verify()) == []


def test_a_rule_text_is_not_taken_for_kept_before_it_is_committed(database):
    """A text that was written in a unit that was undone, and asked for again in it, is written by the next one."""
    store = database.store()
    with suppress(RuntimeError), store.begin():
        store.keep_rules(digest("判定"), "判定")
        with suppress(RuntimeError), store.begin():
            raise RuntimeError
        store.keep_rules(digest("判定"), "判定")
        raise RuntimeError
    for _ in range(3):
        store.keep_rules(digest("判定"), "判定")
        assert store.rules(digest("判定")) == "判定"


def test_an_idempotency_key_counts_once(database, book):
    """A second event under the same key is a conflict and is not written; events without a key are many."""
    store = database.store()
    book.write(store, "h-1", 1)
    with store.begin():
        store.add_case(book.case("h-2"))
        with pytest.raises(Conflict, match=r"h-1.*idempotency key"):
            store.append([book.event("h-2", 1), book.event("h-2", 2, key="h-1/1")], {"h-2": 0}, book.now)
        store.append([book.event("h-2", 1), book.event("h-2", 2)], {"h-2": 0}, book.now)
        book.keep(store, "h-2")
    assert [kept.event.version for kept in store.events("h-2")] == [1, 2]
    assert store.by_key("") is None
    assert store.by_key("unused") is None
    assert list(store.by_keys(["h-1/1", "", "unused"])) == ["h-1/1"]
    with pytest.raises(StoreError, match="two of the events"):
        store.append([book.event("h-2", 3, key="k"), book.event("h-2", 4, key="k")], {"h-2": 2}, book.now)
    assert list(store.verify()) == []


def test_what_cannot_be_kept_is_refused(database, book):
    """A float, half a character, a null character in a name, a moment without a zone, a wrong version: all refused."""
    store = database.store()
    book.write(store, "h-1", 1)
    bad = [
        ({"data": (("x", 0.5),)}, CodecError),
        ({"data": (("x", "\ud800"),)}, StoreError),
        ({"actor": "\ud800"}, StoreError),
        ({"actor": "a\x00"}, StoreError),
        ({"day": dt.datetime(2006, 5, 1, tzinfo=dt.UTC)}, StoreError),
        ({"version": 3}, StoreError),
        ({"case": "none"}, StoreError),
    ]
    for values, error in bad:
        event = book.event(**({"case": "h-1", "version": 2} | values))
        with pytest.raises(error):
            store.append([event], {event.case: 1}, book.now)
    with pytest.raises(StoreError, match="time zone"):
        store.append([book.event("h-1", 2)], {"h-1": 1}, dt.datetime(2006, 5, 1))  # noqa: DTZ001 - that is the fault
    with pytest.raises(StoreError, match="expected version"):
        store.append([book.event("h-1", 2)], {}, book.now)
    with pytest.raises(StoreError, match="null character"):
        store.add_case(book.case("h\x00"))
    assert len(store.events("h-1")) == 1
    assert list(store.verify()) == []


def test_a_case_is_added_once(database, book):
    """A case of an id that is kept already is a conflict, and the cases given with it are not kept either."""
    store = database.store()
    book.write(store, "h-1", 1)
    with pytest.raises(Conflict):
        store.add_cases([book.case("h-0"), book.case("h-1", place="elsewhere")])
    assert [case.place for case in store.cases()] == ["c-1"]


def test_numbers_run_by_procedure_and_year(database):
    """Case ids count up for each procedure and year by itself, singly and in rows."""
    store = database.store()
    assert store.next_ids("a.b", 2006, 2) == ("a.b-2006-000001", "a.b-2006-000002")
    assert store.next_id("a.b", 2006) == "a.b-2006-000003"
    assert store.next_id("a.b", 2007) == "a.b-2007-000001"
    assert store.next_id("a.c", 2006) == "a.c-2006-000001"


def test_cases_come_in_the_order_of_their_ids(database, book):
    """Cases come in the order of code points, page by page, narrowed to a procedure or a place."""
    store = database.store()
    names = ["B", "a", "a-1", "a.1", "é", "汉", *[f"n{i:04}" for i in range(2100)]]
    with store.begin():
        store.add_cases(book.case(name, place="c-2" if name == "a" else "c-1") for name in names)
    assert [case.id for case in store.cases()] == sorted(names)
    assert [case.id for case in store.cases(procedure="p.hearing", place="c-2")] == ["a"]
    assert list(store.cases(procedure="none")) == []


def test_present_states_are_kept_and_listed(database, book):
    """A case's present state comes back equal; a later one takes its place; cases that have ended are not listed."""
    store = database.store()
    state = Case(
        "h-1", "p.hearing", "c-1", book.day, state="open", version=1, entered=book.day, latest=book.day,
        data=dict(ALL_KINDS), steps={"propose": (book.day, "王")}, reminded=True,
    )  # fmt: skip
    with store.begin():
        store.add_cases([book.case("h-1"), book.case("h-2")])
        store.snapshots([Case("h-1", "p.hearing", "c-1", book.day), state])
        store.snapshot(Case("h-2", "p.hearing", "c-1", book.day, ended="decided"))
    assert list(store.open_states()) == [state]
    assert list(store.open_states(procedure="p.hearing", place="c-1")) == [state]
    assert list(store.open_states(place="c-2")) == []
    assert store.state("h-2").ended == "decided"
    assert store.state("none") is None


def test_rule_texts_are_kept_by_their_hash(database):
    """A rule text is kept once under its own hash; under another it is refused."""
    store = database.store()
    text = "规则 😀\n" * 1000
    store.keep_rules(digest(text), text)
    store.keep_rules(digest(text), text)
    assert store.rules(digest(text)) == text
    assert store.rules("sha256:0") is None
    with pytest.raises(StoreError):
        store.keep_rules("sha256:0", text)


def test_small_values_are_replaced(database):
    """A small value takes the place of the one before it."""
    store = database.store()
    store.set_meta("district", "甲")
    store.set_meta("district", "乙")
    assert (store.meta("district"), store.meta("none")) == ("乙", None)


def test_a_row_that_was_changed_past_reading_says_so(database, book):
    """An event whose text no longer reads raises an error that names it and says to verify, not what it holds."""
    store = database.store()
    book.write(store, "h-1", 1)
    database.tamper("UPDATE cc_events SET day = 'secret'")
    with pytest.raises(StoreError, match=r"h-1/1.*verify") as raised:
        store.events("h-1")
    assert "secret" not in str(raised.value)


def test_cases_are_counted_by_where_they_stand(database, book):
    """Cases are counted by procedure, rule text, place, state and the step that they took last."""
    store = database.store()
    for name, count in (("h-1", 1), ("h-2", 3), ("h-3", 2)):
        book.write(store, name, count)
    assert list(store.tally()) == [Tally("p.hearing", "", "c-1", "open", "speak", 3)]


def test_equal_records_have_one_head(database, book):
    """The head is the same for the same events in whatever order cases were written, and another after one more."""
    store = database.store()
    empty = store.head()
    for name in ("h-2", "h-1"):
        book.write(store, name, 2)
    other = open_store(":memory:")
    for name in ("h-1", "h-2"):
        book.write(other, name, 2)
    assert store.head() == other.head() != empty
    book.write(other, "h-1", 1, first=3)
    assert store.head() != other.head()
    other.close()
