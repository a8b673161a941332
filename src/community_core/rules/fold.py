"""Puts a day's parameter values and given facts into a typed tree and computes what is then constant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from community_core.rules import nodes as n
from community_core.rules.interpret import Surroundings, value_of
from community_core.rules.vocabulary import EXACT, Word, inner, outer

_EPOCH = dt.date(1970, 1, 1)


@frozen
class Folding:
    """What is put in: values of parameters by full name (``None`` while open), given facts, trees of derived facts."""

    parameters: Mapping[str, Any]
    given: Mapping[str, Any]
    derived: Mapping[str, n.Node]
    words: Mapping[str, Word]

    def fold(self, node: n.Node) -> n.Node:
        """Return *node* with everything put in that is known beforehand."""
        if isinstance(node, n.ParamRef):
            value = self.parameters.get(node.term)
            return n.Unknown(node.term, node.type) if value is None else n.Const(value, node.type)
        if isinstance(node, n.FactRef):
            if node.name in self.given:
                return n.Const(self.given[node.name], node.type)
            if node.name in self.derived:
                return n.Derived(node.name, self.fold(self.derived[node.name]), node.type)
            return node
        parts = tuple(self.fold(child) for child in n.children(node))
        if isinstance(node, n.Members):
            # A fact given for the subject says nothing about its members.
            of_members = evolve(self, given={})
            condition, value = (
                None if tree is None else of_members.fold(tree) for tree in (node.condition, node.value)
            )
            return evolve(node, members=parts[0], condition=condition, value=value)
        if isinstance(node, n.Lookup):
            entries = self.parameters.get(node.term)
            if entries is None:
                return n.Unknown(node.term, node.type)
            kept = tuple((key, inner(node.type, value)) for key, value in entries)
            return self.constant(n.Table(parts[0], kept, node.term, node.type))
        if isinstance(node, n.Known) and isinstance(parts[0], n.Const):
            return n.Const(True, node.type)
        if isinstance(node, (n.Derived, n.Known, n.And, n.Or)):
            return n.rebuilt(node, parts)
        return self.constant(n.rebuilt(node, parts) if parts else node)

    def constant(self, node: n.Node) -> n.Node:
        """Return the constant that *node* is, where all its parts are constants; else *node*."""
        parts = n.children(node)
        if not parts or not all(isinstance(part, n.Const) for part in parts):
            return node
        value = value_of(node, Surroundings({}, {}, _EPOCH, self.words))
        if value is None:
            ask = next((item.ask for item in n.walk(node) if isinstance(item, n.Table)), "")
            return n.Unknown(ask, node.type) if ask else node
        # an amount that is not rounded yet is a fraction of fen, which is no Money
        return n.Const(value if node.type.unit == EXACT else outer(node.type, value), node.type)
