"""Checkpoints cover what is kept beside the events; how far present states reach that say nothing of their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLE = "cc_checkpoints"
_KEPT = "cc_checkpoints_kept"
_TEXTS = ("root", "algorithm", "frontier", "entered", "previous", "hash")

#: Present states whose hash is over the event alone, or that have none.
_OLDER = (
    "SELECT count(*) FROM cc_snapshots s JOIN cc_events e ON e.case_id = s.case_id AND e.version = s.version "
    "WHERE s.head = '' OR s.head = e.hash"
)


def upgrade(operations: Operations) -> None:
    """Number the checkpoints in their order, and keep how far such states reach."""
    sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    columns = ", ".join(("size", *_TEXTS))
    operations.create_table(
        _KEPT, sa.Column("size", sequence), *[sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS]
    )
    operations.execute(f"INSERT INTO {_KEPT} ({columns}) SELECT {columns} FROM {_TABLE}")  # noqa: S608 - own names
    operations.drop_table(_TABLE)
    operations.create_table(
        _TABLE,
        sa.Column("number", sequence, autoincrement=False, nullable=False),
        sa.Column("size", sequence, nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS],
        sa.Column("beside", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("number"),
    )
    operations.execute(
        f"INSERT INTO {_TABLE} (number, {columns}) "  # noqa: S608 - own names
        f"SELECT row_number() OVER (ORDER BY size), {columns} FROM {_KEPT}"
    )
    operations.drop_table(_KEPT)
    connection = operations.get_bind()
    count = connection.execute(sa.text(f"SELECT count(*) FROM {_TABLE}")).scalar_one()  # noqa: S608 - own names
    if count:
        connection.execute(sa.text("INSERT INTO cc_counters (name, value) VALUES ('checkpoint', :n)"), {"n": count})
    # Present states from before they were bound to their events stay as they are until the next step of their cases.
    if connection.execute(sa.text(_OLDER)).scalar_one():
        last = connection.execute(sa.text("SELECT max(seq) FROM cc_events")).scalar_one()
        row = {"name": "states_without_head", "value": str(last)}
        connection.execute(sa.text("INSERT INTO cc_meta (name, value) VALUES (:name, :value)"), row)


def downgrade(operations: Operations) -> None:
    """Refuse: what binds the record is never dropped by a script."""
    raise NotImplementedError("checkpoints are never dropped by a migration; restore a backup instead")
