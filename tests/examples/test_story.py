"""The story of the example: one chain from three complaints to the review of a post, verified and on the board."""

import importlib.util
import re
from pathlib import Path

import pytest

import community_core as cc
from community_core.procedures.links import links_of

pytest.importorskip("community_shenhe")

STORY = Path(__file__).parents[2] / "examples" / "story" / "story.py"
LINKS = {
    "hot issue": {"complaint 1", "complaint 2", "complaint 3"},
    "hearing": {"hot issue"},
    "follow-up": {"hearing", "contract"},
    "rating": {"follow-up"},
    "review": {"rating"},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The folder in which the story was told, with what it printed: each case's id by what it is."""
    spec = importlib.util.spec_from_file_location("example_story", STORY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("story")
    said = []
    module.print = lambda *words: said.append(" ".join(map(str, words)))
    assert module.main(folder) == 0
    cases = dict(line.split(": ", 1) for line in said[:9])
    assert len(cases) == 9
    return folder, cases


def test_each_case_names_the_one_before_it(told):
    """Every case but the complaints and the contract names those that led to it, by its parent or in a field."""
    folder, cases = told
    names = {case: name for name, case in cases.items()}
    with cc.open_office(cc.load(STORY.parent / "story-town.yaml"), folder / "story.sqlite") as office:
        for name, others in LINKS.items():
            case = office.case(cases[name])
            procedure = office.rules.procedure(case.procedure)
            found = {names.get(link.other) for link in links_of(procedure, case)}
            assert found == others, name
        assert list(office.verify()) == []
        coverage = office.store.coverage()
        assert coverage.beyond <= 1


def test_nobody_was_removed_by_a_score(told):
    """The rating opened a review; the chair still holds the post, and whoever was elected can only be recalled."""
    folder, cases = told
    with cc.open_office(cc.load(STORY.parent / "story-town.yaml"), folder / "story.sqlite") as office:
        assert office.case(cases["rating"]).ended == "handed_over"
        review = office.case(cases["review"])
        assert review.state == "replied"
        last = review.latest
        assert "committee.chair" in {item.post for item in office.store.postings("chair-1", last)}
        may = {item.step: item for item in office.may("street-1", review, last)}
        assert [finding.code for finding in may["refer"].findings] == ["too-early"]
        assert "not-entitled" in [finding.code for finding in may["dismiss"].findings]


def test_the_board_tells_the_story_and_names_nobody(told):
    """One page of the board holds all nine cases with a picture; no person of the story stands on any page."""
    folder, cases = told
    pages = {path.name: path.read_text("utf-8") for path in (folder / "board").glob("*.html")}
    (story,) = [name for name in pages if name.startswith("story-")]
    assert set(re.findall(r'href="case-([^"]+)\.html"', pages[story])) == set(cases.values())
    assert pages[story].count("<circle") >= 9
    for page in pages.values():
        assert not re.search(r"(chair|representative|petition|lighting|street|liaison|convener)-\d", page)
        assert "辖区电器厂" not in page


def test_the_minutes_hold_every_statement(told):
    """The issued minutes of the hearing have all three statements, each once."""
    folder, _ = told
    page = (folder / "minutes.html").read_text("utf-8")
    for said in ("老人夜里走的是院里的路", "立灯杆要占花坛", "立灯可以接现有的线"):
        assert page.count(said) == 1
    assert "发言次数" not in page
