"""Which names an expression of a procedure uses; they are not resolved here."""

from __future__ import annotations

import ast

from community_core.base.findings import Finding
from community_core.rules.terms import Expression
from community_core.rules.text import parse


def names_in(expression: Expression) -> frozenset[str]:
    """Return the plain names in *expression*; empty where it cannot be parsed (the rules floor reports that)."""
    syntax = parse(expression)
    if isinstance(syntax, Finding):
        return frozenset()
    return frozenset(node.id for node in ast.walk(syntax.tree) if isinstance(node, ast.Name))
