"""Timetables: what periods follow for a case that starts on a day, and what stays open."""

from __future__ import annotations

import datetime as dt
import json

import pytest

import community_core as cc
from community_core.base.ranks import Standing
from community_core.pages.timetable import PeriodKind, make_timetable

pytest.importorskip("community_shenhe")
pytest.importorskip("community_fangzi")

DAY = dt.date(2006, 5, 1)
TEXT = """\
practice: my.permits
title: {{zh: 许可, en: Permits}}
standing: example
parameters:
  wait: {{type: days, zh: 等待, en: wait, open_to: [district], gap: {{zh: 没写等几天, en: no wait is given}}}}
procedures:
  permit:
    title: {{zh: 许可, en: Permit}}
    facts:
      why: {{type: text, privacy: public, zh: 理由, en: reason}}
    ends: {{granted: decided, refused: refused, lapsed: lapsed}}
    steps:
      grant: {{zh: 同意, en: Grant, from: [asked, heard], to: granted, by: [clerk],
        not_before: {{after: ask, period: wait}}, within: {{after: ask, period: months(1)}}}}
      hear: {{zh: 听取, en: Hear, from: [asked], to: heard, by: [clerk],
        not_before: {{after: ask, period: workdays(5)}}}}
      ask: {{zh: 提出, en: Ask, to: asked, by: [resident], takes: [why]}}
      refuse: {{zh: 不同意, en: Refuse, from: [heard], to: refused, by: [clerk]}}
    late:
      heard: {{after: days(10), then: lapse, to: lapsed}}
---
district: my-town
title: {{zh: 我镇, en: My town}}
adopts: [my.permits]
{more}
"""


def town(tmp_path, more: str = ""):
    """Return the rules of a town whose permits wait."""
    file = tmp_path / "my-town.yaml"
    file.write_text(TEXT.format(more=more), "utf-8")
    rules = cc.load(file)
    assert [found for found in rules.findings if found.level == "error"] == []
    return rules


def by_kind(timetable, kind):
    """Return the periods of a kind by what they belong to."""
    return {period.at: period for period in timetable.periods if period.kind is kind}


def test_a_hearing_runs_from_its_notice():
    """The hearing cannot be held before its notice is over; the conclusion is shown from then, the lapse counts too."""
    times = make_timetable(cc.load("demo-shenhe"), "hearing", DAY)
    assert times.procedure == "shenhe.hearings.hearing"
    notice, shown, late = times.periods
    assert (notice.kind, notice.at, notice.start, notice.until) == (
        PeriodKind.NOTICE, "convene", DAY, dt.date(2006, 5, 8),
    )  # fmt: skip
    assert (shown.kind, shown.start, shown.until) == (PeriodKind.PUBLISH, dt.date(2006, 5, 8), dt.date(2006, 5, 13))
    assert (late.kind, late.at, late.until) == (PeriodKind.LATE, "announced", dt.date(2006, 6, 30))
    assert notice.length.zh == "7 天"
    assert notice.standings == (Standing.EXAMPLE,)


def test_what_nobody_has_set_has_no_day_and_is_named():
    """Where the district sets nothing no end is guessed: the open parameters are named, with their gaps."""
    times = make_timetable(cc.load("shenhe"), "hearing", DAY)
    assert [period.until for period in times.periods] == [None, None, None]
    notice, shown, late = times.periods
    assert notice.missing == ("notice_period",)
    assert set(shown.missing) == {"objection_period", "notice_period"}
    assert shown.start is None
    assert [gap.zh for gap in late.gaps] == ["没有材料写失效期限"]


def test_waits_within_and_working_days_count_from_their_steps(tmp_path):
    """Months, working days and days end on their last day, counted from the step however the text is ordered."""
    times = make_timetable(town(tmp_path, "set: {wait: [{value: days(3), from: 2000-01-01}]}"), "permit", DAY)
    assert by_kind(times, PeriodKind.NOT_BEFORE)["grant"].until == dt.date(2006, 5, 4)
    # The first seven days of May 2006 were holidays.
    assert by_kind(times, PeriodKind.NOT_BEFORE)["hear"].until == dt.date(2006, 5, 12)
    assert by_kind(times, PeriodKind.WITHIN)["grant"].until == dt.date(2006, 6, 1)
    late = by_kind(times, PeriodKind.LATE)["heard"]
    assert (late.start, late.until) == (dt.date(2006, 5, 12), dt.date(2006, 5, 22))


def test_an_open_wait_leaves_the_rest_known(tmp_path):
    """An open parameter makes unknown only what is counted from it."""
    times = make_timetable(town(tmp_path), "permit", DAY)
    wait = by_kind(times, PeriodKind.NOT_BEFORE)["grant"]
    assert (wait.start, wait.length, wait.until, wait.missing) == (DAY, None, None, ("wait",))
    assert by_kind(times, PeriodKind.LATE)["heard"].until == dt.date(2006, 5, 22)


def test_a_year_without_a_calendar_leaves_working_days_unknown(tmp_path):
    """Working days of a year that no calendar knows give no day."""
    times = make_timetable(town(tmp_path), "permit", dt.date(1990, 5, 2))
    assert by_kind(times, PeriodKind.NOT_BEFORE)["hear"].until is None
    assert by_kind(times, PeriodKind.LATE)["heard"].until is None


def test_rows_and_data_say_the_same():
    """Rows in both languages and the data have an entry for each period; the data are JSON."""
    times = make_timetable(cc.load("demo-shenhe"), "hearing", DAY)
    data = json.loads(json.dumps(times.as_data(), ensure_ascii=False))
    assert [item["until"] for item in data["periods"]] == [row[6] for row in times.rows()]
    assert times.rows()[0][:5] == ("开会", "事先告知", "公告", "听证前公告的天数", "7 天")
    assert times.rows("en")[0][4] == "7 days"
    assert times.rows()[0][7] == "示例"


def test_a_procedure_without_periods_has_none():
    """Nothing is made up where the text gives no period."""
    assert make_timetable(cc.load("shenhe"), "hot_issue", DAY).periods == ()
