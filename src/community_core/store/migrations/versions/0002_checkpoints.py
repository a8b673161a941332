"""Checkpoints over the whole record, and the last event of each case that one covers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade(operations: Operations) -> None:
    """Create the tables; what was recorded before is covered by the first checkpoint."""
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    operations.create_table(
        "cc_checkpoints",
        sa.Column("size", sequence, autoincrement=False, nullable=False),
        *[
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("root", "algorithm", "frontier", "entered", "previous", "hash")
        ],
        sa.PrimaryKeyConstraint("size"),
    )
    operations.create_table(
        "cc_checkpoint_cases",
        sa.Column("case_id", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("size", sequence, nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )


def downgrade(operations: Operations) -> None:
    """Refuse: what binds the record is never dropped by a script."""
    raise NotImplementedError("checkpoints are never dropped by a migration; restore a backup instead")
