"""The hooks through which plugins speak; each returns declarations, and none decides anything."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice, StepEffect
from community_core.procedures.events import Event
from community_core.rules.terms import Function

#: The name of the project at pluggy, and of the entry point group.
PROJECT = "community_core"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def community_practices() -> Sequence[Practice]:  # type: ignore[empty-body]
    """Offer practices that districts can adopt.

    When called: once, when rules are gathered; in the order of the plugins' names.
    Parameters: none.
    Return: practices, built in Python or read from rulebooks.
    How results combine: all are gathered; two practices of one name are a finding, and neither is used.
    Since: 0.1
    """


@hookspec
def community_districts() -> Sequence[District]:  # type: ignore[empty-body]
    """Offer districts that are installed with the plugin.

    When called: once, when rules are gathered; in the order of the plugins' names.
    Parameters: none.
    Return: districts, built in Python or read from a file.
    How results combine: all are gathered; two districts of one name are a finding, and neither is used.
    Since: 0.1
    """


@hookspec
def community_catalogues() -> Sequence[Catalogue]:  # type: ignore[empty-body]
    """Offer the rows of the plugin's documents, each with what of it runs and what shows that.

    When called: once, when catalogues are asked for; in the order of the plugins' names.
    Parameters: none.
    Return: catalogues, built in Python or read from a file; no rule looks at them.
    How results combine: all are gathered; two catalogues of one name are a finding, and neither is used.
    Since: 0.1
    """


@hookspec
def community_functions() -> Sequence[Function]:  # type: ignore[empty-body]
    """Offer words that expressions may call.

    When called: once, when rules are gathered; in the order of the plugins' names.
    Parameters: none.
    Return: typed, pure functions; each is never called with an unknown argument.
    How results combine: all are gathered; a word that the core or another plugin has already is a finding.
    Since: 0.1
    """


@hookspec
def community_effects() -> Sequence[StepEffect]:  # type: ignore[empty-body]
    """Offer effects that steps may name.

    When called: once, when rules are gathered; in the order of the plugins' names.
    Parameters: none.
    Return: effects, each a function from a step to the core's own effect records.
    How results combine: all are gathered; an effect that the core or another plugin has already is a finding.
    Since: 0.1
    """


@hookspec
def community_observe(event: Event) -> None:
    """Be told of an event after it has been committed.

    When called: after commit, at least once for each event, in order within a case.
    Parameters: *event*, as it is recorded.
    Return: nothing.
    How results combine: they do not; an observer that fails is logged by name and breaks nothing.
    Since: 0.1
    """
