"""The core's own practices: read without findings, the library's own or the law's, and every row tried by a case."""

from pathlib import Path

import pytest

from community_core.base.ranks import Rank, Standing
from community_core.declarations.practice import District
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import gather
from community_core.practices import plugin
from community_core.practices.folder import read_folder
from community_core.procedures.definition import Procedure
from community_core.rules.naming import values_of
from community_core.rules.terms import DecisionTable
from community_core.testing.catalogue import check_catalogues, dead_rows
from community_core.testing.covering import not_covered
from community_core.testing.mutation import mutate

NAMES = tuple(sorted(practice.name for practice in plugin.community_practices()))
FLOOR = ("national.elders", "national.residents-committees")
OWN = tuple(name for name in NAMES if name not in FLOOR)
OPEN = {"quorum", "notice_period", "objection_period", "lapse_period", "hearing_rule", "list_price", "low_cost_share"}


@pytest.fixture(scope="module")
def rules():
    """Return the core's practices alone, in a district that adopts nothing."""
    return compose(District("nowhere"), gather([plugin], entry_points=False))


def test_the_practices_are_read():
    """Each practice is read without findings, the core's own at the library's rank and the floor at the law's."""
    practices = plugin.community_practices()
    assert set(FLOOR) < {practice.name for practice in practices}
    assert {name.partition(".")[0] for name in OWN} == {"core"}
    assert [found for practice in practices for found in practice.findings] == []
    ranks = {practice.name: practice.rank for practice in practices}
    assert ranks == {**dict.fromkeys(OWN, Rank.LIBRARY), **dict.fromkeys(FLOOR, Rank.LAW)}


def test_the_core_composes_alone(rules):
    """Without any plugin the core's practices are whole: nothing in them leans on a district's."""
    assert rules.findings == ()
    assert rules.terms.broken == ()


def test_everything_is_the_library_own_or_the_law(rules):
    """Every value, row and step of the core has standing ``library``, and all of the law's is in force."""
    found = {True: set(), False: set()}
    for name, item in rules.terms.parameters:
        found[name.startswith("core.")] |= {value.standing for value in item.history}
    for name, decision in rules.terms.decisions:
        assert isinstance(decision, DecisionTable)
        found[name.startswith("core.")] |= {row.standing for row in decision.rows}
    for name, procedure in rules.terms.procedures:
        found[name.startswith("core.")] |= {step.standing for step in procedure.steps}
    assert found == {True: {Standing.LIBRARY}, False: {Standing.IN_FORCE}}


def test_what_no_document_gives_is_open(rules):
    """Quorum, periods, prices and shares have no value, are open to districts, and say why."""
    found = {name.rpartition(".")[2]: item for name, item in rules.terms.parameters}
    assert set(found) >= OPEN
    for name in OPEN:
        assert found[name].history == ()
        assert Rank.DISTRICT in found[name].open_to
        assert found[name].gap.zh


def test_every_fact_has_two_labels(rules):
    """Facts are labelled in Chinese and English, and so are the values of each enumeration."""
    for fact in rules.terms.facts:
        assert fact.label.zh, fact.name
        assert fact.label.en, fact.name
        assert [value for value, _ in fact.labels] == list(values_of(fact.type)), fact.name


def test_a_party_is_never_public(rules):
    """Nothing about the one who signs, his will or his breach is classed public, and the contract publishes nothing."""
    contract = dict(rules.terms.procedures)["core.contract.contract"]
    assert isinstance(contract, Procedure)
    private = {"party", "capacity", "free_will", "why", "breach", "remedy", "claim", "settlement"}
    private |= {"agent", "authority", "authorised"}
    assert {item.name for item in contract.fields if item.privacy.value in ("personal", "sensitive")} == private
    assert [item for step in contract.steps for item in step.publish] == []


def test_every_row_and_end_has_a_case():
    """The cases reach every row, unknown, end and refusal of the core's practices."""
    assert not_covered(Path(__file__).parent / "cases", NAMES) == ()


@pytest.mark.parametrize("share", [(number, 6) for number in range(1, 7)], ids=str)
def test_every_changed_rule_is_caught_by_a_case(share):
    """Whatever single rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
    done = mutate(Path(__file__).parent / "cases", NAMES, share=share)
    assert done.possible > 50
    assert [str(found) for found in done.findings] == []


def test_the_core_carries_its_own_rows():
    """The rows of tiers and price forms name what there is, and fail when it is broken."""
    (catalogue,) = plugin.community_catalogues()
    assert catalogue.findings == ()
    assert {row.name for row in catalogue.rows} == {"HEIHE-10", "X-01", "X-02"}
    offered = gather([plugin], entry_points=False)
    root = Path(__file__).parents[2]
    assert [str(found) for row in check_catalogues([catalogue], offered, root) for found in row.findings] == []
    assert [str(found) for found in dead_rows(catalogue, offered, root)] == []


def test_a_broken_file_of_a_folder_is_not_lost(tmp_path):
    """A file that holds no practice leaves a finding that every district's rules show, and the others still load."""
    (tmp_path / "good.yaml").write_text("practice: a.good\ngaps: {x: 未写}\n", "utf-8")
    (tmp_path / "torn.yaml").write_text("practice: [\n", "utf-8")
    loaded = read_folder(tmp_path, "torn-plugin")
    assert [practice.name for practice in loaded.practices] == ["a.good", "torn-plugin.unread"]
    lost = loaded.practices[1]
    assert [found.code for found in lost.findings] == ["yaml-syntax"]
    assert lost.findings[0].file.endswith("torn.yaml")
    assert lost.findings[0].plugin == "torn-plugin"


def test_a_folder_in_order_loses_nothing(tmp_path):
    """Findings that a practice carries itself are not told twice."""
    (tmp_path / "bad.yaml").write_text("practice: a.bad\nfacts:\n  x: {type: nothing, privacy: public}\n", "utf-8")
    loaded = read_folder(tmp_path, "p")
    assert [practice.name for practice in loaded.practices] == ["a.bad"]
    assert [found.code for found in loaded.findings] == [found.code for found in loaded.practices[0].findings]


def test_a_folder_is_read_whole_or_told_of(tmp_path):
    """Rulebooks may end in .yml as well; a folder that is not there is a finding and not an empty plugin."""
    (tmp_path / "a.yml").write_text("practice: my.a\ntitle: 甲\nsource: {document: 材料}\n", "utf-8")
    assert [item.name for item in read_folder(tmp_path, "mine").practices] == ["my.a"]
    assert [item.code for item in read_folder(tmp_path / "gone", "mine").findings] == ["unreadable-file"]
