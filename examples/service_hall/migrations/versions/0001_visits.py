"""The hall's visits, and the tables of community_core beside them."""

import sqlalchemy as sa
from alembic import op

import community_core.store

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the hall's table; the library brings its own tables up to date in the same transaction."""
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ticket", sa.Text, nullable=False, unique=True),
        sa.Column("window", sa.Integer, sa.CheckConstraint("window > 0", name="visits_window"), nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
    )
    community_core.store.upgrade(op.get_bind())
