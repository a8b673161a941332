"""What a reader carries along: findings, places, defaults of the document; and how a table of keys is read."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from enum import Enum
from typing import Any, Final, Protocol

from attrs import define, field, frozen

from community_core.base.citations import Citation
from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.rulebook.nodes import Document, Mapping, Node, Refused, Scalar, Sequence, Source
from community_core.rulebook.scalars import Form, form


class Bad(Enum):
    """The type of :data:`BAD`."""

    BAD = "bad"


#: What a reader returns when it could not read; the finding that says why has been reported.
BAD: Final = Bad.BAD


@define(eq=False)
class Reading:
    """One document while it is read: its source, what was found wrong, and the defaults that its head sets."""

    source: Source
    document: Document
    standing: Standing = Standing.IN_FORCE
    cited: Citation | None = None
    findings: list[Finding] = field(factory=list)

    def origin(self, node: Node) -> Origin:
        """Return where *node* begins."""
        return self.source.origin(node.index)

    def report(self, code: str, zh: str, en: str, origin: Origin, **data: str | int) -> Bad:
        """Report a finding at *origin*; returns :data:`BAD`, so that a reader can return what this does."""
        self.findings.append(finding(code, zh, en, origin, "error", **data))
        return BAD

    def expected(self, node: Node, what: Label) -> Bad:
        """Report that *what* should stand where *node* does; a refused node has been reported before."""
        if isinstance(node, Refused) or any(index == node.index for index, _ in self.document.faults):
            return BAD
        origin = self.origin(node)
        if isinstance(node, Scalar) and form(node) is Form.FLOAT:
            return self.report(
                "float-refused",
                f"小数 {node.text} 不进入判定；请写 pct(60)、permille(3)、yuan('12.50') 或整数，文本则加引号",
                f"the decimal {node.text} enters no decision; write pct(60), permille(3), yuan('12.50') "
                "or a whole number, and quote a text",
                origin,
                value=node.text,
            )
        found = _found(node)
        return self.report(
            "wrong-type",
            f"这里应当是{what.zh}，写的是{found.zh}",
            f"expected {what.en}, found {found.en}",
            origin,
        )

    def fault(self, start: int, end: int) -> Finding | None:
        """Return what was refused between two indices while the document was composed."""
        return next((each for index, each in self.document.faults if start <= index < end), None)

    def trouble(self, since: int, start: int, end: int) -> Finding | None:
        """Return the first error reported since there were *since* findings, or refused between two indices."""
        reported = next((each for each in self.findings[since:] if each.level == "error"), None)
        return reported or self.fault(start, end)


def _found(node: Node) -> Label:
    if isinstance(node, Mapping):
        return Label("一组键值", "a mapping")
    if isinstance(node, Sequence):
        return Label("一个列表", "a list")
    if not isinstance(node, Scalar) or form(node) is Form.NULL:
        return Label("空", "nothing")
    if not node.text.strip():
        return Label("空的文本", "an empty text")
    shown = node.text if len(node.text) <= 40 else node.text[:39] + "…"
    word = {Form.BOOL: Label("真假值", "the boolean"), Form.INT: Label("整数", "the whole number")}.get(form(node))
    if word is not None:
        return Label(f"{word.zh} {shown}（文本请加引号）", f"{word.en} {shown} (quote a text)")
    return Label(f"文本“{shown}”", f"the text {shown!r}")


class Reader(Protocol):
    """Reads a node into a value; the tables of readers are data, from which a schema can be made."""

    def read(self, node: Node, reading: Reading) -> Any:
        """Return the value, or report what is wrong and return :data:`BAD`."""
        ...


class NamedReader:
    """A reader that is also told the name under which the node stands, and where that name does."""

    def read(self, node: Node, reading: Reading, name: str = "", origin: Origin | None = None) -> Any:
        """Return the value, or report what is wrong and return :data:`BAD`."""
        raise NotImplementedError


@frozen
class Key:
    """One key of a mapping: its name, how its value is read, whether it must stand, and its help text.

    *then* is told the value as soon as it is read, before the keys after it.
    """

    name: str
    reads: Reader
    help: Label
    required: bool = False
    then: Callable[[Reading, Any], None] | None = None


def near(word: str, known: Iterable[str]) -> str:
    """Return the known word that *word* most likely stands for, or an empty text."""
    found = difflib.get_close_matches(word, list(known), 1, 0.6)
    return found[0] if found else ""


def suggestion(word: str, known: Collection[str]) -> tuple[str, str, str]:
    """Return the near known word, and what a message says of it (or of all known words) in Chinese and English."""
    meant = near(word, known)
    listed = "、".join(known)
    if not word.isprintable():
        plain = "".join(sign for sign in word if sign.isprintable())
        return (
            meant,
            f"里面有全角空格或看不见的字符，请重打“{plain}”，缩进用半角空格",
            f"it holds a full-width space or an invisible sign; type {plain!r} anew, indented by ASCII spaces",
        )
    if meant:
        return meant, f"是不是“{meant}”？", f"did you mean {meant!r}?"
    if not known:
        return "", "可用的都已写了", "all there are stand here already"
    return "", f"可用的有：{listed}", f"known are {', '.join(known)}"


def entries(node: Mapping, reading: Reading) -> tuple[list[tuple[str, Scalar, Node]], set[str]]:
    """Return name, key and value of each entry of *node*, and the names that stand twice (each reported)."""
    found: list[tuple[str, Scalar, Node]] = []
    seen: dict[str, Origin] = {}
    twice: set[str] = set()
    for key, value in node.pairs:
        if isinstance(key, Refused):
            continue
        origin = reading.origin(key)
        if not isinstance(key, Scalar) or form(key) is not Form.TEXT:
            reading.report(
                "key-not-text",
                "键应当是一个词；数字、真假、空和列表不能作键，确要用请加引号",
                "a key is a word; numbers, booleans, nothing and lists are none (quote it where it is meant)",
                origin,
            )
            continue
        name = key.text
        if name == "<<" and not key.style:
            reading.report(
                "merge-refused",
                "不许用合并键“<<”，请写出各键",
                "the merge key << is refused; write the keys out",
                origin,
            )
            continue
        if name in seen:
            twice.add(name)
            reading.report(
                "duplicate-key",
                f"键“{name}”写了两次（先在第 {seen[name].line} 行）；请留一个",
                f"the key {name!r} stands twice (first in line {seen[name].line}); keep one",
                origin,
                key=name,
            )
            continue
        seen[name] = origin
        found.append((name, key, value))
    return found, twice


@define(eq=False)
class Fields:
    """What was read of one mapping, by key, and what could not be read.

    *name* is the key under which the mapping itself stands, empty in a list; *origin* is where that key or the mapping
    begins. *bad* are keys that stand there and could not be read, misspelt ones by the name that was meant.
    """

    node: Node
    origin: Origin
    name: str = ""
    values: dict[str, Any] = field(factory=dict)
    nodes: dict[str, Node] = field(factory=dict)
    bad: set[str] = field(factory=set)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value under *key*, or *default* where there is none."""
        return self.values.get(key, default)

    def at(self, key: str, reading: Reading) -> Origin:
        """Return where the value of *key* begins, or the mapping itself."""
        node = self.nodes.get(key)
        return self.origin if node is None else reading.origin(node)


@frozen
class Record(NamedReader):
    """Reads a mapping with known keys and builds an object from it.

    Where a key is unknown, missing or could not be read, nothing is built, unless *lenient*: then *build* gets what
    there is, and has to look.
    """

    keys: tuple[Key, ...]
    build: Callable[[Fields, Reading], Any]
    what: Label
    lenient: bool = False
    by_name: dict[str, Key] = field(init=False, eq=False, repr=False)

    @by_name.default
    def _by_name(self) -> dict[str, Key]:
        return {key.name: key for key in self.keys}

    def read(self, node: Node, reading: Reading, name: str = "", origin: Origin | None = None) -> Any:
        """Read *node*, which stands under the key *name* at *origin* if it is an entry."""
        if not isinstance(node, Mapping):
            return reading.expected(node, self.what)
        since = len(reading.findings)
        fields = self.fields(node, reading, name, origin or reading.origin(node))
        if not self.lenient and reading.trouble(since, node.index, node.end) is not None:
            return BAD
        return self.build(fields, reading)

    def fields(self, node: Mapping, reading: Reading, name: str, origin: Origin) -> Fields:
        """Read the values in the order of the table of keys, and report unknown and missing keys."""
        fields = Fields(node, origin, name)
        given, twice = entries(node, reading)
        fields.bad |= twice
        free = set(self.by_name) - {written for written, _, _ in given}
        nodes: dict[str, Node] = {}
        for written, key, value in given:
            if written in self.by_name:
                nodes[written] = value
                continue
            meant, zh, en = suggestion(written, [known for known in self.by_name if known in free])
            fields.bad.add(meant)
            if isinstance(value, Scalar) and form(value) is Form.NULL and not meant:
                zh = f"若是前面文本的一部分，请给那段文本加引号；{zh}"
                en = f"quote the text before it if it belongs there; {en}"
            reading.report(
                "unknown-key",
                f"没有“{written}”这个键；{zh}",
                f"no key {written!r} here; {en}",
                reading.origin(key),
                key=written,
            )
        for known in self.keys:
            value_node = nodes.get(known.name)
            if value_node is None:
                if known.required and known.name not in fields.bad:
                    fields.bad.add(known.name)
                    reading.report(
                        "missing-key",
                        f"缺少键“{known.name}”（{known.help.zh}）",
                        f"the key {known.name!r} is missing ({known.help.en})",
                        origin,
                        key=known.name,
                    )
                continue
            fields.nodes[known.name] = value_node
            value = known.reads.read(value_node, reading)
            if value is BAD:
                fields.bad.add(known.name)
                continue
            fields.values[known.name] = value
            if known.then is not None:
                known.then(reading, value)
        return fields
