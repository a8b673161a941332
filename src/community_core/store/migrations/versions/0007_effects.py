"""What a step caused, in its event; which event entered, appointed, dismissed or redrew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: The tables whose rows follow from events, each with the column that counts its rows.
_COUNTED = (("events", "cc_events", "seq"), ("ledger", "cc_ledger", "number"), ("postings", "cc_postings", "id"))


def upgrade(operations: Operations) -> None:
    """Add the columns, and keep how far the rows reach of which no event says that it caused them."""
    for table, name, default in (
        ("cc_events", "effects", "[]"),
        ("cc_postings", "ended_case", ""),
        ("cc_register_changes", "written", ""),
    ):
        operations.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=default))
    for table, name in (
        ("cc_ledger", "version"),
        ("cc_ledger", "part"),
        ("cc_postings", "version"),
        ("cc_postings", "ended_version"),
        ("cc_register_changes", "version"),
    ):
        operations.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    # Until now the one column said of a row that had ended what ended it.
    operations.execute(
        "UPDATE cc_postings SET ended_case = case_id, case_id = '' WHERE ended IS NOT NULL AND case_id <> ''"
    )
    connection = operations.get_bind()
    for name, table, number in _COUNTED:
        last = connection.execute(sa.text(f"SELECT max({number}) FROM {table}")).scalar()  # noqa: S608 - own names
        if last:
            row = {"name": f"without_effects_{name}", "value": str(last)}
            connection.execute(sa.text("INSERT INTO cc_meta (name, value) VALUES (:name, :value)"), row)


def downgrade(operations: Operations) -> None:
    """Refuse: what was recorded is never dropped by a script."""
    raise NotImplementedError("a record is never dropped by a migration; restore a backup instead")
