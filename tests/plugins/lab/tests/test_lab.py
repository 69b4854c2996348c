"""The contract of archforge, inherited; run it with ``pytest`` where the package is installed."""

import pytest
from lab.layers import SpaceToDepth

from archforge.testing import BlockCase, BlockContract, LayerCase, LayerContract

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class TestSpaceToDepth(LayerContract):
    """Our layer."""

    cases = (
        LayerCase(SpaceToDepth),
        LayerCase(SpaceToDepth, {"block_size": 3, "scale": False}, [(9, 6, 2)]),
        LayerCase(SpaceToDepth, {"trainable": False}, [(None, 4, 2)]),
    )


class TestGate(BlockContract):
    """Our block."""

    cases = (BlockCase("lab/gate"), BlockCase("lab/gate", {"kernel_size": 3}, [(9, 7, 4)]))
