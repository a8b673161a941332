"""The list of mutants that are equivalent, with the reason for each; whether they are is for a reader to judge."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attrs import field, frozen

from community_core.base.findings import NOWHERE, Finding, Origin, finding
from community_core.base.labels import Label
from community_core.rulebook import nodes
from community_core.rulebook.labels import EN, label_of
from community_core.rulebook.readers import TEXT, Each
from community_core.rulebook.reading import BAD, Bad, Fields, Key, Reading, Record

#: The name of the list, which stands in a folder of cases.
NAME: Final = "equivalent.yaml"


@frozen
class Equivalent:
    """Mutants, by name, that change no answer, and why."""

    mutants: tuple[str, ...]
    reason: Label
    origin: Origin = field(default=NOWHERE, eq=False)


def _built(fields: Fields, reading: Reading) -> Equivalent | Bad:
    label = label_of(fields, reading)
    return BAD if label is BAD else Equivalent(fields.get("mutants"), label, fields.origin)


EQUIVALENT = Record(
    (
        Key(
            "mutants",
            Each(TEXT, Label("变异的名称", "names of mutants"), or_one=True, unique=True),
            Label("变异，照 test --mutate 所列写", "the mutants, as test --mutate lists them"),
            required=True,
        ),
        Key("zh", TEXT, Label("为什么等价", "why they are equivalent, in Chinese"), required=True),
        EN,
    ),
    _built,
    Label("等价的变异 {mutants, zh, en}", "equivalent mutants {mutants, zh, en}"),
)
FILE = Record(
    (
        Key(
            "equivalent",
            Each(EQUIVALENT, Label("等价变异的列表", "a list of equivalent mutants"), keep_bad=True),
            Label("等价的变异", "mutants that change no answer"),
            required=True,
        ),
    ),
    lambda fields, _: tuple(each for each in fields.get("equivalent", ()) if each is not BAD),
    Label("一份等价变异的清单", "a list of equivalent mutants"),
    lenient=True,
)


def read_equivalents(path: Path) -> tuple[tuple[Equivalent, ...], tuple[Finding, ...]]:
    """Return what the list at *path* says, and what of it cannot be read; without a file there is none."""
    if not path.exists():
        return (), ()
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        unread = finding(
            "unreadable-file",
            f"读不了文件 {path.name}（{type(error).__name__}），请检查路径和 UTF-8 编码",
            f"{path.name} cannot be read ({type(error).__name__}); check the path and the encoding, UTF-8",
            Origin(str(path)),
        )
        return (), (unread,)
    source = nodes.Source(text, str(path))
    documents, found = nodes.compose(source)
    listed: list[Equivalent] = []
    for document in documents:
        reading = Reading(source, document)
        read = FILE.read(document.root, reading)
        listed += () if read is BAD else read
        found += [*(fault for _, fault in document.faults), *reading.findings]
    return tuple(listed), tuple(found)
