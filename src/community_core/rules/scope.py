"""Where names are looked up: facts in one name space, parameters and decisions by practice or unique suffix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from community_core.base.errors import UnknownTerm
from community_core.base.findings import Finding, Origin, finding
from community_core.base.ids import folded, spelt
from community_core.base.labels import Label
from community_core.instruments.workdays import WorkdayCalendar
from community_core.rules.terms import Decision, Fact, Function, Parameter
from community_core.rules.vocabulary import BUILT_IN, Word, calendar_words, from_function

T = TypeVar("T")

#: The published working days, and no table of a place's own.
PUBLISHED = WorkdayCalendar()


class Ambiguous(Exception):
    """A name that several terms answer to, *names* being their full names."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        self.name = name
        self.names = tuple(sorted(names))
        super().__init__(name, self.names)

    @property
    def message(self) -> Label:
        """What the name could be, and what to write."""
        return Label(
            f"{self.name!r} 可以指 {'、'.join(self.names)}；请写全名",
            f"{self.name!r} could be {', '.join(self.names)}; write the full name",
        )

    def finding(self, origin: Origin) -> Finding:
        """Return the finding for the place at *origin* where the name stands."""
        message = self.message
        return finding("ambiguous-name", message.zh, message.en, origin, name=self.name)


class Names:
    """Full names and every suffix of them; an own practice's name wins over a suffix."""

    def __init__(self, full_names: Iterable[str]) -> None:
        self._by_suffix: dict[str, list[str]] = {}
        for full in dict.fromkeys(full_names):
            parts = folded(full).split(".")
            for start in range(len(parts)):
                self._by_suffix.setdefault(".".join(parts[start:]), []).append(full)

    def find(self, name: str, practice: str = "") -> str | None:
        """Return the full name that *name* means inside *practice*; ``None`` where there is none.

        Raises:
            Ambiguous: if several terms end with *name* and none is the practice's own.
        """
        if not isinstance(name, str):
            raise TypeError(f"a term is asked for by its name, a text, not by {name!r}")
        wanted = folded(name)
        found = self._by_suffix.get(wanted, [])
        own = [full for full in found if practice and folded(full) == folded(f"{practice}.{name}")]
        exact = own or [full for full in found if folded(full) == wanted]
        if exact:
            return exact[0]
        if len(found) > 1:
            raise Ambiguous(name, found)
        return found[0] if found else None

    def one(self, name: str) -> str | None:
        """Return the full name that *name*, asked for by a caller, means; ``None`` where there is none.

        Raises:
            UnknownTerm: if several terms end with it.
            TypeError: if it is no text.
        """
        try:
            return self.find(name)
        except Ambiguous as several:
            raise UnknownTerm(several.message) from None

    def first(self, name: str, practice: str = "") -> str | None:
        """Return the full name that *name* means inside *practice*, of several the first; ``None`` where none is."""
        try:
            return self.find(name, practice)
        except Ambiguous as several:
            return several.names[0]

    def near(self, name: str) -> tuple[str, ...]:
        """Return suffixes that look like *name*, for messages."""
        import difflib  # noqa: PLC0415 - only messages about mistakes need it

        return tuple(difflib.get_close_matches(folded(name), self._by_suffix, 3))


class Scope:
    """Everything that an expression may name, among the rules of one district."""

    def __init__(
        self,
        *,
        facts: Iterable[Fact] = (),
        parameters: Mapping[str, Parameter] | None = None,
        decisions: Mapping[str, Decision] | None = None,
        functions: Iterable[Function] = (),
        calendar: WorkdayCalendar = PUBLISHED,
        aliases: Mapping[str, str] | None = None,
        broken: Iterable[str] = (),
        own_facts: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._own_facts = dict(own_facts or {})
        self.facts: dict[str, Fact] = {fact.name: fact for fact in facts}
        self._facts = {folded(name): fact for name, fact in self.facts.items()}
        self.parameters: dict[str, Parameter] = dict(parameters or {})
        self.decisions: dict[str, Decision] = dict(decisions or {})
        added = {item.name: from_function(item) for item in functions}
        self.words: dict[str, Word] = {**BUILT_IN, **calendar_words(calendar), **added}
        self.aliases = dict(aliases or {})
        self.parameter_names = Names(self.parameters)
        self._decision_names = Names(self.decisions)
        self._broken_names = Names(broken)
        self._labels: dict[str, list[tuple[str, str]]] = {}
        for fact in self.facts.values():
            self._label(fact.label.zh, "fact", fact.name)
        for full, parameter in self.parameters.items():
            self._label(parameter.label.zh, "parameter", full)
        for full, decision in self.decisions.items():
            self._label(decision.title.zh, "decision", full)

    def _label(self, text: str, kind: str, name: str) -> None:
        if text:
            self._labels.setdefault(text, []).append((kind, name))

    def find(self, name: str, practice: str) -> tuple[str, str] | None:
        """Return what *name* means: its kind (``fact parameter decision``) and full name; ``None`` where nothing does.

        Raises:
            Ambiguous: if it means several things.
        """
        terms = []
        fact = self.fact(name)
        if fact is not None:
            terms.append(("fact", fact.name, fact.name in self._own_facts.get(practice, ())))
        for kind, full in (
            ("parameter", self.parameter_names.find(name, practice)),
            ("decision", self._decision_names.find(name, practice)),
        ):
            if full is not None:
                terms.append((kind, full, folded(full) == folded(f"{practice}.{name}")))
        # The practice's own goes before another's of another kind, as it does before one of its kind.
        own = [item for item in terms if item[2]]
        found = [(kind, self.aliases.get(full, full)) for kind, full, _ in own or terms]
        if not found:
            called = self._labels.get(name, [])
            found = [item for item in called if item[1].startswith(practice + ".")] or called
        if len(found) > 1:
            raise Ambiguous(name, (f"{kind} {full}" for kind, full in found))
        return found[0] if found else None

    def known(self, name: str, practice: str) -> bool:
        """Whether *name* means something, be it several things."""
        try:
            return self.find(name, practice) is not None
        except Ambiguous:
            return True

    def fact(self, name: str) -> Fact | None:
        """Return the fact that an expression writes as *name*, or ``None``."""
        return self._facts.get(folded(name))

    def broken(self, name: str, practice: str) -> str | None:
        """Return the full name of the broken term that *name* means, or ``None``."""
        return self._broken_names.first(name, practice)

    def near(self, name: str) -> tuple[str, ...]:
        """Return names that look like *name*, for messages."""
        import difflib  # noqa: PLC0415 - only messages about mistakes need it

        known = [*map(spelt, self.facts), *self.words]
        close = difflib.get_close_matches(name, known, 2)
        return tuple(dict.fromkeys([*close, *self.parameter_names.near(name), *self._decision_names.near(name)]))[:3]
