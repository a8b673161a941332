"""Python functions of decisions: left out of the text, looked up again on reading; never imported by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar, cast

from attrs import evolve, frozen

from community_core.base.errors import LoadError
from community_core.base.labels import Label
from community_core.declarations.practice import Practice
from community_core.declarations.terms import Terms
from community_core.rules.terms import Decision, Function, PythonDecision

#: Functions by full name of their decision and version.
Functions: TypeAlias = Mapping[tuple[str, str], Callable[..., Any]]
NO_FUNCTIONS: Final[Functions] = {}

T = TypeVar("T")


@frozen
class MissingFunction:
    """Stands where a decision's function was, until one of that name and version is installed."""

    name: str
    version: str

    def __call__(self, *_args: object, **_values: object) -> Any:
        """Say what is to be installed.

        Raises:
            LoadError: always.
        """
        raise LoadError(
            Label(
                f"判定“{self.name}”的函数（版本 {self.version}）没有安装；请安装带有该版本的插件",
                f"the function of {self.name!r}, version {self.version}, is missing; install the plugin that has it",
            )
        )


def is_missing(decision: Decision) -> bool:
    """Whether *decision* is a Python decision whose function has not been found."""
    return isinstance(decision, PythonDecision) and isinstance(decision.function, MissingFunction)


def found(full_name: str, decision: Decision, functions: Functions) -> Decision:
    """Return *decision* with its function from *functions*, or marked as missing under its full name."""
    if not isinstance(decision, PythonDecision):
        return decision
    key = (full_name, decision.version)
    return evolve(decision, function=functions.get(key) or MissingFunction(*key))


def with_functions(item: T, functions: Functions) -> T:
    """Return *item* (a practice, terms, a decision or function) with its Python functions looked up in *functions*."""
    done: Any = item
    if isinstance(item, Practice):
        decisions = tuple(found(f"{item.name}.{each.name}", each, functions) for each in item.decisions)
        done = evolve(item, decisions=decisions)
    elif isinstance(item, Terms):
        done = evolve(item, decisions=tuple((name, found(name, each, functions)) for name, each in item.decisions))
    elif isinstance(item, PythonDecision):
        done = found(item.name, item, functions)
    elif isinstance(item, Function):
        key = (item.name, item.version)
        done = evolve(item, function=functions.get(key) or MissingFunction(*key))
    return cast("T", done)
