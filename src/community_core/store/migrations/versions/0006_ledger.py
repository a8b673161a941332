"""The ledger: who gave what to whom, for what, entered by which case."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade(operations: Operations) -> None:
    """Create the table and the indexes by which it is read."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    operations.create_table(
        "cc_ledger",
        sa.Column("number", number, autoincrement=True, nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("ledger", "place", "day", "source", "target")],
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("more_than", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    operations.create_index("cc_ledger_place", "cc_ledger", ["ledger", "place", "day"])
