"""The demo's two districts: they set what the documents leave open, as examples, and nothing else."""

import datetime as dt

import pytest

from community_core.base.ranks import Standing
from community_core.demo.plugin import community_districts
from community_core.jurisdiction.loading import load

DAY = dt.date(2006, 5, 1)
EIGHT = {
    "carer_at_home",
    "daily_call",
    "day_care",
    "buying_on_behalf",
    "intermediary",
    "health_advice",
    "counselling",
    "home_bed",
}


@pytest.mark.parametrize("district", community_districts(), ids=lambda item: item.name)
def test_every_number_is_an_example(district):
    """Each value that a demo district sets has standing ``example``, and its title says that it is one."""
    assert district.findings == ()
    assert "示例" in district.title.zh
    values = [value for setting in district.settings for value in setting.history]
    assert values
    assert {value.standing for value in values} == {Standing.EXAMPLE}


@pytest.mark.parametrize("name", ["demo-shenhe", "demo-fangzi"])
def test_the_districts_compose(name):
    """With both plugins installed a demo district is put together without findings."""
    assert load(name).findings == ()


def test_eight_services_have_a_price():
    """The example list prices are those of eight services that the plugin's document names."""
    rules = load("demo-shenhe")
    listed = {key for key, _ in rules.parameter("list_price", on=DAY).value}
    assert listed == EIGHT
    assert listed == {name.rpartition(".")[2] for name, _ in rules.terms.services}


def test_an_answer_shows_what_it_rests_on():
    """The price of a service to an elder rests on example values, and says which."""
    given = {"recipient": "resident", "age": 72, "service": "day_care"}
    answer = load("demo-shenhe").decide("service_price", given, on=DAY)
    assert dict(answer.outcome)["form"] == "free"
    examples = {use.name for use in answer.parameters if use.standing is Standing.EXAMPLE}
    assert "list_price[day_care]" in examples
