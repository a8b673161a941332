"""Which names an expression of a procedure uses, and the finding for one that nothing bears; none is resolved here."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from community_core.base.findings import Finding, Origin, finding
from community_core.rules.terms import Expression
from community_core.rules.text import parse


def names_in(expression: Expression) -> frozenset[str]:
    """Return the plain names in *expression*; empty where it cannot be parsed (the rules floor reports that)."""
    return _names_in(expression.text)


@lru_cache(maxsize=16384)
def _names_in(text: str) -> frozenset[str]:
    syntax = parse(Expression(text))
    if isinstance(syntax, Finding):
        return frozenset()
    return frozenset(node.id for node in ast.walk(syntax.tree) if isinstance(node, ast.Name))


def unknown_name(code: str, zh: str, name: str, origin: Origin, known: Iterable[str]) -> Finding:
    """Return the finding *code* that there is no *name*, with what there is."""
    listed, kind = list(known), code.removeprefix("unknown-")
    return finding(
        code,
        f"没有{zh} {name}；已有：{'、'.join(listed) or '（无）'}",
        f"there is no {kind} {name!r}; there are: {', '.join(listed) or 'none'}",
        origin,
        name=name,
    )
