"""What was believed of appointments and delegations; who read sensitive values; blind indexes of sensitive keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade(operations: Operations) -> None:
    """Add the columns and tables; what was kept before is taken as believed from the first moment there is."""
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for table, names in (
        ("cc_postings", ("entered",)),
        ("cc_delegations", ("change_id", "ended_change", "entered")),
    ):
        for name in names:
            operations.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    operations.create_table(
        "cc_past_rows",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("data", "entered", "replaced", "replaced_by")],
        sa.PrimaryKeyConstraint("number"),
    )
    operations.create_index("cc_past_rows_row", "cc_past_rows", ["register", "row"])
    operations.create_table(
        "cc_register_reads",
        sa.Column("number", number, autoincrement=False, nullable=False),
        *[
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("entered", "actor", "purpose", "register", "day", "columns", "rows", "hash")
        ],
        sa.PrimaryKeyConstraint("number"),
    )
    entries = "cc_reg_category_entries"
    for name in ("subject_index", "key_index"):
        operations.add_column(entries, sa.Column(name, key, nullable=False, server_default=""))
    operations.create_index(f"{entries}_subject", entries, ["subject_index"])
    present = sa.text("replaced IS NULL AND key_index <> ''")
    operations.create_index(
        f"{entries}_once",
        entries,
        ["key_index", "since"],
        unique=True,
        sqlite_where=present,
        postgresql_where=present,
    )


def downgrade(operations: Operations) -> None:
    """Refuse: what was recorded is never dropped by a script."""
    raise NotImplementedError("a record is never dropped by a migration; restore a backup instead")
