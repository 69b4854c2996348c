"""Cases worked by hand or taken from a paper: shapes, parameters, MACs."""

from typing import Any

import pytest

from archforge.graph import Parameters, Shape
from archforge.layers import LAYERS

# kind, arguments, inputs, output, parameters, MACs
WORKED: list[tuple[str, dict[str, Any], list[Shape], Shape, tuple[int, int], int]] = [
    # U-Net's first convolution, arXiv:1505.04597, figure 1: 572 to 570, 64 filters of 3x3x1
    (
        "Conv2D", {"filters": 64, "kernel_size": 3}, [(572, 572, 1)],
        (570, 570, 64), (640, 0), 570 * 570 * 9 * 64,
    ),
    # U-Net's first up-convolution: 28 to 56, 2x2x1024x512 and 512 biases
    (
        "Conv2DTranspose", {"filters": 512, "kernel_size": 2, "strides": 2}, [(28, 28, 1024)],
        (56, 56, 512), (2_097_664, 0), 28 * 28 * 4 * 1024 * 512,
    ),
    # FCN-32s, Long et al. 2015: 64x64 window, stride 32, 21 classes, no bias
    (
        "Conv2DTranspose",
        {"filters": 21, "kernel_size": 64, "strides": 32, "use_bias": False}, [(16, 16, 21)],
        (544, 544, 21), (64 * 64 * 21 * 21, 0), 16 * 16 * 64 * 64 * 21 * 21,
    ),
    # AlexNet's second convolution in two groups: 5x5x48x256 and 256 biases
    (
        "Conv2D", {"filters": 256, "kernel_size": 5, "padding": "same", "groups": 2},
        [(27, 27, 96)], (27, 27, 256), (307_456, 0), 27 * 27 * 25 * 48 * 256,
    ),
    # MobileNet, arXiv:1704.04861, equation 5: depthwise and pointwise
    (
        "SeparableConv2D", {"filters": 64, "kernel_size": 3, "padding": "same"},
        [(112, 112, 32)], (112, 112, 64), (9 * 32 + 32 * 64 + 64, 0),
        112 * 112 * (9 * 32 + 32 * 64),
    ),
    (
        "DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "padding": "same"},
        [(113, 112, 64)], (57, 56, 64), (640, 0), 57 * 56 * 9 * 64,
    ),
    # VGG's first dense layer: 25,088 x 4,096
    ("Dense", {"units": 4096}, [(25088,)], (4096,), (102_764_544, 0), 25088 * 4096),
    # AlexNet's overlapping pooling
    ("MaxPooling2D", {"pool_size": 3, "strides": 2}, [(55, 55, 96)], (27, 27, 96), (0, 0), 0),
    ("GlobalAveragePooling2D", {}, [(7, 7, 2048)], (2048,), (0, 0), 0),
    ("BatchNormalization", {}, [(8, 8, 64)], (8, 8, 64), (128, 128), 0),
    ("BatchNormalization", {"trainable": False}, [(8, 8, 64)], (8, 8, 64), (0, 256), 0),
    # EfficientNetB0's un-adapted Normalization: mean 3, variance 3, count 1
    ("Normalization", {}, [(224, 224, 3)], (224, 224, 3), (0, 7), 0),
    # V-Net's PReLU, one slope per channel
    ("PReLU", {"shared_axes": [1, 2]}, [(64, 64, 16)], (64, 64, 16), (16, 0), 0),
    ("Concatenate", {}, [(56, 56, 512), (56, 56, 512)], (56, 56, 1024), (0, 0), 0),
    # 3D U-Net's first convolution, arXiv:1606.06650, figure 2: 132 to 130, 32 filters of 3x3x3x3
    (
        "Conv3D", {"filters": 32, "kernel_size": 3}, [(132, 132, 116, 3)],
        (130, 130, 114, 32), (2_624, 0), 130 * 130 * 114 * 81 * 32,
    ),
    # 3D U-Net's last up-convolution: 24 to 48, without a bias
    (
        "Conv3DTranspose",
        {"filters": 128, "kernel_size": 2, "strides": 2, "use_bias": False}, [(24, 24, 16, 128)],
        (48, 48, 32, 128), (131_072, 0), 24 * 24 * 16 * 8 * 128 * 128,
    ),
    # WaveNet's dilated causal convolution, arXiv:1609.03499, figure 3: as long as its input
    (
        "Conv1D", {"filters": 4, "kernel_size": 2, "padding": "causal", "dilation_rate": 8},
        [(16, 4)], (16, 4), (36, 0), 16 * 2 * 4 * 4,
    ),
    ("GlobalAveragePooling3D", {}, [(7, 7, 5, 64)], (64,), (0, 0), 0),
    ("CropLike", {}, [(64, 8), (56, 4)], (56, 8), (0, 0), 0),
    # U-Net's copy and crop: 64 to 56, 4 rows off each side
    ("CropLike", {}, [(64, 64, 512), (56, 56, 512)], (56, 56, 512), (0, 0), 0),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "arguments", "inputs", "output", "count", "macs"), WORKED)
def test_a_case_worked_by_hand(
    kind: str,
    arguments: dict[str, Any],
    inputs: list[Shape],
    output: Shape,
    count: tuple[int, int],
    macs: int,
) -> None:
    layer = LAYERS[kind].of(arguments)

    made = layer.shape(inputs)

    assert made == output
    assert layer.parameters(inputs) == Parameters(*count)
    assert layer.macs(inputs, made) == macs


@pytest.mark.parametrize(
    ("kind", "arguments", "inputs", "output"),
    [
        ("Conv2D", {"filters": 2, "kernel_size": 3}, [(None, 8, 3)], (None, 6, 2)),
        ("Conv2DTranspose", {"filters": 2, "kernel_size": 2}, [(None, None, 3)], (None, None, 2)),
        ("MaxPooling2D", {}, [(None, 8, None)], (None, 4, None)),
        ("Flatten", {}, [(None, 8, 3)], (None,)),
        ("Reshape", {"target_shape": [-1, 3]}, [(None, 8, 3)], (None, 3)),
        ("UpSampling2D", {}, [(None, 8, 3)], (None, 16, 3)),
        ("ZeroPadding2D", {}, [(None, 8, 3)], (None, 10, 3)),
        ("Cropping2D", {"cropping": 1}, [(None, 8, 3)], (None, 6, 3)),
        ("Conv1D", {"filters": 2, "kernel_size": 3}, [(None, 3)], (None, 2)),
        ("UpSampling1D", {}, [(None, 3)], (None, 3)),
        ("ZeroPadding3D", {}, [(None, 8, 4, 3)], (None, 10, 6, 3)),
        ("PadToStep", {"step": 4}, [(None, 6, 5, 1)], (None, 9, 5, 1)),
        ("CropLike", {}, [(None, 8, 3), (6, 6, 1)], (None, 6, 3)),
        ("ResizeLike", {}, [(4, 4, 3), (None, 8, 1)], (None, 8, 3)),
        ("MaxUnpool2D", {}, [(None, 4, 3), (None, 9, 3)], (None, 9, 3)),
        ("Add", {}, [(None, 8, 3), (4, 8, 1)], (None, 8, 3)),
        ("Concatenate", {}, [(None, 8, 3), (4, 8, None)], (None, 8, None)),
        ("PReLU", {"shared_axes": [1, 2]}, [(None, None, 3)], (None, None, 3)),
        ("LayerNormalization", {}, [(None, None, 3)], (None, None, 3)),
    ],
)
def test_open_sizes_flow_through(
    kind: str, arguments: dict[str, Any], inputs: list[Shape], output: Shape
) -> None:
    assert LAYERS[kind].of(arguments).shape(inputs) == output
