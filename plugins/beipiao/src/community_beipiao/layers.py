"""The layers of the city's places, for whoever checks a list of them; what a register holds it does not change."""

from __future__ import annotations

from community_core.base.labels import Label
from community_core.model import Layer, Layers

#: The city with its units, its management zones and their communities. The document names no layer below a community.
LAYERS = Layers(
    (
        Layer("city", Label("市", "city")),
        Layer("township", Label("乡", "township"), within=("city",)),
        Layer("town", Label("镇", "town"), within=("city",)),
        Layer("state_farm", Label("国营农场", "state farm"), within=("city",)),
        Layer("economic_zone", Label("经济开发区", "economic development zone"), within=("city",)),
        Layer("special_zone", Label("特别行政管理区", "special administrative management zone"), within=("city",)),
        Layer("management_zone", Label("管理区", "management zone"), within=("city",)),
        Layer("community", Label("社区", "community"), within=("management_zone",)),
    )
)
