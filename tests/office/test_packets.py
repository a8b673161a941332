"""Hand-over packets: Open311's names, only what the audience may see, and nothing lost on the way there and back."""

import datetime as dt
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base.errors import LoadError
from community_core.jurisdiction.loading import load
from community_core.office import open_office
from community_core.office.packets import (
    Audience,
    Packet,
    Request,
    make_packet,
    packet_csv,
    packet_json,
    packet_xlsx,
    read_packet_csv,
    read_packet_json,
    rows_of,
)

DAY = dt.date(2006, 5, 1)
TOWN = """
district: town
title: {zh: 示例, en: Example}
adopts: [core.complaints]
source: {document: 示例}
standing: example
set:
  core.complaints.acceptance_period: [{value: days(3), from: undated, standing: example}]
"""


@pytest.fixture
def office(tmp_path):
    """An office with two complaints, one of them handed over."""
    (tmp_path / "town.yaml").write_text(TOWN, "utf-8")
    with open_office(load(tmp_path / "town.yaml"), ":memory:") as opened:
        opened.register_place("maoquan")
        opened.appoint("k1", "complaints.desk", "maoquan", DAY)
        given_ = {"channel": "desk", "content": "楼上漏水", "complainant": "p1", "contact": "138"}
        case = opened.open("complaint", given_, actor="k1", day=DAY, place="maoquan")
        opened.take(case, "sort", {"matter_kind": "repairs", "matter": "漏水"}, actor="k1", day=DAY)
        opened.take(case, "hand_over", {"body": "房产部门"}, actor="k1", day=DAY)
        opened.open("complaint", {"channel": "box", "content": "太吵"}, actor="k1", day=DAY, place="maoquan")
        yield opened


def test_a_request_has_the_names_of_open311(office):
    """Status, days, service and body stand under Open311's names, and the due day is the standard's."""
    first, second = (request.by_name for request in make_packet(office, DAY).requests)
    assert first["status"] == "open"
    assert first["requested_datetime"] == "2006-05-01"
    assert first["expected_datetime"] == "2006-05-04"
    assert (first["service_name"], first["description"]) == ("repairs", "漏水")
    assert (first["agency_responsible"], first["state"]) == ("房产部门", "handed_over")
    assert "expected_datetime" not in second
    assert "service_name" not in second


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        (Audience.PUBLIC, {"channel"}),
        (Audience.OFFICE, {"channel"}),
        (Audience.HANDLER, {"channel", "content", "complainant", "contact"}),
    ],
)
def test_only_what_the_audience_may_see_is_in_it(office, audience, names):
    """Personal values go to the body that handles the case and to nobody else, in every form."""
    packet = make_packet(office, DAY, audience=audience)
    assert set(packet.requests[0].by_name) & {"channel", "content", "complainant", "contact"} == names
    for text in (packet_json(packet), packet_csv(packet)):
        assert ("楼上漏水" in text) == (audience is Audience.HANDLER)


def test_a_packet_comes_back_as_it_went(office):
    """JSON reads back to the same packet and CSV to the same requests, and other files are refused."""
    packet = make_packet(office, DAY, audience=Audience.HANDLER)
    assert read_packet_json(packet_json(packet)) == packet
    back = read_packet_csv("\ufeff" + packet_csv(packet), audience=Audience.HANDLER, day=DAY)
    assert [request.by_name for request in back.requests] == [request.by_name for request in packet.requests]
    for text in (
        "",
        "{}",
        "[]",
        "[" * 100_000,
        '{"format": "x", "version": 1}',
        packet_json(packet).replace(": 1,", ": 2,", 1),
    ):
        with pytest.raises(LoadError, match="交接包"):
            read_packet_json(text)
    with pytest.raises(LoadError, match="service_request_id"):
        read_packet_csv("a,b\r\n1,2\r\n", audience=Audience.PUBLIC, day=DAY)


def test_what_was_handed_over_can_be_taken_in_elsewhere(office, tmp_path):
    """The body that gets the packet opens its own cases with the same values."""
    packet = read_packet_json(packet_json(make_packet(office, DAY, audience=Audience.HANDLER)))
    with open_office(load(tmp_path / "town.yaml"), ":memory:") as other:
        other.register_place("district")
        other.appoint("d1", "complaints.desk", "district", DAY)
        rows = rows_of(packet, other.rules.procedure("core.complaints.complaint"), "take_in")
        done = other.open_many("complaint", rows, actor="d1", day=DAY, place="district")
        assert [case.data["content"] for case in done.done] == ["楼上漏水", "太吵"]
        assert not done.refused


def test_a_spreadsheet_holds_the_same_texts(office):
    """The spreadsheet's cells are the texts of the packet."""
    openpyxl = pytest.importorskip("openpyxl")
    packet = make_packet(office, DAY, audience=Audience.HANDLER)
    sheet = openpyxl.load_workbook(io.BytesIO(packet_xlsx(packet))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == packet.heads
    for row, request in zip(rows[1:], packet.requests, strict=True):
        assert {name: text for name, text in zip(rows[0], row, strict=True) if text is not None} == request.by_name


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)
REQUESTS = st.lists(
    st.dictionaries(st.sampled_from(("matter", "content", "body")), TEXTS, max_size=3).map(
        lambda values: Request((("service_request_id", "c1"), ("status", "open"), *values.items()))
    ),
    max_size=5,
)


@given(REQUESTS)
def test_no_text_is_lost_or_becomes_a_formula(requests):
    """Whatever a text begins with, CSV gives it back, and no cell begins as a formula does."""
    packet = Packet(Audience.HANDLER, DAY, tuple(requests))
    text = packet_csv(packet)
    back = read_packet_csv(text, audience=Audience.HANDLER, day=DAY)
    assert [item.by_name for item in back.requests] == [item.by_name for item in requests]
    assert json.loads(packet_json(packet))["requests"] == [item.by_name for item in requests]
