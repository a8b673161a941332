"""The catalogue of a plugin: each row of its documents, and what of it runs; nothing here decides or is hashed."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from community_core.base.citations import Citation
from community_core.base.findings import NOWHERE, Finding, Origin
from community_core.base.labels import Label
from community_core.base.ranks import Standing


class RowClass(Enum):
    """What a row of a catalogue claims.

    ``mechanism``: something runs, and its case fails when that is broken. ``value``: a figure or threshold that a rule
    uses, or a reported figure recomputed from counts that the document gives. ``reference``: kept and cited, no more.
    """

    MECHANISM = "mechanism"
    VALUE = "value"
    REFERENCE = "reference"


@frozen
class CatalogueRow:
    """One row: its id (``SHENHE-01``), what the source says it is, and where.

    *implemented_by* are full names of terms; *shown_by* are cases (``cases/hearings.yaml::name``) and tests
    (``tests/test_shenhe.py::test_name``), as pytest names them from the folder of the plugin's project. A reference has
    neither. *note* is the doubt about the source, where there is one.
    """

    name: str
    label: Label
    row_class: RowClass
    standing: Standing
    cite: Citation | None = None
    implemented_by: tuple[str, ...] = ()
    shown_by: tuple[str, ...] = ()
    note: Label | None = None
    origin: Origin = field(default=NOWHERE, eq=False)

    @property
    def place(self) -> str:
        """The place that the id names, such as ``shenhe`` in ``SHENHE-01``."""
        return self.name.rpartition("-")[0].lower()


@frozen
class Catalogue:
    """The rows that a plugin carries, under a name of their own."""

    name: str
    rows: tuple[CatalogueRow, ...] = ()
    title: Label = Label()
    source: Citation | None = None
    findings: tuple[Finding, ...] = field(default=(), eq=False)
    origin: Origin = field(default=NOWHERE, eq=False)
