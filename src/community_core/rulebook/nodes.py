"""YAML text as nodes with places: strict, without aliases, anchors or tags; what keys mean is not known here."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from attrs import define, field, frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.rulebook.mistakes import likely

#: Deeper than this no rulebook goes; a text that does is refused before it costs anything.
DEEPEST: Final = 40
_BREAK = re.compile(r"\r\n|\r|\n")
# Control characters, separators that editors do not count as lines, marks that turn the direction of writing.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@frozen
class Source:
    """The text of one file, with the name and plugin that its findings show."""

    text: str
    file: str = ""
    plugin: str = ""
    starts: list[int] = field(init=False, eq=False, repr=False)

    @starts.default
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    def place(self, index: int) -> tuple[int, int]:
        """Return line and column, both from 1, of the character at *index* (from 0)."""
        line = bisect.bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1

    def origin(self, index: int) -> Origin:
        """Return the origin of the character at *index*."""
        line, column = self.place(index)
        return Origin(self.file, line, column, self.plugin)


@define(eq=False)
class Scalar:
    """A text with its style: empty where it is plain, else the quote or block indicator."""

    index: int
    end: int
    text: str
    style: str


@define(eq=False)
class Sequence:
    """A list of nodes."""

    index: int
    end: int
    items: list[Node]


@define(eq=False)
class Mapping:
    """Keys and values in the order of the text, those written twice included."""

    index: int
    end: int
    pairs: list[tuple[Node, Node]]


@define(eq=False)
class Refused:
    """Stands where the text had something that is refused; its finding is among the document's faults."""

    index: int
    end: int


Node: TypeAlias = Scalar | Sequence | Mapping | Refused


@define
class Document:
    """One document of a file: its root, and what was refused while it was composed, with the places."""

    root: Node
    faults: list[tuple[int, Finding]] = field(factory=list)


def compose(source: Source, loader: Any = None) -> tuple[list[Document], list[Finding]]:
    """Return the documents of *source*, and the findings that stop its reading.

    *loader* is a PyYAML loader class; without one, the C parser where it is installed. A document that cannot be parsed
    to its end is left out; those before it are returned.
    """
    match = _FORBIDDEN.search(source.text)
    if match is not None:
        sign = f"U+{ord(match[0]):04X}"
        return [], [
            finding(
                "control-character",
                f"文件里有不许用的字符 {sign}，请删去",
                f"the file holds the character {sign}, which is not allowed; delete it",
                source.origin(match.start()),
                character=sign,
            )
        ]
    import yaml  # noqa: PLC0415 - heavy: only who reads a file needs it

    events = yaml.parse(source.text, Loader=loader or getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    documents: list[Document] = []
    try:
        _build(source, events, documents)
    except yaml.YAMLError as error:
        return documents, [_syntax(source, error)]
    except _TooDeep as error:
        return documents, [
            finding(
                "too-deep",
                f"嵌套超过 {DEEPEST} 层，请改得浅一些",
                f"nested deeper than {DEEPEST} levels; make it flatter",
                source.origin(error.index),
            )
        ]
    return documents, []


class _TooDeep(Exception):
    def __init__(self, index: int) -> None:
        self.index = index
        super().__init__(index)


def _build(source: Source, events: Iterator[Any], documents: list[Document]) -> None:
    import yaml  # noqa: PLC0415 - as above

    stack: list[Sequence | Mapping] = []
    keys: list[Node | None] = []
    current: Document | None = None
    faults: list[tuple[int, Finding]] = []
    for event in events:
        index, end = event.start_mark.index, event.end_mark.index
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(index, end, event.value, event.style or "")
        elif isinstance(event, yaml.AliasEvent):
            node = Refused(index, end)
            faults.append((index, _no_alias(source, index, event.anchor or "")))
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Sequence(index, end, [])
        elif isinstance(event, yaml.MappingStartEvent):
            node = Mapping(index, end, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop().end = end
            keys.pop()
            continue
        else:
            if isinstance(event, yaml.DocumentStartEvent):
                faults, current = [], None
            elif isinstance(event, yaml.DocumentEndEvent) and current is not None:
                documents.append(current)
            continue
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            if event.anchor is not None:
                faults.append((index, _no_anchor(source, index, event.anchor)))
            if event.tag is not None:
                faults.append((index, _no_tag(source, index, event.tag)))
        if not stack:
            current = Document(node, faults)
        elif isinstance(stack[-1], Sequence):
            stack[-1].items.append(node)
        elif keys[-1] is None:
            keys[-1] = node
        else:
            if isinstance(node, Scalar) and index == end:
                # parsers disagree where a value stands that is not there, some on the next line
                node.index = node.end = min(index, keys[-1].end + 1)
            stack[-1].pairs.append((keys[-1], node))
            keys[-1] = None
        if isinstance(node, (Sequence, Mapping)):
            stack.append(node)
            keys.append(None)
            if len(stack) > DEEPEST:
                raise _TooDeep(index)


def _no_alias(source: Source, index: int, name: str) -> Finding:
    return finding(
        "alias-refused",
        f"不许引用“*{name}”；请把内容再写一遍，或写成参数",
        f"the alias *{name} is refused; write the content again, or make it a parameter",
        source.origin(index),
        name=name,
    )


def _no_anchor(source: Source, index: int, name: str) -> Finding:
    return finding(
        "anchor-refused",
        f"不许用锚“&{name}”，请删去",
        f"the anchor &{name} is refused; delete it",
        source.origin(index),
        name=name,
    )


def _no_tag(source: Source, index: int, tag: str) -> Finding:
    tag = tag.replace("tag:yaml.org,2002:", "!!")
    return finding(
        "tag-refused",
        f"不许用标签“{tag}”，请删去；文本可加引号",
        f"the tag {tag} is refused; delete it, and quote a text where it is one",
        source.origin(index),
        tag=tag,
    )


def _syntax(source: Source, error: Exception) -> Finding:
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "end of stream" in problem and getattr(error, "context_mark", None) is not None:
        mark = getattr(error, "context_mark")  # noqa: B009 - where the quote opens, not where the file ends
    said = f"{context}: {problem}" if context else problem
    index = min(mark.index, len(source.text)) if mark is not None else 0
    meant = likely(source.text, index, said)
    return finding(
        "yaml-syntax",
        f"YAML 写法有误，这份文件从这里起读不下去：{meant.zh}（{said}）",
        f"this is no YAML, and the file cannot be read from here on: {said}; {meant.en}",
        source.origin(index),
        problem=problem,
    )
