"""Facts and parameters that nothing uses, and the whole analysis of a district's rules; it composes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from community_core.base.findings import Finding, Origin, finding
from community_core.base.ranks import Standing
from community_core.declarations.practice import Practice
from community_core.jurisdiction.expressions import expressions_of
from community_core.jurisdiction.rules import Rules
from community_core.procedures.definition import Procedure
from community_core.rules import nodes as n
from community_core.rules.analysis import MOST_CELLS
from community_core.rules.analysis import analyse as analyse_tables
from community_core.rules.terms import Decision, DecisionTable, Fact, Parameter, PythonDecision

#: The distribution whose facts belong to every district.
CORE = "community-core"
_WORD = re.compile(r"\w+")


def analyse(
    rules: Rules, on: dt.date, *, practices: Iterable[Practice] = (), most: int = MOST_CELLS
) -> tuple[Finding, ...]:
    """Return what is to be looked at in *rules* as they stand on *on*: every finding is a warning.

    Args:
        rules: the rules of a district. What is wrong with them is among their own findings and not repeated here.
        on: the day whose parameter values and versions count; what is used counts on every day.
        practices: every practice that there is, so that what is shared is called unused only where none uses it.
        most: how many cells are tried for one decision.
    """
    found = [*unused(rules, practices), *unsourced(rules), *analyse_tables(rules.engine, on, most=most)]
    return tuple(sorted(dict.fromkeys(found), key=lambda item: (item.file, item.line, item.column, item.code)))


def unsourced(rules: Rules) -> Iterator[Finding]:
    """Yield the rows and procedures that name no document, and that belong to a practice that names none either."""
    for practice in rules.practices:
        if practice.source is not None:
            continue
        for table in practice.decisions:
            if isinstance(table, DecisionTable) and table.cite is None:
                bare = next((row for row in table.every_row if row.cite is None), None)
                if bare is not None:
                    yield _unsourced(f"{practice.name}.{table.name}", bare.origin)
        for procedure in practice.procedures:
            if procedure.cite is None:
                yield _unsourced(f"{practice.name}.{procedure.name}", procedure.origin)


def _unsourced(name: str, origin: Origin) -> Finding:
    return finding(
        "no-source",
        f"{name} 没有写出处；请在做法开头写 source: {{document: …}}，或在这里写 cite",
        f"{name} names no source; write source: {{document: …}} at the head of the practice, or cite here",
        origin,
        "warning",
        term=name,
    )


def unused(rules: Rules, practices: Iterable[Practice] = ()) -> Iterator[Finding]:
    """Yield the facts and parameters that no decision and no procedure uses.

    What belongs to every district (the core's) is named only where *practices* are given and none of them uses it.
    """
    everywhere = tuple(practices)
    facts, parameters = _used(rules)
    words_of_broken = _words_of_broken(rules)
    words = _words_of(everywhere) | words_of_broken
    adopted = set(rules.district.adopts)
    # What a broken procedure or parameter was to use is not known.
    unread = {name.rpartition(".")[0] for name, _ in rules.terms.broken if name not in rules.engine.decisions}
    for fact in rules.terms.facts:
        shared = fact.origin.plugin == CORE and not everywhere
        if fact.name in facts or shared or _named(fact.name, words) or fact.label.zh in words:
            continue
        yield finding(
            "unused-fact",
            f"没有判定或程序用到事实 {fact.name}（{fact.label.zh}）；请删去它，或检查本该用它的条件是否写错了名字",
            f"no decision and no procedure uses the fact {fact.name}; delete it, or see whether a condition that was "
            "to use it names another",
            fact.origin,
            "warning",
            name=fact.name,
        )
    for full, parameter in rules.terms.parameters:
        practice, _, name = full.rpartition(".")
        # A parameter's last name may be another's as well: elsewhere only what nobody can mean is unused.
        elsewhere = practice not in adopted and (not everywhere or _named(name, words))
        norm = parameter.force is not None  # it stands to be compared with, whether or not a rule uses it
        if (
            norm
            or reported_figure(parameter)
            or full in parameters
            or elsewhere
            or practice in unread
            or _named(name, words_of_broken)
        ):
            continue
        yield finding(
            "unused-parameter",
            f"没有判定或程序用到参数 {full}（{parameter.label.zh}）；请删去它，或检查本该用它的规则是否写错了名字",
            f"no decision and no procedure uses the parameter {full}; delete it, or see whether a rule that was to use "
            "it names another",
            parameter.origin,
            "warning",
            name=full,
        )


def reported_figure(parameter: Parameter) -> bool:
    """Whether *parameter* only keeps what a source reports: every value is reported, and nobody may set another.

    Such a figure stands to be read and compared with, like a norm; no rule has to use it.
    """
    reported = [value.standing is Standing.REPORTED for value in parameter.history]
    return bool(reported) and all(reported) and not parameter.open_to


def _used(rules: Rules) -> tuple[set[str], set[str]]:
    """The facts and the full names of parameters that some tree names."""
    engine = rules.engine
    trees = [tree for full in engine.decisions for tree in engine.binding.trees(full)]
    trees += engine.binding.derived.values()
    for full, procedure in rules.terms.procedures:
        trees += _trees_of(rules, full, procedure)
    nodes = [node for tree in trees for node in _nodes(tree)]
    facts = {node.name for node in nodes if isinstance(node, (n.FactRef, n.Derived))}
    parameters = {node.term for node in nodes if isinstance(node, (n.ParamRef, n.Lookup))}
    facts |= {rules.engine.scope.parameters[term].per for term in parameters}
    return facts, parameters


def _nodes(tree: n.Node) -> Iterator[n.Node]:
    """Every node of *tree*, those over a member's facts included."""
    for node in n.walk(tree):
        yield node
        if isinstance(node, n.Members):
            for inside in node.inside:
                yield from _nodes(inside)


def _trees_of(rules: Rules, full: str, procedure: Procedure) -> Iterator[n.Node]:
    for place in expressions_of(procedure):
        bound = rules.engine.bind_expression(
            place.expression,
            practice=full.rpartition(".")[0],
            fields=procedure.field_types,
            guard=True,
            expected=place.expected,
        )
        if bound.node is not None:
            yield bound.node


def _words_of_broken(rules: Rules) -> set[str]:
    """The words of decisions and derived facts that could not be bound: what they use is not known better."""
    engine = rules.engine
    texts = [text for full in engine.broken if full in engine.decisions for text in _texts(engine.decisions[full])]
    texts += [text for fact in rules.terms.facts if f"fact {fact.name}" in engine.broken for text in _derived(fact)]
    return _words(texts)


def _words_of(practices: Iterable[Practice]) -> set[str]:
    texts: list[str] = []
    for practice in practices:
        for decision in practice.decisions:
            texts += _texts(decision)
        for fact in practice.facts:
            texts += _derived(fact)
        texts += [parameter.per for parameter in practice.parameters]
        for procedure in practice.procedures:
            texts += [place.expression.text for place in expressions_of(procedure)]
    return _words(texts)


def _texts(decision: Decision) -> Iterator[str]:
    if isinstance(decision, PythonDecision):
        yield from decision.inputs
    elif isinstance(decision, DecisionTable):
        for row in decision.every_row:
            yield row.when.text
            yield from (text.text for _, text in row.then)


def _derived(fact: Fact) -> Iterator[str]:
    if fact.derived is not None:
        yield fact.derived.text


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text)}


def _named(name: str, words: set[str]) -> bool:
    return name in words or name.replace("-", "_") in words
