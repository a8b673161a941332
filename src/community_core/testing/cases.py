"""Case files: what a ``cases/*.yaml`` says, read strictly into frozen data; nothing is run here.

A document of a case file::

    district: my-town            # an installed district or a file beside this one; or, instead of it:
    adopts: [shenhe.elder-care]  #   practices for a district that exists in this document only
    set: {elder_age: [...]}      # values for open parameters, as in a district file, in the place of that district's
    day: 2006-05-01              # the day of every case that names none
    cases:
      - name: 七十二岁、独居、低保
        shows: SHENHE-18         # rows of a catalogue, for the reader
        given: {age: 72, lives_alone: true, means: dibao}
        decide: care_class
        expect: {status: determined, outcome: carer, row: 2}
      - name: 听证
        run: hearing
        steps:
          - {take: propose, post: resident, day: 2006-03-01, data: {title: 院落, options: [a, b]}, state: proposed}
          - {take: announce, post: resident, day: 2006-03-02, refused: not-entitled}
          - {advance: 2006-06-01, state: lapsed}
      - name: 材料报告的部数
        parameter: intercom_phones
        expect: {outcome: 300}   # the value on the day; null while nobody has set one
      - name: 这些规则没有问题项
        findings: []             # the codes of what is wrong with the rules of this document, all of them

``expect`` may hold ``status``, ``outcome``, ``row`` (0 is ``otherwise``), ``ask`` and ``gap``. A step is taken by
somebody who holds ``post`` in the place of the case (``appointed: false``: by somebody who does not); ``actor`` names
him where one person takes several steps. ``state`` is the state after the step, ``holds`` are fields that the case
then has, ``reminded`` says whether a late rule has reminded or escalated in that state, ``refused`` is the code of a
finding that refuses it. Values are written as a form would have them:
``96.9%``, ``"12.50"``, ``2006-05-01``. A run that says ``after: 名称`` comes after another run of its document, in the
same office; the first hearing of an office in 2006 has the id ``hearing-2006-000001``. An opening step with ``place``
opens the case in a place inside of the office's, and a run with ``case`` goes on with what an earlier one opened.

A run may say what stands in the registers before it, and a step what stands there after it, on its day or another::

    registered: [{in: places, row: {place: 乙, parent: case-place, layer: community}}]
    registers: [{in: households, of: [h-1], day: 2026-03-20, holds: {place: 乙}}]   # without holds: nothing
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from community_core.base.findings import NOWHERE, Finding, Origin, finding
from community_core.base.labels import Label
from community_core.declarations.practice import District
from community_core.rulebook import nodes
from community_core.rulebook.documents import DISTRICT
from community_core.rulebook.readers import (
    DOTTED,
    DOTTED_NAMES,
    TEXT,
    Day,
    Each,
    Flag,
    Pairs,
    Raw,
    Whole,
)
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record
from community_core.rulebook.scalars import Form, as_bool, as_int, form

#: Stands where a case expects nothing of a thing, which is not the same as expecting nothing there.
UNASKED = object()


@frozen
class Expect:
    """What a case expects of an answer; a part that is ``UNASKED`` is not looked at."""

    status: Any = UNASKED
    outcome: Any = UNASKED
    row: Any = UNASKED
    ask: Any = UNASKED
    gap: Any = UNASKED


@frozen
class Registered:
    """A row that a register holds before a run: *row* gives its columns by name."""

    register: str
    row: tuple[tuple[str, Any], ...]


@frozen
class Held:
    """What a register is to hold of a key on a day; *holds* is ``None`` where it is to hold nothing of it."""

    register: str
    of: tuple[str, ...]
    day: dt.date | None = None
    holds: tuple[tuple[str, Any], ...] | None = None


@frozen
class CaseStep:
    """One step of a run: what is taken by whom on which day, and the state, the fields or the refusal after it.

    With *advance* nothing is taken: the office settles deadlines to that day.
    """

    take: str = ""
    advance: dt.date | None = None
    actor: str = ""
    post: str = ""
    place: str = ""
    appointed: bool = True
    day: dt.date | None = None
    data: tuple[tuple[str, Any], ...] = ()
    state: str = ""
    refused: str = ""
    holds: tuple[tuple[str, Any], ...] = ()
    reminded: bool | None = None
    registers: tuple[Held, ...] = ()
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class CaseText:
    """One case as written: a question with its answer, a procedure's steps, a parameter's value, or findings.

    *after* names runs of the same document that come first in the same office; *before* are these, in order. *case* is
    the id of a case that one of them opened, and that the run goes on with.
    """

    name: str
    shows: tuple[str, ...] = ()
    day: dt.date | None = None
    given: tuple[tuple[str, Any], ...] = ()
    decide: str = ""
    expect: Expect | None = None
    run: str = ""
    case: str = ""
    steps: tuple[CaseStep, ...] = ()
    registered: tuple[Registered, ...] = ()
    after: tuple[str, ...] = ()
    before: tuple[CaseText, ...] = ()
    parameter: str = ""
    findings: tuple[str, ...] | None = None
    origin: Origin = field(default=NOWHERE, eq=False)


@frozen
class CaseGroup:
    """The cases of one document and the rules they stand under: a district by name or file, or one of their own.

    Beside *named*, *own* holds only the values that the document sets in the place of that district's.
    """

    cases: tuple[CaseText, ...]
    named: str = ""
    own: District | None = None
    day: dt.date | None = None


@frozen
class CaseFile:
    """A case file that was read: its groups, and what could not be read."""

    path: Path
    groups: tuple[CaseGroup, ...]
    findings: tuple[Finding, ...]


@frozen
class Value:
    """A value as it is written: text, whole number, truth, list, or mapping; its type is not known yet."""

    def read(self, node: nodes.Node, reading: Reading) -> Any:
        """Return the plain value; lists as tuples, mappings as dictionaries."""
        if isinstance(node, nodes.Sequence):
            members = tuple(self.read(item, reading) for item in node.items)
            return BAD if BAD in members else members
        if isinstance(node, nodes.Mapping):
            pairs = Pairs(self, Label("一组名称和值", "names and values")).read(node, reading)
            return BAD if isinstance(pairs, Bad) else dict(pairs)
        if not isinstance(node, nodes.Scalar) or form(node) is Form.FLOAT:
            return reading.expected(node, Label("一个值", "a value"))
        kind = form(node)
        if kind is Form.NULL:
            return None
        return as_bool(node) if kind is Form.BOOL else as_int(node) if kind is Form.INT else node.text


VALUE = Value()
VALUES = Pairs(VALUE, Label("一组名称和值", "names and values"))


def _step(fields: Fields, reading: Reading) -> CaseStep | Bad:
    if ("take" in fields.values) == ("advance" in fields.values):
        return reading.report(
            "case-step",
            "每一步写 take（办理的环节）或 advance（推进到的日期）之一",
            "each step says either take (the step) or advance (the day to settle deadlines to)",
            fields.origin,
        )
    return CaseStep(**fields.values, origin=fields.origin)


_KINDS = {"decide": {"expect"}, "run": {"steps"}, "parameter": {"expect"}, "findings": set[str]()}


def _case(fields: Fields, reading: Reading) -> CaseText | Bad:
    kinds = [needs for kind, needs in _KINDS.items() if kind in fields.values]
    if len(kinds) != 1 or not kinds[0] <= set(fields.values):
        return reading.report(
            "case-kind",
            "每个例子写 decide 和 expect，或者写 run 和 steps，或者写 parameter 和 expect，或者写 findings",
            "each case has decide and expect, or run and steps, or parameter and expect, or findings",
            fields.origin,
        )
    return CaseText(**fields.values, origin=fields.origin)


_IN = Key("in", DOTTED, Label("登记簿", "the register"), required=True)
REGISTERED = Record(
    (_IN, Key("row", VALUES, Label("各列的值", "the columns"), required=True)),
    lambda fields, _: Registered(fields.values["in"], fields.values["row"]),
    Label("登记簿的一行", "a row of a register"),
)
HELD = Record(
    (
        _IN,
        Key("of", Each(TEXT, Label("键", "the key"), or_one=True), Label("键", "the key"), required=True),
        Key("day", Day(), Label("哪一天", "the day")),
        Key("holds", VALUES, Label("应有的值", "what it is to hold")),
    ),
    lambda fields, _: Held(fields.values["in"], fields.values["of"], fields.get("day"), fields.get("holds")),
    Label("登记簿里应有的", "what a register is to hold"),
)
STEP = Record(
    (
        Key("take", DOTTED, Label("办理的环节", "the step that is taken")),
        Key("advance", Day(), Label("推进到的日期", "the day to which deadlines are settled")),
        Key("actor", TEXT, Label("办理人", "who takes it")),
        Key("post", TEXT, Label("以什么职务", "the post")),
        Key("place", DOTTED, Label("立案的地方，在例子的地方之内", "where it is opened, inside the example's place")),
        Key("appointed", Flag(), Label("是否任此职务", "whether the actor holds the post")),
        Key("day", Day(), Label("日期", "the day")),
        Key("data", VALUES, Label("所填内容", "what is given")),
        Key("state", DOTTED, Label("之后的状态", "the state after it")),
        Key("refused", DOTTED, Label("拒绝的代码", "the code that refuses it")),
        Key("holds", VALUES, Label("之后办件里的内容", "fields of the case after it")),
        Key("reminded", Flag(), Label("是否已催办或上报", "whether a late rule has reminded or escalated")),
        Key("registers", Each(HELD, Label("登记簿", "registers")), Label("登记簿里应有的", "what registers then hold")),
    ),
    _step,
    Label("一步", "a step"),
)
_RUNS = Each(TEXT, Label("先办的例子", "runs that come first"), or_one=True)
EXPECT = Record(
    (
        Key("status", DOTTED, Label("状态", "the status")),
        Key("outcome", VALUE, Label("结果", "the outcome")),
        Key("row", Whole(0), Label("行号", "the row")),
        Key("ask", DOTTED_NAMES, Label("要问的名称", "what is asked for")),
        Key("gap", TEXT, Label("缺项", "the gap")),
    ),
    lambda fields, _: Expect(**fields.values),
    Label("期望", "what is expected"),
)
CASE = Record(
    (
        Key("name", TEXT, Label("名称", "the name"), required=True),
        Key("shows", Each(TEXT, Label("目录行", "catalogue rows"), or_one=True), Label("目录行", "catalogue rows")),
        Key("day", Day(), Label("日期", "the day")),
        Key("given", VALUES, Label("已知事实", "facts given")),
        Key("decide", DOTTED, Label("判定表", "the decision")),
        Key("expect", EXPECT, Label("期望", "what is expected")),
        Key("run", DOTTED, Label("程序", "the procedure")),
        Key("case", TEXT, Label("接着办的办件", "the case it goes on with")),
        Key("steps", Each(STEP, Label("各步", "steps")), Label("各步", "steps")),
        Key("registered", Each(REGISTERED, Label("各行", "rows")), Label("登记簿里已有的", "what registers hold")),
        Key("after", _RUNS, Label("先办的例子", "runs that come first")),
        Key("parameter", DOTTED, Label("参数", "the parameter")),
        Key(
            "findings",
            Each(DOTTED, Label("代码的列表", "a list of codes")),
            Label("规则的问题项", "findings of the rules"),
        ),
    ),
    _case,
    Label("一个例子", "a case"),
)
DOCUMENT = Record(
    (
        Key("district", TEXT, Label("区县", "the district")),
        Key("adopts", Raw(), Label("采用的做法", "practices adopted")),
        Key("set", Raw(), Label("所设的值", "values set")),
        Key("day", Day(), Label("日期", "the day")),
        Key("cases", Each(CASE, Label("各例", "cases"), keep_bad=True), Label("各例", "cases"), required=True),
    ),
    lambda fields, _: fields,
    Label("一份例子", "a document of cases"),
    lenient=True,
)


# A folder called `cases` is not ours alone: only a file whose text has this key is a case file.
_CASES = re.compile(rb"^cases[ \t]*:", re.MULTILINE)


def case_files(where: Path) -> list[Path]:
    """Return the case files in the folder *where* and below it, or *where* itself where it is a file."""
    if not where.is_dir():
        return [where]
    found = sorted([*where.rglob("*.yaml"), *where.rglob("*.yml")])
    return [path for path in found if _CASES.search(path.read_bytes())]


def read_cases(path: Path) -> CaseFile:
    """Read a case file; what cannot be read is a finding, and the cases beside it still run."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return CaseFile(path, (), (_unreadable(path, error),))
    source = nodes.Source(text, str(path))
    documents, found = nodes.compose(source)
    groups: list[CaseGroup] = []
    for document in documents:
        reading = Reading(source, document)
        fields = DOCUMENT.read(document.root, reading)
        if fields is not BAD:
            groups.append(_group(fields, reading))
        found += [*(fault for _, fault in document.faults), *reading.findings]
    return CaseFile(path, tuple(groups), tuple(found))


def _group(fields: Fields, reading: Reading) -> CaseGroup:
    cases = tuple(case for case in fields.get("cases", ()) if case is not BAD)
    named = fields.get("district", "")
    if bool(named) == ("adopts" in fields.values):
        reading.report(
            "case-rules",
            "写 district（区县名或文件）或 adopts（采用的做法）之一，不能都写或都不写",
            "say either district (a name or a file) or adopts (practices), not both and not neither",
            fields.origin,
        )
        return CaseGroup((), day=fields.get("day"))
    cases = _with_before(cases, reading)
    own = None if named and "set" not in fields.values else _own_district(fields, reading)
    return CaseGroup(cases, named, own, fields.get("day"))


def _with_before(cases: tuple[CaseText, ...], reading: Reading) -> tuple[CaseText, ...]:
    """Return the cases with the runs that come before them; a name that is no earlier run is a finding."""
    known: dict[str, CaseText] = {}
    found: list[CaseText] = []
    for case in cases:
        strange = [name for name in case.after if name not in known]
        if strange:
            reading.report(
                "case-after",
                f"after 所写的 {'、'.join(strange)} 不是本文档里前面的 run 例子",
                f"{', '.join(strange)} under after is no run that stands before this case in its document",
                case.origin,
            )
        elif case.after:
            earlier = [each for name in case.after for each in (*known[name].before, known[name])]
            found.append(evolve(case, before=tuple(dict.fromkeys(earlier))))
        else:
            found.append(case)
        if case.run and not strange:
            known[case.name] = found[-1]
    return tuple(found)


def _own_district(fields: Fields, reading: Reading) -> District | None:
    """Read ``adopts`` and ``set`` as those of a district file would be read."""
    start = fields.node.index

    def scalar(text: str) -> nodes.Scalar:
        return nodes.Scalar(start, start, text, "")

    pairs: list[tuple[nodes.Node, nodes.Node]] = [(scalar("district"), scalar("case-file"))]
    pairs += [(scalar(key), fields.nodes[key]) for key in ("adopts", "set") if key in fields.nodes]
    district = DISTRICT.read(nodes.Mapping(start, fields.node.end, pairs), reading)
    return None if district is BAD else district


def _unreadable(path: Path, error: Exception) -> Finding:
    return finding(
        "unreadable-file",
        f"读不了文件 {path.name}（{type(error).__name__}），请检查路径和 UTF-8 编码",
        f"{path.name} cannot be read ({type(error).__name__}); check the path and the encoding, UTF-8",
        Origin(str(path)),
    )
