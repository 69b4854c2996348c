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
        BlockCase("conv_norm", {"filters": 3, "kernel_size": 3, "padding": "symmetric"}),
        BlockCase(
            "conv_norm",
            {"filters": 3, "kernel_size": [4, 7], "strides": 2, "padding": "symmetric"},
        ),
        BlockCase("residual", {"filters": 8}),
        BlockCase("residual", {"filters": 4, "epsilon": 1e-5, "activation": "relu6"}),
        BlockCase("residual", {"filters": 8, "strides": 2, "padding": "symmetric"}),
        BlockCase("bottleneck", {"filters": 2, "use_bias": True}),
        BlockCase("bottleneck", {"filters": 3, "strides": 2, "dilation_rate": 2}),
        BlockCase(
            "bottleneck",
            {"filters": 3, "strides": 2, "strided": "3x3", "padding": "symmetric", "expansion": 2},
        ),
        BlockCase("squeeze_excite", {"filters": 2}),
        BlockCase("squeeze_excite", {"filters": 1, "activation": None}),
        BlockCase("inverted_residual", {"filters": 8, "activation": "relu6"}),
        BlockCase("inverted_residual", {"filters": 8, "squeeze": 0.25, "drop_rate": 0.1}),
        BlockCase("inverted_residual", {"filters": 8, "expansion": 1, "kernel_size": 5}),
        BlockCase("inverted_residual", {"filters": 5, "strides": 2, "squeeze": 0.01}),
        BlockCase("inception_v4_b", {"scale": False}),
        BlockCase(
            "inception_v4_b",
            {"one": 3, "seven": [2, 3, 4], "double": [1, 2, 3, 4, 5], "pooled": 2},
        ),
        BlockCase("segmentation_head", {"classes": 1}),
        BlockCase("segmentation_head", {"classes": 3, "kernel_size": 3, "activation": "linear"}),
        BlockCase("classification_head", {"classes": 2}),
        BlockCase("classification_head", {"classes": 1, "dropout": 0.5}),
        BlockCase("norm_act"),
        BlockCase("norm_act", {"activation": None, "scale": False, "epsilon": 1e-5}),
        BlockCase("attention_gate", {"filters": 3}, (LARGE, LARGE)),
        BlockCase("aspp", {"filters": 3}),
        BlockCase("aspp", {"filters": 2, "rates": [1], "activation": None}, (LARGE,)),
        BlockCase("pyramid_pooling", {"filters": 3, "grids": [1, 2]}),
        BlockCase("pyramid_pooling", {"filters": 2, "grids": [3]}, ((7, 11, 4),)),
        BlockCase("crop_like", inputs=(LARGE, SMALL)),
        BlockCase("pad_like", inputs=(SMALL, LARGE)),
        BlockCase("resize_like", {"interpolation": "nearest"}, (SMALL, LARGE)),
        BlockCase("max_unpool", inputs=(SMALL, LARGE)),
        BlockCase("max_unpool", {"padding": "same"}, ((8, 8, 4), (15, 16, 4))),
    )
