"""A host's application with the library inside: one request, one transaction, his row and our step together."""

import datetime as dt
import importlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, inspect, select

import community_core as cc
import community_core.store

flask = pytest.importorskip("flask", reason="Flask belongs to the extra test")

HALL = Path(__file__).parents[2] / "examples" / "service_hall"
DAY = dt.date(2006, 3, 1)
RESIDENT = {"X-Person": "person-1"}
CHAIR = {"X-Person": "person-2"}
COURTYARD = {
    "place": "wenyi",
    "ticket": "A001",
    "window": 3,
    "data": {"title": "院落用途", "options": ["build", "green"]},
}


@pytest.fixture
def hall(monkeypatch):
    """The example's module, importable only here."""
    monkeypatch.syspath_prepend(str(HALL))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield importlib.import_module("hall")
    for name in ("hall", "demo"):
        sys.modules.pop(name, None)


@pytest.fixture
def config():
    """Alembic's configuration of the example."""
    from alembic.config import Config

    return Config(HALL / "alembic.ini")


@pytest.fixture
def engine(tmp_path, hall, config):
    """The host's engine, its database brought up by the host's own migration."""
    from alembic import command

    made = create_engine(f"sqlite:///{tmp_path / 'hall.db'}")
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with cc.open_office(cc.load("demo-shenhe"), made) as office:
        office.register_place("wenyi", zh="文艺社区")
        office.appoint("person-1", "resident", "wenyi", DAY)
        office.appoint("person-2", "committee.chair", "wenyi", DAY)
    yield made
    made.dispose()


@pytest.fixture
def told():
    """Events that an observer was told of."""
    return []


@pytest.fixture
def client(hall, engine, told):
    """A client of the host's application on the day of the courtyard."""
    app = hall.create_app(engine, cc.load("demo-shenhe"), today=lambda: DAY, observers=[told.append])
    return app.test_client()


@pytest.fixture
def kept(hall, engine):
    """A function that reads the host's visits and the states of the library's cases."""

    def read():
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(select(hall.visits.c.ticket, hall.visits.c.step))]
            cases = cc.open_office(cc.load("demo-shenhe"), connection).open_cases()
            return rows, [case.state for case in cases]

    return read


def test_a_request_commits_the_hosts_row_and_the_step_together(client, kept, told):
    """Opening a case and taking a step leave a visit each and the case in its new state."""
    opened = client.post("/procedures/hearing/cases", json=COURTYARD, headers=RESIDENT)
    assert opened.status_code == 201
    step = {"ticket": "A002", "window": 3, "data": {"competence": "residents"}}
    taken = client.post(f"/cases/{opened.json['id']}/steps/check_competence", json=step, headers=CHAIR)
    assert (taken.status_code, taken.json["state"]) == (200, "checked")
    assert kept() == ([("A001", "open"), ("A002", "check_competence")], ["checked"])
    assert [item.step for item in told] == ["propose", "check_competence"]


def test_a_row_of_the_host_that_fails_takes_the_step_back(client, kept, told):
    """The case is opened before the visit is written; no window 0 exists, so there is neither visit nor case."""
    answer = client.post("/procedures/hearing/cases", json={**COURTYARD, "window": 0}, headers=RESIDENT)
    assert answer.status_code == 409
    assert set(answer.json["message"]) == {"zh", "en"}
    assert kept() == ([], [])
    assert told == []


def test_a_commit_that_fails_takes_both_back(client, kept, engine, told):
    """Where the host's transaction cannot be committed, neither row nor case is there, and nobody was told."""

    def fail(_connection):
        raise cc.StoreError(cc.Label("提交失败", "the commit failed"))

    event.listen(engine, "commit", fail)
    answer = client.post("/procedures/hearing/cases", json=COURTYARD, headers=RESIDENT)
    event.remove(engine, "commit", fail)
    assert answer.status_code == 503
    assert kept() == ([], [])
    assert told == []


def test_a_refused_step_leaves_the_hosts_row_out(client, kept):
    """The visit is written before the step is taken; the refusal takes it back and says why in both languages."""
    opened = client.post("/procedures/hearing/cases", json=COURTYARD, headers=RESIDENT).json
    step = {"ticket": "A002", "window": 3, "data": {"competence": "residents"}}
    answer = client.post(f"/cases/{opened['id']}/steps/check_competence", json=step, headers=RESIDENT)
    assert answer.status_code == 409
    (found,) = answer.json["findings"]
    assert found["code"] == "not-entitled"
    assert found["zh"]
    assert found["en"]
    assert kept() == ([("A001", "open")], ["proposed"])


def test_a_request_that_is_sent_again_changes_nothing(client, kept):
    """The ticket is the idempotency key: the same request gives the same case, another one under it is refused."""
    first = client.post("/procedures/hearing/cases", json=COURTYARD, headers=RESIDENT)
    again = client.post("/procedures/hearing/cases", json=COURTYARD, headers=RESIDENT)
    assert again.json == first.json
    other = {**COURTYARD, "data": {"title": "别的事", "options": ["a", "b"]}}
    assert client.post("/procedures/hearing/cases", json=other, headers=RESIDENT).status_code == 409
    assert kept() == ([("A001", "open")], ["proposed"])


def test_a_decision_is_answered_as_json(client):
    """The answer carries outcome, status, reasons and what to ask; values of JSON are read by the facts' types."""
    given = {"birth_date": "1934-05-01", "lives_alone": True, "means": "dibao"}
    answer = client.post("/decide/care_class", json={"on": "2006-05-01", "given": given})
    assert (answer.json["status"], answer.json["outcome"]) == ("determined", "carer")
    assert "example" in {use["standing"] for use in answer.json["parameters"]}
    unknown = client.post("/decide/care_class", json={"on": "2006-05-01", "given": {"age": 72, "lives_alone": True}})
    assert (unknown.json["status"], unknown.json["ask"]) == ("undetermined", ["means"])


@pytest.mark.parametrize(("term", "given", "status"), [("no_such_term", {}, 404), ("care_class", {"age": "old"}, 400)])
def test_a_wrong_question_is_the_askers_error(client, term, given, status):
    """An unknown decision is 404 and a value that does not fit is 400, each with a message in both languages."""
    answer = client.post(f"/decide/{term}", json={"on": "2006-05-01", "given": given})
    assert answer.status_code == status
    assert answer.json["message"]["zh"]
    assert answer.json["message"]["en"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/decide/care_class", []),
        ("/decide/care_class", {"on": "2006-05-01"}),
        ("/decide/care_class", {"on": "2006-5-1", "given": {}}),
        ("/decide/care_class", {"on": 20060501, "given": {}}),
        ("/decide/care_class", {"on": "2006-05-01", "given": ["age"]}),
        ("/procedures/hearing/cases", {"ticket": "A9", "window": 3}),
        ("/procedures/hearing/cases", {"ticket": 9, "window": 3, "data": {}}),
        ("/procedures/hearing/cases", {"ticket": "A9", "window": True, "data": {}}),
        ("/procedures/hearing/cases", {"ticket": "A9", "window": 3, "data": None}),
    ],
)
def test_a_request_that_lacks_something_is_told_so(client, path, body):
    """What is missing or of another form is a bad request that names it in both languages, and no failure."""
    answer = client.post(path, json=body, headers={"X-Person": "person-1"})
    assert answer.status_code == 400
    assert answer.json["message"]["zh"]
    assert answer.json["message"]["en"]


def test_a_window_sees_who_may_do_what(client):
    """The case shows its state, the link on the board, and for each step what stands against the person's taking it."""
    opened = client.post("/procedures/hearing/cases", json=COURTYARD, headers=RESIDENT).json
    seen = client.get(f"/cases/{opened['id']}", headers=CHAIR).json
    assert seen["state"] == "proposed"
    assert seen["may"]["check_competence"]["findings"] == []
    assert [found["code"] for found in seen["may"]["convene"]["findings"]] == ["wrong-state"]
    assert client.get(f"/cases/{opened['id']}").status_code == 401


def test_the_board_shows_what_was_published(client):
    """The link of a case leads to its page on the board once it has published something, and not before."""
    opened = client.post("/procedures/hearing/cases", json=COURTYARD, headers=RESIDENT).json
    assert client.get(opened["board"]).status_code == 404
    step = {"ticket": "A002", "window": 3, "data": {"why": "居民已商定"}}
    assert client.post(f"/cases/{opened['id']}/steps/withdraw", json=step, headers=CHAIR).status_code == 200
    page = client.get(opened["board"])
    assert page.status_code == 200
    assert "居民已商定" in page.text
    assert client.get("/board/index.html").status_code == 200
    assert client.get("/board/style.css").mimetype == "text/css"


def test_the_hosts_migration_brings_the_librarys_tables_along(engine, hall, config):
    """After the host's upgrade the tables of both are there, and his autogenerate finds nothing to change."""
    from alembic import command

    with engine.begin() as connection:
        assert community_core.store.TABLES | {"visits", "alembic_version"} == set(inspect(connection).get_table_names())
        config.attributes["connection"] = connection
        command.check(config)


def test_the_demo_of_the_hall_starts(tmp_path):
    """``flask --app …/demo.py`` finds an application with every route, twice in the same folder."""
    routes = "import demo; print(*sorted(r.rule for r in demo.create_app().url_map.iter_rules()), sep='\\n')"
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", routes],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{HALL}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
    assert "/decide/<term>" in done.stdout.splitlines()
    assert (tmp_path / "hall.db").is_file()


def test_the_requests_of_its_readme_are_answered(client):
    """Each request that the README shows can be sent as it stands and succeeds."""
    text = (HALL / "README.md").read_text("utf-8").replace("\\\n", " ")
    lines = [shlex.split(line) for line in text.splitlines() if line.startswith("curl ")]
    assert len(lines) == 2
    for words in lines:
        headers = dict(words[place + 1].split(": ") for place, word in enumerate(words) if word == "-H")
        url = next(word for word in words if word.startswith("localhost:5000"))
        data = words[words.index("-d") + 1]
        answer = client.post(url.removeprefix("localhost:5000"), data=data, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
