"""A service hall's own web application with community_core inside; it keeps its tables, its engine, its transactions.

One request is one transaction: the hall's visit and the step of the case are committed together, or neither is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import flask
from sqlalchemy import CheckConstraint, Column, Connection, Engine, Integer, MetaData, Table, Text, insert, select
from sqlalchemy.exc import IntegrityError

from community_core import CommunityError, FactError, Finding, Label, Office, Refused, Rules, StoreError, UnknownTerm
from community_core import open_office as office_of
from community_core.office.publishing import make_board
from community_core.pages import render_board
from community_core.ports.store import Conflict
from community_core.procedures import Case, Event
from community_core.rules import Kind, ValueType, read_text

metadata = MetaData()

#: The hall's own table: who came to which window with which ticket, and what became of it.
visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", Text, nullable=False, unique=True),
    Column("window", Integer, CheckConstraint("window > 0", name="visits_window"), nullable=False),
    Column("case_id", Text, nullable=False),
    Column("step", Text, nullable=False),
)

Today = Callable[[], dt.date]
Who = Callable[[flask.Request], str]


def today_in_china() -> dt.date:
    """Return the day in China: the library reads no clock, the host says which day it is."""
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()


def person_at_the_window(request: flask.Request) -> str:
    """Return who acts; a header stands here for the login that a real hall has."""
    person: str = request.headers.get("X-Person", "")
    if not person:
        flask.abort(401)
    return person


def create_app(
    engine: Engine,
    rules: Rules,
    *,
    today: Today = today_in_china,
    who: Who = person_at_the_window,
    observers: Iterable[Callable[[Event], object]] = (),
) -> flask.Flask:
    """Make the application over the hall's engine and a district's rules; the tables are there already."""
    app = flask.Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    told = tuple(observers)

    @contextmanager
    def one_transaction() -> Iterator[tuple[Connection, Office]]:
        with engine.begin() as connection:
            yield connection, office_of(rules, connection)
        # Observers hear of nothing that could still be rolled back, so they are told after the hall's own commit.
        with office_of(rules, engine, observers=told) as office:
            office.deliver()

    @app.post("/decide/<term>")
    def decide(term: str) -> Any:
        body = sent(on=str, given=dict)
        types = {fact.name: fact.type for fact in rules.terms.facts}
        return rules.decide(term, typed(types, body["given"]), on=day_of(body["on"])).as_data()

    @app.post("/procedures/<name>/cases")
    def open_case(name: str) -> Any:
        visit, data = asked(rules, name)
        with one_transaction() as (connection, office):
            case = office.open(
                name, data, actor=who(flask.request), day=today(), place=visit["place"], key=visit["ticket"]
            )
            write_visit(connection, visit, case, "open")
        return shown(case), 201

    @app.post("/cases/<case_id>/steps/<step>")
    def take_step(case_id: str, step: str) -> Any:
        with one_transaction() as (connection, office):
            case = office.case(case_id)
            visit, data = asked(rules, case.procedure)
            write_visit(connection, visit, case, step)
            case = office.take(case, step, data, actor=who(flask.request), day=today(), key=visit["ticket"])
        return shown(case)

    @app.get("/cases/<case_id>")
    def show_case(case_id: str) -> Any:
        with engine.connect() as connection:
            office = office_of(rules, connection)
            case = office.case(case_id)
            permissions = office.may(who(flask.request), case, today())
        may = {
            item.step: {"label": both(item.label), "findings": [finding_data(found) for found in item.findings]}
            for item in permissions
        }
        return {**shown(case), "may": may}

    @app.get("/board/<page>")
    def board(page: str) -> Any:
        with engine.connect() as connection:
            pages = render_board(make_board(office_of(rules, connection), day=today()))
        if page not in pages:
            flask.abort(404)
        return flask.Response(pages[page], mimetype="text/css" if page.endswith(".css") else "text/html")

    @app.errorhandler(CommunityError)
    def refused(error: CommunityError) -> Any:
        findings = [finding_data(found) for found in error.findings]
        return {"message": both(error.message), "findings": findings}, status_of(error)

    @app.errorhandler(IntegrityError)
    def own_row_refused(_error: IntegrityError) -> Any:
        message = Label("来访登记有误，本次没有办理", "the visit cannot be registered; nothing was done")
        return {"message": both(message), "findings": []}, 409

    return app


def status_of(error: CommunityError) -> int:
    """Return the HTTP status for an error of the library."""
    if isinstance(error, (Refused, Conflict)):
        return 409
    if isinstance(error, UnknownTerm):
        return 404
    return 400 if isinstance(error, FactError) else 503 if isinstance(error, StoreError) else 500


def both(label: Label) -> dict[str, str]:
    """Return a label in both languages."""
    return {"zh": label.text("zh"), "en": label.text("en")}


def finding_data(found: Finding) -> dict[str, Any]:
    """Return a finding for a form: its stable code, what it says in both languages, and what it speaks of."""
    return {"code": found.code, **both(found.message), "data": dict(found.data)}


def shown(case: Case) -> dict[str, str]:
    """Return what the window shows of a case, with its link on the public board."""
    return {"id": case.id, "state": case.state, "ended": case.ended, "board": f"/board/case-{case.id}.html"}


def asked(rules: Rules, procedure: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the visit and the step's data of the present request."""
    body = sent(ticket=str, window=int, data=dict)
    visit = {"ticket": body["ticket"], "window": body["window"], "place": body.get("place", "")}
    return visit, typed(dict(rules.procedure(procedure).field_types), body["data"])


def sent(**wanted: type) -> dict[str, Any]:
    """Return the object that was sent; one that lacks something, or has something else there, is a bad request."""
    body = flask.request.get_json()
    given = body if isinstance(body, dict) else {}
    # In Python, and not in JSON, true and false are whole numbers.
    wrong = [name for name, kind in wanted.items() if not isinstance(given.get(name), kind) or given[name] is True]
    if wrong:
        bad_request(Label(f"请求里缺少或写错了：{'、'.join(wrong)}", f"missing or wrong: {', '.join(wrong)}"))
    return given


def day_of(text: str) -> dt.date:
    """Return the day that JSON writes as a text."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        bad_request(Label(f"{text!r} 不是日期，请写成 2006-05-01", f"{text!r} is no day; write it as 2006-05-01"))


def bad_request(message: Label) -> NoReturn:
    """Answer that the request itself is wrong, in both languages."""
    flask.abort(flask.make_response({"message": both(message), "findings": []}, 400))


def typed(types: dict[str, ValueType], given: dict[str, Any]) -> dict[str, Any]:
    """Read JSON values into values of their types: a day is a text in JSON, and an amount of money as well."""
    return {name: value_of(types.get(name), value) for name, value in given.items()}


def value_of(kind: ValueType | None, value: Any) -> Any:
    """Return *value* as its type reads it; one that does not fit stays, and the library says what is wrong with it."""
    if kind is not None and isinstance(value, list):
        return tuple(value_of(kind.of, member) for member in value)
    if kind is None or kind.kind is Kind.TEXT or not isinstance(value, str):
        return value
    try:
        return read_text(kind, value)
    except ValueError:
        return value


def write_visit(connection: Connection, visit: dict[str, Any], case: Case, step: str) -> None:
    """Write the hall's own row; a request that is sent again finds it there."""
    row = {"ticket": visit["ticket"], "window": visit["window"], "case_id": case.id, "step": step}
    before = connection.execute(select(visits).where(visits.c.ticket == visit["ticket"])).mappings().first()
    if before is None or {name: before[name] for name in row} != row:
        connection.execute(insert(visits).values(row))
