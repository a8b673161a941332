"""Giving an answer again from its receipt, and saying what differs: a rule, a version, a fact, or the answer itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from community_core.base.errors import FactError, UnknownTerm
from community_core.base.labels import Label, Language
from community_core.codec.texts import canonical
from community_core.jurisdiction.reached import reached_on
from community_core.jurisdiction.receipts import (
    KeptReason,
    Receipt,
    answer_part,
    facts_hash,
    known_of,
    make_receipt,
    term_hashes,
    terms_by_name,
)
from community_core.rules.answer import Answer, ParameterUse, json_value
from community_core.rules.pattern import Status
from community_core.rules.terms import DatedValue, DecisionTable, Parameter, Row

if TYPE_CHECKING:
    from community_core.jurisdiction.rules import Rules

KINDS: Mapping[str, Label] = {
    "term": Label("条款项", "term"),
    "function": Label("函数版本", "version of a function"),
    "plugin": Label("插件版本", "version of a plugin"),
    "library": Label("程序库版本", "version of the library"),
    "fact": Label("事实", "fact"),
    "answer": Label("判定结果", "answer"),
}

#: What of a receipt is the answer itself.
ANSWER = ("status", "outcome", "reasons", "parameters", "ask", "gaps", "faults")


@frozen
class Difference:
    """One thing that is not as the receipt has it.

    *kind* is ``term``, ``function``, ``plugin``, ``library``, ``fact`` or ``answer``; *name* says which one, *part*
    what of it (``row 2``, ``value``, ``outcome``). *before* and *after* are texts, empty where it was not there, or
    where the receipt keeps only its hash (*hashed*).
    """

    kind: str
    name: str
    part: str = ""
    before: str = ""
    after: str = ""
    hashed: bool = False

    def text(self, lang: Language = "zh") -> str:
        """Return the difference as one line of prose in *lang*."""
        what = " ".join(part for part in (KINDS[self.kind].text(lang), self.name, self.part) if part)
        if lang == "en":
            if self.hashed:
                return f"{what}: differs; the receipt keeps its hash only"
            return f"{what}: was {self.before or 'not there'}; is {self.after or 'not there'}"
        if self.hashed:
            return f"{what}：有改动；回执只留了校验值，看不出原文"
        return f"{what}：原为 {self.before or '（没有）'}；现为 {self.after or '（没有）'}"


@frozen
class Replay:
    """An answer given again.

    *answer* is what the rules give now, or ``None`` where they cannot be asked any more (the decision is gone, or the
    facts no longer fit). *kept* is what the rules of the receipt give, run from the text that it keeps; ``None``
    where it keeps none. Both are for the facts given to the replay.
    """

    receipt: Receipt
    answer: Answer | None
    kept: Answer | None = None
    differences: tuple[Difference, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the replay as JSON-ready data: ``same same_answer stands answer differences receipt``."""
        return {
            "same": self.same,
            "same_answer": self.same_answer,
            "stands": self.stands,
            "answer": None if self.answer is None else self.answer.as_data(),
            "differences": [attrs.asdict(one) for one in self.differences],
            "receipt": self.receipt.digest,
        }

    @property
    def same(self) -> bool:
        """Whether nothing differs at all."""
        return not self.differences

    @property
    def same_answer(self) -> bool:
        """Whether the rules now give exactly the answer of the receipt, whatever else differs."""
        return self.answer is not None and all(one.kind != "answer" for one in self.differences)

    @property
    def stands(self) -> bool | None:
        """Whether the rules of the receipt still give its answer; ``None`` where it keeps no text to ask."""
        return None if self.kept is None else answer_part(self.kept) == _recorded(self.receipt)


def replay(receipt: Receipt, facts: Any, rules: Rules) -> Replay:
    """Give the answer of *receipt* again under *rules*, and say what differs.

    *facts* is the subject, a mapping or an entity of the model; ``None`` takes the facts that the receipt keeps.

    Raises:
        FactError: if *facts* is ``None`` and the receipt keeps none (the message names those that were known), or if a
            given fact does not fit a declaration that is still that of the receipt.
    """
    if facts is None:
        if not receipt.facts_kept:
            zh, en = "、".join(receipt.known) or "—", ", ".join(receipt.known) or "—"
            raise FactError(
                Label(f"回执没有留下事实，请给出：{zh}", f"the receipt keeps no facts; give them: {en}"),
            )
        facts = dict(receipt.facts)
    differences = list(_terms(receipt, rules))
    gone = bool(differences)
    differences += _facts(receipt, facts)
    answer: Answer | None = None
    now: Receipt | None = None
    try:
        answer = rules.decide(receipt.term, facts, on=receipt.on)
        now = make_receipt(rules, answer, facts=facts, keep_terms=False)
    except (FactError, UnknownTerm) as error:
        if not gone:
            raise
        differences.append(Difference("answer", receipt.term, "status", receipt.status.value, str(error)))
    differences += _versions(receipt, now)
    if answer is not None:
        differences += _answers(receipt, answer)
    return Replay(receipt, answer, _kept(receipt, facts, rules, gone=gone), tuple(differences))


def _kept(receipt: Receipt, facts: Any, rules: Rules, *, gone: bool) -> Answer | None:
    if not receipt.terms_text or receipt.status is Status.UNAVAILABLE:
        return None
    try:
        return rules.kept(json.loads(receipt.terms_text)).decide(receipt.term, facts, on=receipt.on)
    except FactError:
        if not gone:
            raise
        return None


def _recorded(receipt: Receipt) -> dict[str, Any]:
    return {name: getattr(receipt, name) for name in ANSWER}


def _answers(receipt: Receipt, answer: Answer) -> Iterator[Difference]:
    before, after = _recorded(receipt), answer_part(answer)
    for name in ANSWER:
        if before[name] != after[name]:
            was, now = _short(before[name]), _short(after[name])
            if was == now:
                was, now = canonical(before[name]), canonical(after[name])
            yield Difference("answer", receipt.term, name, was, now)


def _short(value: Any) -> str:
    """Return a part of an answer as a person compares it; its whole text where that does not tell two apart."""
    if isinstance(value, Status):
        return value.value
    return ", ".join(_one(item) for item in value)


def _one(item: Any) -> str:
    if isinstance(item, KeptReason):
        return f"{item.term} {item.row}"
    if isinstance(item, ParameterUse):
        return f"{item.name} = {json_value(item.value)}"
    if isinstance(item, Label):
        return str(item)
    if isinstance(item, tuple):
        name, value = item
        return f"{name} = {json_value(value)}" if name else str(json_value(value))
    return str(item)


def _versions(receipt: Receipt, now: Receipt | None) -> Iterator[Difference]:
    """Versions of functions, plugins and the library that differ."""
    if now is None:
        return
    for kind, was, held in (
        ("function", receipt.functions, now.functions),
        ("plugin", receipt.plugins, now.plugins),
    ):
        before = {one.name: one.version or "–" for one in was}
        after = {one.name: one.version or "–" for one in held}
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield Difference(kind, name, "", before.get(name, ""), after.get(name, ""))
    if receipt.library != now.library:
        yield Difference("library", "", "", receipt.library, now.library)


def _facts(receipt: Receipt, subject: Any) -> Iterator[Difference]:
    """Facts among those that the decision could look at which are not as they were."""
    after = known_of(subject, receipt.reads)
    if facts_hash(after) == receipt.facts_hash:
        return
    if receipt.facts_kept:
        before = dict(receipt.facts)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield Difference("fact", name, "", _given(before, name), _given(after, name))
        return
    turned = sorted(set(receipt.known) ^ set(after))
    for name in turned:
        yield Difference("fact", name, "", "" if name in after else "known", "known" if name in after else "")
    if not turned:
        yield Difference("fact", ", ".join(receipt.known), hashed=True)


def _given(facts: Mapping[str, Any], name: str) -> str:
    return canonical(facts[name]) if name in facts else ""


def _terms(receipt: Receipt, rules: Rules) -> Iterator[Difference]:
    """The terms that the decision reached, or reaches now, and that are not the same."""
    reached = reached_on(rules, receipt.term, receipt.on).terms
    now = terms_by_name(reached)
    before, after = dict(receipt.term_hashes), dict(term_hashes(reached))
    kept = receipt.kept_terms
    old = {} if kept is None else terms_by_name(kept)
    for name in sorted({*before, *after}):
        if before.get(name) == after.get(name):
            continue
        if name not in after or name not in before:
            yield Difference("term", name, "", _declared(old, before, name), _declared(now, after, name))
        elif kept is None:
            yield Difference("term", name, hashed=True)
        else:
            yield from _parts(name, old[name], now[name])


def _declared(items: Mapping[str, Any], hashes: Mapping[str, str], name: str) -> str:
    return canonical(items[name]) if name in items else hashes.get(name, "")


def _parts(name: str, old: Any, new: Any) -> Iterator[Difference]:
    """The parts of one term that differ: rows by number, a parameter's value, else the field of its declaration."""
    if type(old) is not type(new):
        yield Difference("term", name, "", canonical(old), canonical(new))
        return
    for item in attrs.fields(type(old)):
        was, held = getattr(old, item.name), getattr(new, item.name)
        if item.eq is False or was == held:
            continue
        if isinstance(old, DecisionTable) and item.name == "rows":
            yield from _rows(name, was, held)
        elif isinstance(old, Parameter) and item.name == "history":
            yield Difference("term", name, "value", _value(was), _value(held))
        else:
            yield Difference("term", name, item.name, canonical(was), canonical(held))


def _value(history: tuple[DatedValue, ...]) -> str:
    return canonical(history[0]) if history else ""


def _rows(name: str, was: tuple[Row, ...], held: tuple[Row, ...]) -> Iterator[Difference]:
    """Rows changed, removed (by their old number) and added (by their new one)."""
    before, after = [canonical(row) for row in was], [canonical(row) for row in held]
    for how, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        both = min(i2 - i1, j2 - j1)
        for step in range(both):
            yield Difference("term", name, f"row {i1 + step + 1}", before[i1 + step], after[j1 + step])
        for number in range(i1 + both, i2):
            yield Difference("term", name, f"row {number + 1}", before[number], "")
        for number in range(j1 + both, j2):
            yield Difference("term", name, f"row {number + 1}", "", after[number])
