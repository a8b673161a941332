"""Places boxes in layers and leads the lines between them; it knows nothing of procedures and draws nothing.

Everything is counted in whole units, so that the same boxes always stand in the same places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

Point = tuple[int, int]

_BETWEEN = 22
_GAP = 50
_PORT = 26
_LANE = 16
_SWEEPS = 12


@frozen
class Box:
    """A box to be placed: its *name*, size, and the *layer* it stands in, from 0 at the top."""

    name: str
    width: int
    height: int
    layer: int


@frozen
class Link:
    """A line from box to box of another layer; *key* tells lines between the same boxes apart."""

    start: str
    end: str
    key: str = ""


@frozen
class Placed:
    """A box in its place: *x* and *y* are its upper left corner."""

    name: str
    x: int
    y: int
    width: int
    height: int

    def meets(self, other: Placed, margin: int = 0) -> bool:
        """Whether the two boxes come closer than *margin*."""
        apart = self.x + self.width + margin <= other.x or other.x + other.width + margin <= self.x
        return not (apart or self.y + self.height + margin <= other.y or other.y + other.height + margin <= self.y)


@frozen
class Led:
    """A line in its place. Between two points of one *x* it is straight, between others it bends within a gap."""

    link: Link
    points: tuple[Point, ...]


@frozen
class Layout:
    """Boxes and lines in their places, and the size of the whole."""

    boxes: tuple[Placed, ...]
    lines: tuple[Led, ...]
    width: int
    height: int


@frozen
class _Lane:
    """A place in a layer: a box, or (*width* of a lane) a line on its way through."""

    name: str
    width: int
    height: int
    through: bool = False


def lay_out(boxes: Sequence[Box], links: Sequence[Link], margin: int = 20) -> Layout:
    """Return where *boxes* stand and how *links* run: top down, few crossings, no line through a box.

    Raises:
        ValueError: if a link joins boxes of one layer.
    """
    return _Layouter(boxes, links).layout(margin)


class _Layouter:
    def __init__(self, boxes: Sequence[Box], links: Sequence[Link]) -> None:
        self.links = links
        self.lanes: dict[str, _Lane] = {box.name: _Lane(box.name, box.width, box.height) for box in boxes}
        layer_of = {box.name: box.layer for box in boxes}
        self.layers: list[list[str]] = [[] for _ in range(max(layer_of.values(), default=0) + 1)]
        for box in boxes:
            self.layers[box.layer].append(box.name)
        self.below: dict[str, list[str]] = {name: [] for name in self.lanes}
        self.above: dict[str, list[str]] = {name: [] for name in self.lanes}
        self.ways: list[list[str]] = []
        for number, link in enumerate(links):
            upper, lower = sorted((link.start, link.end), key=lambda name: layer_of[name])
            if layer_of[upper] == layer_of[lower]:
                raise ValueError(f"a line joins two boxes of one layer: {link.start}, {link.end}")
            way = [upper]
            for layer in range(layer_of[upper] + 1, layer_of[lower]):
                lane = _Lane(f"|{number}|{layer}", _LANE, 0, through=True)
                self.lanes[lane.name] = lane
                self.layers[layer].append(lane.name)
                self.below[lane.name], self.above[lane.name] = [], []
                way.append(lane.name)
            way.append(lower)
            for one, other in pairwise(way):
                self.below[one].append(other)
                self.above[other].append(one)
            self.ways.append(way)

    # -- order -----------------------------------------------------------------------------------------------------

    def ordered(self) -> None:
        """Sort each layer by the middle of its neighbours, down and up again, and keep the order that crosses least."""
        best = [list(layer) for layer in self.layers]
        least = self.crossings()
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for number in range(len(self.layers)) if down else reversed(range(len(self.layers))):
                self.sort_layer(number, self.above if down else self.below, number - 1 if down else number + 1)
            count = self.crossings()
            if count < least:
                least, best = count, [list(layer) for layer in self.layers]
        self.layers = best
        self.swap_neighbours()

    def sort_layer(self, number: int, neighbours: Mapping[str, list[str]], other: int) -> None:
        if not 0 <= other < len(self.layers):
            return
        places = {name: place for place, name in enumerate(self.layers[other])}
        layer = self.layers[number]
        now = {name: place for place, name in enumerate(layer)}

        def middle(name: str) -> tuple[int, int]:
            found = [places[each] for each in neighbours[name]]
            return (1000 * sum(found) // len(found) if found else 1000 * now[name], now[name])

        layer.sort(key=middle)

    def swap_neighbours(self) -> None:
        """Swap two that stand side by side wherever that saves a crossing."""
        for _ in range(_SWEEPS):
            better = False
            for layer in self.layers:
                for place in range(len(layer) - 1):
                    before = self.crossings()
                    layer[place], layer[place + 1] = layer[place + 1], layer[place]
                    if self.crossings() < before:
                        better = True
                    else:
                        layer[place], layer[place + 1] = layer[place + 1], layer[place]
            if not better:
                return

    def crossings(self) -> int:
        total = 0
        for upper, lower in zip(self.layers, self.layers[1:], strict=False):
            places = {name: place for place, name in enumerate(lower)}
            ends = [places[end] for name in upper for end in sorted(self.below[name], key=lambda item: places[item])]
            total += sum(ends[i] > ends[j] for i in range(len(ends)) for j in range(i + 1, len(ends)))
        return total

    # -- places ----------------------------------------------------------------------------------------------------

    def across(self) -> dict[str, int]:
        """Return the middle of each lane: near its neighbours, in the layer's order, nothing touching."""
        middles: dict[str, int] = {}
        for layer in self.layers:
            self.settle(layer, dict.fromkeys(layer, 0), middles)
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for layer in self.layers if down else reversed(self.layers):
                wished = {name: self.wish(name, middles, down=down, both=sweep > _SWEEPS - 3) for name in layer}
                self.settle(layer, wished, middles)
        self.straighten(middles)
        return middles

    def straighten(self, middles: dict[str, int]) -> None:
        """Put what hangs on one line without branches exactly below each other, where there is room for it."""
        sides = {
            name: (layer[:place][-1:], layer[place + 1 :][:1])
            for layer in self.layers
            for place, name in enumerate(layer)
        }
        for run in self.runs():
            left = [middles[other] + self.apart(other, name) for name in run for other in sides[name][0]]
            right = [middles[other] - self.apart(other, name) for name in run for other in sides[name][1]]
            least, most = max(left, default=None), min(right, default=None)
            if least is not None and most is not None and least > most:
                continue
            wished = sorted(middles[name] for name in run)[len(run) // 2]
            x = wished if least is None else max(wished, least)
            x = x if most is None else min(x, most)
            middles.update(dict.fromkeys(run, x))

    def runs(self) -> Iterator[list[str]]:
        """Yield the chains in which each has one neighbour below, which has no other above."""
        for layer in self.layers:
            for name in layer:
                above = self.above[name]
                if len(above) == 1 and len(self.below[above[0]]) == 1:
                    continue
                run = [name]
                while len(below := self.below[run[-1]]) == 1 and len(self.above[below[0]]) == 1:
                    run.append(below[0])
                if len(run) > 1:
                    yield run

    def apart(self, one: str, other: str) -> int:
        """Return how far apart the middles of two neighbours of a layer stand at least."""
        return (self.lanes[one].width + self.lanes[other].width + 1) // 2 + _BETWEEN

    def wish(self, name: str, middles: Mapping[str, int], *, down: bool, both: bool) -> int:
        neighbours = [*(self.above[name] if down or both else ()), *(self.below[name] if not down or both else ())]
        if not neighbours:
            return middles[name]
        weights = [4 if self.lanes[each].through and self.lanes[name].through else 1 for each in neighbours]
        total = sum(weight * middles[each] for weight, each in zip(weights, neighbours, strict=True))
        return total // sum(weights)

    def settle(self, layer: Iterable[str], wished: Mapping[str, int], middles: dict[str, int]) -> None:
        """Put each of *layer* as near to what it wishes as the order allows (least squares: blocks that meet merge)."""
        blocks: list[tuple[int, int, list[tuple[str, int]]]] = []
        offset = 0
        last = ""
        for name in layer:
            lane = self.lanes[name]
            if last:
                offset += self.apart(last, name)
            last = name
            weight = 4 if lane.through else 1
            block = (weight * (wished[name] - offset), weight, [(name, offset)])
            while blocks and blocks[-1][0] // blocks[-1][1] > block[0] // block[1]:
                total, weights, members = blocks.pop()
                block = (total + block[0], weights + block[1], members + block[2])
            blocks.append(block)
        for total, weights, members in blocks:
            for name, shift in members:
                middles[name] = total // weights + shift

    def layout(self, margin: int) -> Layout:
        self.ordered()
        middles = self.across()
        left = min((middles[name] - lane.width // 2 for name, lane in self.lanes.items()), default=0)
        middles = {name: middle - left + margin for name, middle in middles.items()}
        tops: list[int] = []
        y = margin
        heights = [max((self.lanes[name].height for name in layer), default=0) for layer in self.layers]
        for height in heights:
            tops.append(y)
            y += height + _GAP
        placed: dict[str, Placed] = {}
        for layer, top, height in zip(self.layers, tops, heights, strict=True):
            for name in layer:
                lane = self.lanes[name]
                x = middles[name] - lane.width // 2
                placed[name] = Placed(name, x, top + (height - lane.height) // 2, lane.width, lane.height)
        bands = {
            name: (top, top + height)
            for layer, top, height in zip(self.layers, tops, heights, strict=True)
            for name in layer
        }
        lines = tuple(self.led(number, placed, bands, middles) for number in range(len(self.links)))
        boxes = tuple(placed[name] for name, lane in self.lanes.items() if not lane.through)
        width = max((box.x + box.width for box in placed.values()), default=0) + margin
        return Layout(boxes, lines, width, y - _GAP + margin)

    def led(
        self,
        number: int,
        placed: Mapping[str, Placed],
        bands: Mapping[str, tuple[int, int]],
        middles: Mapping[str, int],
    ) -> Led:
        link, way = self.links[number], self.ways[number]
        points: list[Point] = []
        for place, name in enumerate(way):
            box, (top, bottom) = placed[name], bands[name]
            if place > 0:
                x = middles[name] if self.lanes[name].through else self.port(name, way[place - 1], self.above, middles)
                points += [(x, top), *([] if self.lanes[name].through else [(x, box.y)])]
            if place < len(way) - 1:
                x = middles[name] if self.lanes[name].through else self.port(name, way[place + 1], self.below, middles)
                points += [*([] if self.lanes[name].through else [(x, box.y + box.height)]), (x, bottom)]
        points = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
        return Led(link, tuple(points if way[0] == link.start else reversed(points)))

    def port(self, name: str, to: str, side: Mapping[str, list[str]], middles: Mapping[str, int]) -> int:
        """Return where on the side of a box the line to a neighbour begins; they stand in the neighbours' order."""
        ends = sorted(side[name], key=lambda each: (middles[each], each))
        room = self.lanes[name].width - 2 * 12
        step = min(_PORT, room // max(1, len(ends) - 1)) if room > 0 else 0
        return middles[name] + (2 * ends.index(to) - len(ends) + 1) * step // 2
