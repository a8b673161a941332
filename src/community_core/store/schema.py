"""The store's tables as SQLAlchemy Core metadata; migrations bring a database to them, nothing here touches one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

from community_core.registers.known import KEPT
from community_core.store.register_tables import make_table

PREFIX: Final = "cc_"
VERSION_TABLE: Final = "cc_alembic_version"
HEAD: Final = "0011"
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
    # In whose name the actor acted, or an empty text where in his own.
    Column("behalf", Text, nullable=False, server_default=""),
    Column("day", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("published", Text, nullable=False),
    # What the step caused: the rows of registers and ledgers that follow from it.
    Column("effects", Text, nullable=False, server_default="[]"),
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
    # The rule text that the case runs under now, where it is not the one that it began under.
    Column("rules", Text, nullable=False, server_default=""),
    # Who took each step, where the last taker is not all there is to say.
    Column("takers", Text, nullable=False, server_default=""),
    # The hash of the event that this is the state after.
    Column("head", Text, nullable=False, server_default=""),
    Index("cc_snapshots_ended_state", "ended", "state"),
)

STATE: Final = (*cases.c, *list(snapshots.c)[1:])
"""The columns of a present state as it is read, by place: those of its case, and those of the snapshot but its id."""

OWN: Final = len(cases.c)
"""How many of them are those of its case."""

rule_texts: Final = Table(
    "cc_rule_texts",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("text", Text, nullable=False),
    # What was installed when the text was kept: each Python function with its version and its distribution's.
    Column("functions", Text, nullable=False, server_default=""),
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
    # What began it and what ended it: a case with the version of its event, or a change of registers (version 0).
    Column("case_id", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("ended_case", Text, nullable=False, server_default=""),
    Column("ended_version", Integer, nullable=False, server_default="0"),
    # The moment at which it was written as it stands; empty where moments were not kept yet.
    Column("entered", Text, nullable=False, server_default=""),
    UniqueConstraint("person", "post", "place", "since", name="cc_postings_once"),
    Index("cc_postings_case", "case_id"),
    Index("cc_postings_ended_case", "ended_case"),
)

delegations: Final = Table(
    "cc_delegations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("behalf", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=True),
    Column("ended", Text, nullable=True),
    Column("reason", Text, nullable=False),
    # The changes of registers that began and ended it.
    Column("change_id", Text, nullable=False, server_default=""),
    Column("ended_change", Text, nullable=False, server_default=""),
    Column("entered", Text, nullable=False, server_default=""),
    UniqueConstraint("person", "behalf", "post", "place", "since", name="cc_delegations_once"),
)

# What rows of postings and delegations said before something was written into them.
past_rows: Final = Table(
    "cc_past_rows",
    metadata,
    Column("number", _Sequence, primary_key=True, autoincrement=True),
    Column("register", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("data", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("entered", "replaced", "replaced_by")),
    Index("cc_past_rows_row", "register", "row"),
)

# Who read which sensitive values of registers, when and for what purpose: a chain, written to and never changed.
register_reads: Final = Table(
    "cc_register_reads",
    metadata,
    Column("number", _Sequence, primary_key=True, autoincrement=False),
    *(
        Column(name, Text, nullable=False)
        for name in ("entered", "actor", "purpose", "register", "day", "columns", "rows", "hash")
    ),
)

register_tables: Final = {register.name: make_table(metadata, register) for register in KEPT}
"""The tables of registers by the registers' names."""

register_changes: Final = Table(
    "cc_register_changes",
    metadata,
    Column("id", _Id, primary_key=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("kind", "day", "actor", "file", "digest", "case_id", "note", "entered")
    ),
    # The version of the event that caused it, and a hash of the rows that it wrote; empty for all but redrawings.
    Column("version", Integer, nullable=False, server_default="0"),
    Column("written", Text, nullable=False, server_default=""),
)

electoral_rolls: Final = Table(
    "cc_electoral_rolls",
    metadata,
    Column("id", _Id, primary_key=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("kind", "place", "day", "term", "rules", "actor", "frozen", "hash")
    ),
)

electoral_lines: Final = Table(
    "cc_electoral_lines",
    metadata,
    Column("roll", _Id, ForeignKey("cc_electoral_rolls.id", name="cc_electoral_lines_roll"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("subject", "person", "outcome", "zh", "en", "cite", "ask", "why", "actor", "day", "hash")
    ),
)

# The values of personal and sensitive fields, of which events hold commitments only. Rows are removed when somebody
# erases them, which is an event.
private: Final = Table(
    "cc_private",
    metadata,
    Column("case_id", _Id, ForeignKey("cc_cases.id", name="cc_private_case"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("field", _Id, primary_key=True),
    Column("privacy", Text, nullable=False),
    # Hexadecimal; empty where the value is encrypted, and the salt with it.
    Column("salt", Text, nullable=False),
    # The canonical text of the value, or the ciphertext of salt and text under the key that key_id names.
    Column("value", Text, nullable=False),
    Column("key_id", Text, nullable=False),
)

meta: Final = Table(
    "cc_meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

ledger: Final = Table(
    "cc_ledger",
    metadata,
    Column("number", _Sequence, primary_key=True, autoincrement=True),
    Column("ledger", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("more_than", Boolean, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("since", Text),
    Column("until", Text),
    # The event that entered it, and which of its effects it is; 0 where it was entered before events said so.
    Column("case_id", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("part", Integer, nullable=False, server_default="0"),
    Index("cc_ledger_place", "ledger", "place", "day"),
    Index("cc_ledger_case", "case_id", "version"),
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
    Column("number", _Sequence, primary_key=True, autoincrement=False),
    # How many events it covers: those from the first one on, in the order of their sequence numbers.
    Column("size", _Sequence, nullable=False),
    Column("root", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    # The roots of the tree's whole subtrees, from which the next checkpoint goes on.
    Column("frontier", Text, nullable=False),
    Column("entered", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    # What it covers beside the events, see :mod:`~community_core.store.beside`.
    Column("beside", Text, nullable=False, server_default=""),
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

TOLD: Final = "told"
"""The counter of the events that observers were told of, or that nobody is to be told of; all others wait."""

CLEAR_EVENTS: Final = "clear_events"
"""Under this name it is kept how many events there were when private values began to be kept apart."""

DISTRICT: Final = "district"
"""Under this name it is kept whose rules new cases begin under, once it was said."""

WITHOUT_EFFECTS: Final = "without_effects_"
"""Under this name, with that of a table, it is kept how far it reached when events began to say what they caused."""

WITHOUT_HEAD: Final = "states_without_head"
"""Under this name it is kept how many events there were when all present states began to name the event they follow."""

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
