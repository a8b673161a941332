"""The table of keys of a catalogue: rows, each with its class and what it rests on; what exists is asked elsewhere."""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.declarations.catalogue import Catalogue, CatalogueRow, RowClass
from community_core.rulebook.facts import STANDING_KEY
from community_core.rulebook.labels import CITATION, CITE, EN, LABEL, label_of
from community_core.rulebook.nodes import Node, Scalar
from community_core.rulebook.readers import DOTTED, DOTTED_NAMES, TEXT, Choice, Each
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record
from community_core.rulebook.scalars import Form, form

#: How the id of a row is written: the place in capitals and a number.
ROW_ID: Final = "^[A-Z][A-Z0-9]*(?:-[A-Z][A-Z0-9]*)*-[0-9]{2,3}$"


@frozen
class RowId:
    """The id of a row, such as ``SHENHE-01``."""

    def read(self, node: Node, reading: Reading) -> str | Bad:
        """Return the id."""
        if isinstance(node, Scalar) and form(node) is Form.TEXT and re.fullmatch(ROW_ID, node.text):
            return node.text
        return reading.expected(node, Label("SHENHE-01 这样的目录号", "the id of a row, such as SHENHE-01"))


def _build_row(fields: Fields, reading: Reading) -> CatalogueRow | Bad:
    label = label_of(fields, reading)
    kind: RowClass = fields.get("class")
    rests = {"implemented_by", "shown_by"} & set(fields.values)
    if label is BAD:
        return BAD
    if len(rests) != (0 if kind is RowClass.REFERENCE else 2):
        return reading.report(
            "row-unbacked",
            "mechanism 和 value 的目录行写明 implemented_by（由什么实现）和 shown_by（由什么表明）；"
            "reference 只存目，两样都不写",
            "a row of class mechanism or value says implemented_by and shown_by; a reference claims nothing and has "
            "neither",
            fields.origin,
            row=fields.get("id"),
        )
    return CatalogueRow(
        fields.get("id"),
        label,
        kind,
        fields.get("standing") or reading.standing,
        cite=fields.get("cite"),
        implemented_by=fields.get("implemented_by", ()),
        shown_by=fields.get("shown_by", ()),
        note=fields.get("note"),
        origin=fields.origin,
    )


CATALOGUE_ROW = Record(
    (
        Key("id", RowId(), Label("目录号", "its id"), required=True),
        Key("zh", TEXT, Label("中文名称", "the Chinese name"), required=True),
        EN,
        Key(
            "class",
            Choice(RowClass, Label("目录行的类别", "a class of row")),
            Label(
                "类别：运行的、用到的数、只存目", "what it claims: something runs, a value is used, or it is only kept"
            ),
            required=True,
        ),
        STANDING_KEY,
        Key("cite", CITATION, CITE.help, required=True),
        Key(
            "implemented_by",
            DOTTED_NAMES,
            Label("由哪些条款项实现（全名）", "the terms that implement it, by full name"),
        ),
        Key(
            "shown_by",
            Each(TEXT, Label("例子和测试的列表", "a list of cases and tests"), or_one=True, unique=True),
            Label("哪些例子或测试表明它：cases/a.yaml::名称", "the cases and tests that show it: cases/a.yaml::name"),
        ),
        Key("note", LABEL, Label("材料的疑点", "the doubt about its source")),
    ),
    _build_row,
    Label("一行目录", "a row of a catalogue"),
)


def _set_standing(reading: Reading, value: Standing) -> None:
    reading.standing = value


def _build(fields: Fields, reading: Reading) -> Catalogue | Bad:
    name = fields.get("catalogue")
    if name is None:
        return BAD
    rows: list[CatalogueRow] = []
    for row in fields.get("rows", ()):
        if row is BAD:
            continue
        if any(row.name == other.name for other in rows):
            reading.report(
                "duplicate-value",
                f"“{row.name}”写了两次，请留一个",
                f"{row.name} stands twice; keep one",
                row.origin,
                value=row.name,
            )
            continue
        rows.append(row)
    return Catalogue(name, tuple(rows), fields.get("title", Label()), fields.get("source"), origin=fields.origin)


CATALOGUE = Record(
    (
        Key("catalogue", DOTTED, Label("目录的名称", "the name of the catalogue"), required=True),
        Key("title", LABEL, Label("标题", "the title")),
        Key(
            "source",
            CITATION,
            Label("总出处", "the citation from which rows take the document"),
            then=lambda reading, value: setattr(reading, "cited", value),
        ),
        Key("standing", STANDING_KEY.reads, Label("各行的规则性质", "the standing of each row"), then=_set_standing),
        Key(
            "rows",
            Each(CATALOGUE_ROW, Label("目录行的列表", "a list of rows"), keep_bad=True),
            Label("各行", "the rows"),
            required=True,
        ),
    ),
    _build,
    Label("一份目录", "a catalogue"),
    lenient=True,
)
