"""Places and the layers they lie in, which differ from district to district; no maps."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import field, frozen

from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.model.serving import FACT

_CODE = re.compile(r"[1-9]\d{5}\Z")


@frozen
class Place:
    """A district, street, community, residents' group, building, grid …; its *layer* is one of the district's own.

    *parent* is the id of the smallest place that contains it. *code* is the six-digit code of GB/T 2260,
    which reaches down to districts and counties: smaller places have none.

    Raises:
        ValueError: if the id is empty, the place is its own parent, or the code is not six digits.
    """

    id: str = field(metadata={FACT: "place"})
    layer: str = field(metadata={FACT: "place_layer"})
    label: Label = Label()
    parent: str | None = None
    code: str | None = field(default=None)

    @code.validator
    def _six_digits(self, _attribute: object, code: str | None) -> None:
        if code is not None and not _CODE.match(code):
            raise ValueError(f"a GB/T 2260 code has six digits, the first no zero: {code!r}")

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise ValueError("a place needs an id")
        if self.parent == self.id:
            raise ValueError(f"the place {self.id!r} cannot contain itself")


@frozen
class Layer:
    """One layer: its name, and the layers that a place of it may lie directly *within*; none for the topmost."""

    name: str
    label: Label = Label()
    within: tuple[str, ...] = ()


@frozen
class Layers:
    """The layers of a district, larger ones first; given by the caller, for no two districts need the same.

    Raises:
        ValueError: if a layer is named twice, or lies within one that does not stand before it.
    """

    layers: tuple[Layer, ...] = field()

    @layers.validator
    def _larger_first(self, _attribute: object, layers: tuple[Layer, ...]) -> None:
        seen: set[str] = set()
        for layer in layers:
            if layer.name in seen:
                raise ValueError(f"the layer {layer.name!r} is named twice")
            unknown = [name for name in layer.within if name not in seen]
            if unknown:
                raise ValueError(f"the layer {layer.name!r} lies within {unknown[0]!r}, which does not stand before it")
            seen.add(layer.name)

    def layer(self, name: str) -> Layer | None:
        """Return the layer called *name*, or ``None``."""
        return next((layer for layer in self.layers if layer.name == name), None)

    def check(self, places: Iterable[Place]) -> tuple[Finding, ...]:
        """Return what is wrong with *places* taken together, in their order.

        Findings: ``duplicate-place`` two places share an id; ``unknown-layer``; ``unknown-parent`` the parent is
        not among them; ``wrong-layer`` the parent is of a layer that this one may not lie within, or a place
        that must lie in another has no parent. As a layer lies only within larger ones, no circle passes.
        """
        listed = tuple(places)
        by_id: dict[str, Place] = {}
        findings: list[Finding] = []
        for place in listed:
            if place.id in by_id:
                findings.append(
                    finding(
                        "duplicate-place",
                        f"地方“{place.id}”出现了两次，请改用不同的编号",
                        f"the place {place.id!r} comes twice; give each its own id",
                        place=place.id,
                    )
                )
            by_id.setdefault(place.id, place)
        for place in listed:
            found = self._check_one(place, by_id)
            if found is not None:
                findings.append(found)
        return tuple(findings)

    def _check_one(self, place: Place, by_id: dict[str, Place]) -> Finding | None:
        layer = self.layer(place.layer)
        known = "、".join(item.name for item in self.layers)
        if layer is None:
            return finding(
                "unknown-layer",
                f"地方“{place.id}”的层级“{place.layer}”未声明；已声明的有：{known}",
                f"the layer {place.layer!r} of the place {place.id!r} is not declared; declared are {known}",
                place=place.id,
                layer=place.layer,
            )
        parent = by_id.get(place.parent) if place.parent is not None else None
        if place.parent is not None and parent is None:
            return finding(
                "unknown-parent",
                f"地方“{place.id}”的上级“{place.parent}”不在名单中，请补上或改正",
                f"the parent {place.parent!r} of the place {place.id!r} is not among the places; add or correct it",
                place=place.id,
                parent=place.parent,
            )
        if (parent.layer in layer.within) if parent is not None else not layer.within:
            return None
        allowed = "、".join(layer.within) or "—"
        actual = parent.layer if parent is not None else "—"
        return finding(
            "wrong-layer",
            f"层级“{layer.name}”的地方“{place.id}”应直接属于：{allowed}，现为：{actual}，请改正上级",
            f"the place {place.id!r} of the layer {layer.name!r} lies directly within {allowed}, not {actual}; "
            "correct its parent",
            place=place.id,
            layer=layer.name,
        )


#: The library's own default for a city district; a district with other layers gives its own.
USUAL_LAYERS = Layers(
    (
        Layer("district", Label("区县", "district")),
        Layer("subdistrict", Label("街道", "subdistrict"), within=("district",)),
        Layer("town", Label("镇", "town"), within=("district",)),
        Layer("community", Label("社区", "community"), within=("subdistrict", "town")),
        Layer("residents_group", Label("居民小组", "residents' group"), within=("community",)),
        Layer("grid", Label("网格", "grid"), within=("community",)),
        Layer("building", Label("楼栋", "building"), within=("community", "residents_group", "grid")),
    )
)
