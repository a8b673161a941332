"""The first tables: cases, events, snapshots, rule texts, registers, outbox; later tables get scripts of their own.

Unlike a host's scripts, these take the operations as an argument: Alembic's global ``op`` belongs to whoever is
running now, and that may be the host's own migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade(operations: Operations) -> None:
    """Create the tables and the counter of events."""
    # Types are built here: a dialect's variant hangs on the instance.
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

    def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
        return sa.Column(name, sa.Text(), nullable=nullable)

    operations.create_table(
        "cc_cases",
        sa.Column("id", key, nullable=False),
        *[text(name) for name in ("procedure", "place", "opened", "rules", "parent")],
        sa.PrimaryKeyConstraint("id"),
    )
    operations.create_index("cc_cases_procedure_place", "cc_cases", ["procedure", "place"])
    operations.create_index("cc_cases_place", "cc_cases", ["place"])
    operations.create_table(
        "cc_events",
        sa.Column("seq", sequence, autoincrement=False, nullable=False),
        sa.Column("case_id", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *[text(name) for name in ("step", "state", "actor", "post", "day", "data", "published", "rules")],
        text("key", nullable=True),
        *[text(name) for name in ("entered", "previous", "hash")],
        sa.PrimaryKeyConstraint("seq"),
        sa.ForeignKeyConstraint(["case_id"], ["cc_cases.id"], name="cc_events_case"),
        sa.UniqueConstraint("case_id", "version", name="cc_events_case_version"),
        sa.UniqueConstraint("key", name="cc_events_key"),
    )
    operations.create_table(
        "cc_snapshots",
        sa.Column("case_id", key, nullable=False),
        text("state"),
        sa.Column("version", sa.Integer(), nullable=False),
        *[text(name) for name in ("entered", "latest", "data", "steps")],
        sa.Column("reminded", sa.Boolean(), nullable=False),
        text("ended"),
        sa.PrimaryKeyConstraint("case_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cc_cases.id"], name="cc_snapshots_case"),
    )
    operations.create_index("cc_snapshots_ended_state", "cc_snapshots", ["ended", "state"])
    operations.create_table("cc_rule_texts", text("hash"), text("text"), sa.PrimaryKeyConstraint("hash"))
    operations.create_table(
        "cc_postings",
        sa.Column("id", sa.Integer(), nullable=False),
        *[text(name) for name in ("person", "post", "place", "since")],
        text("until", nullable=True),
        text("ended", nullable=True),
        *[text(name) for name in ("reason", "case_id")],
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person", "post", "place", "since", name="cc_postings_once"),
    )
    operations.create_table(
        "cc_places",
        sa.Column("place", key, nullable=False),
        sa.Column("parent", key, nullable=True),
        *[text(name) for name in ("layer", "zh", "en")],
        sa.PrimaryKeyConstraint("place"),
        sa.ForeignKeyConstraint(["parent"], ["cc_places.place"], name="cc_places_parent"),
    )
    operations.create_table("cc_meta", text("name"), text("value"), sa.PrimaryKeyConstraint("name"))
    counters = operations.create_table(
        "cc_counters",
        text("name"),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    operations.create_table(
        "cc_outbox",
        sa.Column("seq", sequence, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    operations.bulk_insert(counters, [{"name": "sequence", "value": 0}])


def downgrade(operations: Operations) -> None:
    """Refuse: what is recorded is never dropped by a script."""
    raise NotImplementedError("the record is never dropped by a migration; restore a backup instead")
