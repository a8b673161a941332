"""The shipped schemas: as the readers have them now, kind to every shipped text, and unkind to broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from community_core.rulebook import nodes
from community_core.rulebook.readers import Each
from community_core.rulebook.scalars import Form, as_bool, as_int, form
from community_core.rulebook.schema import SchemaMaker
from community_core.testing import schema
from community_core.testing.cases import case_files, read_cases
from community_core.testing.equivalents import NAME

ROOT = Path(__file__).parents[2]
RULEBOOKS = sorted(
    [
        *ROOT.glob("src/**/*.yaml"),
        *ROOT.glob("plugins/*/src/**/*.yaml"),
        *ROOT.glob("examples/*/src/**/*.yaml"),
        ROOT / "tests" / "rulebook" / "every-key.yaml",
    ]
)
FOLDERS = [ROOT / "tests" / "practices", *sorted(ROOT.glob("plugins/*/cases")), *sorted(ROOT.glob("examples/*/cases"))]
CASES = [path for folder in FOLDERS for path in case_files(folder)]
LISTS = [path for folder in FOLDERS for path in folder.rglob(NAME)]
BROKEN = sorted((ROOT / "tests" / "rulebook" / "broken").glob("*.yaml"))
#: Faults that no schema sees: of YAML itself, which a schema never meets, and those between two values.
YAML = {
    "alias-refused",
    "anchor-refused",
    "control-character",
    "duplicate-key",
    "empty-file",
    "tag-refused",
    "too-deep",
    "yaml-syntax",
}
BETWEEN = {
    "amendment-content",
    "bound-without-order",
    "bounds-empty",
    "duplicate-document",
    "missing-output",
    "not-a-post",
    "post-not-named",
    "unknown-output",
    "until-before-from",
    "wrong-constant",
}
BETWEEN |= {"day-of-another-year", "wrong-unit", "wrong-value"}
#: A citation may take its document from the head, labels are of values that are declared elsewhere, and a day stands in
#: two lists.
NOT_SEEN = {"missing-key.document", "unknown-word.label", "duplicate-value.workdays"}
#: Values that one place settles by itself.
SEEN = {"wrong-value.code"}


def plain(node: nodes.Node) -> Any:
    """Return a value of YAML as an editor hands it to a schema: days are texts."""
    if isinstance(node, nodes.Mapping):
        return {getattr(key, "text", repr(key)): plain(value) for key, value in node.pairs}
    if isinstance(node, nodes.Sequence):
        return [plain(item) for item in node.items]
    if not isinstance(node, nodes.Scalar) or form(node) is Form.NULL:
        return None
    kind = form(node)
    if kind is Form.BOOL:
        return as_bool(node)
    if kind is Form.INT:
        return as_int(node)
    return float(node.text) if kind is Form.FLOAT else node.text


def faults(kind: str, path: Path) -> list[str]:
    """Return what the shipped schema of *kind* says against each document of a file."""
    made = json.loads(schema.shipped(kind).read_text("utf-8"))
    # As editors do, a format is held against what is written.
    validator = Draft202012Validator(made, format_checker=Draft202012Validator.FORMAT_CHECKER)
    documents, _ = nodes.compose(nodes.Source(path.read_text("utf-8"), str(path)))
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for document in documents
        for error in validator.iter_errors(plain(document.root))
    ]


@pytest.mark.parametrize("kind", schema.KINDS)
def test_the_shipped_schema_is_what_the_readers_say(kind):
    """Making a schema anew gives the same bytes; ``python -m community_core.testing.schema`` writes both."""
    assert schema.shipped(kind).read_bytes() == schema.made(kind).encode()


@pytest.mark.parametrize("kind", schema.KINDS)
def test_a_schema_is_one(kind):
    """Each schema is sound JSON Schema of 2020-12 and refers to nothing outside itself."""
    text = schema.made(kind)
    made = json.loads(text)
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert text.count("https://") == 1
    references = {part.split('"')[1] for part in text.split('"$ref": ')[1:]}
    assert references == {f"#/$defs/{name}" for name in made["$defs"]}


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_every_shipped_rulebook_fits(path):
    """Rulebooks of the core, the plugins, the demo and the examples have nothing against them."""
    assert faults("rulebook", path) == []


@pytest.mark.parametrize("path", [*CASES, *LISTS], ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_every_shipped_case_file_fits(path):
    """Case files, and the lists of equivalent mutants beside them, have nothing against them."""
    assert faults("cases", path) == []


def test_there_are_texts_to_try():
    """The folders that are looked through do hold rulebooks, cases and lists."""
    assert len(RULEBOOKS) > 14
    assert len(CASES) > 6
    assert len(LISTS) > 1


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_rulebook_is_seen_as_far_as_a_schema_sees(path):
    """A fault in a key, a word, a type or a day is seen; one of YAML or between two values is for the loader."""
    code = path.stem.partition(".")[0]
    seen = bool(faults("rulebook", path))
    if (code in BETWEEN and path.stem not in SEEN) or path.stem in NOT_SEEN:
        assert not seen
    elif code not in YAML:
        assert seen


@pytest.mark.parametrize(
    "text",
    [
        "cases: []",
        "district: d\ncases: [{name: n, decide: x}]",
        "district: d\ncases: [{name: n, decide: x, expect: {row: 1}, run: y, steps: []}]",
        "district: d\ncases: [{name: n, run: x, steps: [{state: y}]}]",
        "district: d\nadopts: [a.b]\ncases: []",
        "district: d\nday: 2006-02-30\ncases: []",
        "district: d\ncases: [{name: n, decide: x, expect: {outcome: 1.5}}]",
        "adopts: [a.b]\nset: {c.d: [{value: 3}]}\ncases: []",
        "equivalent: [{mutants: x}]",
    ],
)
def test_a_faulty_case_is_seen(tmp_path, text):
    """What the reader of cases reports of keys and forms, the schema of cases sees as well."""
    path = tmp_path / "case.yaml"
    path.write_text(text, "utf-8")
    assert faults("cases", path)
    if not text.startswith("equivalent"):
        assert read_cases(path).findings


def test_help_texts_stand_in_both_languages():
    """Whatever key an editor completes has its help in Chinese and English."""
    made = json.loads(schema.made("rulebook"))
    keys = made["$defs"]["parameter"]["properties"]
    assert keys["open_to"]["description"] == "谁可以设定 / who may set it"
    tables = [each for each in made["$defs"].values() if "properties" in each]
    assert len(tables) > 15
    assert all(" / " in key["description"] for table in tables for key in table["properties"].values())


def test_a_reader_without_a_schema_is_an_error():
    """A new kind of reader cannot slip into a table of keys without its schema."""

    class Unheard:
        def read(self, node, _reading):
            return node

    with pytest.raises(TypeError, match="Unheard"):
        SchemaMaker().of(Each(Unheard(), None))
