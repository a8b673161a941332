"""Letters: all that the answer rests on in plain words, nothing invented, nothing masked shown, no template trusted."""

from __future__ import annotations

import datetime as dt
import html.parser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from community_core.base import Citation, Label, LoadError, Money, Privacy, Rank, Span, Standing
from community_core.declarations import District, Practice, ServiceTerm
from community_core.jurisdiction import Gathered, Rules, compose
from community_core.pages import letter, make_letter, render_letter
from community_core.rules import (
    BOOL,
    INT,
    MONEY,
    TEXT,
    DatedValue,
    DecisionTable,
    Expression,
    Fact,
    Output,
    Parameter,
    Row,
    enum_of,
)
from community_core.rules.types import TYPE_NAMES

DAY = dt.date(2006, 5, 1)
SOURCE = Citation("《三、自我服务》", lines="L111")
EVIL = "<script>alert(1)</script>{{ 7*7 }}\x1b[31m\u202e"
FORMS = [("zh", "text"), ("en", "text"), ("zh", "html"), ("en", "html")]

FACTS = (
    Fact(
        "means",
        enum_of("dibao", "own", "other"),
        label=Label("经济状况", "means"),
        privacy=Privacy.SENSITIVE,
        labels=(("dibao", Label("低保", "allowance")), ("own", Label("自有", "own means"))),
    ),
    Fact("age", INT.in_unit("year"), label=Label("年龄", "age"), privacy=Privacy.PERSONAL),
    Fact("note", TEXT, label=Label("备注", "note"), privacy=Privacy.PUBLIC),
    Fact("service", TEXT, label=Label("服务", "service"), privacy=Privacy.PUBLIC),
    Fact("alone", BOOL, label=Label("独居", "lives alone"), privacy=Privacy.PERSONAL),
)
ELDER_AGE = Parameter(
    "elder_age",
    INT.in_unit("year"),
    Label("老年起始年龄", "age of an elder"),
    (DatedValue(60, Span(dt.date(2000, 1, 1)), Standing.EXAMPLE, SOURCE, setter="town"),),
    open_to=(Rank.DISTRICT, Rank.CITY),
    gap=Label("材料未写年龄", "the document gives no age"),
)
PRICE = Parameter("price", MONEY, Label("价格", "price"), (DatedValue(Money(1250), standing=Standing.REPORTED),))
CARE = DecisionTable(
    "care",
    (
        Output(
            "help",
            enum_of("carer", "call", "none"),
            Label("照料", "help"),
            (("carer", Label("上门照料", "a carer")), ("call", Label("电话问安", "a daily call"))),
        ),
        Output("cost", MONEY, Label("费用", "cost")),
    ),
    (
        Row(
            "age < elder_age or not alone",
            (("help", Expression("none")), ("cost", Expression("yuan('0')"))),
            Label("只适用于独居老人", "for elders living alone"),
        ),
        Row(
            "means == dibao",
            (("help", Expression("carer")), ("cost", Expression("price"))),
            Label("经济困难", "in hardship"),
        ),
        Row(
            "means == own",
            (("help", Expression("call")), ("cost", Expression("yuan('1')"))),
            Label("有经济条件", "has means"),
        ),
        Row("true", gap=Label("其余未写", "says nothing of the rest"), because=Label("两者都不是", "neither")),
    ),
    title=Label("关爱类别", "Care class"),
)
NOTED = DecisionTable(
    "noted",
    (Output("", enum_of("yes", "no")),),
    (
        Row("note == 'x'", (("", Expression("yes")),), Label("写了", "noted")),
        Row("service == 'day_care'", (("", Expression("no")),), Label("日托", "day care")),
    ),
    title=Label("备注登记", "Notes"),
)
ELDER = {"age": 72, "alone": True, "means": "dibao"}


EAST = Label("东区", "East district")


def rules_of(*, parameter: Parameter = ELDER_AGE, title: Label = EAST, facts: tuple[Fact, ...] = FACTS) -> Rules:
    practice = Practice(
        "x",
        source=SOURCE,
        standing=Standing.REPORTED,
        facts=facts,
        parameters=(parameter, PRICE),
        decisions=(CARE, NOTED),
        services=(ServiceTerm("day_care", Label("日间照料", "day care"), ("resident",)),),
    )
    return compose(District("town", title, adopts=("x",)), Gathered(practices=(practice,)))


RULES = rules_of()


def written(subject: Any, lang: Any = "zh", rules: Rules = RULES, term: str = "care", **more: Any) -> str:
    return letter(rules.decide(term, subject, on=DAY), rules, lang, **more)


class Tags(html.parser.HTMLParser):
    """Checks that a page closes what it opens, and gathers its tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the parser's signature
        self.seen.add(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    return tags


@pytest.mark.parametrize(("lang", "form"), FORMS)
def test_a_letter_says_who_what_when_and_why(lang, form):
    """District, decision, day, outcome by its labels, facts, reasons with sources, values with standing and caution."""
    text = written(ELDER, lang, form=form)
    wanted = {
        "zh": "东区|关爱类别|2006年5月1日|上门照料|12.50 元|72 岁|独居|低保|经济困难|《三、自我服务》|材料所述"
        "|老年起始年龄|60 岁|自 2000年1月1日 起|有的数值是示例",
        "en": "East district|Care class|2006-05-01|a carer|12.50 yuan|72 years|lives alone|allowance|in hardship"
        "|《三、自我服务》|age of an elder|60 years|from 2000-01-01|Some values are examples",
    }[lang]
    if form == "html":
        text = parsed(text).text
    for word in wanted.split("|"):
        assert word in text
    assert "dibao" not in text
    assert "只适用于独居老人" not in text.partition("什么会改变结果")[0]
    assert RULES.digest in text


@pytest.mark.parametrize(("lang", "form"), FORMS)
def test_what_is_missing_and_how_to_give_it_stands_in_the_letter(lang, form):
    """A missing fact is asked for by its label with its possible values; an open parameter says who may set it."""
    open_rules = rules_of(parameter=evolve(ELDER_AGE, history=()))
    text = written({"age": 72, "alone": True}, lang, open_rules, form=form)
    wanted = {
        "zh": (
            "经济状况（下列之一：低保、自有、other）",
            "老年起始年龄（可由市、区县确定）。材料未写年龄",
            "还可能适用的规则",
        ),
        "en": (
            "means (one of these: allowance, own means, other)",
            "age of an elder (open to the city, the district). the document gives no age",
            "Rules that may still apply",
        ),
    }[lang]
    for words in wanted:
        assert words in text


@pytest.mark.parametrize(("lang", "form"), FORMS)
def test_a_gap_is_said_plainly(lang, form):
    """Where the document is silent there is no result, and its silence is quoted."""
    text = written({**ELDER, "means": "other"}, lang, form=form)
    assert {"zh": "没有结果", "en": "There is no result"}[lang] in text
    assert {"zh": "其余未写", "en": "says nothing of the rest"}[lang] in text


def test_a_status_without_a_row_is_said_too():
    """No rule that covers the case, and a broken rule, are said in words, with what is wrong."""
    assert "没有一条规则适用" in written({"note": "y", "service": "z"}, term="noted")
    broken = rules_of(parameter=evolve(ELDER_AGE, type=BOOL, history=()))
    text = written(ELDER, "en", broken)
    assert "is broken" in text
    assert make_letter(broken.decide("care", ELDER, on=DAY), broken).faults


def test_what_would_change_the_result_is_listed():
    """The letter names the facts that would have led to another result, by their labels."""
    text = written(ELDER).partition("什么会改变结果")[2]
    assert "经济状况为自有（现为低保）" in text
    assert "电话问安" in text
    assert "什么会改变结果" not in written({"age": 72, "alone": True})


@pytest.mark.parametrize(("lang", "form"), FORMS)
def test_to_others_personal_facts_are_masked(lang, form):
    """Not for the person concerned, no personal or sensitive value stands anywhere, and the letter says so."""
    text = written(ELDER, lang, form=form, for_person=False).replace(RULES.digest, "")
    for value in ("72", "低保", "allowance", "现为", "(now "):
        assert value not in text
    assert {"zh": "（不显示）", "en": "(not shown)"}[lang] in text
    assert {"zh": "个人情况已遮去", "en": "masked"}[lang] in text
    public = letter(RULES.decide("noted", {"note": "x"}, on=DAY), RULES, lang, form=form, for_person=False)
    assert {"zh": "备注", "en": "note"}[lang] in public
    assert "不显示" not in public


def test_to_others_a_name_is_masked():
    """Of a personal text a letter to others shows what the board does, of a sensitive one a number's edges alone."""
    for privacy, note, shown in (
        (Privacy.PERSONAL, "张建国", "张*国"),
        (Privacy.PERSONAL, "沈河区文化路305号", "（不显示）"),
        (Privacy.SENSITIVE, "张建国", "（不显示）"),
        (Privacy.SENSITIVE, "21010319500101123X", "2****************X"),
    ):
        facts = tuple(evolve(fact, privacy=privacy) if fact.name == "note" else fact for fact in FACTS)
        rules = rules_of(facts=facts)
        text = letter(rules.decide("noted", {"note": note}, on=DAY), rules, for_person=False)
        assert (shown in text, note in text) == (True, False)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_members_are_told_by_what_was_looked_at_of_them(lang):
    """Each member's facts stand by label, masked by their own class, and a missing one is asked for as a member's."""
    family = Fact("family", TYPE_NAMES["members"], label=Label("家庭成员", "family"), privacy=Privacy.INTERNAL)
    home = DecisionTable(
        "home",
        (Output("", enum_of("yes", "no")),),
        (Row("any(m.alone for m in family)", (("", Expression("yes")),), Label("有人独居", "one lives alone")),),
        otherwise=Row("true", (("", Expression("no")),), Label("没有", "none does")),
    )
    practice = Practice("y", source=SOURCE, facts=(*FACTS, family), decisions=(home,))
    rules = compose(District("town", EAST, adopts=("y",)), Gathered(practices=(practice,)))
    subject = {"family": [{"alone": True, "means": "dibao"}, {"alone": False}]}
    text = written(subject, lang, rules, "home")
    assert {"zh": "家庭成员：独居 是；独居 否", "en": "family: lives alone yes; lives alone no"}[lang] in text
    assert "低保" not in text
    assert "allowance" not in text
    masked = written(subject, lang, rules, "home", for_person=False)
    assert {"zh": "独居 （不显示）；独居 （不显示）", "en": "lives alone (not shown); lives"}[lang] in masked
    asked = written({"family": [{"alone": False}, {}]}, lang, rules, "home")
    assert {"zh": "家庭成员的独居（是或否）", "en": "family: lives alone (yes or no)"}[lang] in asked


def test_only_what_was_looked_at_stands_in_the_letter():
    """A fact that only later rows ask about is left out, even if it was given."""
    text = written({**ELDER, "alone": False})
    assert "独居" in text
    assert "低保" not in text.partition("什么会改变结果")[0]


def test_services_go_by_their_labels():
    """A service is called by its label."""
    assert "服务：日间照料" in written({"service": "day_care", "note": "y"}, term="noted")


def test_nothing_of_complaints_is_invented():
    """Without a template of the district no letter says where to complain."""
    for lang, form in FORMS:
        text = written(ELDER, lang, form=form)
        for word in ("投诉", "申诉", "复议", "complain", "appeal", "电话："):
            assert word not in text


@pytest.mark.parametrize(("lang", "form"), FORMS)
def test_no_text_of_others_becomes_markup_or_code(lang, form):
    """Markup, template code and control signs in a fact or title stay text on one line."""
    rules = rules_of(title=Label("东区" + EVIL, "East" + EVIL))
    text = letter(rules.decide("noted", {"note": f"a\n\n{EVIL}"}, on=DAY), rules, lang, form=form)
    assert "49" not in text.replace(rules.digest, "")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "a <script>" in text if form == "text" else "a &lt;script&gt;" in text
    if form == "html":
        assert "script" not in parsed(text).seen


# -- templates of a district -------------------------------------------------------------------------------------------


def test_a_district_adds_where_to_complain(tmp_path):
    """A template of the district may extend the library's and fill the block that it leaves empty."""
    (tmp_path / "letter.zh.txt").write_text(
        '{% extends "core/letter.zh.txt" %}{% block appeal %}\n向区民政局反映\n{% endblock %}', "utf-8"
    )
    text = written(ELDER, templates=tmp_path)
    assert "向区民政局反映" in text
    assert "经济困难" in text
    assert written(ELDER, "en", templates=tmp_path) == written(ELDER, "en")


def test_a_district_replaces_the_whole_letter(tmp_path):
    """A template that extends nothing is all that is printed; in HTML what it puts in is escaped."""
    for name in ("letter.zh.txt", "letter.zh.html"):
        (tmp_path / name).write_text("{{ letter.district }}：{{ letter.result[0].value }}", "utf-8")
    rules = rules_of(title=Label("<b>东区</b>"))
    assert written(ELDER, rules=rules, templates=tmp_path) == "<b>东区</b>：上门照料"
    assert written(ELDER, rules=rules, templates=tmp_path, form="html") == "&lt;b&gt;东区&lt;/b&gt;：上门照料"


def test_a_text_template_in_a_page_is_escaped_too(tmp_path):
    """A page that takes in a .txt template has its values escaped as well."""
    (tmp_path / "letter.zh.html").write_text('{% include "part.txt" %}', "utf-8")
    (tmp_path / "part.txt").write_text("{{ letter.district }}", "utf-8")
    rules = rules_of(title=Label("<b>东区</b>"))
    assert written(ELDER, rules=rules, templates=tmp_path, form="html") == "&lt;b&gt;东区&lt;/b&gt;"


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("一\n二\n{{ letter.no_such }}", 3),
        ("一\n{{ nothing }}", 2),
        ("{% if %}", 1),
        ("{{ letter.__class__.__mro__ }}", 1),
        ("{{ ''.__class__.__base__.__subclasses__() }}", 1),
        ("一\n{{ letter.result.__class__ }}", 2),
        ("{% for i in range(100000000) %}{% endfor %}", 1),
        ('{% include "../../secret.txt" %}', 1),
        ('{% extends "letter.zh.txt" %}', 0),
    ],
)
def test_a_template_that_fails_or_reaches_out_is_a_finding(tmp_path, template, line):
    """Unknown names, bad syntax and attempts to leave the sandbox or the folder are refused with file and line."""
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "letter.zh.txt").write_text(template, "utf-8")
    with pytest.raises(LoadError, match=r"letter\.zh\.txt") as caught:
        written(ELDER, templates=folder)
    (found,) = caught.value.findings
    assert found.code == "template-failed"
    assert Path(found.file) == folder / "letter.zh.txt"
    assert line in (0, found.line)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    """A missing folder of templates is a finding, not the library's letter in silence."""
    with pytest.raises(LoadError, match="no such folder"):
        written(ELDER, templates=tmp_path / "none")


def test_the_same_letter_is_the_same_text():
    """The records of a letter hold all that is printed: rendered twice they give one text."""
    made = make_letter(RULES.decide("care", ELDER, on=DAY), RULES)
    assert render_letter(made) == render_letter(made) == written(ELDER)
    assert not any(line.endswith(" ") for line in render_letter(made).splitlines())
