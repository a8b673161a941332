"""Which rules a case runs under: the present ones if it is new, else the kept text of those that it began under."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from attrs import frozen

from community_core.base.errors import LoadError, Refused, UnknownTerm
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.codec.functions import is_missing
from community_core.codec.texts import canonical, digest
from community_core.jurisdiction.plugins import Plugin
from community_core.jurisdiction.rules import Rules
from community_core.ports.store import NeededFunction, Store
from community_core.procedures.consequences import KINDS
from community_core.procedures.definition import Procedure
from community_core.procedures.reading import Evaluate
from community_core.rules.terms import Decision, PythonDecision

#: Of so many days is remembered what is in force; a paper archive goes back through many.
_DAYS: Final = 4096


@frozen
class Binding:
    """A procedure as one text of the rules has it: its full name, the text and its hash, and how to read expressions.

    *functions* are the Python functions that the text needs, with the distribution that each came from when the text
    was kept; *missing* those of them that nobody has installed.
    """

    name: str
    digest: str
    text: str
    procedure: Procedure
    evaluate: Evaluate
    functions: tuple[NeededFunction, ...] = ()
    missing: tuple[NeededFunction, ...] = ()

    @property
    def practice(self) -> str:
        """The practice in which the procedure's expressions are read."""
        return self.name.rpartition(".")[0]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """Why nothing can be done under this text: a Python function is missing."""
        if not self.missing:
            return ()
        names = [f"{item.name} ({item.version})" if item.version else item.name for item in self.missing]
        install = list(dict.fromkeys(item.requirement for item in self.missing if item.distribution))
        return (
            finding(
                "missing-function",
                f"办件所依据的规则需要 {'、'.join(names)}，但没有安装；"
                + (f"请安装 {'、'.join(install)}" if install else "请安装带有该版本的插件"),
                f"the rules of this case need {', '.join(names)}, which is not installed; "
                + (f"install {', '.join(install)}" if install else "install the plugin that has that version"),
                functions=", ".join(names),
                install=", ".join(install),
            ),
        )

    def require_functions(self) -> None:
        """Refuse to go on where a Python function is missing.

        Raises:
            Refused: naming each function and version.
        """
        if self.missing:
            raise refused(*self.problems)


def refused(*findings: Finding) -> Refused:
    """Return the exception for *findings*; its message is theirs."""
    zh = "；".join(item.message.zh for item in findings)
    en = "; ".join(item.message.text("en") for item in findings)
    return Refused(Label(zh, en), findings)


class Bindings:
    """The bindings of one office, each made once; rules are immutable, so they may be kept."""

    def __init__(self, rules: Rules, store: Store) -> None:
        self._rules = rules
        self._store = store
        self._plugins = dict(rules.offered)
        self._present: dict[tuple[str, dt.date | None], Binding] = {}
        self._kept: dict[tuple[str, str], Binding] = {}
        self._days: dict[tuple[str, str, dt.date], Binding] = {}

    def present(self, term: str, practice: str = "", *, on: dt.date | None = None) -> Binding:
        """Return the binding of a procedure under the present rules; *practice* is where the name was written.

        With *on*, of the version that is in force on that day; else of the latest.

        Raises:
            UnknownTerm: if no procedure, or several, are called so, or none is in force on that day.
        """
        name = self._rules.procedure_name(term, practice)
        version = self._rules.procedure(name, on=on)
        key = (name, version.span.start)
        if key not in self._present:
            text = canonical(self._rules.reach(name, version=version))
            self._present[key] = self._bind(name, self._rules, text, version)
        return self._present[key]

    def in_force(self, term: str, day: dt.date, *, practice: str = "") -> Binding:
        """Return the binding of the version of a procedure that is in force on *day*; see :meth:`present`.

        Raises:
            Refused: if *day* is no day, or there is none; so where several procedures are called so.
        """
        require_day(day)
        key = (term, practice, day)
        found = self._days.get(key)
        if found is None:
            try:
                found = self.present(term, practice, on=day)
            except UnknownTerm as error:
                raise refused(finding("unknown-procedure", error.message.zh, error.message.en)) from error
            if len(self._days) >= _DAYS:
                self._days.clear()
            self._days[key] = found
        return found

    def of(self, procedure: str, rules: str) -> Binding:
        """Return the binding of a case's *procedure* under the text with the hash *rules* that it began under.

        Raises:
            LoadError: if the store has no such text.
        """
        key = (procedure, rules)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._same(procedure, rules) or self._old(procedure, rules)
        return found

    def _same(self, procedure: str, rules: str) -> Binding | None:
        try:
            binding = self.present(procedure)
        except UnknownTerm:
            return None
        return binding if binding.digest == rules and binding.name == procedure else None

    def _old(self, procedure: str, rules: str) -> Binding:
        text = self._store.rules(rules)
        if text is None:
            raise LoadError(
                Label(
                    f"没有存档的规则文本 {rules}，程序 {procedure} 的办件无法继续办理",
                    f"the rule text {rules} is not kept; cases of {procedure} under it cannot go on",
                )
            )
        kept = self._rules.kept(json.loads(text))
        return self._bind(procedure, kept, text, kept.procedure(procedure), self._store.functions(rules))

    def _bind(
        self,
        name: str,
        rules: Rules,
        text: str,
        version: Procedure,
        recorded: Sequence[NeededFunction] = (),
    ) -> Binding:
        """Bind *text*; what was *recorded* when it was kept says where its functions came from."""
        reached = rules.reach(name, version=version)
        decisions = dict(reached.decisions)
        present = {
            *(("decision", full, item.version) for full, item in _python(decisions) if not is_missing(item)),
            *(("word", item.name, item.version) for item in rules.functions),
            *(("effect", item.name, "") for item in rules.effects),
        }
        now = [
            *(("decision", full, item.version) for full, item in _python(decisions)),
            *(("word", *word) for word in rules.terms.words or reached.words),
            *(("effect", kind, "") for kind in sorted(_effects(version))),
        ]
        known = {(item.kind, item.name, item.version): item for item in recorded}
        for key in now:
            if not any((item.kind, item.name) == key[:2] for item in recorded):
                known[key] = self._needed(*key)
        functions = tuple(known.values())
        missing = tuple(item for item in functions if (item.kind, item.name, item.version) not in present)
        evaluate = partial(rules.engine.evaluate, practice=name.rpartition(".")[0])
        return Binding(name, digest(text), text, version, evaluate, functions, missing)

    def _needed(self, kind: str, name: str, version: str) -> NeededFunction:
        offer = {"decision": f"practice {name.rpartition('.')[0]}", "word": f"function {name}"}
        plugin = self._plugins.get(offer.get(kind, f"{kind} {name}"), Plugin(""))
        return NeededFunction(kind, name, version, plugin.distribution, plugin.version)


def _python(decisions: Mapping[str, Decision]) -> Iterator[tuple[str, PythonDecision]]:
    return ((full, item) for full, item in sorted(decisions.items()) if isinstance(item, PythonDecision))


def _effects(procedure: Procedure) -> set[str]:
    return {spec.kind for step in procedure.steps for spec in step.effects} - set(KINDS)


def require_day(day: object) -> None:
    """Refuse what is no day (a moment is none).

    Raises:
        Refused: if *day* is something else.
    """
    if type(day) is not dt.date:
        raise refused(finding("not-a-day", f"{day!r} 不是日期", f"{day!r} is no day"))
