"""The tables of keys for whole documents: a practice, a district."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.base.ranks import Rank, Standing
from community_core.declarations.amendments import Amendment
from community_core.declarations.practice import District, Practice, Preference
from community_core.instruments.workdays import WorkdayYear
from community_core.rulebook.amendments import AMENDMENTS
from community_core.rulebook.code_lists import CODE_LIST
from community_core.rulebook.decisions import DECISION
from community_core.rulebook.facts import (
    FACT,
    GAP,
    PARAMETER,
    PLACE_RANK,
    RANK,
    SERVICE,
    SETTINGS_HELP,
    STANDING_KEY,
    Dated,
    SettingReader,
    settings_of,
)
from community_core.rulebook.labels import CITATION, CITE, FROM, LABEL, UNTIL, span_of
from community_core.rulebook.nodes import Node, Scalar, Sequence
from community_core.rulebook.posts import POSTS, unsure_posts, with_posts
from community_core.rulebook.procedures import PROCEDURE
from community_core.rulebook.readers import DOTTED, DOTTED_NAMES, Day, Each, Raw, Section, Sound, Text, Whole
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reader, Reading, Record
from community_core.rulebook.values import TYPE
from community_core.rules.terms import DatedValue


def _set_standing(reading: Reading, value: Any) -> None:
    reading.standing = value


def _set_source(reading: Reading, value: Any) -> None:
    reading.cited = value


# Terms of a document whose own standing or rank cannot be read might apply more widely than meant.
_DECIDING = ("standing", "rank")
_HEAD = (
    Key("title", LABEL, Label("标题", "the title")),
    Key("source", CITATION, Label("总出处", "the citation of every term that gives none"), then=_set_source),
    Key(
        "standing",
        STANDING_KEY.reads,
        Label("各条的规则性质", "the standing of every term that gives none"),
        then=_set_standing,
    ),
)
_AREA_CODE = re.compile(r"[0-9]{6}")
_RANK_HELP = Label("层级", "the rank at which it speaks")
_SETTINGS = Key("set", Section(SettingReader(), SETTINGS_HELP, keys=DOTTED), SETTINGS_HELP)


def _section(name: str, term: Reader, zh: str, en: str) -> Key:
    label = Label(zh, en)
    return Key(name, Section(term, label), label)


_SECTIONS = (
    _section("facts", FACT, "事实", "facts by name"),
    _section("parameters", PARAMETER, "参数", "parameters by name"),
    _section("decisions", DECISION, "判定", "decisions by name"),
    _section("procedures", PROCEDURE, "程序", "procedures by name"),
    _section("services", SERVICE, "服务", "services by name"),
    _section("gaps", GAP, "缺项", "gaps by name"),
    _section("code_lists", CODE_LIST, "代码表", "code lists by name"),
)


def _doubt(fields: Fields, reading: Reading) -> Finding | None:
    """Return the finding that makes every term of the document unavailable, or ``None``."""
    faults = {
        key: reading.fault(fields.nodes[key].index, fields.nodes[key].end + 1)
        for key in _DECIDING
        if key in fields.nodes
    }
    names = [key for key in _DECIDING if key in fields.bad or faults.get(key) is not None]
    if not names:
        return None
    known = [each for each in faults.values() if each is not None]
    near = [each for each in reading.findings if each.level == "error" and _concerns(each, names, fields, reading)]
    return [*known, *near, *reading.findings][0]


def _concerns(each: Finding, names: list[str], fields: Fields, reading: Reading) -> bool:
    said = dict(each.data)
    if each.code in ("unknown-key", "duplicate-key"):
        return said.get("key") in names or any(f"“{name}”" in each.message.zh for name in names)
    return any(name in fields.nodes and each.origin == fields.at(name, reading) for name in names)


def _amendments(fields: Fields) -> tuple[Amendment, ...]:
    return tuple(each for each in fields.get("amend", ()) if each is not BAD)


def _build_workdays(fields: Fields, reading: Reading) -> WorkdayYear | Bad:
    year, off, worked = fields.get("year"), fields.get("holidays", ()), fields.get("worked", ())
    strange = next((day for day in (*off, *worked) if day.year != year), None)
    both = next((day for day in worked if day in off), None)
    if both is not None:
        return reading.report(
            "duplicate-value",
            f"{both} 既写作放假，又写作上班；请留一处",
            f"{both} is written both as off and as worked; keep one",
            fields.at("worked", reading),
            day=str(both),
        )
    if strange is not None:
        key = "holidays" if strange in off else "worked"
        return reading.report(
            "day-of-another-year",
            f"{strange} 不在 {year} 年",
            f"{strange} does not lie in {year}",
            fields.at(key, reading),
            day=str(strange),
        )
    return WorkdayYear(year, off, worked, fields.get("cite"), fields.origin)


_DAYS = Each(Day(), Label("日期的列表", "a list of days"), unique=True)
WORKDAYS = Key(
    "workdays",
    Each(
        Record(
            (
                Key("year", Whole(at_least=1, at_most=9999), Label("年份", "the year"), required=True),
                Key("holidays", _DAYS, Label("放假的平日", "weekdays that are off"), required=True),
                Key("worked", _DAYS, Label("上班的周末", "Saturdays and Sundays that are worked")),
                CITE,
            ),
            _build_workdays,
            Label(
                "一年的工作日表 {year, holidays, worked, cite}", "a year's working days {year, holidays, worked, cite}"
            ),
        ),
        Label("工作日表的列表", "a list of tables of working days"),
        keep_bad=True,
    ),
    Label("各年的工作日表", "tables of working days, by year"),
)


def _workdays(fields: Fields) -> tuple[WorkdayYear, ...]:
    return tuple(each for each in fields.get("workdays", ()) if each is not BAD)


def _build_practice(fields: Fields, reading: Reading) -> Practice | Bad:
    name = fields.get("practice")
    if name is None:
        return BAD
    doubt = _doubt(fields, reading)
    sound: dict[str, tuple[Any, ...]] = {}
    broken: list[tuple[str, Finding]] = []
    for key in _SECTIONS:
        section = fields.get(key.name, Sound())
        sound[key.name] = () if doubt else tuple(value for _, value in section.entries)
        broken += [(f"{name}.{term}", why) for term, why in section.broken]
        if doubt:
            broken += [(f"{name}.{term}", doubt) for term, _ in section.entries]
    settings = fields.get("set", Sound())
    sound["procedures"], amendments = with_posts(fields, reading, sound["procedures"], _amendments(fields))
    unsure = unsure_posts(fields, reading, sound["procedures"], amendments)
    broken += settings.broken
    if doubt:
        broken += [(term, doubt) for term, _ in settings.entries]
    return Practice(
        name,
        title=fields.get("title", Label()),
        source=fields.get("source"),
        standing=fields.get("standing", Standing.IN_FORCE),
        rank=fields.get("rank"),
        settings=() if doubt else settings_of(settings.entries, fields.nodes.get("set", fields.node), reading),
        amendments=() if doubt else amendments,
        workdays=() if doubt else _workdays(fields),
        broken=tuple(broken),
        origin=fields.origin,
        unsure_posts=unsure,
        **sound,
    )


PRACTICE = Record(
    (
        Key("practice", DOTTED, Label("做法的名称", "the name of the practice"), required=True),
        *_HEAD,
        Key("rank", RANK, _RANK_HELP),
        *_SECTIONS,
        POSTS,
        _SETTINGS,
        AMENDMENTS,
        WORKDAYS,
    ),
    _build_practice,
    Label("一个做法", "a practice"),
    lenient=True,
)

PREFERENCE = Record(
    (
        Key("term", DOTTED, Label("哪一条", "the term"), required=True),
        Key("practice", DOTTED, Label("用哪个做法的", "the practice whose claim holds"), required=True),
        CITE,
    ),
    lambda fields, _: Preference(fields.get("term"), fields.get("practice"), fields.get("cite"), fields.origin),
    Label("取舍 {term, practice, cite}", "a preference {term, practice, cite}"),
)


def _build_figure(fields: Fields, reading: Reading) -> DatedValue | Bad:
    span = span_of(fields, reading)
    if span is BAD:
        return BAD
    figure = Dated(fields.nodes["value"], span, fields.get("standing"), fields.get("cite"), fields.origin)
    return figure.read(fields.get("type"), reading, reading.standing)


FIGURE = Record(
    (
        Key("value", Raw(), Label("值", "the value"), required=True),
        Key("type", TYPE, Label("类型", "its type")),
        FROM,
        UNTIL,
        STANDING_KEY,
        CITE,
    ),
    _build_figure,
    Label("一个数字 {value, cite}", "a figure {value, cite}"),
)


_FIGURES = Section(FIGURE, Label("情况", "figures by name"))


@frozen
class _Profile:
    """The figures of a place; a broken one is left out, with its finding."""

    section: Section = _FIGURES

    def read(self, node: Node, reading: Reading) -> tuple[tuple[str, DatedValue], ...] | Bad:
        found = self.section.read(node, reading)
        return BAD if found is BAD else found.entries


def _build_district(fields: Fields, reading: Reading) -> District | Bad:
    name = fields.get("district")
    if name is None:
        return BAD
    doubt = _doubt(fields, reading)
    _, amendments = with_posts(fields, reading, (), _amendments(fields))
    settings = fields.get("set", Sound())
    broken = [*settings.broken, *((term, doubt) for term, _ in settings.entries if doubt)]
    listed = fields.nodes.get("adopts")
    adopted = listed.items if isinstance(listed, Sequence) else ()
    return District(
        name,
        title=fields.get("title", Label()),
        code=fields.get("code", ""),
        rank=fields.get("rank", Rank.DISTRICT),
        adopts=tuple(each for each in fields.get("adopts", ()) if each is not BAD),
        settings=() if doubt else settings_of(settings.entries, fields.nodes.get("set", fields.node), reading),
        amendments=() if doubt else amendments,
        workdays=() if doubt else _workdays(fields),
        prefer=tuple(each for each in fields.get("prefer", ()) if each is not BAD),
        source=fields.get("source"),
        standing=fields.get("standing", Standing.IN_FORCE),
        profile=fields.get("profile", ()),
        broken=tuple(broken),
        origin=fields.origin,
        places=tuple((item.text, reading.origin(item)) for item in adopted if isinstance(item, Scalar)),
    )


@frozen
class AreaCode(Text):
    """A code of GB/T 2260: six digits, with or without quotes."""

    digits: bool = True

    def read(self, node: Node, reading: Reading) -> str | Bad:
        """Return the code."""
        text = super().read(node, reading)
        if text is BAD or _AREA_CODE.fullmatch(text):
            return text
        return reading.report(
            "wrong-value",
            f"“{text}”不是行政区划代码；按 GB/T 2260 写六位数字，如 210103",
            f"{text!r} is no code of an area; write the six digits of GB/T 2260, such as 210103",
            reading.origin(node),
            value=text,
        )


_ADOPTS = Each(DOTTED, DOTTED_NAMES.what, unique=True, keep_bad=True)
DISTRICT = Record(
    (
        Key("district", DOTTED, Label("区县的名称", "the name of the district"), required=True),
        *_HEAD,
        Key("rank", PLACE_RANK, _RANK_HELP),
        Key("code", AreaCode(), Label("行政区划代码", "its GB/T 2260 code")),
        Key("adopts", _ADOPTS, Label("采用哪些做法", "the practices it adopts")),
        _SETTINGS,
        POSTS,
        AMENDMENTS,
        WORKDAYS,
        Key(
            "prefer",
            Each(PREFERENCE, Label("取舍的列表", "a list of preferences"), keep_bad=True),
            Label("取舍", "its choices between claims of one rank"),
        ),
        Key("profile", _Profile(), Label("情况数字", "reported figures")),
    ),
    _build_district,
    Label("一个区县", "a district"),
    lenient=True,
)
