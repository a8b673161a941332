"""Rows of registers commit to the personal values that they hold; how many events observers were told of is counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: The registers that held values that can be erased when this script was written.
_ERASABLE = ("residents", "household_members", "owners", "category_entries")


def upgrade(operations: Operations) -> None:
    """Add the columns; rows that are there commit to nothing. What does not wait any more was told."""
    for register in _ERASABLE:
        table = f"cc_reg_{register}"
        operations.add_column(table, sa.Column("salt", sa.Text(), nullable=True))
        operations.add_column(table, sa.Column("commitment", sa.Text(), nullable=True))
        operations.add_column(table, sa.Column("erased_by", sa.Text(), nullable=False, server_default=""))
    connection = operations.get_bind()
    events, waiting = (
        connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - own names
        for table in ("cc_events", "cc_outbox")
    )
    told = max(0, events - waiting)
    if told:
        connection.execute(sa.text("INSERT INTO cc_counters (name, value) VALUES ('told', :told)"), {"told": told})


def downgrade(operations: Operations) -> None:
    """Refuse: what was recorded is never dropped by a script."""
    raise NotImplementedError("a record is never dropped by a migration; restore a backup instead")
