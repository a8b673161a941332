"""What one plugin offers, asked of its module by itself, and what of it is only proposed; nothing is put together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs
from attrs import frozen

from community_core.base.findings import Finding
from community_core.base.labels import Label
from community_core.base.ranks import Standing
from community_core.declarations.catalogue import Catalogue, CatalogueRow
from community_core.declarations.code_lists import CodeList
from community_core.declarations.practice import District, Practice
from community_core.jurisdiction.standings import standing_of
from community_core.procedures.definition import Procedure
from community_core.rules.terms import Decision, Parameter

Term = Parameter | Decision | Procedure | CodeList


@frozen(slots=False)
class Offer:
    """The practices, districts and catalogues of one plugin.

    A practice or a term is *proposed* where its source only proposes, plans or aims at it, or says that it failed: it
    is in force nowhere by itself (see ``base.ranks.Standing.applies``).
    """

    practices: tuple[Practice, ...] = ()
    districts: tuple[District, ...] = ()
    catalogues: tuple[Catalogue, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the practices."""
        return tuple(practice.name for practice in self.practices)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the text of any of them."""
        items: tuple[Practice | District | Catalogue, ...] = (*self.practices, *self.districts, *self.catalogues)
        return tuple(found for item in items for found in item.findings)

    @property
    def rows(self) -> tuple[CatalogueRow, ...]:
        """The rows of all catalogues, in order."""
        return tuple(row for catalogue in self.catalogues for row in catalogue.rows)

    @cached_property
    def terms(self) -> dict[str, tuple[Practice, Term]]:
        """The terms that a district can name, by full name, each with its practice."""
        return {
            f"{practice.name}.{term.name}": (practice, term) for practice in self.practices for term in _of(practice)
        }

    @property
    def others(self) -> tuple[str, ...]:
        """The full names of the services and gaps."""
        services = [f"{practice.name}.{item.name}" for practice in self.practices for item in practice.services]
        return (*services, *(f"{practice.name}.{item.name}" for practice in self.practices for item in practice.gaps))

    @cached_property
    def proposed(self) -> dict[str, Standing]:
        """The full names of the terms that are proposed, with their standing; a parameter only where it has a value."""
        found = {name: _standing(term, practice.standing) for name, (practice, term) in self.terms.items()}
        return {name: standing for name, standing in found.items() if standing is not None and not standing.applies}

    @property
    def proposals(self) -> tuple[str, ...]:
        """The practices that are proposed as a whole, and the proposed terms of the others, by name."""
        whole = {practice.name for practice in self.practices if not practice.standing.applies}
        return tuple(sorted({*whole, *(name for name in self.proposed if name.rpartition(".")[0] not in whole)}))

    def within(self, proposal: str) -> tuple[str, ...]:
        """Return the full names of what *proposal* is: the terms of a practice, or itself where it is a term."""
        return (
            (proposal,) if proposal in self.terms else tuple(n for n in self.terms if n.rpartition(".")[0] == proposal)
        )

    def labels(self) -> Iterator[Label]:
        """Yield every label of what is offered."""
        for each in (self.practices, self.districts, self.catalogues):
            yield from _labels(each)


def offer_of(plugin: object) -> Offer:
    """Return what the hooks of *plugin*, a module or an object, return when they are asked."""

    def asked(hook: str) -> tuple[Any, ...]:
        return tuple(getattr(plugin, hook, tuple)())

    return Offer(asked("community_practices"), asked("community_districts"), asked("community_catalogues"))


def _of(practice: Practice) -> tuple[Term, ...]:
    return (*practice.parameters, *practice.decisions, *practice.procedures, *practice.code_lists)


def _standing(term: Term, usual: Standing) -> Standing | None:
    """Return the standing of a term; a parameter has that of a value which applies, or else of any that it has."""
    if not isinstance(term, Parameter):
        return term.standing or usual
    said = [standing_of(value, usual) for value in term.history]
    return next((standing for standing in said if standing.applies), said[0] if said else None)


def _labels(node: Any) -> Iterator[Label]:
    if isinstance(node, Label):
        yield node
    elif isinstance(node, tuple):
        for member in node:
            yield from _labels(member)
    elif attrs.has(type(node)):
        for each in attrs.fields(type(node)):
            yield from _labels(getattr(node, each.name))
