"""No input whatever makes the loader raise: everything that is wrong is a finding."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from community_core.rulebook import Loaded, read_text
from community_core.rulebook.documents import DISTRICT, PRACTICE
from community_core.rulebook.reading import Record

SOUND = (Path(__file__).parent / "every-key.yaml").read_text(encoding="utf-8")
PIECES = [
    *"{}[]:,-#&*!|>'\"%@`?~\t\n\r\\",
    "\x00", "\x85", "\u2028", "\ud800", "\ufeff", "<<: *a", "&a ", "!!python/object:os.system ", "1.5", "9" * 5000,
    "null", "  ", "年龄", ": ", "- ", "\n---\n", "\n...\n", "%YAML 1.2\n", "? ", "true", "2006-02-30", "pct(", "{" * 60,
]  # fmt: skip


def sound(loaded):
    """Check what holds for whatever was read."""
    assert isinstance(loaded, Loaded)
    for each in loaded.findings:
        assert each.message.zh
        assert each.message.en
        assert each.line >= 1
        assert each.column >= 1
    for practice in loaded.practices:
        named = [item.name for item in (*practice.facts, *practice.parameters, *practice.decisions)]
        assert not {f"{practice.name}.{name}" for name in named} & dict(practice.broken).keys()
        assert set(dict(practice.broken).values()) <= set(loaded.findings)
    return loaded


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data):
    """Bytes of any kind give findings or declarations."""
    loaded = sound(read_text(data))
    assert loaded.findings or loaded.practices or loaded.districts


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join))
def test_any_text(text):
    """Text made of YAML's own signs gives findings or declarations."""
    sound(read_text("practice: a.b\nfacts: " + text))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SOUND)), st.integers(0, 30), st.sampled_from(PIECES) | st.text(max_size=3))
def test_any_damage_to_a_sound_rulebook(start, width, piece):
    """A rulebook of which a stretch was overwritten by anything is read as far as it goes."""
    sound(read_text(SOUND[:start] + piece + SOUND[start + width :]))


def _names(reader, seen):
    if isinstance(reader, Record) and id(reader) not in seen:
        seen.add(id(reader))
        for key in reader.keys:
            yield key.name
            yield from _names(key.reads, seen)
    for part in ("value", "member", "record", "single"):
        if hasattr(reader, part):
            yield from _names(getattr(reader, part), seen)


KEYS = sorted({*_names(PRACTICE, set()), *_names(DISTRICT, set())})
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.sampled_from(
        ["x", "年龄", "pct(60)", "yuan('1')", "a.b", "list", "money", "public", "first", "undated", "", "true"]
    )
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.sampled_from(["a", "b", "甲"]), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["practice", "district"]), st.dictionaries(st.sampled_from(KEYS), TREES, max_size=6))
def test_any_tree_of_known_keys(kind, tree):
    """Known keys with anything under them are findings where they do not fit, and never an exception."""
    text = yaml.safe_dump({**tree, kind: "a.b"}, allow_unicode=True, sort_keys=False)
    sound(read_text(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "too-deep"),
        ("practice: a.b\nfacts: " + "{a: " * 5000, "too-deep"),
        ("- " * 50_000, "too-deep"),
        ("a: &a [x]\nb: " + "[*a, " * 30, "yaml-syntax"),
        ('practice: "a', "yaml-syntax"),
        ("\t", "yaml-syntax"),
        ("practice: a.b\x00", "control-character"),
        ("practice: a.b\u2028", "control-character"),
        ("practice: a.b \u202e", "control-character"),
        ("\ud800", "control-character"),
        ("", "empty-file"),
        ("---\n---\n", "empty-file"),
        ("\ufeff", "empty-file"),
        ("5", "wrong-type"),
        ("[]", "wrong-type"),
        ("{}", "unknown-document"),
        ("practice: a.b\ndistrict: c", "unknown-document"),
        ("practice: 5", "wrong-type"),
        ("practice: A B", "not-a-name"),
        ("%YAML 3.0\n---\npractice: a.b", "yaml-syntax"),
    ],
)
def test_known_traps(text, code):
    """Nesting, bombs, broken quotes, tabs and wrong documents are findings of their own."""
    loaded = sound(read_text(text))
    assert code in [each.code for each in loaded.findings]
    assert loaded.practices == ()
