"""The reference pages leave nothing out: every public class, every command, every option, every exit code."""

import re
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import UnionType

import attrs
import click
import pytest

import community_core as cc
from community_core.base.ranks import Force, Privacy, Rank, Standing
from community_core.cli import exits
from community_core.cli.main import main
from community_core.instruments.ballot import Method, QuorumOf
from community_core.instruments.ties import TieRule
from community_core.procedures.collective import CollectiveDecision, Electorate
from community_core.procedures.consequences import KINDS
from community_core.rulebook import amendments, bounds, code_lists, decisions, documents, facts, labels, procedures
from community_core.rulebook.ballots import DECIDES
from community_core.rulebook.reading import Record
from community_core.rules.terms import Aggregation, AsOf, Expression, HitPolicy
from community_core.rules.types import TYPE_NAMES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def documented() -> set[object]:
    """Return the objects that the page of declarations hands to autodoc."""
    found: set[object] = set()
    module = ""
    for line in (REFERENCE / "declarations.md").read_text("utf-8").splitlines():
        match = re.fullmatch(r"\.\. (\w+):: ([\w.]+)(?:\(\))?", line)
        if match is None:
            continue
        directive, name = match[1], match[2]
        if directive == "currentmodule":
            module = name
        elif directive == "automodule":
            door = import_module(name)
            module = name
            found.update(getattr(door, each) for each in door.__all__)
        else:
            place, _, last = (name if "." in name else f"{module}.{name}").rpartition(".")
            found.add(getattr(import_module(place), last))
    return found


def classes_in(annotation: object) -> set[type]:
    """Return the library's own classes that an annotation names, those inside tuples and unions included."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return {annotation} if annotation.__module__.startswith("community_core") else set()
    parts = typing.get_args(annotation) if typing.get_origin(annotation) or isinstance(annotation, UnionType) else ()
    return {found for part in parts for found in classes_in(part)}


def test_every_name_of_the_front_door_is_documented():
    """Whatever ``community_core`` exports is on the page of declarations."""
    page = (REFERENCE / "declarations.md").read_text("utf-8")
    objects = documented()
    assert [name for name in cc.__all__ if getattr(cc, name) not in objects and f"`{name}`" not in page] == []


def test_every_class_that_a_practice_or_district_is_built_of_is_documented():
    """Whoever builds a practice in Python finds each class that he needs on the page."""
    seen: set[type] = set()
    waiting: list[type] = [cc.Practice, cc.District]
    while waiting:
        cls = waiting.pop()
        if cls not in seen:
            seen.add(cls)
            if attrs.has(cls):
                hints = typing.get_type_hints(cls)
                waiting += [found for item in attrs.fields(cls) for found in classes_in(hints[item.name])]
    assert len(seen) > 25
    objects = documented()
    assert sorted(cls.__name__ for cls in seen if cls not in objects) == []


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield each command of a group by its full name with its arguments, those of inner groups included."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            arguments = [item for item in command.params if isinstance(item, click.Argument)]
            shown = [item.human_readable_name.rstrip(".") + "..." * (item.nargs == -1) for item in arguments]
            yield " ".join(["community-core", *path, name, *shown]), command


def sections() -> dict[str, str]:
    """Return the sections of the page of the command line that are about a command, by heading."""
    parts = re.split(r"^## ", (REFERENCE / "command-line.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = dict(part.split("\n", 1) for part in parts)
    return {heading.strip("`"): text for heading, text in found.items() if heading.startswith("`community-core ")}


def test_every_command_has_its_section_and_no_other():
    """The page has a heading for each command with its arguments, in the order of the help."""
    assert list(sections()) == [name for name, _ in commands(main)]


@pytest.mark.parametrize(
    ("name", "command"), list(commands(main)), ids=lambda value: value if type(value) is str else ""
)
def test_every_option_has_its_row_and_no_other(name, command):
    """A command's section lists its options, those that are required marked so, each with the words of its help."""
    listed = dict(re.findall(r"^\| `(--[a-z-]+).*?` \| (✓?) ?\|", sections()[name], re.MULTILINE))
    options = [item for item in command.params if isinstance(item, click.Option) and not item.hidden]
    assert listed == {item.opts[0]: "✓" if item.required else "" for item in options}
    for item in options:
        assert item.help is not None
        assert item.help in sections()[name]
        assert all(f"`{other}`" in sections()[name] for other in item.secondary_opts)


def test_every_exit_code_is_explained():
    """The page lists exactly the codes that commands may end with."""
    page = (REFERENCE / "command-line.md").read_text("utf-8")
    codes = {value for name, value in vars(exits).items() if name.isupper() and type(value) is int}
    assert {int(code) for code in re.findall(r"^\| `(\d+)` \|", page, re.MULTILINE)} == codes


def test_every_key_of_a_vote_stands_in_the_table_of_keys():
    """The page of the language has a row for each key of a collective decision, each field it gives, and no other."""
    text = (REFERENCE / "language.md").read_text("utf-8")
    section = text.partition("## 表决 · Votes")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == {key.name for key in DECIDES.keys}
    whole = CollectiveDecision("a", "b", Expression("plurality"), records=True, channels=(("x", "y"),), sealed="z")
    assert {name for name in whole.gives if f"`{name}`" not in section} == set()
    words = {item.value for kind in (Method, QuorumOf, TieRule, Electorate) for item in kind}
    assert {word for word in words if not re.search(rf"\b{word}\b", section)} == set()


def test_every_key_of_a_procedure_stands_in_the_table_of_keys():
    """The page has a row for each key of each part of a procedure and each effect, marks what is required, no other."""
    text = (REFERENCE / "language.md").read_text("utf-8")
    section = text.partition("## 程序的各键 · The keys of procedures")[2].partition("\n## ")[0]
    *parts, effects = re.split(r"^### ", section, flags=re.MULTILINE)[1:]
    listed = [dict(re.findall(r"^\| `(\w+)` \| (✓?) ?\|", part, re.MULTILINE)) for part in parts]
    elsewhere = ("CITATION", "DECIDES")
    records = [each for name, each in vars(procedures).items() if isinstance(each, Record) and name not in elsewhere]
    wanted = [{key.name: "✓" if key.required else "" for key in each.keys} for each in records]
    assert sorted(map(sorted, map(dict.items, listed))) == sorted(map(sorted, map(dict.items, wanted)))
    assert set(re.findall(r"^\| `(\w+)` \|", effects, re.MULTILINE)) == set(KINDS)


def test_every_key_of_a_rulebook_stands_in_a_table():
    """The page of keys has a row for each key of each part of practices and districts, and every fixed word."""
    text = (REFERENCE / "keys.md").read_text("utf-8")
    _, words, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    listed = [dict(re.findall(r"^\| `(\w+)` \| (✓?) ?\|", part, re.MULTILINE)) for part in parts]
    apart = {"LABEL_RECORD", "PROCEDURE"}
    modules = (documents, decisions, facts, bounds, code_lists, labels, amendments)
    records = {
        id(each): each
        for module in modules
        for name, each in vars(module).items()
        if isinstance(each, Record) and name not in apart
    }
    wanted = [{key.name: "✓" if key.required else "" for key in each.keys} for each in records.values()]
    assert sorted(map(sorted, map(dict.items, filter(None, listed)))) == sorted(map(sorted, map(dict.items, wanted)))
    ranks = {rank.name.lower() for rank in Rank}
    named = {item.value for kind in (Privacy, Standing, Force, HitPolicy, Aggregation, AsOf) for item in kind}
    assert {word for word in named | ranks | {*TYPE_NAMES, "list"} if f"`{word}`" not in words} == set()
