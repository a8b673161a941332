"""A rulebook becomes the same frozen declarations that Python builds, with every key read."""

import datetime as dt
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

from community_core.base import NOWHERE, Citation, Force, Label, Money, Origin, Privacy, Rank, Span, Standing
from community_core.codec import canonical, digest, parse
from community_core.declarations.amendments import Amendment, AmendmentKind
from community_core.declarations.code_lists import CodeEntry, CodeList
from community_core.declarations.practice import (
    District,
    GapTerm,
    Practice,
    Preference,
    ServiceTerm,
    Setting,
)
from community_core.instruments.ballot import BALLOT_RULES, Method, QuorumOf
from community_core.instruments.ties import TieRule
from community_core.instruments.workdays import WorkdayYear
from community_core.procedures.collective import CollectiveDecision, Electorate
from community_core.procedures.definition import (
    DisclosureItem,
    EffectSpec,
    EndKind,
    Gap,
    Late,
    LateAction,
    Measure,
    Needs,
    Paper,
    PaperForm,
    Procedure,
    Publish,
    PublishKind,
    Rates,
    Repeats,
    Step,
    StepField,
    Transition,
    Waiting,
)
from community_core.rulebook import read_file, read_text
from community_core.rulebook.reading import Record
from community_core.rules.bounds import Bound, BoundKind
from community_core.rules.terms import (
    Aggregation,
    AsOf,
    DatedValue,
    DecisionTable,
    Expression,
    Fact,
    HitPolicy,
    Output,
    Parameter,
    Row,
)
from community_core.rules.types import BOOL, DATE, INT, MONEY, REFERENCE, SHARE, TEXT, TYPE_NAMES, enum_of, list_of

HERE = Path(__file__).parent
SOURCE = "沈河材料"
E = Expression


def lines(text):
    """Return a citation of lines in the practice's own document."""
    return Citation(SOURCE, lines=text)


ALWAYS = Span()


def reported(value, span=ALWAYS, standing=Standing.REPORTED, cite=None):
    """Return a dated value with the practice's own standing."""
    return DatedValue(value, span, standing, cite)


def open_value(name, kind, label, value, **more):
    """Return a parameter with one undated value."""
    return Parameter(name, kind, Label(label), history=(reported(value),), **more)


NEW_YEAR = dt.date(2007, 1, 1)
CHAIR = Label("主持人")
PRACTICE = Practice(
    "shenhe.every",
    Label("样样都有", "Everything"),
    Citation(SOURCE, "自我服务", lines="L50"),
    Standing.REPORTED,
    Rank.CITY,
    facts=(
        Fact("birth_date", DATE, label=Label("出生日期"), privacy=Privacy.PERSONAL),
        Fact(
            "age",
            INT.in_unit("year"),
            label=Label("年龄", "age"),
            privacy=Privacy.PERSONAL,
            derived=E("age_on(birth_date,day)"),
        ),
        Fact(
            "means",
            enum_of("dibao", "low"),
            "household",
            Label("经济状况"),
            Privacy.SENSITIVE,
            labels=(("dibao", Label("低保", "minimum allowance")), ("low", Label("低收入"))),
            cite=lines("12"),
        ),
        Fact("home", TYPE_NAMES["position"], label=Label("住处的位置"), privacy=Privacy.PERSONAL),
        Fact("guardian", TEXT.in_unit("resident"), label=Label("监护人"), privacy=Privacy.PERSONAL),
        Fact(
            "members_counted",
            INT.within(Bound(BoundKind.AT_LEAST, 1, cite=Citation(SOURCE, article="2")), Bound(BoundKind.AT_MOST, 30)),
            "household",
            Label("人数"),
        ),
        Fact(
            "grade",
            INT.within(Bound(BoundKind.ONE_OF, (1, 2, 3, 4))),
            label=Label("残疾等级"),
            privacy=Privacy.SENSITIVE,
        ),
        Fact("groups", list_of(enum_of("elders", "children"), 1), label=Label("人群")),
    ),
    parameters=(
        Parameter(
            "elder_age",
            INT.in_unit("year"),
            Label("老年起始年龄"),
            history=(
                reported(60, Span(None, NEW_YEAR)),
                reported(65, Span(NEW_YEAR), Standing.PLAN, Citation("计划", article="5")),
            ),
            bounds=(
                Bound(BoundKind.AT_LEAST, 55, Span(dt.date(2000, 1, 1)), cite=Citation("条例")),
                Bound(BoundKind.ONE_OF, (60, 65), force=Force.GENERAL),
                Bound(BoundKind.AT_MOST, 70, Span(None, dt.date(2010, 1, 1))),
            ),
            open_to=(Rank.CITY, Rank.DISTRICT),
            stricter="higher",
        ),
        Parameter(
            "wait",
            INT.in_unit("workday"),
            Label("等待"),
            (reported(10, standing=Standing.EXAMPLE),),
            as_of=AsOf.STEP,
        ),
        open_value("price", MONEY, "价目", (("meal", Money(1250)), ("visit", Money(800))), per="service"),
        open_value(
            "part", SHARE.in_unit("permille"), "比例", Fraction(1, 200), gap=Label("材料未写"), force=Force.GENERAL
        ),
        open_value(
            "named",
            list_of(enum_of("elders", "children")),
            "人群",
            ("elders",),
            labels=(("elders", Label("老人", "elders")),),
        ),
        Parameter(
            "first_day",
            DATE,
            Label("首日"),
            (reported(dt.date(2006, 5, 1)), reported(dt.date(2007, 5, 1), Span(NEW_YEAR))),
        ),
        open_value("rule", enum_of(*BALLOT_RULES), "表决规则", "majority_of_present"),
        open_value("told", BOOL, "告知", value=True),
        open_value("word", TEXT, "文字", "pct(5)"),
    ),
    decisions=(
        DecisionTable(
            "care_class",
            (Output("", enum_of("carer", "none")),),
            (
                Row(
                    "age>=elder_age",
                    (("", E("carer")),),
                    Label("老年", "elder"),
                    cite=lines("L9"),
                    standing=Standing.PLAN,
                    name="old",
                ),
                Row("means == low", gap=Label("未写", "not written")),
            ),
            hit=HitPolicy.UNIQUE,
            otherwise=Row("true", (("", E("none")),), Label("其余")),
            title=Label("关爱类别", "Care class"),
            open_to=(Rank.DISTRICT,),
            cite=Citation(SOURCE, "另一节"),
            standing=Standing.IN_FORCE,
            span=Span(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
            as_of=AsOf.STEP,
        ),
        DecisionTable(
            "fee",
            (
                Output("form", enum_of("free", "paid"), Label("形式", "form"), (("free", Label("免费")),)),
                Output("amount", MONEY),
            ),
            (Row("true", (("form", E("free")), ("amount", E("yuan('0')"))), Label("免费")),),
            hit=HitPolicy.COLLECT,
            aggregation=Aggregation.SUM,
        ),
    ),
    procedures=(
        Procedure(
            "hearing",
            (
                Step(
                    "propose",
                    ("resident", "committee.chair"),
                    to="proposed",
                    takes=("options", "kind"),
                    label=Label("提出", "propose"),
                ),
                Step(
                    "conclude",
                    ("chair",),
                    ("proposed",),
                    "concluded",
                    when=E("known(kind)"),
                    held="held_day",
                    not_by=("propose",),
                    not_before=Waiting("propose", E("days(3)")),
                    within=Waiting("propose", E("months(2)")),
                    decides=CollectiveDecision("options", "members", E("rule"), E("part"), "present"),
                    publish=(
                        Publish(
                            PublishKind.OBJECTION_NOTICE,
                            ("options",),
                            "residents",
                            E("days(7)"),
                            Citation(SOURCE, article="9"),
                            "agreed",
                        ),
                    ),
                    effects=(
                        EffectSpec("open", (("procedure", E("follow_up")), ("about", E("outcome")))),
                        EffectSpec("remind", (("what", E("chair")),)),
                    ),
                    papers=("record",),
                    clears=("kind",),
                    because=Label("表决"),
                    cite=lines("L2"),
                    standing=Standing.PROPOSAL,
                ),
                Step(
                    "speak",
                    ("resident",),
                    ("proposed",),
                    needs=(Needs("plan_case", "plan", ("published",), "places"),),
                    publish=(Publish(PublishKind.DISCLOSURE, ("kind",)),),
                ),
                Step(
                    "elect",
                    ("chair",),
                    ("proposed",),
                    decides=CollectiveDecision(
                        "options",
                        "entitled",
                        E("plurality"),
                        E("part"),
                        method=Method.MULTIPLE,
                        seats=E("5"),
                        by=Electorate.HOUSEHOLDS,
                        quorum_more=True,
                        quorum_of=QuorumOf.PRESENT,
                        majority=E("part"),
                        channels=(("paper", "paper_voters"), ("online", "online_voters")),
                        seen_twice="paper",
                        proxy_limit=E("2"),
                        tie=TieRule.LOT,
                        tie_by="seed",
                        run_off_of="conclude",
                        records=True,
                        secret=True,
                        sealed="ballots",
                    ),
                ),
            ),
            ends=(("concluded", EndKind.DECIDED), ("lapsed", EndKind.LAPSED)),
            fields=(
                StepField("options", list_of(TEXT, 2), Privacy.PUBLIC, Label("方案"), optional=True),
                StepField("kind", enum_of("a", "b"), Privacy.PUBLIC, Label("种类"), (("a", Label("甲")),)),
                StepField("follows", list_of(REFERENCE.in_unit("case")), Privacy.INTERNAL),
                StepField("spoken", INT, Privacy.INTERNAL, times_of="speak"),
                StepField("paid", MONEY.within(Bound(BoundKind.AT_LEAST, Money(0))), Privacy.INTERNAL),
                StepField("entitled", list_of(TEXT), Privacy.PERSONAL, unordered=True, from_roll="roll"),
            ),
            late=(
                Late("proposed", E("days(30)"), LateAction.LAPSE, "lapsed"),
                Late("concluded", E("days(9)"), LateAction.ESCALATE, "street.officer", Label("久拖")),
                Late("lapsed", E("days(1)"), LateAction.REMIND),
                Late("lapsed", E("days(2)"), LateAction.ESCALATE, "street.officer"),
                Late("open", E("days(1)"), LateAction.LAPSE, "lapsed"),
            ),
            gaps=(Gap("counting", Label("计票未写", "no counting"), lines("L3")), Gap("other", Label("其他"))),
            transitions=(
                Transition(
                    "earlier",
                    ("chair",),
                    lines("L7"),
                    text="sha256:0",
                    before=dt.date(2027, 1, 1),
                    since=dt.date(2027, 2, 1),
                    states=(("open", "proposed"),),
                    steps=(("ask", "speak"),),
                    drops=("look",),
                    because=Label("改版"),
                ),
            ),
            papers=(
                Paper(
                    "record",
                    PaperForm.MINUTES,
                    ("options",),
                    ("speak",),
                    ("committee.chair",),
                    Label("听证记录", "record"),
                    Label("记录如下。"),
                ),
            ),
            states=(("proposed", Label("已提出", "proposed")), ("lapsed", Label("已失效"))),
            posts=(("chair", CHAIR), ("street.officer", Label("街道干部", "street officer"))),
            title=Label("听证会"),
            force="binds",
            extends="core.hearing.hearing",
            replaces="core.hearing.hearing",
            open_to=(Rank.DISTRICT,),
            cite=lines("L1"),
            standing=Standing.PLAN,
        ),
        Procedure(
            "scoring",
            (
                Step(
                    "count",
                    ("chair",),
                    to="counted",
                    takes=("item", "held_day", "who", "members", "came"),
                    rates=Rates("members", "came", E("criteria"), E("scale"), E("points"), E("weights")),
                ),
            ),
            ends=(("counted", EndKind.DECIDED),),
            fields=(
                StepField("item", enum_of("money", "duties"), Privacy.PUBLIC),
                StepField("held_day", DATE, Privacy.PUBLIC),
                StepField("who", TEXT, Privacy.PUBLIC),
                StepField("members", list_of(TEXT), Privacy.INTERNAL),
                StepField("came", list_of(TEXT), Privacy.INTERNAL),
            ),
            measures=(
                Measure(
                    "closed",
                    Label("办结率", "closing rate"),
                    E("state == counted"),
                    E("known(who)"),
                    on="held_day",
                    each="who",
                    privacy=Privacy.PUBLIC,
                ),
                Measure("ratings", value=E("rating")),
            ),
            repeats=Repeats(E("months(6)"), "who"),
            discloses=(
                DisclosureItem(
                    "money",
                    ("chair",),
                    Label("收支", "money"),
                    PublishKind.ANNOUNCEMENT,
                    "members",
                    Label("公示版", "board"),
                    E("months(1)"),
                    lines("L8"),
                    Standing.PLAN,
                ),
                DisclosureItem("duties", ("chair",)),
            ),
            posts=(("chair", CHAIR),),
            title=Label("评议"),
        ),
    ),
    services=(ServiceTerm("meal", Label("助餐", "meals"), ("resident",), ("free",), lines("L4"), Standing.PLAN),),
    gaps=(GapTerm("five_norms", Label("五个规范未载", "lost"), lines("L5")), GapTerm("short", Label("断了"))),
    code_lists=(
        CodeList(
            "degree",
            Label("残疾等级", "degree"),
            Label("残联", "federation"),
            (
                CodeEntry(
                    "1",
                    Label("一级", "first"),
                    "means",
                    "dibao",
                    Span(dt.date(2006, 1, 1), dt.date(2030, 1, 1)),
                    lines("L7"),
                ),
                CodeEntry("other", Label("其他")),
            ),
            (Rank.DISTRICT,),
            cite=lines("L6"),
            standing=Standing.PLAN,
        ),
    ),
    settings=(
        Setting(
            "core.hearing.quorum",
            (reported(Fraction(1, 2), Span(dt.date(2027, 1, 1)), Standing.EXAMPLE, lines("L6")),),
        ),
        Setting("core.prices.list_price", (reported((("meal", Money(300)),)),)),
        Setting("core.tiers.groups", (reported(("elders", "children")),)),
        Setting(
            "core.a.b",
            (reported("yes"), reported(3, Span(dt.date(2000, 1, 1))), reported(True, Span(dt.date(2001, 1, 1)))),
        ),
    ),
    workdays=(WorkdayYear(2027, (dt.date(2027, 1, 1),), (dt.date(2027, 1, 2),), Citation("通知")),),
)
DISTRICT = District(
    "demo-every",
    Label("区", "District"),
    "210103",
    Rank.CITY,
    ("shenhe.every", "core.hearing"),
    (Setting("shenhe.every.elder_age", (DatedValue(66, Span(dt.date(2010, 1, 1)), Standing.EXAMPLE),)),),
    (Preference("core.hearing.quorum", "shenhe.every", lines("L7")),),
    Citation(SOURCE),
    Standing.EXAMPLE,
    (
        ("population", DatedValue(610000, Span(dt.date(2006, 1, 1)), Standing.EXAMPLE, lines("L8"))),
        ("name", DatedValue("沈河", standing=Standing.REPORTED)),
    ),
)


@pytest.fixture(scope="module")
def loaded():
    """Read the rulebook that has every key."""
    found = read_file(HERE / "every-key.yaml", plugin="every")
    assert found.findings == ()
    return found


def test_yaml_and_python_give_the_same_practice(loaded):
    """The same practice, built in Python and read from YAML, has the same text and the same hash."""
    practice = attrs.evolve(loaded.practices[0], amendments=())
    assert canonical(practice) == canonical(PRACTICE)
    assert digest(practice) == digest(PRACTICE)
    assert parse(Practice, canonical(practice)) == parse(Practice, canonical(PRACTICE))


NOTICE = Citation("通知")
LATER = Span(dt.date(2027, 1, 1))


def test_amendments_are_read_as_python_builds_them(loaded):
    """Each kind of amendment, read from YAML, equals the one built in Python."""
    (practice,) = loaded.practices
    trial = Row("true", (("form", E("free")), ("price", E("yuan('0')"))), Label("试行"), name="trial")
    visit = Procedure(
        "hearing",
        (Step("visit", ("chair",), ("announced",), "visited", ("visited",)),),
        (("dropped", EndKind.WITHDRAWN),),
        (StepField("visited", BOOL, Privacy.PUBLIC, Label("看过")),),
        (Late("visited", E("days(9)"), LateAction.LAPSE, "dropped"),),
        states=(("visited", Label("已踏勘")),),
        posts=(("chair", CHAIR),),
    )
    kinds = DecisionTable(
        "recipient_kind", (Output("", enum_of("a", "b")),), (Row("true", (("", E("a")),), Label("一律")),)
    )
    follow_up = Procedure(
        "follow_up",
        (Step("open", ("chair",), to="done"),),
        (("done", EndKind.DECIDED),),
        posts=(("chair", CHAIR),),
    )

    def amendment(kind, term, **what):
        return Amendment(AmendmentKind(kind), term, **{"span": LATER, "cite": NOTICE, **what})

    ten, thirty = Bound(BoundKind.AT_LEAST, 10, LATER, cite=NOTICE), Bound(BoundKind.AT_MOST, 30, LATER, cite=NOTICE)
    assert practice.amendments == (
        amendment("add", "core.prices.service_price", rows=(trial,), before="first"),
        amendment(
            "add",
            "core.tiers.service_tier",
            rows=(Row("true", gap=Label("未写")),),
            after="old",
            span=Span(dt.date(2027, 1, 1), dt.date(2028, 1, 1)),
        ),
        amendment("tighten", "core.hearing.notice_period", bound=ten),
        amendment("tighten", "core.hearing.objection_period", bound=thirty, standing=Standing.PLAN),
        amendment("tighten", "core.hearing.hearing.convene", when=E("count(present) >= 9")),
        amendment("insert", "core.hearing.hearing", procedure=visit),
        amendment("replace", "core.tiers.recipient_kind", decision=kinds),
        amendment("add", "core.lists.degree", codes=(CodeEntry("2", Label("二级")),)),
        amendment(
            "replace",
            "core.lists.degree",
            code_list=CodeList("degree", Label("等级"), codes=(CodeEntry("3", Label("三级")),)),
            span=Span(dt.date(2028, 1, 1)),
        ),
        amendment("replace", "core.hearing.follow_up", procedure=follow_up),
    )
    assert parse(type(practice), canonical(practice)).amendments == practice.amendments


def test_yaml_and_python_give_the_same_district(loaded):
    """The same district, built in Python and read from YAML, is equal and has the same hash."""
    (district,) = loaded.districts
    assert district == DISTRICT
    assert digest(district) == digest(DISTRICT)


def _keys(reader, seen):
    if id(reader) in seen:
        return
    seen.add(id(reader))
    if isinstance(reader, Record):
        for key in reader.keys:
            yield key
            yield from _keys(key.reads, seen)
    elif attrs.has(type(reader)):
        for item in attrs.fields(type(reader)):
            yield from _keys(getattr(reader, item.name), seen)


def test_every_key_is_shown_in_the_example():
    """The file with every key has every key of the tables, and each has help in Chinese and English."""
    from community_core.rulebook.documents import DISTRICT as DISTRICT_KEYS
    from community_core.rulebook.documents import PRACTICE as PRACTICE_KEYS

    text = (HERE / "every-key.yaml").read_text(encoding="utf-8")
    seen = set()
    keys = [*_keys(PRACTICE_KEYS, seen), *_keys(DISTRICT_KEYS, seen)]
    assert len(keys) > 80
    for key in keys:
        assert f"{key.name}:" in text
        assert key.help.zh
        assert key.help.en


def test_origins_name_file_line_column_and_plugin(loaded):
    """Each declaration knows where its name stands, each row and value where it begins, and which plugin brought it."""
    (practice,) = loaded.practices
    rows = (HERE / "every-key.yaml").read_text(encoding="utf-8").split("\n")

    def at(origin):
        assert origin.file == str(HERE / "every-key.yaml")
        assert origin.plugin == "every"
        return rows[origin.line - 1][origin.column - 1 :]

    for item in (*practice.facts, *practice.parameters, *practice.decisions, *practice.procedures, *practice.gaps):
        assert at(item.origin).startswith(item.name + ":")
    hearing = practice.procedures[0]
    for item in (*hearing.steps, *hearing.fields, *hearing.gaps):
        assert at(item.origin).startswith(item.name + ":")
    for late in hearing.late:
        # One of several stands at its own mapping.
        assert at(late.origin).startswith("{" if late.state == "lapsed" else f"{late.state}:")
    assert at(practice.settings[0].origin).startswith("core.hearing.quorum:")
    assert at(practice.decisions[0].rows[0].origin).startswith("{when:")
    assert at(practice.decisions[1].rows[0].origin).startswith('when: "true"')
    assert at(practice.parameters[0].history[1].origin).startswith("{value: 65")
    assert at(practice.parameters[0].bounds[1].origin).startswith("{one_of:")
    assert at(practice.decisions[0].rows[0].when.origin).startswith('age >= elder_age"')
    assert practice.origin == Origin(str(HERE / "every-key.yaml"), 2, 1, "every")


WORDS = ["yes", "no", "on", "off", "y", "Yes", "NO", "2006-05-01", "12:30:00", "1_000", "none", "L50"]


@pytest.mark.parametrize("word", WORDS)
def test_words_stay_texts(word):
    """What YAML 1.1 would make a boolean, a day or a number of sixties stays a text."""
    (practice,) = read_text(f"practice: a.b\ngaps: {{g: {word}}}\n").practices
    assert practice.gaps[0].text == Label(word)


@pytest.mark.parametrize(
    ("text", "value"), [("010", 10), ("+5", 5), ("-3", -3), ("0x1F", 31), ("0o17", 15), ("0", 0), ("true", True)]
)
def test_numbers_follow_the_core_schema(text, value):
    """Whole numbers and booleans are read as YAML 1.2 says, and keep their type."""
    (district,) = read_text(f"district: d\nset: {{p.q: [{{value: {text}, from: undated}}]}}\n").districts
    found = district.settings[0].history[0].value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["1.0", "1e3", ".5", "-.inf", ".nan", "6.", "null", "~", ""])
def test_floats_and_nothing_are_no_values(text):
    """A decimal, an infinity or nothing is a finding wherever a value is expected."""
    loaded = read_text(f"district: d\nset:\n  p.q:\n    - value: {text}\n      from: undated\n")
    assert [each.code for each in loaded.findings] in (["float-refused"], ["wrong-type"])
    assert loaded.districts[0].settings == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pct(60)", Fraction(3, 5)),
        ("pct（60）", Fraction(3, 5)),
        ("pct('12.5')", Fraction(1, 8)),
        ("permille(3)", Fraction(3, 1000)),
        ("yuan('12.50')", Money(1250)),
        ('yuan("-3")', Money(-300)),
        ("yuan(12)", Money(1200)),
        ("days(10)", 10),
        ("months( 6 )", 6),
        ("date('2006-05-01')", dt.date(2006, 5, 1)),
        ("2006-05-01", "2006-05-01"),
        ("free", "free"),
        ("print('x')", "print('x')"),
    ],
)
def test_constants_without_a_declared_type(text, value):
    """A value for another's parameter is read by its own form, and what is no constant stays a text."""
    (district,) = read_text(f"district: d\nset:\n  p.q:\n    - value: {text}\n      from: undated\n").districts
    found = district.settings[0].history[0].value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    ["pct(-1)", "pct('x')", "yuan('1.234')", "date('2006-02-30')", "days(-1)", "days('x')", f"pct({'9' * 5000})"],
)
def test_a_constant_that_says_nothing_is_a_finding(text):
    """A misshapen constant is a finding and never a text."""
    loaded = read_text(f"district: d\nset:\n  p.q:\n    - value: {text}\n      from: undated\n")
    assert [each.code for each in loaded.findings] == ["wrong-constant"]


def places(text):
    """Return the expression of a rulebook with one derived fact, and the lines of that rulebook."""
    written = f"practice: 中.b\nfacts:\n  f: {{zh: 甲, type: bool, privacy: public, derived: {text}}}\n"
    if "\n" in text:
        written = "practice: a.b\nfacts:\n  f:\n    zh: 甲\n    type: bool\n    privacy: public\n    derived: " + text
    loaded = read_text(written.replace("中.b", "a.b"))
    assert loaded.findings == ()
    return loaded.practices[0].facts[0].derived, written.replace("中.b", "a.b").split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "年龄 and x",
        "'年龄 and x'",
        '"年龄 and x"',
        "'a == ''b'' and c'",
        '"a == \\"b\\" and c\\u4e2d and d"',
        "|\n      年龄\n      and x\n",
        ">\n      年龄\n      and x\n",
        ">-\n      (年龄\n        and x)\n\n      and y\n",
        "年龄\n      and x\n",
        "'年龄\n\n      and ''x'''\n",
        '"年龄 \\\n      and\\tx"\n',
        "|2-\n          年龄 and x\n",
    ],
)
def test_every_character_of_an_expression_knows_its_place(text):
    """Folded, quoted, escaped or plain: each character of an expression stands at the place that is said of it."""
    from community_core.rules.text import place

    expression, rows = places(text)
    assert expression.origin != NOWHERE
    for index, char in enumerate(expression.text):
        if char.isspace():
            continue
        origin = place(expression, index)
        found = rows[origin.line - 1][origin.column - 1 :]
        assert found.startswith((char, "\\" + char, f"\\u{ord(char):04x}")), (char, origin)


def test_a_byte_order_mark_moves_no_column():
    """A file that begins with a byte order mark is read, and its columns are those an editor shows."""
    loaded = read_text(b"\xef\xbb\xbfpractice: a.b\nx: 1\n")
    assert [(each.code, each.line, each.column) for each in loaded.findings] == [("unknown-key", 2, 1)]
    assert read_text(b"\xef\xbb\xbfx: 1\n").findings[0].column == 1


def test_windows_line_ends_move_no_line():
    """Lines that end in CR LF are counted once."""
    loaded = read_text("practice: a.b\r\ngaps:\r\n  g: 甲\r\nx: 1\r\n")
    assert [(each.line, each.column) for each in loaded.findings] == [(4, 1)]
    assert loaded.practices[0].gaps[0].text == Label("甲")


def test_a_citation_takes_its_document_from_the_source(loaded):
    """A citation that names no document means the practice's own, wherever the source stands in the file."""
    (practice,) = read_text(
        "practice: a.b\ngaps: {g: {zh: 甲, cite: {lines: L3}}}\nsource: {document: 材料}\n"
    ).practices
    assert practice.gaps[0].cite == Citation("材料", lines="L3")


def test_yaml_is_loaded_where_it_is_used():
    """Importing the loader does not import PyYAML; reading a text does."""
    code = (
        "import sys, community_core.rulebook as r; assert 'yaml' not in sys.modules; "
        "r.read_text('practice: a.b'); assert 'yaml' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
