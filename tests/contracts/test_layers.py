"""Each layer's record agrees with the Keras layer that it describes: the contract of plug-ins.

What is tested stands in ``archforge.testing.layers``; here are the cases.
"""

import pytest

from archforge.graph import Layer
from archforge.layers import LAYERS
from archforge.testing import LayerContract
from tests.contracts.layer_cases import CASES

pytestmark = [
    pytest.mark.keras,
    # Keras 3.15 stores weights through an `__array__` that NumPy 2 finds old-fashioned.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def test_every_layer_has_cases() -> None:
    assert {case.kind.__name__ for case in CASES} == set(LAYERS)
    assert all(LAYERS[kind].__name__ == kind for kind in LAYERS)


class TestLayers(LayerContract):
    """Every layer of the table."""

    cases = CASES

    def smoothed(self, layer: Layer) -> Layer:
        # A maximum has one tap with a gradient; its windows are those of the mean.
        mean = {"Maximum": "Average", "Minimum": "Average"}
        name = layer.called().replace("MaxPooling", "AveragePooling")
        kind = LAYERS[mean.get(layer.called(), name)]
        return super().smoothed(kind(**vars(layer)))
