"""Hand-over packets: complaints as other platforms can take them in, as JSON, CSV or a spreadsheet, and back.

The names are those of the Open311 request (GeoReport v2) where it has one; what it has no name for stands beside them
under the names of the procedure's own fields. Of a case only what the packet's audience may see is in it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from attrs import frozen

from community_core.base.errors import LoadError
from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.codec.values import CodecError, decode_value, encode_value
from community_core.office.office import Office
from community_core.office.views import state_label
from community_core.procedures.definition import Procedure, StepField
from community_core.procedures.events import Case
from community_core.registers.sheets import workbooks
from community_core.rules.type_words import type_label
from community_core.rules.types import Kind

#: What the first key of a packet says, so that nobody takes another file for one.
FORMAT = "community-core/complaints"
VERSION = 1

#: Which field of a complaint is which one of Open311's; the others keep their own names.
OPEN311: Mapping[str, str] = {
    "matter_kind": "service_name",
    "matter": "description",
    "body": "agency_responsible",
}
#: The columns that every packet has, in their order; the names are Open311's except place, procedure and state.
HEADS = (
    "service_request_id",
    "status",
    "status_notes",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "place",
    "procedure",
    "state",
)


class Audience(Enum):
    """Who gets a packet, and with it which privacy classes: everybody, another office, or the body that handles it."""

    PUBLIC = "public"
    OFFICE = "office"
    HANDLER = "handler"

    @property
    def sees(self) -> frozenset[Privacy]:
        """The privacy classes that it may see; sensitive values are in no packet."""
        found = {Privacy.PUBLIC}
        found |= set() if self is Audience.PUBLIC else {Privacy.INTERNAL}
        return frozenset(found | ({Privacy.PERSONAL} if self is Audience.HANDLER else set()))


@frozen
class Request:
    """One complaint of a packet: Open311's names and the procedure's own, each with its value as text.

    Days are written ``2006-05-01``; what is unknown is left out and never empty.
    """

    values: tuple[tuple[str, str], ...]

    @property
    def by_name(self) -> Mapping[str, str]:
        """The values by name."""
        return dict(self.values)


@frozen
class Packet:
    """Complaints to be handed over: for whom, as of which day, and each request with its values."""

    audience: Audience
    day: dt.date
    requests: tuple[Request, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        """Every name that some request has: those of all packets first, the others in the order of their first use."""
        own = dict.fromkeys(name for request in self.requests for name, _ in request.values)
        return (*HEADS, *(name for name in own if name not in HEADS))


def make_packet(
    office: Office,
    day: dt.date,
    *,
    procedure: str = "complaint",
    place: str = "",
    audience: Audience = Audience.OFFICE,
    cases: Sequence[str] = (),
) -> Packet:
    """Return the complaints of *procedure* (those called *cases*, or all) for *audience*, as of *day*.

    Raises:
        Refused: if one of *cases* is not kept.
        UnknownTerm: if there is no such procedure.
    """
    full = office.rules.procedure_name(procedure)
    wanted = [office.case(name) for name in cases] if cases else list(_all(office, full, place))
    known = office.rules.procedure(full)
    due = {item.case: item.due for item in office.due(dt.date.max, procedure=procedure, place=place) if item.due}
    return Packet(audience, day, tuple(_request(known, case, audience, due.get(case.id)) for case in wanted))


def _all(office: Office, full: str, place: str) -> Iterator[Case]:
    for stored in office.store.cases(procedure=full, place=place):
        yield office.case(stored.id)


def _request(procedure: Procedure, case: Case, audience: Audience, due: dt.date | None) -> Request:
    label = state_label(procedure, case.state)
    values = {
        "service_request_id": case.id,
        "status": "closed" if case.ended else "open",
        "status_notes": label.zh,
        "requested_datetime": case.opened.isoformat(),
        "updated_datetime": (case.latest or case.opened).isoformat(),
        **({"expected_datetime": due.isoformat()} if due is not None else {}),
        "place": case.place,
        "procedure": case.procedure,
        "state": case.state,
    }
    for field in procedure.field_names.values():
        value = case.data.get(field.name)
        if value is not None and field.privacy in audience.sees:
            values[OPEN311.get(field.name, field.name)] = _written(field, value)
    return Request(tuple(values.items()))


def _written(field: StepField, value: Any) -> str:
    """Return *value* as text: texts and days as they are, everything else as JSON that reads back exactly."""
    if field.type.kind in (Kind.TEXT, Kind.ENUM):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(encode_value(value), ensure_ascii=False, separators=(",", ":"))


def packet_json(packet: Packet) -> str:
    """Return *packet* as JSON text, the same for the same packet."""
    data = {
        "format": FORMAT,
        "version": VERSION,
        "audience": packet.audience.value,
        "day": packet.day.isoformat(),
        "requests": [dict(request.values) for request in packet.requests],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def packet_csv(packet: Packet) -> str:
    """Return the requests of *packet* as CSV with a heading line; a value that is unknown is an empty cell.

    A text that a spreadsheet would take for a formula gets a leading apostrophe, which reading takes off again.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(packet.heads)
    for request in packet.requests:
        values = request.by_name
        writer.writerow([_guarded(values.get(name, "")) for name in packet.heads])
    return file.getvalue()


def packet_xlsx(packet: Packet) -> bytes:
    """Return the requests of *packet* as a spreadsheet of texts.

    Raises:
        MissingExtra: if the extra that writes workbooks is not installed.
    """
    book = workbooks().Workbook()
    sheet = book.active
    sheet.title = "requests"
    for number, row in enumerate(_rows(packet), start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(number, column, text or None)
            # A text stays a text, whatever it begins with.
            cell.data_type = "s" if text else "n"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _rows(packet: Packet) -> Iterator[tuple[str, ...]]:
    yield packet.heads
    for request in packet.requests:
        values = request.by_name
        yield tuple(values.get(name, "") for name in packet.heads)


def _guarded(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else text


def read_packet_json(text: str) -> Packet:
    """Read what :func:`packet_json` wrote.

    Raises:
        LoadError: if it is no such packet, or one of another version.
    """
    try:
        data = json.loads(text)
        if (data["format"], data["version"]) != (FORMAT, VERSION):
            raise _no_packet(f"{data['format']} {data['version']}")
        requests = tuple(_read_request(item.items()) for item in data["requests"])
        return Packet(Audience(data["audience"]), dt.date.fromisoformat(data["day"]), requests)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_packet(type(error).__name__) from error


def read_packet_csv(text: str, *, audience: Audience, day: dt.date) -> Packet:
    """Read the requests that :func:`packet_csv` wrote; a table does not say for whom and as of when it is.

    Raises:
        LoadError: if a heading that every packet has is missing, or a line has more cells than there are headings.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    heads = rows[0] if rows else []
    missing = [name for name in ("service_request_id", "status") if name not in heads]
    if missing or any(len(row) > len(heads) for row in rows):
        raise _no_packet("、".join(missing) or "cells")
    return Packet(audience, day, tuple(_read_request(zip(heads, map(_bare, row), strict=False)) for row in rows[1:]))


def _bare(text: str) -> str:
    return text[1:] if text[:1] == "'" else text


def _read_request(pairs: Iterable[tuple[str, Any]]) -> Request:
    kept = tuple((name, value) for name, value in pairs if value != "")
    if any(type(value) is not str for _, value in kept):
        raise ValueError("a value of a packet is a text")
    return Request(kept)


def _no_packet(what: str) -> LoadError:
    return LoadError(
        Label(
            f"不是投诉交接包（{what}）；应是 {FORMAT}，第 {VERSION} 版",
            f"no hand-over packet of complaints ({what}); it should be {FORMAT}, version {VERSION}",
        )
    )


def rows_of(packet: Packet, procedure: Procedure, step: str) -> tuple[dict[str, Any], ...]:
    """Return what the opening *step* of *procedure* takes of each request, as values of the fields' types.

    Raises:
        LoadError: if a value is none of its field's type.
    """
    back = {open311: own for own, open311 in OPEN311.items()}
    found = procedure.step(step)
    takes = found.takes if found is not None else ()
    rows = []
    for request in packet.requests:
        values = {back.get(name, name): text for name, text in request.values}
        row = {}
        for name in takes:
            field = procedure.field(name)
            if field is not None and name in values:
                row[name] = _value(field, values[name])
        rows.append(row)
    return tuple(rows)


def _value(field: StepField, text: str) -> Any:
    kind = field.type.kind
    if kind in (Kind.TEXT, Kind.ENUM):
        return text
    try:
        return dt.date.fromisoformat(text) if kind is Kind.DATE else decode_value(json.loads(text))
    except (ValueError, CodecError) as error:
        wanted = type_label(field.type, dict(field.labels))
        raise LoadError(
            Label(
                f"“{field.name}”的值不符合类型（{wanted.zh}）",
                f"the value of {field.name!r} does not fit its type ({wanted.en})",
            )
        ) from error
