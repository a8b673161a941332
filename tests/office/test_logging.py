"""What the library logs is what the documentation lists, and neither logs nor errors hold what is nobody's business."""

import ast
import datetime as dt
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

import community_core
from community_core.base.errors import CommunityError
from community_core.jurisdiction.loading import load
from community_core.office import open_office
from community_core.ports.keys import KeyRing
from community_core.registers.known import register_of
from community_core.store import open_store

ROOT = Path(community_core.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
RULES = Path(__file__).parents[1] / "store" / "relief.yaml"
DAY = dt.date(2006, 5, 1)
KEYS = KeyRing("a", {"a": b"\x01" * 32})
#: Values that must never be met where they have no business to be.
CASE = {"person": "甲建国", "phone": "13800001111", "illness": "某某罕见病", "score": 7654321}
PERSON = {"name": "乙爱民", "id_number": "11010119500101123X", "phone": "13911112222"}
SECRETS = [str(value) for value in (*CASE.values(), *PERSON.values())]


def logged_in(tree):
    """Yield level, event and fields of each log call in a module."""
    known = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    more = {
        node.target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Dict)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "log"):
            continue
        if node.func.attr == "isEnabledFor":
            continue
        (extra,) = [item.value for item in node.keywords if item.arg == "extra"]
        fields = []
        for part in (known[extra.id], more.get(extra.id)) if isinstance(extra, ast.Name) else (extra,):
            fields += [] if part is None else zip((key.value for key in part.keys), part.values, strict=True)
        said = dict(fields)
        yield node.func.attr, said.pop("event").value, tuple(said)


def test_the_page_lists_every_log_with_its_fields():
    """Logger, level, event and fields of each log call in the library stand in the table, and nothing else does."""
    written = set()
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # `extra` means another thing in each function.
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            logger = re.search(r'^log = logging.getLogger\("(.*)"\)', path.read_text(encoding="utf-8"), re.MULTILINE)
            written |= {(logger[1], *found) for found in logged_in(function)}
    row = re.compile(r"^\| `(community_core\.\w+)` \| (\w+) \| `([\w-]+)` \|([^|]*)\|", re.MULTILINE)
    listed = {(a, b, c, tuple(re.findall(r"`(\w+)`", d))) for a, b, c, d in row.findall(PAGE.read_text("utf-8"))}
    assert len(listed) > 5
    assert listed == written


def test_without_a_handler_nothing_is_printed():
    """A host that sets nothing up gets no line of ours on its standard error."""
    code = (
        "import community_core, logging; logging.getLogger('community_core.store').warning('x');"
        "print(logging.getLogger('community_core').handlers)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stderr, done.stdout.strip()) == ("", "[<NullHandler (NOTSET)>]")


def test_a_command_says_warnings():
    """Whoever runs a command reads warnings on standard error, and nothing below them."""
    code = (
        "import logging, sys; sys.argv = ['community-core', 'districts', '--json']\n"
        "from community_core.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n"
        "    for say in ('warning', 'info'):\n        getattr(logging.getLogger('community_core.store'), say)(say)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "warning\n"


def clean(text):
    """Whether none of the secrets is in *text*."""
    return not any(secret in text for secret in SECRETS)


@pytest.fixture
def told(caplog):
    """Everything that is logged, with all fields and tracebacks, as one text."""
    caplog.set_level(logging.DEBUG)

    def whole():
        lines = []
        for record in caplog.records:
            error = record.exc_info[1] if record.exc_info else None
            lines += [record.getMessage(), repr(vars(record)), repr(error)]
        return "\n".join(lines)

    return whole


def drive(office):
    """Do what clerks do with marked values, right and wrong, and yield what came of each: objects and errors."""
    office.register_place("p")
    for person, post in (("clerk-1", "clerk"), ("chief-1", "chief")):
        office.appoint(person, post, "p", dt.date.min)
    yield (case := office.open("relief", {"need": "住院", **CASE}, actor="clerk-1", day=DAY, place="p", key="k"))
    wrong = (
        lambda: office.open("relief", {"need": "住院", **CASE, "score": "甲建国"}, actor="clerk-1", day=DAY, place="p"),
        lambda: office.open("relief", {**CASE}, actor="nobody", day=DAY, place="p"),
        lambda: office.open("relief", {**CASE, "person": 7654321}, actor="clerk-1", day=DAY, place="p"),
        lambda: office.open("relief", {"need": "别的", **CASE}, actor="clerk-1", day=DAY, place="p", key="k"),
        lambda: office.open("relief", {"need": "住院", **CASE, "phone": "1\x00"}, actor="clerk-1", day=DAY, place="p"),
        lambda: office.registers.keep("residents", {"person": "r-2", "birth_date": "乙爱民"}, since=DAY, actor="c"),
        lambda: office.registers.keep("residents", {"person": "r-2", "dwelling": "d", **PERSON}, since=DAY, actor="c"),
        lambda: office.registers.erase("residents", ("r-9",), day=DAY, actor="c", why="x"),
        lambda: office.registers.keep("residents", {"person": "r-2", **PERSON, "sex": "乙爱民"}, since=DAY, actor="c"),
    )
    for attempt in wrong:
        try:
            yield attempt()
        except (CommunityError, ValueError, TypeError, AttributeError) as error:
            yield error
    rows = office.store.register_rows(register_of("residents"))
    yield from rows
    yield office.erase(case, actor="clerk-1", day=DAY, why="办结", ground="本人申请")
    yield list(office.verify())
    yield office.store.export()


def test_no_secret_is_in_a_log_or_in_an_error(tmp_path, told):
    """An office driven with marked values, with observers that fail, logs and raises none."""

    def fussy(event):
        raise ValueError(f"{event.data} {SECRETS}")

    store = open_store(tmp_path / "r.db", keys=KEYS)
    office = open_office(load(RULES), store, observers=[fussy])
    errors = [item for item in drive(office) if isinstance(item, Exception)]
    assert len(errors) > 4
    for error in errors:
        findings = getattr(error, "findings", ())
        assert clean(f"{error} {error!r} {error.args} {findings!r}"), repr(error)
        cause = error.__cause__
        assert cause is None or clean(f"{cause} {cause!r}"), repr(cause)
    text = told()
    assert {"step", "observer-failed"} <= set(re.findall(r"'event': '([\w-]+)'", text))
    assert clean(text)
    assert "\\x01" not in repr(KEYS)
    store.close()
