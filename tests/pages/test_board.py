"""The public board: complete, escaped, accessible and the same for the same record."""

from __future__ import annotations

import datetime as dt
import html.parser
from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.base.ranks import Standing
from community_core.pages.board import file_name, render_board, write_board
from community_core.pages.charts import Chart, ChartForm, ChartRow
from community_core.pages.items import (
    Board,
    BoardCase,
    BoardEntry,
    BoardField,
    BoardItem,
    Campaign,
    ExampleValue,
    PostingDue,
    Progress,
)
from community_core.pages.texts import ENDS, KINDS, STANDINGS, value_text
from community_core.procedures.definition import EndKind, PublishKind

DAY = dt.date(2006, 5, 20)
EVIL = "<script>alert('&')</script>\"'"
VOID = {"meta", "link", "rect", "br", "img", "use"}


def sample(*, subject: str = "305大院", evil: str = "") -> Board:
    """Return a board with something of everything, *evil* in every text."""
    notice = BoardItem(
        case="hearing-1",
        version=7,
        step=Label("作出结论" + evil, "conclude" + evil),
        kind=PublishKind.OBJECTION_NOTICE,
        since=dt.date(2006, 5, 15),
        until=dt.date(2006, 5, 22),
        fields=(BoardField("outcome", Label("结论" + evil, "outcome"), Label("建绿" + evil, "green")),),
        cite=Citation("001_75147285bf45155a.txt", "一、4" + evil, lines="L85"),
        standing=Standing.REPORTED,
        hash="sha256:" + "ab" * 32,
        entries=(
            BoardEntry(
                ledger="gifts" + evil,
                day=dt.date(2006, 5, 15),
                source="甲公司" + evil,
                target="c-1" + evil,
                amount=2_000_000,
                unit="fen",
                case="hearing-1" + evil,
                version=7,
                exact=False,
                purpose="环境" + evil,
            ),
        ),
    )
    case = BoardCase(
        id="hearing-1" + evil,
        procedure="shenhe.hearings.hearing",
        title=Label("社区事务听证会" + evil, "Community hearing"),
        place=Label("永环社区" + evil, "Yonghuan"),
        opened=dt.date(2006, 5, 1),
        state=Label("已结论" + evil, "concluded"),
        items=(evolve(notice, version=3, kind=PublishKind.ANNOUNCEMENT, until=None, entries=()), notice),
        subject=subject + evil,
        end=EndKind.DECIDED,
    )
    campaign = Campaign(
        name="contracts",
        title=Label("契约" + evil, "contracts"),
        states=(Label("已签" + evil, "signed"), Label("拒签", "refused"), Label("未遇", "not met")),
        rows=(
            Progress(Label("1号楼" + evil, "Building 1"), (7, 2, 1)),
            Progress(Label("2号楼", "Building 2"), (0, 0, 0)),
        ),
    )
    example = ExampleValue(
        term="shenhe.elder-care.elder_age",
        label=Label("老年起始年龄" + evil, "age"),
        value=Label("60", "60"),
        standing=Standing.EXAMPLE,
        answers=(Label("照料类别" + evil, "care class"),),
    )
    return Board(
        Label("沈河区" + evil, "Shenhe"),
        DAY,
        (case,),
        (campaign,),
        (example,),
        Label("说明" + evil, "note"),
        "sha256:00",
        charts=(
            Chart(
                "complaints" + evil,
                Label("各月投诉" + evil, "complaints"),
                (Label("已办结" + evil, "closed"), Label("办理中", "open")),
                (ChartRow(Label("2006-05" + evil), (3, 1), ("3" + evil, "1")),),
                note=Label("合计" + evil, "all"),
            ),
            Chart(
                "rating",
                Label("得分率", "rating"),
                (Label("环卫" + evil, "cleaning"), Label("房产", "housing")),
                (ChartRow(Label("2006-06-30"), (Fraction(3, 5), None), ("60.0 %", "–")),),
                ChartForm.LINES,
                shares=True,
            ),
        ),
        postings=(
            PostingDue(
                place=Label("永环社区" + evil, "Yonghuan"),
                item=Label("收支" + evil, "finances"),
                kind=PublishKind.DISCLOSURE,
                by=(Label("委员" + evil, "member"), Label("主任", "chair")),
                channel=Label("公示版" + evil, "board"),
                last=dt.date(2006, 4, 1),
                due=dt.date(2006, 5, 1),
                overdue=True,
            ),
        ),
    )


class Outline(html.parser.HTMLParser):
    """Reads a page strictly enough to see unclosed tags, headings out of order, and tables without captions."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.headings: list[int] = []
        self.faults: list[str] = []
        self.tables: list[list[str]] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.seen.append(tag)
        if tag not in VOID:
            self.stack.append(tag)
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append([])
        elif self.tables:
            self.tables[-1].append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if values.get("href", "").startswith("#"):
            self.targets.append(values["href"][1:])
        if tag == "th" and values.get("scope") not in {"row", "col"}:
            self.faults.append(f"th without scope: {values}")

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.stack or self.stack[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.stack[-1:]}")
        else:
            self.stack.pop()


def outline(text: str) -> Outline:
    """Return what the reader saw of *text*."""
    reader = Outline()
    reader.feed(text)
    reader.close()
    return reader


def test_every_page_is_well_formed_and_can_be_read_aloud():
    """Each page closes its tags, has one first heading, skips no level, captions its tables and names its languages."""
    for name, text in render_board(sample()).items():
        if not name.endswith(".html"):
            continue
        page = outline(text)
        assert page.faults == []
        assert page.stack == []
        assert page.headings[0] == 1
        assert page.headings.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
        assert page.tables
        assert all(tags[0] == "caption" for tags in page.tables)
        assert len(page.ids) == len(set(page.ids))
        assert set(page.targets) <= set(page.ids)
        assert "script" not in page.seen
        assert '<html lang="zh-CN">' in text
        assert '<span class="en" lang="en">' in text


def test_text_from_outside_is_escaped():
    """Markup in a title, field, place, citation, label or id is shown as text and never as markup."""
    pages = render_board(sample(evil=EVIL))
    for text in pages.values():
        assert "<script" not in text
        assert outline(text).faults == []
    case_page = next(text for name, text in pages.items() if name.startswith("case-"))
    assert "&lt;script&gt;" in case_page
    assert all("/" not in name and "<" not in name for name in pages)


def test_the_case_page_shows_the_record():
    """A case page gives kind, days, fields with labels, citation, standing and the short hash of each item."""
    text = render_board(sample())["case-hearing-1.html"]
    for expected in (
        "公告",
        "公示",
        "2006-05-15",
        "2006-05-22",
        "结论",
        "建绿",
        "001_75147285bf45155a.txt",
        "材料所述",
        "abababababab<",
    ):
        assert expected in text
    assert text.index("公告") < text.index('class="objection_notice"')


def test_open_notices_are_those_of_the_day():
    """The front page lists an objection notice from its first to its last day and no longer."""
    marker = '#item-2"'
    assert marker in render_board(sample())["index.html"]
    assert marker in render_board(evolve(sample(), day=dt.date(2006, 5, 22)))["index.html"]
    assert marker not in render_board(evolve(sample(), day=dt.date(2006, 5, 23)))["index.html"]
    assert marker not in render_board(evolve(sample(), day=dt.date(2006, 5, 14)))["index.html"]


def test_progress_is_counted_by_building():
    """The campaign page gives each building's counts, its rate and the totals, also for a building without cases."""
    text = render_board(sample())["campaign-contracts.html"]
    assert "70.0%" in text
    assert 'width="70.00"' in text
    assert 'x="90.00" y="0" width="10.00"' in text
    assert text.count('<svg class="bar"') == 2
    assert "–" in text


def test_example_values_are_named_as_such():
    """The front page says which answers rest on example values, and that these are nobody's rule."""
    text = render_board(sample())["index.html"]
    assert "示例" in text
    assert "照料类别" in text
    assert "不是任何地方的规定" in text


def test_same_record_same_bytes(tmp_path):
    """Written twice, or with its cases in another order, a board has the same bytes; a second time touches no file."""
    board = sample()
    other = evolve(board.cases[0], id="hearing-0")
    one = evolve(board, cases=(board.cases[0], other))
    two = evolve(board, cases=(other, board.cases[0]))
    assert dict(render_board(one)) == dict(render_board(two))
    written = write_board(one, tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in written}
    assert {path: path.stat().st_mtime_ns for path in write_board(two, tmp_path)} == stamps


def test_a_page_no_longer_public_goes_and_other_files_stay(tmp_path):
    """Writing a board without a case removes that case's page and leaves files it did not write."""
    write_board(sample(), tmp_path)
    (tmp_path / "notes.html").write_text("mine")
    write_board(evolve(sample(), cases=()), tmp_path)
    assert not (tmp_path / "case-hearing-1.html").exists()
    assert (tmp_path / "notes.html").read_text() == "mine"
    assert not list(tmp_path.glob("*.part"))


def test_the_stylesheet_keeps_its_contrast():
    """Every text colour of the stylesheet has a contrast of at least 4.5 to 1 on the ground it stands on."""
    text = render_board(sample())["style.css"]
    colours = dict(
        part.strip().split(": ") for part in text[text.index("--ink") : text.index("}")].split(";") if part.strip()
    )

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, two: str) -> float:
        high, low = sorted((light(one), light(two)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for ink in (colours["--ink"], colours["--link"], "#565656", "#3d3d3d"):
        assert ink in text
        for ground in (colours["--paper"], colours["--soft"]):
            assert contrast(ink, ground) >= 4.5
    assert contrast("#e0e0e0", colours["--ink"]) >= 4.5


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (None, "未知", "unknown"),
        (True, "是", "yes"),
        (False, "否", "no"),
        (0, "0", "0"),
        (Money(1250), "12.50 元", "12.50 yuan"),
        (Fraction(3, 5), "60%", "60%"),
        (Fraction(3, 1000), "0.3%", "0.3%"),
        (Fraction(1, 3), "1/3", "1/3"),
        (dt.date(2006, 5, 1), "2006年5月1日", "2006-05-01"),
        (("build", "green"), "建房、green", "build, green"),
        ((), "无", "none"),
        ({"build": 3}, "建房 3", "build 3"),
        ("", "（空）", "(empty)"),
    ],
)
def test_values_read_as_text(value, zh, en):
    """Each type of value has its text in both languages, and unknown is neither false nor zero."""
    text = value_text(value, {"build": Label("建房", "build")})
    assert (text.zh, text.text("en")) == (zh, en)


def test_every_kind_standing_and_end_has_its_words():
    """No publishing kind, standing or end lacks a Chinese and an English word."""
    for words, members in ((KINDS, PublishKind), (STANDINGS, Standing), (ENDS, EndKind)):
        assert set(words) == set(members)
        assert all(word.zh and word.en for word in words.values())


@given(st.text(max_size=120))
def test_page_names_are_plain(name):
    """A page's file name never leaves its folder, whatever the case is called."""
    assert "/" not in file_name("case", name)
    assert len(file_name("case", name)) < 100
    assert file_name("case", name).isascii()
