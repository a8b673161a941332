"""What the handbook says of a procedure: picture, steps, fields, timetable; it takes no step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from attrs import frozen

from community_core.base.labels import Label, joined
from community_core.base.ranks import Standing
from community_core.declarations.practice import GapTerm
from community_core.jurisdiction.rules import Rules
from community_core.pages.diagram import draw_procedure
from community_core.pages.effects import Effects
from community_core.pages.flow import step_label
from community_core.pages.handbook_items import FieldEntry, GapEntry, ProcedureEntry, StepEntry, TimeRow
from community_core.pages.spelling import Spelling
from community_core.pages.texts import KINDS
from community_core.pages.timetable import PERIOD_KINDS, timetable_of
from community_core.pages.votes import vote_terms
from community_core.pages.words import CONCLUSIONS, PRIVACIES, audience_label, post_label
from community_core.procedures.definition import Gap, Procedure, Publish, Step, Waiting
from community_core.rules.type_words import subject_label, type_label


def procedure_entry(rules: Rules, spelling: Spelling, full: str, procedure: Procedure, day: dt.date) -> ProcedureEntry:
    """Return one version of a procedure (by full name) as the handbook shows it, with its timetable from *day* on."""
    return _Teller(rules, spelling, full, procedure, Effects(rules, spelling, full, procedure)).entry(day)


def gap_entry(gap: Gap | GapTerm, spelling: Spelling, practice: str) -> GapEntry:
    """Return a gap of *practice* as the handbook shows it."""
    return GapEntry(gap.name, spelling.in_words(gap.text, practice), gap.cite)


@frozen
class _Teller:
    rules: Rules
    spelling: Spelling
    full: str
    procedure: Procedure
    effects: Effects

    def entry(self, day: dt.date) -> ProcedureEntry:
        item = self.procedure
        replaced = self.rules.aliases.get(self.full, "")
        start = item.span.start
        return ProcedureEntry(
            term=self.full,
            anchor=item.name if start is None else f"{item.name}.{start.isoformat()}",
            label=item.title or Label(item.name, item.name),
            about=subject_label(item.about),
            conclusion=CONCLUSIONS.get(item.force) or Label(item.force, item.force) if item.force else Label(),
            picture=draw_procedure(item, self.spelling.period(self.full, item)),
            steps=tuple(self.step(step) for step in item.steps),
            fields=tuple(
                FieldEntry(
                    field.name,
                    field.label or Label(field.name, field.name),
                    type_label(field.type, self.spelling.labels_of(field.type, field.labels)),
                    PRIVACIES[field.privacy],
                )
                for field in item.field_names.values()
            ),
            times=() if replaced or not item.span.holds(day) else tuple(self.times(day)),
            gaps=tuple(gap_entry(gap, self.spelling, self.practice) for gap in item.gaps),
            since=start,
            until=item.span.end,
            standing=item.standing or Standing.IN_FORCE,
            cite=item.cite,
            replaced_by=replaced,
            extends=item.extends,
        )

    def times(self, day: dt.date) -> Iterator[TimeRow]:
        for period in timetable_of(self.rules, self.full, self.procedure, day).periods:
            yield TimeRow(
                PERIOD_KINDS[period.kind],
                period.label,
                period.since,
                period.says,
                period.length or Label(),
                period.start,
                period.until,
                period.standings,
                period.gaps,
            )

    def field(self, name: str) -> Label:
        found = self.procedure.field(name)
        return found.label if found is not None and found.label else Label(name, name)

    def paper(self, name: str) -> Label:
        found = self.procedure.paper(name)
        return found.label if found is not None and found.label else Label(name, name)

    def state(self, name: str) -> Label:
        return dict(self.procedure.states).get(name) or Label(name, name)

    def named_step(self, name: str) -> Label:
        found = self.procedure.step(name)
        return step_label(found) if found is not None else Label(name, name)

    def step(self, step: Step) -> StepEntry:
        spell = self.spelling.of_procedure(self.full, self.procedure)
        return StepEntry(
            name=step.name,
            label=step_label(step),
            by=joined(post_label(post, self.procedure) for post in step.by),
            not_by=joined(self.named_step(name) for name in step.not_by),
            route=self.route(step),
            takes=tuple(self.field(name) for name in step.takes),
            when=Label() if step.when is None else spell(step.when),
            needs=tuple(self.needs(step)),
            periods=tuple(self.periods(step)),
            decides=self.decides(step),
            publishes=tuple(self.publish(item) for item in step.publish),
            effects=tuple(map(self.effects.said, step.effects)),
            papers=tuple(self.paper(name) for name in step.papers),
            because=self.spelling.in_words(step.because, self.practice),
            standing=step.standing or self.procedure.standing or Standing.IN_FORCE,
            cite=step.cite or self.procedure.cite,
        )

    def route(self, step: Step) -> Label:
        sources = joined(self.state(name) for name in step.source)
        if step.to == "" or step.source == (step.to,):
            return Label(f"{sources.zh}（状态不变）", f"{sources.en} (which stays)")
        goal = self.state(step.to)
        start = sources if step.source else Label("开始", "start")
        return Label(f"{start.zh} → {goal.zh}", f"{start.en} → {goal.text('en')}")

    def needs(self, step: Step) -> Iterator[Label]:
        """Yield what the step needs of other cases, and what no longer holds after it."""
        for needs in step.needs:
            other = self.rules.procedure(self.rules.procedure_name(needs.procedure, self.practice))
            names = dict(other.states)
            states = joined((names.get(state) or Label(state, state) for state in needs.states), "／", " / ")
            field, title = self.field(needs.field), other.title or Label(other.name, other.name)
            zh = f"“{field.zh}”要是“{title.zh}”的办件，处于：{states.zh}"
            en = f"{field.text('en')} is a case of: {title.text('en')}, in: {states.text('en')}"
            listed = other.field(needs.here)
            if listed is not None:
                zh = f"{zh}，其“{listed.label.zh or listed.name}”包括本地"
                en = f"{en}, whose {listed.label.text('en') or listed.name} include this place"
            yield Label(zh, en)
        if step.clears:
            gone = joined(map(self.field, step.clears))
            yield Label(f"以前的不再算数：{gone.zh}", f"no longer holds: {gone.text('en')}")

    @property
    def practice(self) -> str:
        """The name of the practice that the procedure belongs to."""
        return self.full.rpartition(".")[0]

    def periods(self, step: Step) -> Iterator[Label]:
        if step.held:
            day = self.field(step.held)
            yield Label(f"在“{day.zh}”当天办理", f"taken on the {day.text('en')}")
        if step.not_before is not None:
            yield self.waiting(step.not_before, Label("不得早于", "not before the end of"))
        if step.within is not None:
            yield self.waiting(step.within, Label("不得晚于", "within"))

    def waiting(self, waiting: Waiting, words: Label) -> Label:
        after = self.named_step(waiting.after)
        period = self.spelling.period(self.full, self.procedure)(waiting.period)
        return Label(
            f"{words.zh}“{after.zh}”之后的“{period.zh}”",
            f"{words.en} the {period.text('en')} after: {after.text('en')}",
        )

    def decides(self, step: Step) -> Label:
        vote = step.decides
        if vote is None:
            return self.rates(step)
        spell = self.spelling.period(self.full, self.procedure)
        question, among = self.field(vote.question), self.field(vote.among)
        said = Label(f"由“{among.zh}”就“{question.zh}”表决", f"vote on {question.text('en')} among {among.text('en')}")
        return joined((said, *vote_terms(vote, spell, self.field)), "，", ", ")

    def rates(self, step: Step) -> Label:
        rates = step.rates
        if rates is None:
            return Label()
        spell = self.spelling.period(self.full, self.procedure)
        among, criteria, scale = self.field(rates.among), spell(rates.criteria), spell(rates.scale)
        words = among.text("en"), criteria.text("en"), scale.text("en")
        return Label(
            f"统计“{among.zh}”的评分表，项目：{criteria.zh}，等次：{scale.zh}",
            "counts the score sheets of {}, criteria: {}, grades: {}".format(*words),
        )

    def publish(self, item: Publish) -> Label:
        kind, what = KINDS[item.kind], joined(self.field(name) for name in item.what)
        audience = audience_label(item.to, self.procedure)
        zh, en = f"{kind.zh}：{what.zh}（面向{audience.zh}", f"{kind.en}: {what.en} (to {audience.text('en')}"
        if item.period is not None:
            period = self.spelling.period(self.full, self.procedure)(item.period)
            zh, en = f"{zh}，{period.zh}", f"{en}, for {period.text('en')}"
        if item.ground is not None:
            zh, en = f"{zh}，依据{item.ground.text('zh')}指名", f"{en}, naming people by {item.ground.text('en')}"
        if item.consent:
            agreed = self.field(item.consent)
            zh, en = f"{zh}，{agreed.zh}者指名", f"{en}, naming people where: {agreed.text('en')}"
        return Label(f"{zh}）", f"{en})")
