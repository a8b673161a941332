"""Checkpoints cover what is kept beside the events, and so several may stand after one event."""

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


def upgrade(operations: Operations) -> None:
    """Number the checkpoints in their order; those of before cover nothing beside the events."""
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


def downgrade(operations: Operations) -> None:
    """Refuse: what binds the record is never dropped by a script."""
    raise NotImplementedError("checkpoints are never dropped by a migration; restore a backup instead")
