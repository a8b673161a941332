"""JSON Schema of case files, and the writing of both shipped schemas: ``python -m community_core.testing.schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from community_core.base.labels import Label
from community_core.rulebook import documents
from community_core.rulebook.schema import DIALECT, NAMED, Schema, SchemaMaker, both, rulebook_schema
from community_core.testing.cases import CASE, DOCUMENT, EXPECT, STEP, Value
from community_core.testing.equivalents import EQUIVALENT, FILE

#: The shipped schemas and how each is made, by the word that the command takes.
FOLDER: Final = Path(__file__).parents[1] / "schemas"
KINDS: Final = ("rulebook", "cases")

_ASKS: Final[Schema] = {
    "oneOf": [
        {"required": ["decide", "expect"]},
        {"required": ["run", "steps"]},
        {"required": ["parameter", "expect"]},
        {"required": ["findings"]},
    ]
}
_TAKES: Final[Schema] = {"oneOf": [{"required": ["take"]}, {"required": ["advance"]}]}
_RULES: Final[Schema] = {"oneOf": [{"required": ["district"]}, {"required": ["adopts"]}]}


def cases_schema() -> Schema:
    """Return the schema of a document of cases, or of the list of equivalent mutants beside them."""
    maker = SchemaMaker(
        named=(
            *NAMED,
            ("document", DOCUMENT),
            ("case", CASE),
            ("case_step", STEP),
            ("expect", EXPECT),
            ("same", EQUIVALENT),
        ),
        more={"case": _ASKS, "case_step": _TAKES, "document": _RULES},
        raw={"adopts": "adopts", "set": "set", "value": "value"},
        makers={Value: lambda _: {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/value"}]}},
    )
    # What a document of cases says of its own rules is read as a district's.
    for key in ("adopts", "set"):
        maker.definitions[key] = maker.of(documents.DISTRICT.by_name[key].reads)
    document, listed = maker.of(DOCUMENT), maker.of(FILE)
    for unused in ("expression", "then", "type"):
        maker.definitions.pop(unused)
    return {
        "$schema": DIALECT,
        "title": "community-core cases",
        "description": both(Label("例子：判定、程序或问题项", "cases: questions, runs of procedures, or findings")),
        "type": "object",
        "if": {"required": ["equivalent"]},
        "then": listed,
        "else": document,
        "$defs": dict(sorted(maker.definitions.items())),
    }


def text_of(schema: Schema) -> str:
    """Return a schema as the text that is shipped."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def made(kind: str) -> str:
    """Return the text of the schema of *kind* (``rulebook`` or ``cases``) as the readers have it now."""
    return text_of(rulebook_schema() if kind == "rulebook" else cases_schema())


def shipped(kind: str) -> Path:
    """Return where the schema of *kind* lies inside the package."""
    return FOLDER / f"{kind}.schema.json"


def main() -> None:
    """Write both schemas anew."""
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        shipped(kind).write_text(made(kind), "utf-8")


if __name__ == "__main__":
    main()
