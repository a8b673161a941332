"""Receipts: what an answer rested on, by hashes and versions, to be kept; giving it again is done elsewhere."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen, has

from community_core.base.citations import Citation
from community_core.base.errors import CommunityError
from community_core.base.labels import Label
from community_core.base.money import Money
from community_core.base.ranks import Standing
from community_core.codec.texts import canonical, digest, from_plain, parse, to_plain
from community_core.codec.values import CodecError
from community_core.declarations.terms import Terms
from community_core.jurisdiction.plugins import Plugin
from community_core.jurisdiction.reached import Reached, reached_on
from community_core.model.serving import facts_of
from community_core.rules.answer import Answer, ParameterUse
from community_core.rules.pattern import Status
from community_core.rules.terms import AsOf, PythonDecision
from community_core.rules.vocabulary import outer

if TYPE_CHECKING:
    from community_core.jurisdiction.rules import Rules

#: The distribution that the published working days come from.
CALENDAR = "chinesecalendar"


@frozen
class KeptReason:
    """A row that the answer rested on: its number (0 is ``otherwise``), whether it held, why it says so, its source."""

    term: str
    row: int
    because: Label
    standing: Standing
    held: bool | None = None
    gap: Label | None = None
    cite: Citation | None = None


@frozen
class FunctionVersion:
    """What the answer could reach that is code: a decision by its full name, a word, the published working days."""

    name: str
    version: str


@frozen
class Receipt:
    """What an answer said and what it rested on.

    *terms* is the hash of the text of everything that the decision reached on that day, *term_hashes* the hash of each
    of these terms by name (a fact as ``fact`` and its name), *terms_text* that text itself where it was kept. *rules*
    is the hash of all rules of the district, reached or not. *reads* names the facts of the subject that the decision
    could look at (with those of its members), *known* those of them that were known; *facts_hash* is the hash of their
    values, and *facts* are these values where they were kept. *plugins* are
    all that were installed; *functions* only what the decision reached. *as_of_step* names the reached parameters and
    decisions that are declared ``as_of: step``: the answer has them as of *on*, where a case reads them anew on the day
    of each step and everything else as of the day it opened.

    A hash of few facts can be guessed by trying; treat a receipt as personal wherever its facts are.
    """

    term: str
    on: dt.date
    status: Status
    outcome: tuple[tuple[str, Any], ...] = ()
    reasons: tuple[KeptReason, ...] = ()
    parameters: tuple[ParameterUse, ...] = ()
    ask: tuple[str, ...] = ()
    gaps: tuple[Label, ...] = ()
    faults: tuple[Label, ...] = ()
    district: str = ""
    rules: str = ""
    terms: str = ""
    term_hashes: tuple[tuple[str, str], ...] = ()
    functions: tuple[FunctionVersion, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    library: str = ""
    reads: tuple[tuple[str, tuple[str, ...]], ...] = ()
    known: tuple[str, ...] = ()
    facts_hash: str = ""
    terms_text: str = ""
    facts_kept: bool = False
    facts: tuple[tuple[str, Any], ...] = ()
    as_of_step: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The hash of the receipt; the same with and without the text of the terms and the facts, which it binds."""
        return digest(canonical(self.bare))

    @property
    def bare(self) -> Receipt:
        """The receipt without the text of its terms and without its facts."""
        return evolve(self.without_facts, terms_text="")

    @property
    def without_facts(self) -> Receipt:
        """The receipt without the values of its facts."""
        return evolve(self, facts=(), facts_kept=False)

    @property
    def kept_terms(self) -> Terms | None:
        """The terms as they were, where their text was kept."""
        return parse(Terms, self.terms_text) if self.terms_text else None

    def as_data(self) -> dict[str, Any]:
        """Return the receipt as JSON-ready data, with its own ``digest``."""
        return {**to_plain(self), "digest": self.digest}

    def as_json(self) -> str:
        """Return the receipt as canonical JSON text, with its own ``digest``."""
        return canonical(self)[:-1] + f',"digest":"{self.digest}"}}'


def read_receipt(text: str) -> Receipt:
    """Return the receipt that :meth:`Receipt.as_json` wrote, or the same data in any spelling of JSON.

    Raises:
        CodecError: if it is no receipt, or if anything in it was altered after it was written.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CodecError(Label(f"不是 JSON 文本：{error}", f"this is no JSON text: {error}")) from None
    if not isinstance(data, dict) or "digest" not in data:
        raise CodecError(Label("这不是判定回执：没有 digest", "this is no receipt: it has no digest"))
    written = data.pop("digest")
    receipt = from_plain(Receipt, data)
    wrong = [] if receipt.digest == written else ["digest"]
    if receipt.terms_text and digest(receipt.terms_text) != receipt.terms:
        wrong.append("terms_text")
    elif receipt.terms_text and term_hashes(parse(Terms, receipt.terms_text)) != receipt.term_hashes:
        wrong.append("term_hashes")
    if receipt.facts_kept and facts_hash(dict(receipt.facts)) != receipt.facts_hash:
        wrong.append("facts")
    if wrong:
        listed = ", ".join(wrong)
        raise CodecError(
            Label(
                f"回执在写成之后被改动过：{listed} 与校验值不符；请用原件",
                f"the receipt was altered after it was written: {listed} does not match its hash; use the original",
            )
        )
    return receipt


def make_receipt(
    rules: Rules, answer: Answer, *, facts: Any = None, keep_terms: bool = True, keep_facts: bool = False
) -> Receipt:
    """Return the receipt of *answer*, which *rules* gave.

    Args:
        rules: the rules that gave the answer.
        answer: the answer.
        facts: the subject, needed only where some of its facts were put into the plan beforehand.
        keep_terms: whether to keep the text of the terms, so that the answer can be given again under them.
        keep_facts: whether to keep the facts that could matter; they are personal.

    Raises:
        CommunityError: if other rules gave the answer, or if its facts cannot be told from it.
    """
    if answer.rules != rules.digest:
        raise CommunityError(
            Label(
                f"这个判定结果不是 {rules.name} 的现行规则给出的；请用给出它的规则开回执",
                f"the rules of {rules.name} did not give this answer; make the receipt with those that did",
            )
        )
    reached = reached_on(rules, answer.term, answer.on)
    wanted = {name for name, _ in reached.reads}
    if facts is None and answer.status is not Status.UNAVAILABLE and not wanted <= _read_by(answer):
        raise CommunityError(
            Label(
                "有些事实事先放进了判定计划，看不出它们的值；请用 facts 给出对象",
                "some facts were put into the plan beforehand, and the answer does not show them; give the subject "
                "as facts",
            )
        )
    known = known_of(facts_seen(answer) if facts is None else facts, reached.reads)
    text = canonical(reached.terms)
    return Receipt(
        term=answer.term,
        on=answer.on,
        **answer_part(answer),
        district=rules.name,
        rules=rules.digest,
        terms=digest(text),
        term_hashes=term_hashes(reached.terms),
        functions=_functions(rules, reached),
        plugins=rules.plugins,
        library=library_version(),
        reads=reached.reads,
        known=tuple(known),
        facts_hash=facts_hash(known),
        terms_text=text if keep_terms else "",
        facts_kept=keep_facts,
        facts=tuple(known.items()) if keep_facts else (),
        as_of_step=_as_of_step(reached.terms),
    )


def answer_part(answer: Answer) -> dict[str, Any]:
    """Return what of a receipt is the answer itself, by field."""
    return {
        "status": answer.status,
        "outcome": outcome_pairs(answer),
        "reasons": tuple(
            KeptReason(one.term, one.row, one.because, one.standing, one.held, one.gap, one.cite)
            for one in answer.reasons
        ),
        "parameters": answer.parameters,
        "ask": answer.ask,
        "gaps": answer.gaps,
        "faults": tuple(found.message for found in answer.findings),
    }


def outcome_pairs(answer: Answer) -> tuple[tuple[str, Any], ...]:
    """Return the outcome as pairs of output and value; a single output has the empty name."""
    if answer.inner is None:
        return ()
    outputs = answer.source.outputs
    return tuple((one.name, outer(one.type, value)) for one, value in zip(outputs, answer.inner, strict=True))


def facts_seen(answer: Answer) -> dict[str, Any]:
    """Return the facts that *answer* and the decisions under it were given and could look at, by name."""
    found: dict[str, Any] = {}
    for fact, value in zip(getattr(answer.source, "facts", ()), answer.seen, strict=False):
        if value is not None:
            found[fact.name] = outer(fact.type, value)
    for part in answer.parts.values():
        found.update(facts_seen(part))
    return found


def _read_by(answer: Answer) -> set[str]:
    read = {fact.name for fact in getattr(answer.source, "facts", ())}
    return read.union(*(_read_by(part) for part in answer.parts.values()))


def known_of(subject: Any, reads: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    """Return what is known of *subject* (a mapping, or an entity of the model) of what *reads* names, as it is hashed.

    Lists become tuples, members of a Python enumeration their values; of a subject's members only the facts that are
    read remain.
    """
    given = _mapping(subject)
    return {name: _plain(given.get(name), of_each) for name, of_each in reads if given.get(name) is not None}


def _mapping(subject: Any) -> Mapping[str, Any]:
    return subject if isinstance(subject, Mapping) else facts_of(subject)


def _plain(value: Any, of_each: tuple[str, ...]) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_plain(part, of_each) for part in value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping) or (has(type(value)) and not isinstance(value, Money)):
        member = _mapping(value)
        return {name: _plain(member.get(name), ()) for name in of_each if member.get(name) is not None}
    return value


def facts_hash(known: Mapping[str, Any]) -> str:
    """Return the hash of facts by name; it is plain, so that facts with few possible values can be guessed from it."""
    return digest(canonical(dict(known)))


def term_hashes(terms: Terms) -> tuple[tuple[str, str], ...]:
    """Return the name and hash of each of *terms*."""
    return tuple((name, digest(canonical(item))) for name, item in sorted(terms_by_name(terms).items()))


def terms_by_name(terms: Terms) -> dict[str, Any]:
    """Return facts (as ``fact`` and the name), parameters, decisions and tables of working days by name."""
    facts = {f"fact {fact.name}": fact for fact in terms.facts}
    workdays = {f"workdays {table.year}": table for table in terms.workdays}
    return {**facts, **workdays, **dict(terms.parameters), **dict(terms.decisions)}


def _as_of_step(terms: Terms) -> tuple[str, ...]:
    """Return the names of what a case reads on the day of each step."""
    dated = [*terms.parameters, *terms.decisions]
    return tuple(sorted({name for name, item in dated if item.as_of is AsOf.STEP}))


def _functions(rules: Rules, reached: Reached) -> tuple[FunctionVersion, ...]:
    decisions = [(name, item) for name, item in reached.terms.decisions if isinstance(item, PythonDecision)]
    found = [FunctionVersion(name, item.version) for name, item in decisions]
    added = {function.name: function.version for function in rules.functions}
    found += [FunctionVersion(word, added[word]) for word in reached.words if word in added]
    if reached.counts_workdays:
        found.append(FunctionVersion(CALENDAR, _installed(CALENDAR)))
    return tuple(sorted(found, key=lambda one: one.name))


def library_version() -> str:
    """Return the version of this library, or an empty text where it is not installed."""
    return _installed("community-core")


def _installed(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""
