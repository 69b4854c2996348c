"""Each registry block expands, builds and costs what it says: the contract of plug-ins."""

import pytest

from archforge.blocks import BLOCKS
from archforge.testing import BlockCase, BlockContract

pytestmark = pytest.mark.keras

SMALL, LARGE = (8, 8, 4), (16, 16, 4)


def test_every_block_has_cases() -> None:
    assert {case.name for case in TestBlocks.cases} == set(BLOCKS)
    assert all(name == name.lower() for name in BLOCKS)


class TestBlocks(BlockContract):
    """Every block of the table."""

    cases = (
        BlockCase("conv_norm", {"filters": 3, "kernel_size": 3}),
        BlockCase(
            "conv_norm",
            {
                "filters": 4,
                "kernel_size": [1, 7],
                "strides": 2,
                "groups": 2,
                "activation": None,
                "use_bias": True,
                "scale": False,
                "kernel_initializer": {"HeNormal": {"seed": 1}},
            },
        ),
        BlockCase("segmentation_head", {"classes": 1}),
        BlockCase("segmentation_head", {"classes": 3, "kernel_size": 3, "activation": "linear"}),
        BlockCase("classification_head", {"classes": 2}),
        BlockCase("classification_head", {"classes": 1, "dropout": 0.5}),
        BlockCase("crop_like", inputs=(LARGE, SMALL)),
        BlockCase("pad_like", inputs=(SMALL, LARGE)),
        BlockCase("resize_like", {"interpolation": "nearest"}, (SMALL, LARGE)),
        BlockCase("max_unpool", inputs=(SMALL, LARGE)),
    )
