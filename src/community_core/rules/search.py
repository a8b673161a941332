"""Looks for values under which conditions hold, fail or stay unknown; it knows neither rows nor hit policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import combinations, islice, product
from typing import Any

from attrs import frozen

from community_core.rules import nodes as n
from community_core.rules.cells import Cells, held_type, names_in
from community_core.rules.codegen import compile_values
from community_core.rules.terms import Fact

_MOST_LEFT_OUT = 500
#: How many conditions all searches together may take up, since each search compiles its own.
_MOST_GOALS = 40_000


class Want(Enum):
    """What a goal's tree is to be: true, false, or unknown though everything that it looks at is known."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class TooManyError(Exception):
    """The search was given up: neither found nor shown not to be there."""


@frozen
class Goal:
    """A tree and what it is to be."""

    tree: n.Node
    want: Want = Want.TRUE


Accept = Callable[[Mapping[str, Any]], bool]


class Search:
    """Depth first through the cells, leaving out whatever part of them is settled by the facts chosen so far.

    *most* is how many steps all searches together may take, *most_each* how many one of them may.
    """

    def __init__(self, cells: Cells, most: int, most_each: int) -> None:
        self.cells = cells
        self.left = most
        self.goals_left = _MOST_GOALS
        self.most_each = most_each
        self.exhausted = False
        self._facts = tuple(Fact(name, held_type(variable.type)) for name, variable in cells.variables.items())

    def find(self, goals: Sequence[Goal], accept: Accept | None = None) -> dict[str, Any] | None:
        """Return values, no more than are needed, under which every goal is met; ``None`` where there are none.

        *accept* has a last word on values that meet the goals.

        Raises:
            TooManyError: if the search had to be given up.
        """
        self.goals_left -= len(goals)
        if self.spent:
            self.exhausted = True
            raise TooManyError
        found = _Descent(self, goals, accept).found()
        if found is None:
            unsure = self.cells.capped.intersection(name for goal in goals for name in names_in(goal.tree))
            if unsure:
                self.exhausted = True
                raise TooManyError
        return found

    @property
    def spent(self) -> bool:
        """Whether no further search can come to anything."""
        return self.left < 0 or self.goals_left < 0

    def facts_of(self, trees: Sequence[n.Node]) -> tuple[Fact, ...]:
        """Return the facts that *trees* read, with the types of inner values."""
        wanted = {name for tree in trees for name in names_in(tree)}
        return tuple(fact for fact in self._facts if fact.name in wanted)

    def by_pairs(self, names: Sequence[str], most: int) -> Iterator[dict[str, Any]]:
        """Yield cells in which every two of *names* meet in all their values, the others running along."""
        values = self.cells.values
        if len(names) < 2:
            yield from ({name: value} for name in names for value in values[name])
            return

        def cells() -> Iterator[dict[str, Any]]:
            for one, two in combinations(names, 2):
                for i, j in product(range(len(values[one])), range(len(values[two]))):
                    rest = {name: values[name][(i + 2 * j + k) % len(values[name])] for k, name in enumerate(names)}
                    yield {**rest, one: values[one][i], two: values[two][j]}

        yield from islice(cells(), most)


class _Descent:
    def __init__(self, search: Search, goals: Sequence[Goal], accept: Accept | None) -> None:
        self.search = search
        self.accept = accept
        # What reads little is settled first.
        self.goals = sorted(goals, key=lambda goal: (goal.want is Want.UNKNOWN, len(names_in(goal.tree))))
        self.names = [names_in(goal.tree) for goal in self.goals]
        trees = [goal.tree for goal in self.goals]
        self.compute = compile_values(search.facts_of(trees), trees, search.cells.words)
        self.chosen: dict[str, Any] = {}
        self.steps = 0

    def found(self) -> dict[str, Any] | None:
        if not self.visit():
            return None
        return self.fewest()

    def state(self) -> tuple[bool, str]:
        """Whether the goals can still be met, and the next name to choose a value for (empty: they are met)."""
        next_name = ""
        values = self.compute(self.chosen.get, self.search.cells.day, {})
        for goal, names, value in zip(self.goals, self.names, values, strict=True):
            if goal.want is Want.UNKNOWN:
                if value is not None:
                    return False, ""
            elif value is not None:
                if value is not (goal.want is Want.TRUE):
                    return False, ""
                continue
            open_name = next((name for name in names if name not in self.chosen), "")
            if not open_name and goal.want is not Want.UNKNOWN:
                return False, ""
            next_name = next_name or open_name
        return True, next_name

    def visit(self) -> bool:
        self.steps += 1
        self.search.left -= 1
        if self.search.left < 0 or self.steps > self.search.most_each:
            self.search.exhausted = True
            raise TooManyError
        possible, name = self.state()
        if not possible:
            return False
        if not name:
            return self.accept is None or self.accept(dict(self.chosen))
        for value in self.search.cells.values[name]:
            self.chosen[name] = value
            if self.visit():
                return True
        del self.chosen[name]
        return False

    def fewest(self) -> dict[str, Any]:
        """Leave out each value without which the goals are met all the same, open parameters first."""
        variables = self.search.cells.variables
        order = sorted(
            self.chosen, key=lambda name: (variables[name].kind != "parameter", -list(self.chosen).index(name))
        )
        whole = dict(self.chosen)
        out: list[str] = []
        for name in order:
            if self.holds_without([*out, name], whole):
                out.append(name)
        return {name: value for name, value in whole.items() if name not in out}

    def holds_without(self, out: Sequence[str], whole: Mapping[str, Any]) -> bool:
        """Whether the goals are met whatever the names in *out* are."""
        self.chosen = {name: value for name, value in whole.items() if name not in out}
        unknown = any(goal.want is Want.UNKNOWN for goal in self.goals)
        if not unknown:
            possible, name = self.state()
            return possible and not name and (self.accept is None or self.accept(dict(self.chosen)))
        values = self.search.cells.values
        if self.search.cells.size(out) > _MOST_LEFT_OUT:
            return False
        for chosen in product(*(values[name] for name in out)):
            self.chosen = {**whole, **dict(zip(out, chosen, strict=True))}
            if not self.state()[0] or (self.accept is not None and not self.accept(dict(self.chosen))):
                return False
        return True
