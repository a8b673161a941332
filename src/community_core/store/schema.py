"""The store's tables as SQLAlchemy Core metadata; migrations bring a database to them, nothing here touches one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

PREFIX: Final = "cc_"
VERSION_TABLE: Final = "cc_alembic_version"
HEAD: Final = "0002"
"""The revision that this version of the library reads and writes."""

# Ids are compared byte by byte everywhere, so that "in the order of their ids" is one order on every database.
_Id: Final = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite counts rows in its own integer type only under the name INTEGER.
_Sequence: Final = BigInteger().with_variant(Integer(), "sqlite")

metadata: Final = MetaData()
"""All tables of the store. It is the library's own: a host keeps his tables in a metadata of his."""

cases: Final = Table(
    "cc_cases",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("procedure", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Index("cc_cases_procedure_place", "procedure", "place"),
    Index("cc_cases_place", "place"),
)

events: Final = Table(
    "cc_events",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=False),
    Column("case_id", _Id, ForeignKey("cc_cases.id", name="cc_events_case"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("published", Text, nullable=False),
    Column("rules", Text, nullable=False),
    # Null where the event has no key: unique indexes let any number of nulls stand side by side on every database.
    Column("key", Text, nullable=True),
    Column("entered", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("case_id", "version", name="cc_events_case_version"),
    UniqueConstraint("key", name="cc_events_key"),
)

snapshots: Final = Table(
    "cc_snapshots",
    metadata,
    Column("case_id", _Id, ForeignKey("cc_cases.id", name="cc_snapshots_case"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entered", Text, nullable=False),
    Column("latest", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("steps", Text, nullable=False),
    Column("reminded", Boolean, nullable=False),
    # How the case ended, or an empty text while it is open.
    Column("ended", Text, nullable=False),
    Index("cc_snapshots_ended_state", "ended", "state"),
)

rule_texts: Final = Table(
    "cc_rule_texts",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

postings: Final = Table(
    "cc_postings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=True),
    # The day on which it ended before its time; *until* stays what was agreed when it began.
    Column("ended", Text, nullable=True),
    Column("reason", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    UniqueConstraint("person", "post", "place", "since", name="cc_postings_once"),
)

places: Final = Table(
    "cc_places",
    metadata,
    Column("place", _Id, primary_key=True),
    Column("parent", _Id, ForeignKey("cc_places.place", name="cc_places_parent"), nullable=True),
    Column("layer", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
)

meta: Final = Table(
    "cc_meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

counters: Final = Table(
    "cc_counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

outbox: Final = Table(
    "cc_outbox",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=False),
)

checkpoints: Final = Table(
    "cc_checkpoints",
    metadata,
    # How many events it covers: those from the first one on, in the order of their sequence numbers.
    Column("size", _Sequence, primary_key=True, autoincrement=False),
    Column("root", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    # The roots of the tree's whole subtrees, from which the next checkpoint goes on.
    Column("frontier", Text, nullable=False),
    Column("entered", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

# The last event of each case that a checkpoint covers: what is gone can be named. No foreign key holds it to its case,
# since it is to outlive a case that somebody removes.
checkpoint_cases: Final = Table(
    "cc_checkpoint_cases",
    metadata,
    Column("case_id", _Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("size", _Sequence, nullable=False),
)

SEQUENCE: Final = "sequence"
"""The counter of all events; its row is also the lock that lets one writer in at a time."""

TABLES: Final = frozenset(metadata.tables) | {VERSION_TABLE}
"""The names of all tables that belong to the library, its Alembic version table included."""


def include_name(name: str | None, type_: str, _parent_names: Mapping[str, Any]) -> bool:
    """Keep the library's tables out of a host's autogenerate: pass as Alembic's ``include_name``.

    Without it, a host's ``alembic revision --autogenerate`` would see tables that his metadata does not know, and
    write a migration that drops them. A host with a filter of his own calls this one from it.

    Returns:
        False for a table of the library, True for everything else.
    """
    return not (type_ == "table" and name in TABLES)


def include_object(item: Any, name: str | None, type_: str, _reflected: bool, _compare_to: Any) -> bool:
    """Keep the library's tables, with their columns and indexes, out of a host's autogenerate: ``include_object``."""
    table = name if type_ == "table" else getattr(getattr(item, "table", None), "name", None)
    return table not in TABLES
