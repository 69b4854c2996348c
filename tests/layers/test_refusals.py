"""Every shape that a layer refuses, by code and message."""

from typing import Any

import pytest

from archforge.errors import CODES
from archforge.graph import Shape, ShapeError
from archforge.layers import LAYERS

VOLUME = "four axes (planes, height, width, channels)"
REFUSALS: list[tuple[str, str, dict[str, Any], list[Shape], str]] = [
    ("AF201", "Subtract", {}, [(4, 4, 1)] * 3, "Subtract takes 2 inputs, 3 given"),
    ("AF201", "Add", {}, [(4, 4, 1)], "Add takes at least 2 inputs, 1 given"),
    ("AF201", "ReLU", {}, [(4, 4, 1)] * 2, "ReLU takes 1 input, 2 given"),
    (
        "AF202", "Conv2D", {"filters": 1, "kernel_size": 3}, [(10,)],
        "Conv2D needs three axes (height, width, channels), its input has one axis (features)",
    ),
    (
        "AF202", "Conv3D", {"filters": 1, "kernel_size": 3}, [(8, 8, 1)],
        f"Conv3D needs {VOLUME}, its input has three axes (height, width, channels)",
    ),
    (
        "AF202", "MaxPooling1D", {}, [(8,)],
        "MaxPooling1D needs two axes (length, channels), its input has one axis (features)",
    ),
    (
        "AF202", "CropLike", {}, [(8, 8, 1), (8, 1)],
        "the inputs of CropLike differ in their number of axes: 8x8x1 and 8x1",
    ),
    (
        "AF202", "PadToStep", {}, [(8,)],
        "PadToStep needs an image, a signal or a volume, its input has one axis (features)",
    ),
    (
        "AF202", "ResizeLike", {}, [(8, 8, 8, 1), (4, 4, 4, 1)],
        f"ResizeLike resizes images, its input has {VOLUME}",
    ),
    (
        "AF202", "Concatenate", {}, [(4, 4, 8), (8,)],
        "the inputs of Concatenate differ in their number of axes: 4x4x8 and 8",
    ),
    (
        "AF203", "Conv2D", {"filters": 1, "kernel_size": 3, "dilation_rate": 2}, [(4, 9, 1)],
        "Conv2D reaches over 5 positions, its input has 4",
    ),
    (
        "AF203", "MaxPooling2D", {}, [(1, 2, 1)],
        "MaxPooling2D reaches over 2 positions, its input has 1",
    ),
    (
        "AF203", "Conv3D", {"filters": 1, "kernel_size": 3}, [(2, 9, 9, 1)],
        "Conv3D reaches over 3 positions, its input has 2",
    ),
    (
        "AF204", "Concatenate", {}, [(64, 64, 128), (65, 65, 128)],
        "the inputs of Concatenate differ in size: 64x64x128 and 65x65x128",
    ),
    (
        "AF205", "Conv2D", {"filters": 4, "kernel_size": 1, "groups": 2}, [(4, 4, 3)],
        "Conv2D has 3 input channels, which 2 groups cannot share evenly",
    ),
    (
        "AF205", "Conv2D", {"filters": 3, "kernel_size": 1, "groups": 2}, [(4, 4, 4)],
        "Conv2D has 3 filters, which 2 groups cannot share evenly",
    ),
    (
        "AF205", "GroupNormalization", {}, [(4, 4, 48)],
        "GroupNormalization has 48 channels, which 32 groups cannot share evenly",
    ),
    (
        "AF206", "Conv2D", {"filters": 1, "kernel_size": 3, "strides": 2, "dilation_rate": 2},
        [(9, 9, 1)], "Conv2D cannot have strides and dilation_rate at once",
    ),
    (
        "AF207", "Conv2D", {"filters": 1, "kernel_size": 1}, [(8, 8, None)],
        "Conv2D must know the channels of its input, which is 8x8x?",
    ),
    (
        "AF207", "Dense", {"units": 1}, [(None,)],
        "Dense must know the length of its input, which is ?",
    ),
    (
        "AF207", "PReLU", {}, [(None, 8, 3)],
        "PReLU must know the height of its input, which is ?x8x3",
    ),
    (
        "AF207", "PReLU", {}, [(None, 8, 8, 3)],
        "PReLU must know the planes of its input, which is ?x8x8x3",
    ),
    (
        "AF208", "Add", {}, [(8, 8, 64), (8, 8, 32)],
        "the inputs of Add differ in channels: 8x8x64 and 8x8x32",
    ),
    (
        "AF209", "Maximum", {}, [(8, 8, 3), (4, 8, 3), (8, 8, 3)],
        "the inputs of Maximum differ in size: 8x8x3 and 4x8x3",
    ),
    (
        "AF210", "Concatenate", {"axis": 4}, [(8, 8, 3)] * 2,
        "Concatenate has axis 4, its input 8x8x3 has axes 1 to 3",
    ),
    (
        "AF210", "Softmax", {"axis": 0}, [(8, 8, 3)],
        "Softmax has axis 0, its input 8x8x3 has axes 1 to 3",
    ),
    (
        "AF210", "LayerNormalization", {"axis": [1, -3]}, [(8, 8, 3)],
        "LayerNormalization names an axis twice: [1, -3]",
    ),
    (
        "AF210", "Permute", {"dims": [1, 3]}, [(8, 8, 3)],
        "Permute has dims [1, 3], its input 8x8x3 has axes 1 to 3",
    ),
    (
        "AF211", "Reshape", {"target_shape": [5, -1]}, [(8, 8, 3)],
        "Reshape cannot make [5, -1] of 8x8x3",
    ),
    (
        "AF211", "Reshape", {"target_shape": [-1, -1]}, [(8,)],
        "Reshape cannot make [-1, -1] of 8",
    ),
    ("AF211", "Reshape", {"target_shape": [0, 8]}, [(8,)], "Reshape cannot make [0, 8] of 8"),
    (
        "AF212", "Cropping2D", {"cropping": [[0, 0], [4, 4]]}, [(9, 8, 1)],
        "Cropping2D cuts 8 columns off an input of 8",
    ),
    ("AF212", "Cropping3D", {}, [(2, 8, 8, 1)], "Cropping3D cuts 2 planes off an input of 2"),
    ("AF212", "Cropping1D", {}, [(2, 1)], "Cropping1D cuts 2 positions off an input of 2"),
    (
        "AF213", "Conv2DTranspose",
        {"filters": 1, "kernel_size": 3, "strides": 2, "output_padding": 2}, [(4, 4, 1)],
        "output_padding 2 is not below the stride 2",
    ),
    (
        "AF213", "Conv2DTranspose",
        {"filters": 1, "kernel_size": 2, "strides": 2, "output_padding": 0, "padding": "same"},
        [(4, 4, 1)], "output_padding 0 does not go with `padding: same` and an even window",
    ),
    (
        "AF214", "Rescaling", {"scale": [1, 2]}, [(8, 8, 3)],
        "`scale` of Rescaling has 2 numbers, its input is 8x8x3",
    ),
    (
        "AF214", "Normalization", {"mean": 1.0}, [(8, 8, 3)],
        "`mean` and `variance` of Normalization do not fit 8x8x3",
    ),
    (
        "AF214", "Normalization", {"mean": [1, 2], "variance": [1, 2]}, [(8, 8, 3)],
        "`mean` and `variance` of Normalization do not fit 8x8x3",
    ),
    (
        "AF214", "PadToStep", {"step": [8, 8]}, [(8, 8, 8, 3)],
        f"`step` of PadToStep has 2 numbers, its input has {VOLUME}",
    ),
    (
        "AF215", "MaxUnpool2D", {}, [(4, 4, 8), (8, 10, 8)],
        "MaxUnpool2D cannot bring 4x4x8 back to 8x10x8",
    ),
    (
        "AF215", "MaxUnpool2D", {}, [(4, 4, 8), (8, 8, 4)],
        "MaxUnpool2D cannot bring 4x4x8 back to 8x8x4",
    ),
    (
        "AF216", "Resizing",
        {"height": 2, "width": 2, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True},
        [(8, 8, 3)], "Resizing cannot have crop_to_aspect_ratio and pad_to_aspect_ratio at once",
    ),
    (
        "AF217", "Dropout", {"rate": 0.5, "noise_shape": [1, 1, 1]}, [(8, 8, 3)],
        "noise_shape [1, 1, 1] does not fit 8x8x3",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "kind", "arguments", "inputs", "message"), REFUSALS)
def test_a_layer_says_why_it_cannot_take_its_inputs(
    code: str, kind: str, arguments: dict[str, Any], inputs: list[Shape], message: str
) -> None:
    layer = LAYERS[kind].of(arguments)

    with pytest.raises(ShapeError) as refused:
        layer.shape(inputs)

    assert (refused.value.code, refused.value.message) == (code, message)
    assert refused.value.why
    assert not message.endswith(".")


def test_every_code_of_shapes_has_a_refusal() -> None:
    codes = {code for code in CODES if "AF201" <= code <= "AF229"}

    assert codes == {code for code, *_ in REFUSALS}


@pytest.mark.parametrize(
    ("kind", "shape", "why", "fix"),
    [
        ("MaxPooling2D", (9, 3), "it goes along height and width alone", "1D in its name"),
        ("MaxPooling2D", (9, 9, 9, 3), "it goes along height and width alone", "3D in its name"),
        ("MaxPooling3D", (9,), "a flat vector has no planes, height and width", "before Flatten"),
        ("MaxPooling1D", (9, 9, 3), "it goes along length alone", "2D in its name"),
    ],
)
def test_a_layer_for_another_number_of_axes_names_its_relatives(
    kind: str, shape: Shape, why: str, fix: str
) -> None:
    with pytest.raises(ShapeError) as refused:
        LAYERS[kind].of({}).shape([shape])

    assert why in refused.value.why
    assert fix in refused.value.fix
