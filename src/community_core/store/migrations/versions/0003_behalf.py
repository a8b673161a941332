"""In whose name somebody acted, who may act for whom, what a present state is checked by, where functions came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade(operations: Operations) -> None:
    """Add the columns, empty for what was recorded before, and the table of delegations."""
    for table, names in (
        ("cc_events", ("behalf",)),
        ("cc_snapshots", ("rules", "takers", "head")),
        ("cc_rule_texts", ("functions",)),
    ):
        for name in names:
            operations.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    operations.create_table(
        "cc_delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("person", "behalf", "post", "place", "since")],
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person", "behalf", "post", "place", "since", name="cc_delegations_once"),
    )


def downgrade(operations: Operations) -> None:
    """Refuse: what was recorded is never dropped by a script."""
    raise NotImplementedError("a record is never dropped by a migration; restore a backup instead")
