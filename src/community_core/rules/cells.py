"""Representative values of what a table's conditions compare: one for each cell between the values compared with.

It works on typed trees whose only open leaves are references by name; it decides nothing and reports nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, islice, pairwise
from math import lcm
from typing import Any

from attrs import evolve, frozen

from community_core.rules import nodes as n
from community_core.rules.codegen import Values, compile_values
from community_core.rules.interpret import Surroundings, value_of
from community_core.rules.terms import Fact
from community_core.rules.trace import atoms_of
from community_core.rules.types import POSITION, Kind, ValueType
from community_core.rules.vocabulary import Word

#: How far numbers are looked at, days and amounts being counted in whole days and fen.
FARTHEST = 10**9
#: How often comparisons of several variables are tried in all, when looking for where they turn.
MOST_TURNS = 100_000
#: The most values of one variable; where more would be needed, the variable is *capped*.
MOST_VALUES = 40
_MOST_OTHERS = 32
_MOST_MEMBERS = 6
_MOST_SWITCHES = 8
_ROUNDS = 3
#: With more conditions than so many about one variable, telling its values apart costs more than it saves.
_MOST_THINNED = 2_000
_LARGEST_WHOLE = 10**6
_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1).toordinal(), dt.date(2100, 12, 31).toordinal()
_COUNTED = (Kind.INT, Kind.MONEY, Kind.DATE)


@frozen
class Variable:
    """Something that a condition looks at: a fact, an open parameter, another decision's output, a plugin's word.

    *name* is the name that trees use; *term* (with the decision's *output*) what a reader knows it by. *values* are
    inner values where only these are possible; *at_least* and *at_most* limit numbers, days and shares.
    """

    name: str
    type: ValueType
    kind: str = "fact"
    term: str = ""
    output: str = ""
    values: tuple[Any, ...] = ()
    at_least: Any = None
    at_most: Any = None


def held_type(kind: ValueType) -> ValueType:
    """Return the type of the inner values of *kind*: money is whole fen."""
    if kind.kind is Kind.MONEY:
        return evolve(kind, kind=Kind.INT)
    if kind.kind is Kind.LIST and kind.of is not None:
        return evolve(kind, of=held_type(kind.of))
    return kind


def names_in(node: n.Node) -> tuple[str, ...]:
    """Return the names that *node* refers to, in the order of the text."""
    return tuple(dict.fromkeys(item.name for item in n.walk(node) if isinstance(item, n.FactRef)))


def compared(trees: Sequence[n.Node]) -> Iterator[tuple[n.Node, n.Node]]:
    """Yield every two parts of *trees* that are held against each other; a divisor is held against zero."""
    for tree in trees:
        for node in n.walk(tree):
            if isinstance(node, n.Compare):
                yield node.left, node.right
            elif isinstance(node, n.Member):
                yield from ((node.item, option) for option in node.options)
            elif isinstance(node, n.Table):
                yield from ((node.key, n.Const(key, node.key.type)) for key, _ in node.entries)
            elif isinstance(node, n.Arith) and node.op == "//":
                yield node.right, n.Const(0, held_type(node.right.type))
            elif isinstance(node, n.Call) and node.function == "share":
                yield node.args[1], n.Const(0, held_type(node.args[1].type))


def switches(sign: Callable[[int], Any], points: Sequence[int]) -> set[int]:
    """Return both sides of each place where *sign* changes between the rising *points*, given it is monotone there."""
    found: set[int] = set()
    for low, high in pairwise(points):
        start, end = low, sign(high)
        for _ in range(_MOST_SWITCHES):
            here = sign(start)
            if here == end:
                break
            same, other = start, high
            while other - same > 1:
                middle = (same + other) // 2
                same, other = (middle, other) if sign(middle) == here else (same, middle)
            found |= {same, other}
            start = other
    return found


class Cells:
    """The representative values of each variable of *trees*.

    A number, day or amount has a value on and beside each value that it is compared with; an enumeration and a
    yes-or-no all theirs; a text each one compared and another; a list the subsets of what is looked for in it.
    Numbers, days and shares are taken within their bounds. Where none is declared, numbers are taken from zero up
    unless one is compared with a negative one, shares from 0 to 100 %; with *anything*, those below zero and shares of
    more than the whole too, for a fact may be given so.
    ``values`` gives inner values by name; ``capped`` names the variables that would need more than are given. Without
    *thin*, values between which no condition tells are all kept.
    """

    def __init__(
        self,
        trees: Sequence[n.Node],
        variables: Mapping[str, Variable],
        words: Mapping[str, Word],
        day: dt.date,
        *,
        thin: bool = True,
        anything: bool = False,
    ) -> None:
        self.anything = anything
        self.trees = tuple(trees)
        self.variables = dict(variables)
        self.words = words
        self.day = day
        self.pairs = [pair for pair in compared(self.trees) if names_in(pair[0]) or names_in(pair[1])]
        self.capped: set[str] = set()
        self._left = MOST_TURNS
        self._sides: dict[tuple[n.Node, n.Node], Values] = {}
        self.values: dict[str, tuple[Any, ...]] = {
            name: variable.values or tuple(self._first(variable)) for name, variable in self.variables.items()
        }
        self._refine()
        if thin:
            self._thin()

    def size(self, names: Sequence[str] | None = None) -> int:
        """Return how many cells there are for *names* (all of them, where none are given)."""
        whole = 1
        for name in self.values if names is None else names:
            whole *= len(self.values[name])
        return whole

    def value(self, node: n.Node, values: Mapping[str, Any]) -> Any:
        """Return the inner value of *node* for *values*."""
        return value_of(node, Surroundings(values, {}, self.day, self.words))

    # -- kinds that need no search ---------------------------------------------------------------------------------

    def _first(self, variable: Variable) -> Sequence[Any]:
        kind = variable.type.kind
        if kind is Kind.BOOL:
            return (True, False)
        if kind is Kind.ENUM:
            return variable.type.values
        if kind is Kind.TEXT:
            return self._texts(variable.name)
        if variable.type.unit == POSITION:
            return self._positions()
        if kind is Kind.LIST:
            return self._lists(variable)
        if kind is Kind.SHARE:
            return self._shares(variable)
        if kind is Kind.DATE:
            return (self._clipped(variable, self.day),)
        whole = 2 * self._denominators()
        nodes = [node for tree in self.trees for node in n.walk(tree)]
        wholes = [node.args[1] for node in nodes if isinstance(node, n.Call) and node.function == "share"]
        seeds = {0, 1, whole} if any(_is(item, variable.name) for item in wholes) else {0, 1}
        return tuple(sorted({self._clipped(variable, seed) for seed in seeds}))

    @staticmethod
    def _clipped(variable: Variable, value: Any) -> Any:
        if variable.at_least is not None and value < variable.at_least:
            return variable.at_least
        return variable.at_most if variable.at_most is not None and value > variable.at_most else value

    def _texts(self, name: str) -> tuple[str, ...]:
        linked, others = {name}, 1
        for left, right in self.pairs:
            both = {*names_in(left), *names_in(right)}
            if name in both:
                linked |= both
        others += len(linked) - 1
        found: dict[str, None] = {}
        for left, right in self.pairs:
            if linked & {*names_in(left), *names_in(right)}:
                consts = [item for side in (left, right) for item in n.walk(side) if isinstance(item, n.Const)]
                found.update((item.value, None) for item in consts if isinstance(item.value, str))
        for item, members in self._looked_for():
            if linked & {*names_in(item)} and isinstance(members, n.Const):
                found.update(dict.fromkeys(members.value))
        more = ("…" * count for count in range(1, len(found) + others + 1))
        return (*found, *islice((text for text in more if text not in found), others))

    def _lists(self, variable: Variable) -> tuple[tuple[Any, ...], ...]:
        """Subsets of what is looked for, alone and filled up to the lengths that are compared."""
        sought: dict[Any, None] = {}
        lengths = {variable.type.at_least}
        for item, searched in self._looked_for():
            if _is(searched, variable.name):
                known = self.value(item, {})
                texts = [text for name in names_in(item) for text in self._texts(name)]
                values: Sequence[Any] = [known] if known is not None else item.type.values or texts
                sought.update(dict.fromkeys(values))
        wholes = list(dict.fromkeys(self._wholes(variable)))
        together = dict.fromkeys(member for whole in wholes for member in whole)
        if len(sought | together) <= _MOST_MEMBERS:
            sought |= together
            wholes = []
        for left, right in self.pairs:
            for side, other in ((left, right), (right, left)):
                if isinstance(side, n.Call) and side.function == "count" and _is(side.args[0], variable.name):
                    bound = self.value(other, {})
                    lengths |= {0, 1} if type(bound) is not int else {bound - 1, bound, bound + 1}
        if len(sought) > _MOST_MEMBERS or len(wholes) > 1 or max(lengths) > FARTHEST // 10**6:
            self.capped.add(variable.name)
        members = list(islice(sought, _MOST_MEMBERS))
        of = variable.type.of
        filler: Any = "…"
        if of is not None and of.kind is not Kind.TEXT:
            others = [value for value in of.values if value not in sought and value not in together]
            filler = others[0] if others else None
        found: dict[tuple[Any, ...], None] = {}
        for size in range(len(members) + 1):
            for chosen in combinations(members, size):
                fill = chosen[0] if filler is None and chosen else filler
                for length in sorted({size, *lengths}):
                    if size <= length <= FARTHEST // 10**6 and (fill is not None or length == size):
                        found[(*chosen, *([fill] * (length - size)))] = None
                for base in _around(wholes, filler):
                    found[(*chosen, *(member for member in base if member not in sought))] = None
        fits = [item for item in found if len(item) >= variable.type.at_least]
        return tuple(fits) or ((),)

    def _looked_for(self) -> Iterator[tuple[n.Node, n.Node]]:
        """Yield what is looked for in a list, and the list, for each time that something is."""
        for tree in self.trees:
            for node in n.walk(tree):
                if isinstance(node, n.Call) and node.function == "contains":
                    yield node.args[0], node.args[1]

    def _wholes(self, variable: Variable) -> Iterator[tuple[Any, ...]]:
        """Yield the members of each list that is to stand in *variable*, or in which it is to stand."""
        for tree in self.trees:
            for node in n.walk(tree):
                if isinstance(node, n.Call) and node.function == "subset":
                    for own, other in (node.args, node.args[::-1]):
                        if _is(own, variable.name):
                            known = self.value(other, {})
                            of = other.type.of
                            yield tuple(known if known is not None else of.values if of is not None else ())

    def _positions(self) -> tuple[tuple[int, int], ...]:
        """Places in one line, as far apart as a distance is compared with, and a metre to both sides."""
        nodes = [node for tree in self.trees for node in n.walk(tree)]
        metres = {node.value for node in nodes if isinstance(node, n.Const) and node.type.unit == "metre"}
        apart = {0, 1, *(value + step for value in metres if type(value) is int for step in (-1, 0, 1))}
        return tuple((value, 0) for value in sorted(apart) if value >= 0)

    def _denominators(self) -> int:
        shares = [
            item.value
            for tree in self.trees
            for item in n.walk(tree)
            if isinstance(item, n.Const) and isinstance(item.value, Fraction)
        ]
        whole = lcm(*(share.denominator for share in shares)) if shares else 100
        return whole if whole <= _LARGEST_WHOLE else 100

    def _shares(self, variable: Variable) -> tuple[Fraction, ...]:
        low = variable.at_least if variable.at_least is not None else Fraction(0)
        high = variable.at_most if variable.at_most is not None else Fraction(1)
        consts = {
            item.value
            for tree in self.trees
            for item in n.walk(tree)
            if isinstance(item, n.Const) and isinstance(item.value, Fraction)
        }
        if variable.at_most is None and (self.anything or any(item > 1 for item in consts)):
            high = max({Fraction(1), *consts}) + 1
        if variable.at_least is None and self.anything:
            low = min({Fraction(0), *consts}) - 1
        marks = sorted({low, high, *(item for item in consts if low <= item <= high)})
        between = [(left + right) / 2 for left, right in pairwise(marks)]
        found = tuple(sorted({*marks, *between}))
        if len(found) > MOST_VALUES:
            self.capped.add(variable.name)
        return found[:MOST_VALUES]

    # -- numbers, amounts and days ---------------------------------------------------------------------------------

    def _refine(self) -> None:
        """Add the values on both sides of each place where a comparison turns, the other variables being fixed."""
        counted = {
            name for name, variable in self.variables.items() if variable.type.kind in _COUNTED and not variable.values
        }
        alone = [pair for pair in self.pairs if len(_names(pair)) == 1]
        joined = [pair for pair in self.pairs if len(_names(pair)) > 1]
        for pair in alone:
            for name in counted.intersection(_names(pair)) - self.capped:
                self._add(name, self._turns(pair, name, {}))
        for _ in range(_ROUNDS):
            before = dict(self.values)
            for pair in joined:
                names = _names(pair)
                for name in names:
                    if name in counted:
                        others = [other for other in names if other != name]
                        for fixed in _some(before, others):
                            if self._left < 0 or name in self.capped:
                                self.capped.add(name)
                                break
                            self._add(name, self._turns(pair, name, fixed))
            if before == self.values:
                return

    def _add(self, name: str, more: set[Any]) -> None:
        found = sorted({*self.values[name], *more})
        if len(found) > MOST_VALUES:
            self.capped.add(name)
            return
        self.values[name] = tuple(found)

    def _turns(self, pair: tuple[n.Node, n.Node], name: str, fixed: Mapping[str, Any]) -> set[Any]:
        variable = self.variables[name]
        day = variable.type.kind is Kind.DATE
        values = dict(fixed)
        sides = self._compiled(pair)

        def sign(count: int) -> Any:
            self._left -= 1
            values[name] = dt.date.fromordinal(count) if day else count
            left, right = sides(values.get, self.day, {})
            if left is None or right is None:
                return None
            return left == right if isinstance(left, (str, bool, tuple)) else (left > right) - (left < right)

        low, high = self._range(pair, variable)
        grid = {low, high}
        if not day:
            grid |= {sign_ * 10**power for power in range(10) for sign_ in (1, -1)} | {0}
        grid |= {value.toordinal() if day else value for value in self.values[name]}
        points = sorted(point for point in grid if low <= point <= high)
        turned = switches(sign, points)
        return {dt.date.fromordinal(count) for count in turned} if day else set(turned)

    def _compiled(self, pair: tuple[n.Node, n.Node]) -> Values:
        made = self._sides.get(pair)
        if made is None:
            facts = [Fact(name, held_type(self.variables[name].type)) for name in _names(pair)]
            made = self._sides[pair] = compile_values(facts, pair, self.words)
        return made

    def _range(self, pair: tuple[n.Node, n.Node], variable: Variable) -> tuple[int, int]:
        consts = [item for side in pair for item in n.walk(side) if isinstance(item, n.Const)]
        if variable.type.kind is Kind.DATE:
            days = [item.value.toordinal() for item in consts if isinstance(item.value, dt.date)]
            low, high = min([_FIRST_DAY, *(day - 1 for day in days)]), max([_LAST_DAY, *(day + 1 for day in days)])
            ends = [None if end is None else end.toordinal() for end in (variable.at_least, variable.at_most)]
        else:
            fixed = [item for side in pair for item in n.walk(side) if not names_in(item)]
            numbers = [value for item in fixed if type(value := self.value(item, {})) is int]
            ends = [variable.at_least, variable.at_most]
            negative = any(number < 0 for number in (*numbers, variable.at_most or 0))
            low, high = -FARTHEST if self.anything or negative else 0, FARTHEST
        low, high = (low if ends[0] is None else ends[0]), (high if ends[1] is None else ends[1])
        return low, max(low, high)

    # -- fewer, where several say the same -------------------------------------------------------------------------

    def _thin(self) -> None:
        """Keep one of the values of a variable between which no condition tells, where it meets no other variable."""
        atoms = {atom: names_in(atom) for tree in self.trees for atom in _conditions(tree)}
        for name, values in self.values.items():
            about = [(atom, names) for atom, names in atoms.items() if name in names]
            if any(len(names) > 1 or atom.type.kind is not Kind.BOOL for atom, names in about):
                continue
            if len(about) > _MOST_THINNED:
                continue
            kept: dict[tuple[Any, ...], Any] = {}
            for value in values:
                kept.setdefault(tuple(self.value(atom, {name: value}) for atom, _ in about), value)
            self.values[name] = tuple(kept.values())


def _conditions(tree: n.Node) -> Iterator[n.Node]:
    return atoms_of(tree) if tree.type.kind is Kind.BOOL else iter((tree,))


def _names(pair: tuple[n.Node, n.Node]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*names_in(pair[0]), *names_in(pair[1])]))


def _around(wholes: Sequence[tuple[Any, ...]], filler: Any) -> Iterator[tuple[Any, ...]]:
    """Yield lists that hold each of *wholes*, nearly hold it, hold little of it, and hold all of them and more."""
    for whole in wholes:
        yield from (whole, whole[:-1], whole[1:], whole[:1])
    if wholes:
        together = tuple(dict.fromkeys(member for whole in wholes for member in whole))
        yield together if filler is None else (*together, filler)


def _is(node: n.Node, name: str) -> bool:
    return isinstance(node, n.FactRef) and node.name == name


def _some(values: Mapping[str, tuple[Any, ...]], names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield some of the ways in which *names* can have their *values*, evenly chosen where there are many."""
    whole = 1
    for name in names:
        whole *= len(values[name])
    step = max(1, -(-whole // _MOST_OTHERS))
    # An odd step does not meet the same half of a yes-or-no each time.
    step += step > 1 and step % 2 == 0
    for place in range(0, whole, step):
        rest, chosen = place, {}
        for name in names:
            rest, at = divmod(rest, len(values[name]))
            chosen[name] = values[name][at]
        yield chosen
