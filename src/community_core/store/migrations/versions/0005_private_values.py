"""Personal and sensitive values in a table of their own; what was recorded before stays as it was hashed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade(operations: Operations) -> None:
    """Create the table, and remember up to which event values are part of what was hashed."""
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    operations.create_table(
        "cc_private",
        sa.Column("case_id", key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("field", key, nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("privacy", "salt", "value", "key_id")],
        sa.PrimaryKeyConstraint("case_id", "version", "field"),
        sa.ForeignKeyConstraint(["case_id"], ["cc_cases.id"], name="cc_private_case"),
    )
    # How many events there are: their values stand in them in clear, and an export can only leave them out whole.
    operations.execute(
        "INSERT INTO cc_meta (name, value) SELECT 'clear_events', CAST(COALESCE(MAX(seq), 0) AS TEXT) FROM cc_events"
    )


def downgrade(operations: Operations) -> None:
    """Refuse: what was recorded is never dropped by a script."""
    raise NotImplementedError("personal values are never dropped by a migration; erase them, which is recorded")
