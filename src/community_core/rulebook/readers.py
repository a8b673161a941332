"""The small readers of which tables of keys are made: texts, names, words, days, lists; none knows a declaration."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping as Table
from enum import Enum
from typing import Any

from attrs import field, frozen

from community_core.base.findings import Finding, Origin
from community_core.base.ids import is_name
from community_core.base.labels import Label
from community_core.base.ranks import Rank
from community_core.rulebook.nodes import Mapping, Node, Scalar, Sequence
from community_core.rulebook.reading import BAD, Bad, NamedReader, Reader, Reading, entries, suggestion
from community_core.rulebook.scalars import Form, as_bool, as_int, form, located
from community_core.rules.terms import Expression

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_LONGEST_NUMBER = 18


@frozen
class Raw:
    """Leaves the node as it is: how it is read depends on another key."""

    def read(self, node: Node, _reading: Reading) -> Any:
        """Return *node*."""
        return node


@frozen
class Text:
    """A text that is not empty; with *digits*, a plain whole number is taken as it is written."""

    digits: bool = False
    what: Label = Label("文本", "a text")

    def read(self, node: Node, reading: Reading) -> str | Bad:
        """Return the text without the blanks around it."""
        if isinstance(node, Scalar) and (
            form(node) is Form.TEXT or (self.digits and form(node) is Form.INT and node.text.isdigit())
        ):
            text = node.text.strip()
            if text:
                return text
        return reading.expected(node, self.what)


@frozen
class Name:
    """An identifier in ASCII; with *dotted*, of several parts."""

    dotted: bool = False
    what: Label = Label("名称", "a name")

    def read(self, node: Node, reading: Reading) -> str | Bad:
        """Return the name."""
        if not isinstance(node, Scalar) or form(node) is not Form.TEXT:
            return reading.expected(node, self.what)
        if self.allows(node.text):
            return node.text
        return not_a_name(node.text, reading, reading.origin(node))

    def allows(self, text: str) -> bool:
        """Whether *text* is such a name."""
        return is_name(text) and (self.dotted or "." not in text)


def not_a_name(text: str, reading: Reading, origin: Origin) -> Bad:
    """Report that *text* is no name."""
    return reading.report(
        "not-a-name",
        f"“{text}”不能作名称；名称用小写拉丁字母、数字、_ 和 -，以字母开头，中文写在 zh 里",
        f"{text!r} is no name; names are lower-case latin letters, digits, _ and -, and begin with a letter",
        origin,
        name=text,
    )


@frozen
class Flag:
    """``true`` or ``false``."""

    def read(self, node: Node, reading: Reading) -> bool | Bad:
        """Return the truth."""
        if isinstance(node, Scalar) and form(node) is Form.BOOL:
            return as_bool(node)
        return reading.expected(node, Label("true 或 false", "true or false"))


@frozen
class Whole:
    """A whole number."""

    at_least: int | None = None
    at_most: int | None = None

    def read(self, node: Node, reading: Reading) -> int | Bad:
        """Return the number."""
        if not isinstance(node, Scalar) or form(node) is not Form.INT:
            return reading.expected(node, Label("整数", "a whole number"))
        if len(node.text) > _LONGEST_NUMBER:
            return reading.report(
                "number-too-big", "数字太长", "the number is too long", reading.origin(node), digits=len(node.text)
            )
        number = as_int(node)
        if self.at_least is not None and number < self.at_least:
            return reading.report(
                "number-too-small",
                f"这里至少是 {self.at_least}",
                f"{self.at_least} is the least here",
                reading.origin(node),
                value=number,
            )
        if self.at_most is not None and number > self.at_most:
            return reading.report(
                "number-too-big",
                f"这里至多是 {self.at_most}",
                f"{self.at_most} is the most here",
                reading.origin(node),
                value=number,
            )
        return number


@frozen
class Choice:
    """One of the words of a closed vocabulary, read into its member; with *only*, one of a part of them."""

    of: type[Enum]
    what: Label
    only: tuple[Enum, ...] = ()
    words: Table[str, Enum] = field(init=False, eq=False, repr=False)

    @words.default
    def _words(self) -> Table[str, Enum]:
        ranks = issubclass(self.of, Rank)
        return {member.name.lower() if ranks else str(member.value): member for member in self.only or self.of}

    def read(self, node: Node, reading: Reading) -> Any:
        """Return the member."""
        if not isinstance(node, Scalar) or form(node) is not Form.TEXT:
            return reading.expected(node, self.what)
        member = self.words.get(node.text)
        if member is not None:
            return member
        return unknown_word(node, list(self.words), self.what, reading)


def unknown_word(node: Scalar, known: list[str], what: Label, reading: Reading) -> Bad:
    """Report that the text of *node* is none of the *known* words."""
    _, zh, en = suggestion(node.text, known)
    return reading.report(
        "unknown-word",
        f"“{node.text}”不是{what.zh}；{zh}",
        f"{node.text!r} is not {what.en}; {en}",
        reading.origin(node),
        word=node.text,
    )


@frozen
class Undated:
    """The word ``undated``: the source gives no day."""


@frozen
class Day:
    """A day such as 2006-05-01; with *undated*, that word too."""

    undated: bool = False

    def read(self, node: Node, reading: Reading) -> dt.date | Undated | Bad:
        """Return the day."""
        what = Label("2006-05-01 这样的日期", "a day such as 2006-05-01")
        if self.undated:
            what = Label(what.zh + "，或 undated", what.en + ", or undated")
        if not isinstance(node, Scalar) or form(node) is not Form.TEXT:
            return reading.expected(node, what)
        if self.undated and node.text == "undated":
            return Undated()
        day = iso_day(node.text)
        if day is not None:
            return day
        return reading.report(
            "not-a-day",
            f"“{node.text}”不是{what.zh}",
            f"{node.text!r} is not {what.en}",
            reading.origin(node),
            value=node.text,
        )


def iso_day(text: str) -> dt.date | None:
    """Return the day written ``2006-05-01``, or ``None``."""
    if _DAY.match(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    return None


@frozen
class Expr:
    """An expression; it is parsed when the rules are put together, and knows where each of its characters stands."""

    def read(self, node: Node, reading: Reading) -> Expression | Bad:
        """Return the expression."""
        if isinstance(node, Scalar) and form(node) not in (Form.NULL, Form.FLOAT) and node.text.strip():
            text, origin, places = located(node, reading.source)
            return Expression(text, origin, places)
        return reading.expected(node, Label("表达式", "an expression"))


@frozen
class Each:
    """A list, each member read alike; with *or_one*, a single member may stand without the list.

    A member that could not be read stands as :data:`BAD` where *keep_bad*, else the whole is.
    """

    member: Reader
    what: Label
    or_one: bool = False
    unique: bool = False
    keep_bad: bool = False

    def read(self, node: Node, reading: Reading) -> tuple[Any, ...] | Bad:
        """Return the members as a tuple."""
        if self.or_one and not isinstance(node, Sequence):
            value = self.member.read(node, reading)
            return BAD if value is BAD else (value,)
        if not isinstance(node, Sequence):
            return reading.expected(node, self.what)
        members: list[Any] = []
        for item in node.items:
            value = self.member.read(item, reading)
            if self.unique and value is not BAD and value in members:
                value = reading.report(
                    "duplicate-value",
                    f"“{value}”写了两次，请留一个",
                    f"{value} stands twice; keep one",
                    reading.origin(item),
                    value=value,
                )
            members.append(value)
        if BAD in members and not self.keep_bad:
            return BAD
        return tuple(members)


NAME = Name()
DOTTED = Name(dotted=True)
TEXT = Text()
DIGITS = Text(digits=True)
EXPRESSION = Expr()
NAMES = Each(NAME, Label("名称的列表", "a list of names"), or_one=True, unique=True)
DOTTED_NAMES = Each(DOTTED, Label("名称的列表", "a list of names"), or_one=True, unique=True)


@frozen
class Pairs:
    """A mapping with free names as keys, each value read alike, in the order of the text."""

    value: Reader
    what: Label
    keys: Name = NAME

    def read(self, node: Node, reading: Reading) -> tuple[tuple[str, Any], ...] | Bad:
        """Return ``(name, value)`` pairs; :data:`BAD` where a single one could not be read."""
        if not isinstance(node, Mapping):
            return reading.expected(node, self.what)
        since = len(reading.findings)
        pairs: list[tuple[str, Any]] = []
        given, _ = entries(node, reading)
        for name, key, value_node in given:
            if not self.keys.allows(name):
                not_a_name(name, reading, reading.origin(key))
            pairs.append((name, read_entry(self.value, name, key, value_node, reading)))
        return BAD if len(reading.findings) > since or BAD in (value for _, value in pairs) else tuple(pairs)


def read_entry(reader: Reader, name: str, key: Node, node: Node, reading: Reading) -> Any:
    """Read an entry's value; a record is told the entry's name and where it stands."""
    return read_named(reader, name, reading.origin(key), node, reading)


@frozen
class EachNamed(Each, NamedReader):
    """A list of records, or a single one, each told the name under which the list stands."""

    or_one: bool = True

    def read(self, node: Node, reading: Reading, name: str = "", origin: Origin | None = None) -> tuple[Any, ...] | Bad:
        """Return the members as a tuple."""
        items = node.items if isinstance(node, Sequence) else (node,)
        where = None if isinstance(node, Sequence) else origin
        members = [read_named(self.member, name, where or reading.origin(item), item, reading) for item in items]
        return BAD if BAD in members else tuple(members)


def read_named(reader: Reader, name: str, origin: Origin, node: Node, reading: Reading) -> Any:
    """Read a node; a record is told the name and the place."""
    return reader.read(node, reading, name, origin) if isinstance(reader, NamedReader) else reader.read(node, reading)


@frozen
class Sound:
    """What a section came to: the entries that could be read, and the names of those that could not, with why."""

    entries: tuple[tuple[str, Any], ...] = ()
    broken: tuple[tuple[str, Finding], ...] = ()


@frozen
class Section:
    """A mapping of terms: each is read by itself, so that a broken one leaves the others alone."""

    value: Reader
    what: Label
    keys: Name = NAME

    def read(self, node: Node, reading: Reading) -> Sound | Bad:
        """Return the sound entries and the broken names."""
        if not isinstance(node, Mapping):
            return reading.expected(node, self.what)
        since = len(reading.findings)
        given, twice = entries(node, reading)
        duplicates = {dict(each.data).get("key"): each for each in reading.findings[since:]}
        sound: list[tuple[str, Any]] = []
        broken: list[tuple[str, Finding]] = []
        for name, key, value_node in given:
            since = len(reading.findings)
            if not self.keys.allows(name):
                not_a_name(name, reading, reading.origin(key))
            value = read_entry(self.value, name, key, value_node, reading)
            why = reading.trouble(since, key.index, value_node.end) or (duplicates[name] if name in twice else None)
            if why is not None:
                broken.append((name, why))
            elif value is not BAD:
                sound.append((name, value))
        return Sound(tuple(sound), tuple(broken))


@frozen
class OneOf:
    """Reads a single value by one reader and a mapping by another."""

    single: Reader
    record: Reader

    def read(self, node: Node, reading: Reading) -> Any:
        """Return what the fitting reader does."""
        return self.record.read(node, reading) if isinstance(node, Mapping) else self.single.read(node, reading)
