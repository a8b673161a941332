"""Procedures put together: extended, amended, checked, respelt, and those that stand for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from community_core.base.findings import Finding, finding
from community_core.base.ids import folded
from community_core.declarations.practice import Practice
from community_core.jurisdiction import claims as claiming
from community_core.jurisdiction.amend import (
    NotAmendable,
    amended_procedure,
)
from community_core.jurisdiction.expressions import respelt, respelt_measures
from community_core.jurisdiction.grounds import Grounds, Included, by_name_and_day
from community_core.jurisdiction.links import check_links
from community_core.jurisdiction.preferring import let_prefer
from community_core.jurisdiction.standings import in_force, left_out, only_proposed, rests_on_proposal, sourced
from community_core.procedures.check import check_procedure
from community_core.procedures.check_types import check_types
from community_core.procedures.definition import Procedure
from community_core.procedures.merge import merge
from community_core.procedures.naming import names_in
from community_core.procedures.posts import posts_named
from community_core.rulebook.posts import not_named
from community_core.rules.bind_names import DEPENDS
from community_core.rules.engine import Engine
from community_core.rules.scope import Ambiguous, Names
from community_core.rules.terms import (
    Expression,
)
from community_core.rules.types import ValueType
from community_core.rules.unparse import unparse


class ProcedureComposer(Grounds):
    """Puts the procedures of a district together."""

    def procedures(self, engine: Engine) -> tuple[list[tuple[str, Procedure]], dict[str, str]]:
        """Every version of every procedure, by full name, and which procedures stand for others."""
        declared: dict[str, tuple[Procedure, Included]] = {}
        for item in self.included:
            for procedure in item.practice.procedures:
                full = f"{item.practice.name}.{procedure.name}"
                declared[full] = (self.kept(full, procedure, item.practice), item)
        names = Names(declared)
        found: list[tuple[str, Procedure]] = []
        for full, (_, item) in sorted(declared.items()):
            if full in self.broken:
                continue
            versions = self.whole(full, declared, names, (), engine)
            checked = [self.checked(full, version, engine) for version in versions]
            sound = [version for version in checked if version is not None]
            if not versions or len(sound) < len(versions) or full in self.broken:
                continue
            practice = item.practice
            for version in sound:
                self.claims += claiming.of_procedure(
                    full, version, self.waiting.get(full, ()), practice.name, item.rank, practice.standing
                )
            found += [(full, version) for version in sound]
        for item in self.included:
            self.findings += _superfluous_posts(item.practice, found)
        aliases = self.replacements(declared, names, dict(found))
        for wrong, unavailable in check_links(names, found, aliases):
            self.fault(wrong, *unavailable)
        return sorted(found, key=by_name_and_day), aliases

    def kept(self, full: str, procedure: Procedure, practice: Practice) -> Procedure:
        """What is in force of a procedure, citations and standings filled in; unavailable where that is nothing."""
        own = sourced(procedure, practice.source, practice.standing)
        kept = in_force(own, self.taken(full))
        self.waiting.setdefault(full, []).extend(left_out(own, kept))
        if kept is None:
            self.broken.setdefault(full, only_proposed(full, own.origin, own.standing))
        return kept or own

    def whole(
        self,
        full: str,
        declared: Mapping[str, tuple[Procedure, Included]],
        names: Names,
        seen: tuple[str, ...],
        engine: Engine,
    ) -> tuple[Procedure, ...]:
        """The versions of a procedure: what it extends put in, amendments applied; what tightens what waits, waits."""
        own, _ = declared[full]
        versions: tuple[Procedure, ...] = (own,)
        if own.extends:
            base_name = self.base(full, own, names, seen)
            if base_name is None:
                return ()
            versions = tuple(
                evolve(merge(_as_meant(base_name, base, engine), own), span=span)
                for base in self.whole(base_name, declared, names, (*seen, full), engine)
                if (span := base.span.within(own.span)) is not None
            )
            self.waiting[full] += (step for step in self.waiting[base_name] if step not in self.waiting[full])
        waiting = {step.name for step in self.waiting[full]}
        for claim in self.amendments.get(full, ()):
            if claim.tightens_step in waiting:
                continue
            try:
                versions = amended_procedure(full, versions, claim)
            except NotAmendable as wrong:
                self.fault(wrong.finding, full)
        return versions

    def base(self, full: str, procedure: Procedure, names: Names, seen: tuple[str, ...]) -> str | None:
        """The full name of the procedure that *procedure* extends, where it can be extended."""
        try:
            base = names.find(procedure.extends)
        except Ambiguous:
            base = None
        if base is None and (bad := Names(self.broken).first(procedure.extends)) is not None:
            self.broken.setdefault(full, self.broken[bad])
            return None
        if base is None or base == full or base in seen:
            self.fault(
                finding(
                    "unknown-term",
                    f"{full} 所扩展的程序 {procedure.extends!r} 不存在、不唯一或循环",
                    f"{full} extends {procedure.extends!r}, which does not exist, is not unique, or extends it in turn",
                    procedure.origin,
                    name=procedure.extends,
                ),
                full,
            )
            return None
        if base in self.broken:
            self.broken.setdefault(full, self.broken[base])
            return None
        return base

    def checked(self, full: str, procedure: Procedure, engine: Engine) -> Procedure | None:
        """The procedure in canonical spelling; ``None`` and findings where anything in it is wrong."""
        effects = [effect.name for effect in self.gathered.effects]
        checks = check_procedure(procedure, effects=effects)
        faults = [found for found in checks if found.level == "error"]
        waiting = self.waiting[full]
        if faults and waiting:
            wider = evolve(procedure, steps=(*procedure.steps, *waiting))
            if not any(found.level == "error" for found in check_procedure(wider, effects=effects)):
                faults = [rests_on_proposal(full, waiting)]
        warnings = [found for found in checks if found.level != "error"]
        practice = full.rpartition(".")[0]

        def spell(
            expression: Expression, expected: ValueType | None, fields: Mapping[str, ValueType] | None = None
        ) -> Expression:
            bound = engine.bind_expression(
                expression, practice=practice, fields=fields or procedure.field_types, guard=True, expected=expected
            )
            faults.extend(bound.findings)
            return expression if bound.node is None else evolve(expression, text=unparse(bound.node), places=())

        def type_of(expression: Expression) -> ValueType | None:
            bound = engine.bind_expression(expression, practice=practice, fields=procedure.field_types, guard=True)
            return None if bound.node is None else bound.node.type

        result = respelt_measures(
            respelt(procedure, spell), lambda text, expected: spell(text, expected, procedure.measured_types)
        )
        if not faults:
            faults += check_types(result, type_of)
        self.findings += warnings
        for found in faults:
            if found.code == DEPENDS:
                self.broken.setdefault(full, found)
            else:
                self.fault(found, full)
        return None if faults else result

    def replacements(
        self, declared: Mapping[str, tuple[Procedure, Included]], names: Names, found: Mapping[str, Procedure]
    ) -> dict[str, str]:
        """Return which procedure stands for which, by full name."""
        claims: dict[str, list[str]] = {}
        for full in sorted(found):
            procedure, item = declared[full]
            if not procedure.replaces:
                continue
            try:
                target = names.find(procedure.replaces)
            except Ambiguous:
                target = None
            if target is None or target == full:
                self.findings.append(
                    finding(
                        "unknown-term",
                        f"{full} 所替换的程序 {procedure.replaces!r} 不存在或不唯一",
                        f"{full} replaces {procedure.replaces!r}, which does not exist or is not unique",
                        procedure.origin,
                        name=procedure.replaces,
                    )
                )
            elif item.rank not in declared[target][0].open_to:
                self.findings.append(
                    finding(
                        "not-open",
                        f"{target} 没有开放给 {item.rank.name.lower()} 一级替换",
                        f"{target} is not open to being replaced by {item.rank.name.lower()}",
                        procedure.origin,
                        name=target,
                    )
                )
            else:
                claims.setdefault(target, []).append(full)
        return {target: self.chosen(target, several, declared) for target, several in claims.items()}

    def chosen(self, target: str, several: list[str], declared: Mapping[str, tuple[Procedure, Included]]) -> str:
        """The procedure that stands for *target*: of several the one whose practice the district prefers."""
        preferred = [full for full in several if full.rpartition(".")[0] == self.preferred.get(target)]
        if len(several) > 1 and len(preferred) != 1:
            line = let_prefer(target, {full.rpartition(".")[0] for full in several})
            self.fault(
                finding(
                    "rank-conflict",
                    f"{target} 同时被 {'、'.join(several)} 替换；{line.zh}",
                    f"{target} is replaced by {', '.join(several)}; {line.en}",
                    max((declared[full][0].origin for full in several), key=lambda one: (one.file, one.line)),
                    name=target,
                ),
                target,
            )
        return (preferred or several)[0]


def _superfluous_posts(practice: Practice, found: Iterable[tuple[str, Procedure]]) -> Iterator[Finding]:
    """Yield what *practice* labels and none of its procedures names, what they extend put in."""
    own = {f"{practice.name}.{procedure.name}" for procedure in practice.procedures}
    whole = [(full, procedure) for full, procedure in found if full in own]
    if practice.unsure_posts and len({full for full, _ in whole}) == len(own):
        named = {post for _, procedure in whole for post in (*posts_named(procedure), *procedure.step_names)}
        for post, origin in practice.unsure_posts:
            if post not in named:
                yield not_named(post, named, origin)


def _as_meant(full: str, procedure: Procedure, engine: Engine) -> Procedure:
    """Return *procedure* with the terms of its own practice written in full.

    What a step that another practice takes over rests on is then not what that practice calls by the same name.
    """
    practice = full.rpartition(".")[0]
    scope = engine.scope
    called = [(name, item.label.zh) for name, item in scope.parameters.items()]
    called += [(name, item.title.zh) for name, item in scope.decisions.items()]
    mine = [(name.rpartition("."), label) for name, label in called]
    own = {folded(word) for (where, _, name), label in mine if where == practice for word in (name, label)}

    def spell(
        expression: Expression, expected: ValueType | None, fields: Mapping[str, ValueType] | None = None
    ) -> Expression:
        if own.isdisjoint(map(folded, names_in(expression))):
            return expression
        bound = engine.bind_expression(
            expression, practice=practice, fields=fields or procedure.field_types, guard=True, expected=expected
        )
        return expression if bound.node is None else evolve(expression, text=unparse(bound.node), places=())

    return respelt_measures(
        respelt(procedure, spell), lambda text, expected: spell(text, expected, procedure.measured_types)
    )
