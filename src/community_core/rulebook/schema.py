"""JSON Schema (2020-12) of rulebooks, made from the tables of keys that read them; it reads no text itself.

A schema sees one value at a time: what a name refers to, whether a value is of its declared type, how two documents
fit, and how YAML itself is written stay for the loader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from community_core.base.labels import Label
from community_core.rulebook import amendments, bounds, catalogue, decisions, documents, facts, labels, procedures
from community_core.rulebook.facts import GapReader, SettingReader
from community_core.rulebook.readers import (
    Choice,
    Day,
    Each,
    EachNamed,
    Expr,
    Flag,
    Name,
    OneOf,
    Pairs,
    Raw,
    Section,
    Text,
    Whole,
)
from community_core.rulebook.reading import Key, Reader, Record
from community_core.rulebook.values import TypeReader
from community_core.rules.types import TYPE_NAMES

Schema = dict[str, Any]
Maker = Callable[[Any], Schema]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PART: Final = "[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*"
_NAME: Final = f"^{_PART}$"
_DOTTED: Final = f"^{_PART}(?:\\.{_PART})*$"
_DAY: Final[Schema] = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_SAID: Final[Schema] = {"type": "string", "pattern": "\\S"}
_EXPRESSION: Final[Schema] = {"anyOf": [_SAID, {"type": ["boolean", "integer"]}]}
_THEN: Final[Schema] = {
    "anyOf": [
        _EXPRESSION,
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": {"$ref": "#/$defs/expression"},
        },
    ]
}
_VALUE: Final[Schema] = {
    "anyOf": [
        {"type": ["string", "boolean"]},
        {"type": "integer", "maximum": 10**18 - 1},
        {"type": "array", "items": {"$ref": "#/$defs/value"}},
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/value"}},
    ]
}
#: What a key that is read later may hold, by the key's name.
_RAW: Final[Mapping[str, str]] = dict.fromkeys(("value", "at_least", "at_most", "one_of"), "value") | {"then": "then"}
#: Records that stand under a name of their own in the schema.
NAMED: Final[tuple[tuple[str, Record], ...]] = (
    ("practice", documents.PRACTICE),
    ("district", documents.DISTRICT),
    ("catalogue", catalogue.CATALOGUE),
    ("catalogue_row", catalogue.CATALOGUE_ROW),
    ("preference", documents.PREFERENCE),
    ("figure", documents.FIGURE),
    ("label", labels.LABEL_RECORD),
    ("citation", labels.CITATION),
    ("fact", facts.FACT),
    ("parameter", facts.PARAMETER),
    ("dated_value", facts.DATED),
    ("bound", bounds.BOUND),
    ("given_bound", bounds.GIVEN_BOUND),
    ("service", facts.SERVICE),
    ("decision", decisions.DECISION),
    ("row", decisions.ROW),
    ("otherwise", decisions.OTHERWISE),
    ("procedure", procedures.PROCEDURE),
    ("field", procedures.FIELD),
    ("step", procedures.STEP),
    ("late", procedures.LATE),
    ("publish", procedures.PUBLISH),
    ("amendment", amendments.AMENDMENT),
)


def _needs(*keys: str) -> Schema:
    return {"required": list(keys)}


def _one_of(*keys: str) -> Schema:
    return {"oneOf": [_needs(key) for key in keys]}


_ROW: Final[Schema] = {"oneOf": [_needs("then", "because"), {**_needs("gap"), "not": _needs("then")}]}
#: What a table of keys leaves to the function that builds its declaration, by the record's name.
_MORE: Final[Mapping[str, Schema]] = {
    "label": {"required": ["zh"]},
    "bound": _one_of("at_least", "at_most", "one_of"),
    "row": _ROW,
    "otherwise": _ROW,
    "step": {
        "oneOf": [
            {**_needs("in"), "not": {"anyOf": [_needs("from"), _needs("to")]}},
            {**_needs("to"), "not": _needs("in")},
        ]
    },
    "procedure": {"anyOf": [_needs("steps"), _needs("extends")]},
    "decision": {
        "if": _needs("aggregation"),
        "then": {**_needs("hit"), "properties": {"hit": {"const": "collect"}}},
    },
    "late": {
        "if": {"properties": {"then": {"enum": ["lapse", "escalate"]}}, **_needs("then")},
        "then": _needs("to"),
        "else": {"if": _needs("to"), "then": {"properties": {"then": {"const": "remind"}}}},
    },
    "amendment": _one_of("add", "replace", "insert", "tighten"),
    "catalogue_row": {
        "if": {"properties": {"class": {"const": "reference"}}, **_needs("class")},
        "then": {"not": {"anyOf": [_needs("implemented_by"), _needs("shown_by")]}},
        "else": _needs("implemented_by", "shown_by"),
    },
}


def both(help_text: Label) -> str:
    """Return a help text in both languages, as an editor shows it."""
    return f"{help_text.zh} / {help_text.en}"


class SchemaMaker:
    """Makes schemas of readers; what stands under a name comes into ``definitions``.

    Args:
        named: records that are to have a name in the schema.
        more: constraints to add to records, by name.
        raw: what keys that are read later hold, by the key's name: a definition's name.
        makers: how readers of further classes become schemas.
    """

    def __init__(
        self,
        named: tuple[tuple[str, Record], ...] = NAMED,
        more: Mapping[str, Schema] = _MORE,
        raw: Mapping[str, str] = _RAW,
        makers: Mapping[type, Maker] | None = None,
    ) -> None:
        self._names = {id(record): name for name, record in named}
        self._more = more
        self._raw = raw
        self._keys: list[str] = []
        self.definitions: dict[str, Schema] = {
            "expression": dict(_EXPRESSION),
            "then": dict(_THEN),
            "value": dict(_VALUE),
        }
        self._makers: dict[type, Maker] = {
            Raw: lambda _: {"$ref": f"#/$defs/{self._raw[self._keys[-1]]}"},
            Text: lambda text: {"anyOf": [_SAID, {"type": "integer", "minimum": 0}]} if text.digits else dict(_SAID),
            documents.AreaCode: lambda _: {
                "anyOf": [
                    {"type": "string", "pattern": "^[0-9]{6}$"},
                    {"type": "integer", "minimum": 100000, "maximum": 999999},
                ]
            },
            Name: lambda name: {"type": "string", "pattern": _DOTTED if name.dotted else _NAME},
            Flag: lambda _: {"type": "boolean"},
            Whole: lambda whole: {
                "type": "integer",
                **({} if whole.at_least is None else {"minimum": whole.at_least}),
                **({} if whole.at_most is None else {"maximum": whole.at_most}),
            },
            Choice: lambda choice: {"enum": [word for word in choice.words if word]},
            Day: lambda day: {"anyOf": [{"const": "undated"}, _DAY]} if day.undated else dict(_DAY),
            Expr: lambda _: {"$ref": "#/$defs/expression"},
            Each: self._each,
            EachNamed: self._each,
            Pairs: self._pairs,
            Section: self._pairs,
            OneOf: lambda one: self._either(self.of(one.single), self.of(one.record)),
            type(labels.LABEL.single): lambda _: dict(_SAID),
            Record: self._record,
            TypeReader: lambda _: {"$ref": "#/$defs/type"},
            catalogue.RowId: lambda _: {"type": "string", "pattern": catalogue.ROW_ID},
            GapReader: lambda gap: self._either(dict(_SAID), self.of(gap.record)),
            SettingReader: lambda setting: self.of(setting.values),
            decisions.OutputReader: lambda output: self._either(self.of(output.single), self.of(output.record)),
            decisions.OutputsReader: self._outputs,
            procedures.EffectReader: lambda _: {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": _NAME},
                "additionalProperties": {"$ref": "#/$defs/expression"},
            },
            type(documents.DISTRICT.by_name["profile"].reads): lambda figures: self.of(figures.section),
            **(makers or {}),
        }
        names: Schema = {"type": "array", "items": {"type": "string", "pattern": _NAME}}
        self.definitions["type"] = {
            "anyOf": [{"enum": [*TYPE_NAMES, "ballot_rule", "list"]}, {**names, "minItems": 1, "uniqueItems": True}],
        }

    def of(self, reader: Reader) -> Schema:
        """Return the schema of what *reader* reads.

        Raises:
            TypeError: if a reader of that class is not known here.
        """
        maker = self._makers.get(type(reader))
        if maker is None:
            raise TypeError(f"no schema is written for the reader {type(reader).__name__}")
        return maker(reader)

    @staticmethod
    def _either(single: Schema, record: Schema) -> Schema:
        # Told apart by kind, so that an editor reports the faults of the one that was meant.
        return {"if": {"type": "object"}, "then": record, "else": single}

    def _each(self, each: Each) -> Schema:
        member = self.of(each.member)
        found: Schema = {"type": "array", "items": member}
        if each.unique:
            found["uniqueItems"] = True
        return {"if": {"type": "array"}, "then": found, "else": member} if each.or_one else found

    def _pairs(self, pairs: Pairs | Section) -> Schema:
        return {
            "type": "object",
            "propertyNames": self.of(pairs.keys),
            "additionalProperties": self.of(pairs.value),
        }

    def _outputs(self, outputs: Any) -> Schema:
        one = self.of(outputs.one)
        several = {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": _NAME},
            "additionalProperties": one,
        }
        return {"if": {"type": "object", "not": _needs("type")}, "then": several, "else": one}

    def _record(self, record: Record) -> Schema:
        name = self._names.get(id(record))
        if name is None:
            return self._table(record, "")
        if name not in self.definitions:
            self.definitions[name] = {}  # a record may hold itself
            self.definitions[name] = self._table(record, name)
        return {"$ref": f"#/$defs/{name}"}

    @contextmanager
    def _under(self, key: Key) -> Iterator[None]:
        self._keys.append(key.name)
        yield
        self._keys.pop()

    def _table(self, record: Record, name: str) -> Schema:
        properties: dict[str, Schema] = {}
        for key in record.keys:
            with self._under(key):
                properties[key.name] = {"description": both(key.help), **self.of(key.reads)}
        found: Schema = {
            "type": "object",
            "description": both(record.what),
            "properties": properties,
            "additionalProperties": False,
        }
        required = [key.name for key in record.keys if key.required]
        if required:
            found["required"] = required
        if {"zh", "en"} <= set(properties):
            found["dependentRequired"] = {"en": ["zh"]}
        conditions = [*_of_lists(properties)]
        more = self._more.get(name, {})
        if "required" in more:
            found["required"] = [*required, *more["required"]]
            more = {key: value for key, value in more.items() if key != "required"}
        if more:
            conditions.append(more)
        if conditions:
            found["allOf"] = conditions
        return found


def _of_lists(properties: Mapping[str, Schema]) -> Iterator[Schema]:
    """Only a list has the type of its members, and it needs one; a reference says of what it is."""
    if not {"type", "at_least"} <= set(properties):
        return
    member = "members" if "members" in properties else "of"
    yield {
        "if": {"properties": {"type": {"const": "list"}}, "required": ["type"]},
        "then": _needs(member),
        "else": {"not": {"anyOf": [_needs(member), _needs("at_least")]}},
    }
    if "unit" in properties:
        a_reference = [{"properties": {key: {"const": "reference"}}, "required": [key]} for key in ("type", member)]
        yield {"if": {"anyOf": a_reference}, "then": _needs("unit")}


def rulebook_schema() -> Schema:
    """Return the schema of a document of a rulebook: a practice, a district or a catalogue."""
    maker = SchemaMaker()
    practice, district = maker.of(documents.PRACTICE), maker.of(documents.DISTRICT)
    rows = maker.of(catalogue.CATALOGUE)
    return {
        "$schema": DIALECT,
        "title": "community-core rulebook",
        "description": both(
            Label("规则文本：一个做法、一个区县或一份目录", "a rulebook: a practice, a district or a catalogue")
        ),
        "type": "object",
        "if": _needs("district"),
        "then": district,
        "else": {"if": _needs("catalogue"), "then": rows, "else": practice},
        "$defs": dict(sorted(maker.definitions.items())),
    }
