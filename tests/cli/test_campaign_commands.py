"""``campaign`` and ``open``: counts by place with who is left, and what nobody has set, in print and as JSON."""

import datetime as dt

from community_core.cli import exits
from community_core.declarations.practice import District
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import gather
from community_core.office.office import open_office

DAY = dt.date(2007, 4, 16)
DONE = {"capacity": True, "free_will": True, "lawful": True}
OWN = "district: own\ntitle: {zh: 自己, en: Own}\n"


def campaign_in(folder):
    """Leave a store with three contracts in two buildings, of which one is signed, and the district's file."""
    (folder / "own.yaml").write_text(OWN, "utf-8")
    with open_office(compose(District("own"), gather()), folder / "record.sqlite") as office:
        office.register_place("c")
        office.register_place("c.1", "c")
        office.register_place("c.2", "c")
        office.appoint("m", "committee.member", "c", DAY)
        rows = [{"text_case": "t", "matter": "出租房屋", "party": f"p{number}"} for number in range(3)]
        cases = office.open_many("contract", rows, actor="m", day=DAY, place=["c.1", "c.1", "c.2"]).done
        office.take(cases[0], "sign", DONE, actor="m", day=DAY)
    return ("--store", folder / "record.sqlite", "--district", folder / "own.yaml")


def test_a_campaign_is_told_by_place_and_with_who_is_left(run, tmp_path):
    """The JSON has counts by place and the cases that are left; the table says how many; parties are in neither."""
    where = campaign_in(tmp_path)
    told = run("campaign", "contract", "signed", *where, "--left", "--json")
    assert told.code == exits.FINE
    assert (told.data["total"], told.data["left"]) == (3, 2)
    assert [(item["place"], item["total"], item["left"]) for item in told.data["places"]] == [
        ("c.1", 2, 1),
        ("c.2", 1, 1),
    ]
    assert [item["place"] for item in told.data["cases"]] == ["c.1", "c.2"]
    assert "p1" not in told.out
    whole = run("campaign", "contract", "signed", *where, "--by", "parent", "--json")
    assert [(item["place"], item["left"]) for item in whole.data["places"]] == [("c", 2)]
    assert "2 left" in run("campaign", "contract", "signed", *where, "--lang", "en").out
    assert "contract-2007-000003" in run("campaign", "contract", "signed", *where, "--under", "c.2", "--left").out


def test_a_goal_that_is_no_state_is_wrong_use(run, tmp_path):
    """An unknown state is said with those there are."""
    told = run("campaign", "contract", "sealed", *campaign_in(tmp_path))
    assert told.code == exits.WRONG_USE
    assert "signed" in told.err


def test_what_nobody_has_set_is_listed_for_a_day(run, tmp_path):
    """A value that ended is open from then on, with its last day; one practice can be looked at alone."""
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")
    asked = ("open", "--district", tmp_path / "own.yaml", "--practice", "national.residents-committees", "--json")
    now = {item["term"].rpartition(".")[2]: item for item in run(*asked, "--on", "2026-01-01").data}
    before = {item["term"].rpartition(".")[2] for item in run(*asked, "--on", "2025-12-31").data}
    assert now["term_years"]["last"] == "2025-12-31"
    assert now["committee_members"]["open_to"] == ["city", "district", "community"]
    assert "term_years" not in before
    assert "committee_members" in before
    table = run("open", "--district", tmp_path / "own.yaml", "--on", "2026-01-01")
    assert table.code == exits.FINE
    assert "core.covenant.repeat_count".replace(".", "") in "".join(table.out.split()).replace(".", "")
