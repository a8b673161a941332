"""Declarations, events and values as canonical text and back, strictly; the hash of a rule text is taken here."""

from community_core.codec.functions import Functions, MissingFunction, is_missing, with_functions
from community_core.codec.texts import canonical, digest, from_plain, parse, to_plain
from community_core.codec.values import CodecError, decode_value, encode_value

__all__ = [
    "CodecError",
    "Functions",
    "MissingFunction",
    "canonical",
    "decode_value",
    "digest",
    "encode_value",
    "from_plain",
    "is_missing",
    "parse",
    "to_plain",
    "with_functions",
]
