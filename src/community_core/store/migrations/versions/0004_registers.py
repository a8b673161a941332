"""Registers as dated rows, the changes that made them, and electoral rolls; places get days and keep what they had."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Each register with its columns and their kinds, as they were when this script was written.
_REGISTERS: Final = (
    ("places", "place:key parent:text layer:text zh:text en:text code:text"),
    ("dwellings", "dwelling:key place:text unit:text room:text residents_group:text grid:text area:int"),
    ("households", "household:key place:text dwelling:text"),
    (
        "residents",
        (
            "person:key name:text id_number:text birth_date:text sex:text "
            "registered_place:text actual_place:text dwelling:text phone:text"
        ),
    ),
    ("household_members", "household:key person:key relation:text"),
    ("families", "family:key place:text dwelling:text"),
    ("family_members", "family:key person:key"),
    ("owners", "dwelling:key owner:key share:text"),
    ("bodies", "body:key kind:text zh:text en:text place:text"),
    ("posts", "post:key body:key zh:text en:text seat:text"),
    ("services", "service:key zh:text en:text provider:text"),
    ("outlets", "outlet:key zh:text en:text place:text provider:text"),
    ("outlet_services", "outlet:key service:key"),
    ("facilities", "facility:key kind:text zh:text en:text place:text area:int keeper:text"),
    ("categories", "code_list:key code:key zh:text en:text owner:text fact:text fact_value:text cite:text"),
    ("category_entries", "kind:key subject:key code_list:key code:key degree:text"),
)


def upgrade(operations: Operations) -> None:
    """Create the tables; a place that was registered before counts from the first day there is."""
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    types: dict[str, Any] = {"key": key, "int": sa.Integer(), "text": sa.Text()}
    present = sa.text("replaced IS NULL")
    for register, described in _REGISTERS:
        columns = [item.split(":") for item in described.split()]
        table = f"cc_reg_{register}"
        operations.create_table(
            table,
            sa.Column("number", number, autoincrement=True, nullable=False),
            *[sa.Column(name, types[kind], nullable=kind != "key") for name, kind in columns],
            *[
                sa.Column(name, sa.Text(), nullable=name in ("until", "replaced"))
                for name in ("since", "until", "entered", "change_id", "replaced", "replaced_by")
            ],
            sa.PrimaryKeyConstraint("number"),
        )
        keys = [name for name, kind in columns if kind == "key"]
        operations.create_index(
            f"{table}_present",
            table,
            [*keys, "since"],
            unique=True,
            sqlite_where=present,
            postgresql_where=present,
        )
    operations.execute(
        "INSERT INTO cc_reg_places (place, parent, layer, zh, en, since, entered, change_id, replaced_by) "
        "SELECT place, parent, layer, zh, en, '0001-01-01', '', '', '' FROM cc_places"
    )
    operations.drop_table("cc_places")
    for table, names in (
        ("cc_register_changes", ("kind", "day", "actor", "file", "digest", "case_id", "note", "entered")),
        ("cc_electoral_rolls", ("kind", "place", "day", "term", "rules", "actor", "frozen", "hash")),
    ):
        operations.create_table(
            table,
            sa.Column("id", key, nullable=False),
            *[sa.Column(name, sa.Text(), nullable=False) for name in names],
            sa.PrimaryKeyConstraint("id"),
        )
    operations.create_table(
        "cc_electoral_lines",
        sa.Column("roll", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *[
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("subject", "person", "outcome", "zh", "en", "cite", "ask", "why", "actor", "day", "hash")
        ],
        sa.PrimaryKeyConstraint("roll", "number"),
        sa.ForeignKeyConstraint(["roll"], ["cc_electoral_rolls.id"], name="cc_electoral_lines_roll"),
    )


def downgrade(operations: Operations) -> None:
    """Refuse: what was registered is never dropped by a script."""
    raise NotImplementedError("registers are never dropped by a migration; restore a backup instead")
