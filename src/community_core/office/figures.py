"""The charts and the list of postings that a board shows; only public measures come here, and no case by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from community_core.base.labels import Label
from community_core.office.measuring import Measured, States, public
from community_core.office.office import Office
from community_core.pages.charts import Chart, ChartForm, ChartRow, percent
from community_core.pages.items import PostingDue
from community_core.pages.texts import value_text
from community_core.pages.words import post_label


def charts(office: Office) -> tuple[Chart, ...]:
    """Return a chart of each public measure that has cases, after one of its procedure's states by month."""
    found: list[Chart] = []
    names = sorted({item.procedure for item in office.store.tally()})
    present = dict(office.rules.terms.procedures)
    for name in names:
        procedure = present.get(name)
        if procedure is None or not any(public(item) for item in procedure.measures):
            continue
        by_month = states_chart(office.states(name))
        found += [by_month] if by_month.rows else []
        wanted = [item.name for item in procedure.measures if public(item)]
        drawn = (measure_chart(item) for item in office.measured(name, names=wanted))
        found += [chart for chart in drawn if chart.rows]
    return tuple(found)


def states_chart(states: States) -> Chart:
    """Return bars of the cases opened in each month, by the state in which they stand."""
    return Chart(
        f"{states.procedure}-states",
        Label(f"{states.title.zh}：各月受理的现状", f"{states.title.text('en')}: opened each month, by present state"),
        states.states,
        tuple(
            ChartRow(Label(month), counts, tuple(f"{count:,}" for count in counts)) for month, counts in states.months
        ),
    )


def measure_chart(measured: Measured) -> Chart:
    """Return the picture of a measure: shares by month, or the values case by case, with what cannot be told."""
    label = measured.measure.label or Label(measured.measure.name)
    title = Label(f"{measured.title.zh}：{label.zh}", f"{measured.title.text('en')}: {label.text('en')}")
    name = f"{measured.procedure}-{measured.measure.name}"
    if measured.measure.value is not None:
        return _values_chart(name, title, measured)
    total = measured.total
    note = Label(
        f"合计 {total.part:,}/{total.whole:,}，{percent(total.share)}",
        f"all: {total.part:,} of {total.whole:,}, {percent(total.share)}",
    )
    if total.unknown:
        note = Label(
            f"{note.zh}；另有 {total.unknown:,} 件无法判断", f"{note.en}; of {total.unknown:,} more it is unknown"
        )
    by_each = bool(measured.measure.each)
    pairs = measured.by_each() if by_each else measured.by_month()
    rows = tuple(
        ChartRow(
            measured.called(key) if by_each else Label(key),
            (count.share,),
            (f"{percent(count.share)}（{count.part:,}/{count.whole:,}）",),
        )
        for key, count in pairs
        if count.whole
    )
    form = ChartForm.BARS if by_each else ChartForm.LINES
    head = Label("分列", "value") if by_each else Label("月份", "month")
    return Chart(name, title, (label,), rows, form=form, shares=True, note=note, head=head)


def _values_chart(name: str, title: Label, measured: Measured) -> Chart:
    """Return one line for each value of the field that tells cases apart, over days; bars of the last where none."""
    shares = all(isinstance(point.value, Fraction) for point in measured.points)
    if not measured.measure.on:
        last = {point.each: point.value for point in measured.points}
        rows = tuple(
            ChartRow(measured.called(each), (_number(value),), (_text(value),)) for each, value in sorted(last.items())
        )
        label = measured.measure.label or Label(measured.measure.name)
        return Chart(name, title, (label,), rows, shares=shares, head=Label("事项", "matter"))
    each = sorted({point.each for point in measured.points})
    days: dict[dt.date, dict[str, Any]] = {}
    for point in measured.points:
        days.setdefault(point.on, {})[point.each] = point.value
    rows = tuple(
        ChartRow(
            Label(day.isoformat()),
            tuple(_number(values.get(one)) for one in each),
            tuple(_text(values.get(one)) for one in each),
        )
        for day, values in sorted(days.items())
    )
    columns = tuple(measured.called(one) for one in each)
    return Chart(name, title, columns, rows, form=ChartForm.LINES, shares=shares, head=Label("日期", "day"))


def _number(value: Any) -> Fraction | int | None:
    return value if isinstance(value, Fraction | int) else None


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return percent(value) if isinstance(value, Fraction) else value_text(value).zh


def postings(office: Office, on: dt.date, names: Mapping[str, Label]) -> tuple[PostingDue, ...]:
    """Return what is to be posted, by place; what is overdue on *on* first."""
    return tuple(_postings(office, on, names))


def _postings(office: Office, on: dt.date, names: Mapping[str, Label]) -> Iterator[PostingDue]:
    for item in office.due_again(on):
        if item.kind is not None:
            procedure = office.rules.procedure(item.procedure, on=on)
            yield PostingDue(
                place=names.get(item.place, Label(item.place)),
                item=item.label,
                kind=item.kind,
                by=tuple(post_label(post, procedure) for post in item.by),
                channel=item.channel or Label("–"),
                last=item.last,
                due=item.due,
                overdue=item.overdue(on),
                open=item.why is not None,
            )
