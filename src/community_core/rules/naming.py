"""How things are called for a reader: by label in Chinese, by identifier otherwise; it explains nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from community_core.base.findings import NOWHERE, Finding, Origin, finding
from community_core.rules.answer import json_value
from community_core.rules.scope import Scope
from community_core.rules.terms import Decision, Fact


class Naming:
    """The labels of facts, parameters, decisions and their values."""

    def __init__(self, scope: Scope, decisions: Mapping[str, Decision]) -> None:
        self._scope = scope
        self._decisions = decisions
        self._naming_zh = self._names_zh()

    def naming(self, lang: str) -> Callable[[str, str], str]:
        """Return how things are called in *lang*: by label in Chinese, by identifier otherwise."""
        return self._naming_zh if lang == "zh" else lambda _kind, name: name.rpartition(".")[2]

    def shown_zh(self, value: Any) -> str:
        """Return a value as a Chinese reader names it: by its label where it has one."""
        if value is None:
            return "未知"
        if isinstance(value, bool):
            return "是" if value else "否"
        plain = json_value(value)
        if isinstance(plain, list):
            return "、".join(self.shown_zh(item) for item in plain)
        return self._naming_zh("value", plain) if isinstance(plain, str) else str(plain)

    def _names_zh(self) -> Callable[[str, str], str]:
        labels: dict[tuple[str, str], str] = {}
        for fact in self._scope.facts.values():
            labels[("fact", fact.name)] = fact.label.zh
            labels.update({("value", value): label.zh for value, label in fact.labels})
        for full, parameter in self._scope.parameters.items():
            labels[("parameter", full)] = parameter.label.zh
        for full, decision in self._decisions.items():
            labels[("decision", full)] = decision.title.zh
            for output in decision.outputs:
                labels.update({("value", value): label.zh for value, label in output.labels})

        def naming(kind: str, name: str) -> str:
            return labels.get((kind, name)) or (name if kind == "value" else name.rpartition(".")[2])

        return naming


def no_fact(name: str, facts: Iterable[Fact], origin: Origin = NOWHERE) -> Finding:
    """Return that *name* is none of the *facts*, with those that are called nearly so, or else with all."""
    import difflib  # noqa: PLC0415 - only messages about mistakes need it

    words = {word: fact.name for fact in facts for word in (fact.name, fact.label.zh, fact.label.en) if word}
    near = list(dict.fromkeys(words[word] for word in difflib.get_close_matches(name, words, n=5, cutoff=0.5)))
    options = near or sorted(set(words.values()))
    lead = ("您是否要", "did you mean") if near else ("已有的事实", "the facts are")
    return finding(
        "unknown-fact",
        f"没有叫“{name}”的事实；{lead[0]}：{'、'.join(options)}",
        f"there is no fact {name!r}; {lead[1]}: {', '.join(options)}",
        origin,
        fact=name,
    )
