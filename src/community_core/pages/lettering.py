"""What a letter says, as plain frozen records of texts in one language; no template is known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from community_core.base.labels import Label, Language
from community_core.base.masking import HIDDEN, masked_number
from community_core.base.ranks import PRIVATE, Privacy, Rank, Standing
from community_core.jurisdiction.reached import reached_on
from community_core.jurisdiction.rules import Rules
from community_core.model.serving import facts_of
from community_core.pages.texts import STANDINGS, UNKNOWN, masked_text, value_text
from community_core.rules import nodes as n
from community_core.rules.answer import Answer, ParameterUse
from community_core.rules.function_plan import FunctionPlan
from community_core.rules.pattern import Status
from community_core.rules.plan import TablePlan
from community_core.rules.terms import Fact, Parameter
from community_core.rules.type_words import UNITS
from community_core.rules.types import Kind, ValueType
from community_core.rules.vocabulary import WORKDAY_TABLE, outer

MASKED = Label("（不显示）", "(not shown)")

#: What a status means to the person concerned.
STATUSES: Mapping[Status, Label] = {
    Status.DETERMINED: Label("已有结果。", "There is a result."),
    Status.UNDETERMINED: Label(
        "现在还不能得出结果，因为缺少下面列出的情况。", "There is no result yet: what is listed below is missing."
    ),
    Status.GAP: Label(
        "没有结果：规则所依据的材料对这种情形没有规定。",
        "There is no result: the document that the rules are from says nothing of such a case.",
    ),
    Status.UNCOVERED: Label(
        "没有结果：没有一条规则适用于这种情形。", "There is no result: no rule covers such a case."
    ),
    Status.CONFLICT: Label(
        "没有结果：适用的规则互相冲突。", "There is no result: the rules that apply contradict each other."
    ),
    Status.UNAVAILABLE: Label(
        "没有结果：规则文本有问题，暂时不能使用。", "There is no result: the text of the rule is broken for now."
    ),
}

#: What to know of values and rows that are not simply in force.
CAUTIONS: Mapping[Standing, Label] = {
    Standing.PROPOSAL: Label("有的规则只是材料里的建议。", "Some of the rules are no more than a document's proposal."),
    Standing.PLAN: Label("有的规则只是材料里的计划。", "Some of the rules are no more than a document's plan."),
    Standing.AIM: Label("有的规则只是材料里的目标。", "Some of the rules are no more than a document's aim."),
    Standing.FAILED: Label(
        "有的规则是材料里说没有成功的做法。", "Some of the rules are what a document says was tried and failed."
    ),
    Standing.LIBRARY: Label(
        "有的规则或数值是程序库的默认，没有材料这样规定。",
        "Some rules or values are the library's own default; no document says so.",
    ),
    Standing.EXAMPLE: Label("有的数值是示例，不是任何地方的规定。", "Some values are examples and nobody's rule."),
}

RANKS: Mapping[Rank, Label] = {
    Rank.LIBRARY: Label("程序库", "the library"),
    Rank.COMMUNITY: Label("社区", "the community"),
    Rank.DISTRICT: Label("区县", "the district"),
    Rank.CITY: Label("市", "the city"),
    Rank.PROVINCE: Label("省", "the province"),
    Rank.REGULATION: Label("行政法规", "administrative regulation"),
    Rank.LAW: Label("法律", "law"),
}

_EXPECTS: Mapping[Kind, Label] = {
    Kind.BOOL: Label("是或否", "yes or no"),
    Kind.INT: Label("一个整数", "a whole number"),
    Kind.DATE: Label("一个日期，如 2006-05-01", "a day such as 2006-05-01"),
    Kind.MONEY: Label("一个金额，以元计", "an amount in yuan"),
    Kind.SHARE: Label("一个比例，如 60%", "a share such as 60%"),
    Kind.ENUM: Label("下列之一", "one of these"),
    Kind.LIST: Label("一项或几项", "one or several"),
    Kind.TEXT: Label("文字", "a text"),
}


@frozen
class Line:
    """A name and what it is: one output of the result, or one fact that was looked at (*name* is its identifier)."""

    label: str
    value: str
    name: str = ""


@frozen
class LetterReason:
    """A row that the answer rests on: why it says so, what its source leaves open, its source and standing."""

    text: str
    gap: str
    source: str
    standing: str


@frozen
class LetterValue:
    """A value that was used: who set it, from which day on, its standing and source."""

    label: str
    value: str
    standing: str
    setter: str
    since: str
    source: str


@frozen
class Question:
    """Something missing: a ``fact`` that the person can give, a ``parameter`` that somebody has to set, or ``other``.

    *expects* says in what form to give a fact and *choices* its values; *who* may set a parameter and *why* says why
    nobody has.
    """

    kind: str
    name: str
    label: str
    expects: str = ""
    choices: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    why: str = ""


@frozen
class Letter:
    """All that a letter says, as texts in *lang*; what is not to be shown is masked already.

    *status* is the status of the answer as a word for templates, *said* what it means. *reached* says that there is a
    result. *changes* are facts that would lead to another result. *rules* is the hash of the rules.
    """

    lang: Language
    district: str
    title: str
    term: str
    day: str
    status: str
    said: str
    reached: bool
    result: tuple[Line, ...] = ()
    facts: tuple[Line, ...] = ()
    reasons: tuple[LetterReason, ...] = ()
    documents: tuple[str, ...] = ()
    values: tuple[LetterValue, ...] = ()
    cautions: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    gaps: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    for_person: bool = True
    rules: str = ""


def make_letter(answer: Answer, rules: Rules, lang: Language = "zh", *, for_person: bool = True) -> Letter:
    """Return what the letter about *answer* says; see :func:`community_core.pages.letters.letter`."""
    return _Writer(answer, rules, lang, for_person).letter()


def _clean(text: str) -> str:
    """Return *text* on one line, without signs that could steer a terminal or turn the direction of writing."""
    return " ".join("".join(sign if sign.isprintable() or sign.isspace() else "\ufffd" for sign in text).split())


class _Writer:
    def __init__(self, answer: Answer, rules: Rules, lang: Language, for_person: bool) -> None:
        self.answer = answer
        self.rules = rules
        self.lang = lang
        self.for_person = for_person
        self.facts = {fact.name: fact for fact in rules.terms.facts}
        self.parameters = dict(rules.terms.parameters)
        whole = reached_on(rules, answer.term, answer.on)
        self.of_members = dict(whole.reads)
        reached = whole.terms
        self.reached = {name: self.parameters[name] for name, _ in reached.parameters}
        labels = [pair for fact in reached.facts for pair in fact.labels]
        labels += [pair for _, item in reached.decisions for output in item.outputs for pair in output.labels]
        services = [(full.rpartition(".")[2], service.label) for full, service in rules.terms.services]
        self.value_labels = {name: label for name, label in (*services, *labels) if label}

    def say(self, label: Label) -> str:
        return _clean(label.text(self.lang))

    def shown(self, value: Any, labels: Mapping[str, Label] | None = None) -> str:
        return self.say(value_text(value, {**self.value_labels, **(labels or {})}))

    def measured(self, value: Any, kind: ValueType, label: Label, labels: Mapping[str, Label] | None = None) -> str:
        unit = f" {UNITS[kind.unit].text(self.lang)}" if kind.kind is Kind.INT and kind.unit in UNITS else ""
        if unit and self.lang == "zh" and kind.unit == "year" and "龄" in label.zh:
            unit = " 岁"
        return self.shown(value, labels) + unit

    def letter(self) -> Letter:
        answer = self.answer
        return Letter(
            lang=self.lang,
            district=self.say(self.rules.district.title) or _clean(self.rules.name),
            title=self.say(answer.source.title) or answer.term,
            term=answer.term,
            day=self.shown(answer.on),
            status=answer.status.value,
            said=self.say(STATUSES[answer.status]),
            reached=answer.status is Status.DETERMINED,
            result=tuple(self.result(answer)),
            facts=tuple(self.looked_at()),
            reasons=tuple(dict.fromkeys(self.reasons())),
            documents=tuple(dict.fromkeys(_clean(cite.text(self.lang)) for cite in answer.citations)),
            values=tuple(self.value(use) for use in answer.parameters),
            cautions=tuple(self.say(CAUTIONS[one]) for one in Standing if one in answer.standings and one in CAUTIONS),
            questions=tuple(self.question(name) for name in answer.ask),
            gaps=tuple(self.say(gap) for gap in answer.gaps),
            faults=tuple(self.say(found.message) for found in answer.findings),
            changes=tuple(self.changes()),
            for_person=self.for_person,
            rules=answer.rules,
        )

    def result(self, answer: Answer) -> Iterator[Line]:
        if answer.status is not Status.DETERMINED:
            return
        outputs = answer.source.outputs
        outcome = answer.outcome
        values = [outcome] if len(outputs) == 1 else [outcome[output.name] for output in outputs]
        for output, value in zip(outputs, values, strict=True):
            label = self.say(output.label) or output.name or self.say(answer.source.title) or answer.term
            yield Line(label, self.shown(value, dict(output.labels)), output.name)

    # -- facts -----------------------------------------------------------------------------------------------------

    def looked_at(self) -> Iterator[Line]:
        """The facts that were known and looked at, those that follow from others included."""
        seen: dict[str, Any] = {}
        for name, value in _seen(self.answer):
            if name in self.facts and value is not None:
                seen.setdefault(name, value)
        for name, value in seen.items():
            fact = self.facts[name]
            yield Line(self.name_of(fact), self.fact_value(fact, value), name)

    def name_of(self, fact: Fact) -> str:
        return self.say(fact.label) or fact.name

    def hidden(self, fact: Fact) -> bool:
        return not self.for_person and fact.privacy in PRIVATE

    def fact_value(self, fact: Fact, value: Any) -> str:
        if self.hidden(fact):
            shown = masked_text(value, fact.type) if fact.privacy is Privacy.PERSONAL else masked_number(value)
            return self.say(MASKED) if shown in ("", HIDDEN) else _clean(shown)
        if fact.type.kind is Kind.MEMBERS and value is not None:
            listed = [self.member(each, self.of_members.get(fact.name, ())) for each in value]
            return ("；" if self.lang == "zh" else "; ").join(listed) or self.say(value_text(()))
        labels = dict(fact.labels)
        return self.shown(value, labels) if labels or value is None else self.measured(value, fact.type, fact.label)

    def member(self, each: Any, names: tuple[str, ...]) -> str:
        """What was looked at of one member of the subject; each fact is masked by its own class."""
        given = each if isinstance(each, Mapping) else facts_of(each)
        known = [self.facts[name] for name in names if name in self.facts and given.get(name) is not None]
        said = [f"{self.name_of(fact)} {self.fact_value(fact, given[fact.name])}" for fact in known]
        return ("，" if self.lang == "zh" else ", ").join(said) or self.say(UNKNOWN)

    # -- reasons, values, questions --------------------------------------------------------------------------------

    def reasons(self) -> Iterator[LetterReason]:
        for reason in self.answer.reasons:
            yield LetterReason(
                text=self.say(reason.because),
                gap=self.say(reason.gap) if reason.gap is not None else "",
                source=_clean(reason.cite.text(self.lang)) if reason.cite is not None else "",
                standing=self.say(STANDINGS[reason.standing]),
            )

    def value(self, use: ParameterUse) -> LetterValue:
        label = self.say(use.label) or use.name
        if use.key:
            fact = self.facts.get(self.parameters[use.term].per)
            key = dict(fact.labels if fact is not None else ()).get(use.key) or self.value_labels.get(use.key)
            shown = self.say(key) if key else use.key
            label += f"（{shown}）" if self.lang == "zh" else f" ({shown})"
        setter = self.rules.district.title if use.setter == self.rules.name else Label()
        return LetterValue(
            label=_clean(label),
            value=self.measured(use.value, use.type, use.label, dict(use.labels)),
            standing=self.say(STANDINGS[use.standing]),
            setter=self.say(setter) or use.setter,
            since=self.shown(use.since) if isinstance(use.since, dt.date) else "",
            source=_clean(use.cite.text(self.lang)) if use.cite is not None else "",
        )

    def question(self, name: str) -> Question:
        whole, _, part = name.partition(".")
        if name in self.facts:
            return self.asked_fact(self.facts[name])
        if whole in self.facts and part in self.facts:
            asked = self.asked_fact(self.facts[part])
            between = "的" if self.lang == "zh" else ": "
            return evolve(asked, name=name, label=self.name_of(self.facts[whole]) + between + asked.label)
        named = {full: item for full, item in self.reached.items() if name in (full, full.rpartition(".")[2])}
        if not named:
            year = name.removeprefix(WORKDAY_TABLE)
            table = Label(f"{year} 年的工作日表", f"the table of working days of {year}")
            return Question("other", name, self.say(table) if year != name else name)
        return self.asked_parameter(name, next(iter(named.values())))

    def asked_fact(self, fact: Fact) -> Question:
        kind, labels = fact.type, dict(fact.labels)
        values = kind.values or (kind.of.values if kind.of is not None else ())
        return Question(
            "fact",
            fact.name,
            self.name_of(fact),
            expects=self.say(_EXPECTS.get(kind.kind, Label("说明", "a statement"))),
            choices=tuple(self.say(labels[value]) if value in labels else value for value in values),
        )

    def asked_parameter(self, name: str, parameter: Parameter) -> Question:
        return Question(
            "parameter",
            name,
            self.say(parameter.label) or name,
            who=tuple(self.say(RANKS[rank]) for rank in sorted(parameter.open_to, reverse=True)),
            why=self.say(parameter.gap) if parameter.gap is not None else "",
        )

    def changes(self) -> Iterator[str]:
        """What facts would lead to another result; rows and conditions are for those who read rules."""
        from community_core.rules.change import what_would_change  # noqa: PLC0415 - a search, for letters only

        for change in what_would_change(self.answer):
            if change.answer is None or any(self.hidden(item.fact) for item in change.facts):
                continue
            zh = self.lang == "zh"
            facts = []
            for item in change.facts:
                name, then = self.name_of(item.fact), self.fact_value(item.fact, item.then)
                now = self.fact_value(item.fact, item.now)
                facts.append(f"{name}为{then}（现为{now}）" if zh else f"{name} were {then} (now {now})")
            lines = [
                line.value if not line.name else f"{line.label} {line.value}" for line in self.result(change.answer)
            ]
            outcome, because = ("；" if zh else "; ").join(lines), self.say(change.because)
            if zh:
                yield f"若{'，且'.join(facts)}，则为{outcome}" + (f"（{because}）" if because else "")
            else:
                yield f"If {' and '.join(facts)}: {outcome}" + (f" ({because})" if because else "")


def _seen(answer: Answer) -> Iterator[tuple[str, Any]]:
    """Yield what the rows that were examined saw, and what these facts follow from, decisions underneath included."""
    for reason in answer.trace.rows:
        for condition in reason.conditions:
            yield from condition.values
    plan = answer.source
    if isinstance(plan, TablePlan | FunctionPlan):
        named = _named(plan, answer)
        for fact, value in zip(plan.facts, answer.seen, strict=True):
            if fact.name in named:
                yield fact.name, outer(fact.type, value)
    for part in answer.trace.parts:
        yield from _seen(part)


def _named(plan: TablePlan | FunctionPlan, answer: Answer) -> set[str]:
    """Return the facts that the examined rows name; what only later rows name was not looked at."""
    trees: list[n.Node] = []
    if isinstance(plan, FunctionPlan):
        trees += plan.folded
    else:
        for reason in answer.trace.rows:
            row = plan.row_at(reason.row)
            trees += [row.folded, *(row.folded_then if reason.counts else ())]
    return {node.name for tree in trees for node in n.walk(tree) if isinstance(node, n.FactRef | n.Derived)}
