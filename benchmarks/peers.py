"""What a decision costs beside other rule engines, in the same run: ``python benchmarks/peers.py [residents]``.

The peers are no dependency of the project: ``nox -s bench`` installs them for itself, and one that is not installed is
left out and said so. ``tier`` rests on ``vulnerable``: two tables, which zen-engine holds as one graph; ``care_class``
is one table, which rule-engine holds as one rule a row. OpenFisca computes ``care_class`` for one person. The answers
of all are checked to be equal before anything is measured.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from decide import residents
from ruleset import MEANS, ON, rules
from turns import in_turn, ratio

TURNS = 15
Peer = Callable[[Mapping[str, Any]], Any]


def zen_graph() -> Peer:
    """Vulnerable and tier as a graph of two decision tables."""
    import zen  # noqa: PLC0415 - a peer that may be missing

    def table(name: str, field: str, rows: list[tuple[str, str]]) -> dict[str, Any]:
        return {
            "id": name,
            "name": name,
            "type": "decisionTableNode",
            "content": {
                "hitPolicy": "first",
                "passThrough": True,
                "inputs": [{"id": "when", "name": "when"}],
                "outputs": [{"id": "then", "name": "then", "field": field}],
                "rules": [{"_id": str(at), "when": when, "then": then} for at, (when, then) in enumerate(rows)],
            },
        }

    nodes: list[dict[str, Any]] = [
        {"id": "in", "name": "in", "type": "inputNode"},
        table(
            "vulnerable",
            "vulnerable",
            [
                ("disabled or preferential", "true"),
                ("age >= 60 and means in ['three_withouts', 'dibao', 'low']", "true"),
                ("income < 26000 * household_size", "true"),
                ("", "false"),
            ],
        ),
        table(
            "tier",
            "tier",
            [
                ("vulnerable and local and service in ['meal', 'visit', 'bath', 'call']", "'welfare'"),
                ("local or laid_off", "'convenience'"),
                ("", "'socialised'"),
            ],
        ),
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    names = [node["id"] for node in nodes]
    edges = [
        {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other} for one, other in pairwise(names)
    ]
    # Asked for by its key, a graph that was read once is ten times faster than one made by ``create_decision``.
    content = zen.ZenDecisionContent(json.dumps({"nodes": nodes, "edges": edges}))
    engine = zen.ZenEngine({"loader": lambda _key: content})

    def tier(person: Mapping[str, Any]) -> Any:
        return engine.evaluate("tier", person)["result"]["tier"]

    return tier


def rule_engine_rows() -> Peer:
    """The rows of the care class, each a compiled rule, tried in turn."""
    import rule_engine  # noqa: PLC0415 - a peer that may be missing

    rows = [
        (rule_engine.Rule(text), outcome)
        for text, outcome in (
            ("age < 60 or not lives_alone", "none"),
            ('means in ["three_withouts", "dibao", "low"]', "carer"),
            ('means == "own_means"', "phone_round"),
        )
    ]

    def care_class(person: Mapping[str, Any]) -> Any:
        return next((outcome for rule, outcome in rows if rule.matches(person)), None)

    return care_class


def openfisca_person() -> Peer:
    """The care class as a variable of a tax and benefit system, computed for one person."""
    import numpy as np  # noqa: PLC0415 - comes with the peer
    from openfisca_core.entities import build_entity  # noqa: PLC0415 - a peer that may be missing
    from openfisca_core.periods import DateUnit  # noqa: PLC0415 - the same
    from openfisca_core.simulations import SimulationBuilder  # noqa: PLC0415 - the same
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem  # noqa: PLC0415 - the same
    from openfisca_core.variables import Variable  # noqa: PLC0415 - the same

    person = build_entity(key="person", plural="persons", label="A person", is_person=True)
    means_at = {name: at for at, name in enumerate(MEANS)}
    outcomes = ("none", "carer", "phone_round", None)

    def variable(name: str, kind: type, **more: Any) -> type[Variable]:
        held = {"value_type": kind, "entity": person, "definition_period": DateUnit.DAY, "label": name, **more}
        return type(name, (Variable,), held)

    def formula(persons: Any, period: Any) -> Any:
        means = persons("means", period)
        excluded = (persons("age", period) < 60) | ~persons("lives_alone", period)
        poor = np.isin(means, [means_at[name] for name in ("three_withouts", "dibao", "low")])
        return np.select([excluded, poor, means == means_at["own_means"]], [0, 1, 2], 3)

    system = TaxBenefitSystem([person])
    system.add_variables(
        variable("age", int),
        variable("lives_alone", bool),
        variable("means", int),
        variable("care_class", int, formula=formula),
    )
    period = ON.isoformat()

    def care_class(given: Mapping[str, Any]) -> Any:
        simulation = SimulationBuilder().build_default_simulation(system, 1)
        simulation.set_input("age", period, [given["age"]])
        simulation.set_input("lives_alone", period, [given["lives_alone"]])
        simulation.set_input("means", period, [means_at[given["means"]]])
        return outcomes[int(simulation.calculate("care_class", period)[0])]

    return care_class


#: Peer's distribution, the module that shows whether it is there, the decision, and how the peer is made.
PEERS = (
    ("zen-engine", "zen", "tier", zen_graph),
    ("rule-engine", "rule_engine", "care_class", rule_engine_rows),
    ("openfisca-core", "openfisca_core", "care_class", openfisca_person),
)


def main() -> None:
    """Check that all say the same, measure in turns, and print medians and ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    decide, people = rules().decide, residents(count)
    # The peers know no amounts: they are given whole fen.
    plain = [{**person, "income": person["income"].fen} for person in people]
    calls: dict[str, Callable[[], object]] = {
        term: lambda term=term: [decide(term, person, on=ON) for person in people] for term in ("tier", "care_class")
    }
    measured = []
    for name, module, term, make in PEERS:
        if find_spec(module) is None:
            print(f"{name} is not installed and left out")
            continue
        peer = make()
        for person, given in zip(people, plain, strict=True):
            one, other = decide(term, person, on=ON).outcome, peer(given)
            if one != other:
                raise SystemExit(f"{name} differs in {term} for {given}: {one}, {other}")
        label = f"{name} {version(name)}"
        calls[label] = lambda peer=peer: [peer(given) for given in plain]
        measured.append((label, term))
    times = in_turn(calls, TURNS)
    print(f"{count} residents, answers equal, medians of {TURNS} turns, collector off")
    for name, found in times.items():
        print(f"  {name:24}{statistics.median(found) / count * 1e6:10.2f} us")
    for label, term in measured:
        print(f"  ratio {label} / {term}: {ratio(times, label, term):.1f}")


if __name__ == "__main__":
    main()
