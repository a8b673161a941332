"""The strict converter between frozen classes and JSON data: no value changes its type, no unknown key passes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.base.ranks import Rank
from community_core.codec.functions import MissingFunction
from community_core.codec.spelling import canonical_spelling
from community_core.codec.values import CodecError, decode_value, encode_value, read_iso
from community_core.procedures.events import Appoint, Effect, EndAppointment, Enter, OpenCase, Redraw, Remind
from community_core.rules.terms import Decision, DecisionTable, Expression, Function, PythonDecision

#: The key that says which member of a union is meant.
TAG: Final = "kind"
_TAGS: Final[Mapping[type, str]] = {
    DecisionTable: "table",
    PythonDecision: "python",
    OpenCase: "open_case",
    Appoint: "appoint",
    EndAppointment: "end_appointment",
    Remind: "remind",
    Enter: "enter",
    Redraw: "redraw",
}


def _wrong(data: object, zh: str, en: str) -> CodecError:
    return CodecError(Label(f"{data!r} 不是{zh}", f"{data!r} is no {en}"))


def _exactly(kind: type, zh: str, en: str) -> Callable[[Any, Any], Any]:
    def read(data: Any, _type: Any) -> Any:
        if type(data) is not kind:
            raise _wrong(data, zh, en)
        return data

    return read


def _write_exactly(kind: type, zh: str, en: str) -> Callable[[Any], Any]:
    def write(value: Any) -> Any:
        if type(value) is not kind:
            raise _wrong(value, zh, en)
        return value

    return write


def _write_day(value: Any) -> str:
    if type(value) is not dt.date:
        raise _wrong(value, "日期", "day")
    return value.isoformat()


def _read_moment(data: Any, _type: Any) -> dt.datetime:
    if type(data) is str:
        try:
            return dt.datetime.fromisoformat(data)
        except ValueError:
            pass
    raise _wrong(data, "时刻", "moment in ISO 8601")


def _read_enum(data: Any, kind: type[Enum]) -> Enum:
    if issubclass(kind, Rank):
        if type(data) is str and data.islower():
            try:
                return Rank.of(data)
            except ValueError:
                pass
        known = [rank.name.lower() for rank in Rank]
    else:
        for member in kind:
            if type(data) is type(member.value) and data == member.value:
                return member
        known = [str(member.value) for member in kind]
    listed = ", ".join(known)
    raise CodecError(
        Label(
            f"{data!r} 不是 {kind.__name__} 的值；已知的有 {listed}", f"{data!r} is no {kind.__name__}; known: {listed}"
        )
    )


def _write_enum(value: Enum) -> Any:
    return value.name.lower() if isinstance(value, Rank) else value.value


def _read_text_expression(data: Any, _type: Any) -> Expression:
    if type(data) is not str:
        raise _wrong(data, "表达式文本", "text of an expression")
    return Expression(data)


def _read_money(data: Any, _type: Any) -> Money:
    value = decode_value(data)
    if not isinstance(value, Money):
        raise _wrong(data, "金额", "money")
    return value


def _kept(cls: type) -> dict[str, Any]:
    """Return the overrides that leave out what takes no part in equality."""
    return {item.name: override(omit=True) for item in attrs.fields(cls) if item.eq is False}


def _class_writer(converter: Converter) -> Callable[[type], Callable[[Any], dict[str, Any]]]:
    def factory(cls: type) -> Callable[[Any], dict[str, Any]]:
        write: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(
            cls, converter, _cattrs_omit_if_default=True, **_kept(cls)
        )
        tag = _TAGS.get(cls)
        if tag is None:
            return write
        return lambda value: {TAG: tag, **write(value)}

    return factory


def _class_reader(converter: Converter) -> Callable[[type], Callable[[Any, Any], Any]]:
    def factory(cls: type) -> Callable[[Any, Any], Any]:
        needs_function = cls in (PythonDecision, Function)
        kept = _kept(cls)
        if needs_function:
            # The lookup supplies the real one (see ``functions``); the class cannot be built without any.
            kept["function"] = override(omit=False, struct_hook=lambda data, _type: data)
        read: Callable[[Any, Any], Any] = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **kept)
        tag = _TAGS.get(cls)

        def strictly(data: Any, kind: Any) -> Any:
            if type(data) is not dict:
                raise _wrong(data, f" {cls.__name__} 的键值表", f"mapping of {cls.__name__}")
            if tag is not None:
                if data.get(TAG) != tag:
                    raise _wrong_tag(data.get(TAG), {tag})
                data = {key: part for key, part in data.items() if key != TAG}
            if needs_function:
                if "function" in data:
                    raise _wrong("function", f" {cls.__name__} 的键", f"key of {cls.__name__}")
                data = {**data, "function": MissingFunction(str(data.get("name")), str(data.get("version", "1")))}
            return read(data, kind)

        return strictly

    return factory


def _wrong_tag(tag: object, known: set[str]) -> CodecError:
    listed = ", ".join(sorted(known))
    return CodecError(Label(f"{TAG} {tag!r} 未知；已知的有 {listed}", f"unknown {TAG} {tag!r}; known: {listed}"))


def _union_reader(converter: Converter, union: Any) -> Callable[[Any, Any], Any]:
    members = {_TAGS[member]: member for member in get_args(union) if member in _TAGS}
    optional = type(None) in get_args(union)

    def read(data: Any, _type: Any) -> Any:
        if data is None and optional:
            return None
        if type(data) is not dict:
            raise _wrong(data, "键值表", "mapping")
        tag = data.get(TAG)
        member = members.get(tag) if isinstance(tag, str) else None
        if member is None:
            raise _wrong_tag(tag, set(members))
        return converter.structure(data, member)

    return read


def _is_tuple(kind: Any) -> bool:
    return kind is tuple or get_origin(kind) is tuple


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _tuple_reader(converter: Converter) -> Callable[[Any], Callable[[Any, Any], Any]]:
    def factory(kind: Any) -> Callable[[Any, Any], Any]:
        parts = get_args(kind)
        many = len(parts) == 2 and parts[1] is Ellipsis

        def read(data: Any, _type: Any) -> Any:
            if not isinstance(data, (list, tuple)):
                raise _wrong(data, "列表", "list")
            if many:
                return tuple(converter.structure(member, parts[0]) for member in data)
            if len(data) != len(parts):
                raise _wrong(data, f" {len(parts)} 项的列表", f"list of {len(parts)} members")
            return tuple(converter.structure(member, part) for member, part in zip(data, parts, strict=True))

        return read

    return factory


def _tuple_writer(converter: Converter) -> Callable[[Any], Callable[[Any], Any]]:
    def factory(kind: Any) -> Callable[[Any], Any]:
        parts = get_args(kind)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return lambda value: [converter.unstructure(member, parts[0]) for member in value]
        return lambda value: [converter.unstructure(m, part) for m, part in zip(value, parts, strict=True)]

    return factory


def _mapping_reader(converter: Converter) -> Callable[[Any], Callable[[Any, Any], Any]]:
    def factory(kind: Any) -> Callable[[Any, Any], Any]:
        key_type, part = get_args(kind)

        def read(data: Any, _type: Any) -> Any:
            if type(data) is not dict:
                raise _wrong(data, "键值表", "mapping")
            return {converter.structure(k, key_type): converter.structure(v, part) for k, v in data.items()}

        return read

    return factory


def _mapping_writer(converter: Converter) -> Callable[[Any], Callable[[Any], Any]]:
    def factory(kind: Any) -> Callable[[Any], Any]:
        key_type, part = get_args(kind)
        return lambda value: {
            converter.unstructure(k, key_type): converter.unstructure(v, part) for k, v in value.items()
        }

    return factory


def make_converter() -> Converter:
    """Return a new strict converter for the declarations, events and records of this library."""
    converter = Converter(forbid_extra_keys=True, omit_if_default=True)
    converter.register_structure_hook_factory(attrs.has, _class_reader(converter))
    converter.register_unstructure_hook_factory(attrs.has, _class_writer(converter))
    converter.register_structure_hook_factory(_is_tuple, _tuple_reader(converter))
    converter.register_unstructure_hook_factory(_is_tuple, _tuple_writer(converter))
    converter.register_structure_hook_factory(_is_mapping, _mapping_reader(converter))
    converter.register_unstructure_hook_factory(_is_mapping, _mapping_writer(converter))
    converter.register_structure_hook_func(lambda kind: kind is Any, lambda data, _type: decode_value(data))
    converter.register_unstructure_hook_func(lambda kind: kind is Any, encode_value)
    for kind, zh, en in ((bool, "真假值", "boolean"), (int, "整数", "whole number"), (str, "文本", "text")):
        converter.register_structure_hook(kind, _exactly(kind, zh, en))
        converter.register_unstructure_hook(kind, _write_exactly(kind, zh, en))
    converter.register_structure_hook(dt.date, lambda data, _type: read_iso(data))
    converter.register_unstructure_hook(dt.date, _write_day)
    converter.register_structure_hook(dt.datetime, _read_moment)
    converter.register_unstructure_hook(dt.datetime, dt.datetime.isoformat)
    converter.register_structure_hook_func(_is_enum, _read_enum)
    converter.register_structure_hook(Rank, _read_enum)  # an IntEnum would pass as a whole number
    converter.register_unstructure_hook(Rank, _write_enum)
    converter.register_unstructure_hook_func(_is_enum, _write_enum)
    converter.register_structure_hook(Expression, _read_text_expression)
    converter.register_unstructure_hook(Expression, lambda value: canonical_spelling(value.text))
    converter.register_structure_hook(Money, _read_money)
    converter.register_unstructure_hook(Money, encode_value)
    for union in (Decision, Decision | None, Effect):
        converter.register_structure_hook_func(_same(union), _union_reader(converter, union))
        converter.register_unstructure_hook_func(_same(union), lambda value: converter.unstructure(value, type(value)))
    return converter


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _same(union: Any) -> Callable[[Any], bool]:
    return lambda kind: kind == union


@cache
def shared_converter() -> Converter:
    """Return the one converter of this process, made at the first call; nobody changes it."""
    return make_converter()
