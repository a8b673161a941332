"""The decorator that makes a typed Python function a decision; it runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.rules.terms import AsOf, Output, PythonDecision
from community_core.rules.types import ValueType, enum_of

Yields = ValueType | Sequence[str] | Mapping[str, "ValueType | Sequence[str]"]


def outputs_of(yields: Yields) -> tuple[Output, ...]:
    """Return the outputs that *yields* names: one type or enumeration, or several by name."""
    if isinstance(yields, Mapping):
        return tuple(Output(name, _type(kind)) for name, kind in yields.items())
    return (Output("", _type(yields)),)


def _type(kind: ValueType | Sequence[str]) -> ValueType:
    return kind if isinstance(kind, ValueType) else enum_of(*kind)


def decision(
    *,
    inputs: Sequence[str],
    yields: Yields,
    because: Label,
    cite: Citation,
    of: str = "resident",
    name: str | None = None,
    version: str = "1",
    title: Label = Label(),
    standing: Standing | None = None,
    as_of: AsOf = AsOf.CASE,
) -> Callable[[Callable[..., Any]], PythonDecision]:
    """Make a pure function a decision.

    Args:
        inputs: names of facts, parameters or decisions; the function gets them as keyword arguments of those names
            (the last part of a dotted name) and is never called while one is unknown.
        yields: the type of its outcome, an enumeration as a list of values, or several outputs by name (the function
            then returns a mapping). ``None`` as a result says that the function covers no such subject.
        because: the reason that every answer gives.
        cite: the document or statute that the function puts into code.
        of: the kind of subject.
        name: the term's name; the function's own name where it is left out.
        version: recorded with every case that reaches the decision; change it with the meaning of the code.
        title: the decision's title for readers.
        standing: what its source says the rule is; the practice's standing where it is left out.
        as_of: whether a case reads it as of the day it opened or of the day of each step.
    """

    def made(function: Callable[..., Any]) -> PythonDecision:
        return PythonDecision(
            name=name or str(getattr(function, "__name__", "")),
            function=function,
            inputs=tuple(inputs),
            outputs=outputs_of(yields),
            because=because,
            cite=cite,
            of=of,
            version=version,
            title=title,
            standing=standing,
            as_of=as_of,
        )

    return made
