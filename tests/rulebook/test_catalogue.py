"""Catalogues are read strictly: each row with its class, its source and what it rests on; a broken row stands alone."""

import pytest

from community_core.base import Citation, Label, Standing
from community_core.declarations import Catalogue, CatalogueRow, RowClass
from community_core.rulebook import read_text

HEAD = "catalogue: a\nsource: {document: 材料}\nstanding: reported\nrows:\n"
KEPT = "  - {id: SHENHE-01, zh: 甲, class: reference, cite: {lines: L1}}\n"


def test_a_catalogue_is_read_with_all_its_keys():
    """Every key of a row has its place; standing and document come from the head where the row does not say."""
    loaded = read_text(
        "catalogue: shenhe\ntitle: {zh: 沈河, en: Shenhe}\nsource: {document: 材料, lines: L1}\nstanding: reported\n"
        "rows:\n"
        "  - id: SHENHE-18\n    zh: 独居老人\n    en: Elders living alone\n    class: mechanism\n"
        "    cite: {heading: 三, lines: L111}\n    implemented_by: [shenhe.elder-care.care_class]\n"
        "    shown_by: ['cases/a.yaml::甲', 'tests/test_a.py::test_b']\n    note: {zh: 年龄没有写, en: no age}\n"
        "  - {id: HEIHE-10, zh: 层次, class: value, standing: proposal, cite: {document: 乙}, implemented_by: a.b.c,"
        " shown_by: 'cases/a.yaml::丙'}\n" + KEPT
    )
    assert loaded.findings == ()
    assert loaded.catalogues == (
        Catalogue(
            "shenhe",
            (
                CatalogueRow(
                    "SHENHE-18",
                    Label("独居老人", "Elders living alone"),
                    RowClass.MECHANISM,
                    Standing.REPORTED,
                    Citation("材料", heading="三", lines="L111"),
                    ("shenhe.elder-care.care_class",),
                    ("cases/a.yaml::甲", "tests/test_a.py::test_b"),
                    Label("年龄没有写", "no age"),
                ),
                CatalogueRow(
                    "HEIHE-10",
                    Label("层次"),
                    RowClass.VALUE,
                    Standing.PROPOSAL,
                    Citation("乙"),
                    ("a.b.c",),
                    ("cases/a.yaml::丙",),
                ),
                CatalogueRow(
                    "SHENHE-01", Label("甲"), RowClass.REFERENCE, Standing.REPORTED, Citation("材料", lines="L1")
                ),
            ),
            Label("沈河", "Shenhe"),
            Citation("材料", lines="L1"),
        ),
    )
    assert [row.place for row in loaded.catalogues[0].rows] == ["shenhe", "heihe", "shenhe"]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("  - {id: shenhe-1, zh: 甲, class: reference, cite: {lines: L1}}", "wrong-type", 10),
        ("  - {id: SHENHE-02, zh: 甲, class: wish, cite: {lines: L1}}", "unknown-word", 35),
        ("  - {id: SHENHE-02, zh: 甲, class: reference}", "missing-key", 5),
        ("  - {id: SHENHE-02, zh: 甲, class: reference, cite: {lines: L1}, why: 乙}", "unknown-key", 65),
        ("  - {id: SHENHE-01, zh: 乙, class: reference, cite: {lines: L1}}", "duplicate-value", 5),
        ("  - {id: SHENHE-02, zh: 甲, class: value, cite: {lines: L1}, shown_by: x}", "row-unbacked", 5),
    ],
)
def test_a_broken_row_is_a_finding_and_the_others_stand(row, code, column):
    """What is wrong with a row is found in its line and column, and the row beside it is kept."""
    loaded = read_text(HEAD + KEPT + row + "\n")
    assert [(each.code, each.line, each.column) for each in loaded.findings] == [(code, 6, column)]
    (catalogue,) = loaded.catalogues
    assert catalogue.findings == loaded.findings
    assert [row.name for row in catalogue.rows] == ["SHENHE-01"]
