"""Rows of ledgers and appointments are found by the case that caused them."""

from __future__ import annotations

from alembic.operations import Operations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade(operations: Operations) -> None:
    """Add the indexes by which a record is verified."""
    operations.create_index("cc_ledger_case", "cc_ledger", ["case_id", "version"])
    operations.create_index("cc_postings_case", "cc_postings", ["case_id"])
    operations.create_index("cc_postings_ended_case", "cc_postings", ["ended_case"])


def downgrade(operations: Operations) -> None:
    """Refuse: what was recorded is never dropped by a script."""
    raise NotImplementedError("a record is never dropped by a migration; restore a backup instead")
