"""The connection cut, the disk full, the database locked: a clear error, nothing half done, the next call works."""

import datetime as dt
import gc
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event, make_url, text

import community_core as cc
from community_core.base import StoreError
from community_core.cli.main import main
from community_core.ports.store import Posting
from community_core.store import connections, statements

RULES = Path(__file__).parent / "seats.yaml"
DAY = dt.date(2006, 5, 1)
CLERK = {"actor": "clerk-1", "day": DAY}


@pytest.fixture
def make_office(database):
    """Open an office over the seats on a store of its own, with a clerk."""
    rules = cc.load(str(RULES))

    def make_office(**options):
        office = cc.open_office(rules, database.store(**options))
        office.store.add_posting(Posting("clerk-1", "clerk", "town", dt.date(2006, 1, 1)))
        return office

    return make_office


def everything(office):
    """Return all that a step writes: cases, events, states, appointments, what waits in the outbox, numbers given."""
    with office.store._transactions.reading() as connection:
        tables = ("cc_cases", "cc_events", "cc_snapshots", "cc_postings", "cc_outbox", "cc_counters", "cc_rule_texts")
        return {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in tables}  # noqa: S608


def failure(attempt):
    """Return the error that an attempt ends with, or ``None`` where it goes through."""
    try:
        attempt()
    except StoreError as error:
        return error
    return None


def cut(database, connection):
    """End the connection at the server, and wait until it is gone."""
    pid = connection.connection.driver_connection.info.backend_pid
    with database.engine(isolation_level="AUTOCOMMIT").connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pid})


@pytest.mark.parametrize("followed", [True, False])
def test_the_connection_cut_at_any_statement_leaves_nothing(database, make_office, monkeypatch, followed):
    """Wherever in a step with an appointment and a follow-up the connection is cut, nothing of it is there.

    Statements go past SQLAlchemy to the driver where nobody follows them; a cut is told the same way.
    """
    if database.is_sqlite:
        pytest.skip("a file has no connection to lose")
    office = make_office()
    case = office.open("seat", {"person": "p1"}, place="town", **CLERK)
    before = everything(office)
    transactions = office.store._transactions
    seen, wanted = [0], [0]

    def watch(_connection, _cursor, _statement, _parameters, _context, _many):
        if transactions.current is not None:
            seen[0] += 1
            if seen[0] == wanted[0]:
                cut(database, transactions.current)

    carried_out = statements._carried_out

    def carry_out(*asked):
        watch(*asked[:3], None, None, False)
        return carried_out(*asked)

    if followed:
        event.listen(transactions.engine, "before_cursor_execute", watch)
    else:
        monkeypatch.setattr(statements, "_carried_out", carry_out)
    for number in count(1):
        seen[0], wanted[0] = 0, number
        error = failure(lambda: office.take(case, "confirm", **CLERK))
        if error is None:
            break
        assert "connection to the database was lost" in str(error)
        assert "连接中断" in error.message.zh
        assert everything(office) == before
    assert number > (8 if followed else 5)
    assert office.case(case.id).state == "seated"
    assert list(office.verify()) == []


def test_a_disk_full_at_any_page_leaves_nothing(sqlite_file):
    """However little room is left, a step that does not fit leaves nothing, and goes through with room again."""
    office = cc.open_office(cc.load(str(RULES)), sqlite_file.store())
    office.store.add_posting(Posting("clerk-1", "clerk", "town", dt.date(2006, 1, 1)))
    case = office.open("seat", {"person": "p1"}, place="town", **CLERK)
    office.take(case, "confirm", **CLERK)
    office.checkpoint()
    engine = office.store._transactions.engine
    before, note = everything(office), "很长" * 6000

    limits = [0]

    @event.listens_for(engine, "checkout")
    def _limited(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count={limits[-1] or 10000}")

    def room(pages):
        office.store._transactions.release()
        with engine.connect() as connection:
            limits.append(connection.exec_driver_sql("PRAGMA page_count").scalar_one() + pages)

    for number in count():
        room(number)
        error = failure(lambda: office.take(case, "add", {"note": note}, **CLERK))
        if error is None:
            break
        assert "disk is full" in str(error)
        assert everything(office) == before
    assert number > 3
    room(10000)
    assert office.take(case, "leave", actor="clerk-1", day=dt.date(2006, 5, 4)).ended == "decided"
    assert office.checkpoint().size == 5
    assert list(office.verify()) == []


def test_of_a_bulk_call_on_a_full_disk_whole_chunks_are_there(sqlite_file):
    """Chunks that were committed stay, the one that did not fit is not there at all."""
    office = cc.open_office(cc.load(str(RULES)), sqlite_file.store())
    office.store.add_posting(Posting("clerk-1", "clerk", "town", dt.date(2006, 1, 1)))
    office.store._transactions.release()
    with office.store._transactions.engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={used + 60}")
    done = []
    with pytest.raises(StoreError, match="disk is full"):
        office.open_many(
            "petition", [{"title": "x" * 200}] * 1000, place="town", chunk=50, progress=done.append, **CLERK
        )
    assert done
    assert len(list(office.store.cases())) == done[-1]
    assert list(office.verify()) == []


def test_a_lock_held_too_long_says_so(database, make_office):
    """A step that waits past the timeout is refused by a clear error in both languages; then it goes through."""
    office = make_office()
    impatient = make_office(timeout=0.1)
    case = office.open("seat", {"person": "p1"}, place="town", **CLERK)
    before = everything(office)
    with office.store.begin():
        office.store.set_meta("held", "yes")
        for attempt in (
            lambda: impatient.take(case, "confirm", **CLERK),
            lambda: impatient.open("seat", {"person": "p2"}, place="town", **CLERK),
            lambda: impatient.open_many("seat", [{"person": "p2"}], place="town", **CLERK),
            lambda: impatient.correct(case, 1, {"person": "p2"}, why="x", **CLERK),
            impatient.checkpoint,
        ):
            with pytest.raises(StoreError, match="locked past the timeout") as raised:
                attempt()
            assert "占用" in raised.value.message.zh
    assert everything(impatient) == before
    assert impatient.take(case, "confirm", **CLERK).state == "seated"
    assert list(office.verify()) == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the driver's own cursor cannot close on a broken connection
def test_a_reader_whose_connection_is_cut_says_so(database, make_office):
    """Verifying and exporting over a connection that breaks raise the same clear error; the next call works."""
    if database.is_sqlite:
        pytest.skip("a file has no connection to lose")
    office = make_office()
    office.open_many("petition", [{"title": "x"}] * 20, place="town", **CLERK)
    engine = office.store._transactions.engine
    for read in (office.verify, office.store.export):
        broken = []

        def once(connection, _cursor, statement, _parameters, _context, _many, broken=broken):
            if "cc_events" in statement and not broken:
                broken.append(1)
                cut(database, connection)

        event.listen(engine, "before_cursor_execute", once)
        with pytest.raises(StoreError, match="connection to the database was lost"):
            list(read())
        event.remove(engine, "before_cursor_execute", once)
        gc.collect()
        assert list(office.verify()) == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # as above
def test_a_connection_that_was_lost_while_it_lay_idle_is_made_anew(database, make_office, monkeypatch):
    """What the server ended while nobody worked is no error of the next call; one used a moment ago is not tried."""
    if database.is_sqlite:
        pytest.skip("a file has no connection to lose")
    office = make_office()
    seat = partial(office.open, "seat", {"person": "p1"}, place="town", **CLERK)

    def lose():
        with office.store._transactions.reading() as connection:
            cut(database, connection)

    monkeypatch.setattr(connections, "_IDLE", -1.0)
    lose()
    assert seat().version == 1
    monkeypatch.setattr(connections, "_IDLE", 3600.0)
    lose()
    assert "connection to the database was lost" in str(failure(seat))
    assert seat().version == 1
    assert list(office.verify()) == []


def test_a_server_that_is_not_there_is_one_message(database):
    """A command on a server that does not answer says so in both languages, with exit code 3 and no traceback."""
    if database.is_sqlite:
        pytest.skip("a file has no server")
    gone = make_url(database.url).set(port=1).render_as_string(hide_password=False)
    said = CliRunner().invoke(main, ["verify", "--store", gone])
    assert said.exit_code == 3
    assert "连接不上数据库服务器" in said.stderr
    assert "the database server" in said.stderr
    assert "Traceback" not in said.stderr
