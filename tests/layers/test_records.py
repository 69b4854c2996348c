"""Records: how they are written, hashed, compared; what a spec's reader sees of them."""

import subprocess
import sys

import pytest

from archforge.errors import CODES, page
from archforge.graph import Layer, Shape
from archforge.layers import LAYERS, KerasObject


def test_equal_layers_are_equal_records_however_they_were_written() -> None:
    conv = LAYERS["Conv2D"]
    one = conv.of({"filters": 8, "kernel_size": 3, "kernel_initializer": "HeNormal"})
    other = conv.of({"filters": 8, "kernel_size": [3, 3], "kernel_initializer": {"HeNormal": {}}})

    assert one == other
    assert hash(one) == hash(other)
    assert one.written() == {"filters": 8, "kernel_size": (3, 3), "kernel_initializer": "he_normal"}


def test_a_keras_object_keeps_its_arguments() -> None:
    layer = LAYERS["Dense"].of({"units": 1, "kernel_regularizer": {"L1L2": {"l2": 0.1, "l1": 0.2}}})

    kept = layer.written()["kernel_regularizer"]

    assert kept == KerasObject("L1L2", (("l1", 0.2), ("l2", 0.1)))


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_every_layer_says_what_it_does_in_one_line(layer: type[Layer]) -> None:
    assert layer.summary().endswith(".")
    assert "not a layer on its own" not in layer.summary()


@pytest.mark.parametrize(
    ("kind", "inputs", "plain", "written"),
    [
        ("CropLike", [(64, 9, 8), (56, 8, 4)], "Cropping2D", {"cropping": ((4, 4), (0, 1))}),
        ("CropLike", [(5, 5, 8), (6, 6, 4)], "Identity", {}),
        ("CropLike", [(None, 5, 8), (6, 6, 4)], "CropLike", {}),
        ("PadLike", [(5, 6, 8), (8, 6, 4)], "ZeroPadding2D", {"padding": ((1, 2), (0, 0))}),
        ("CropLike", [(9, 8), (4, 2)], "Cropping1D", {"cropping": (2, 3)}),
        (
            "CropLike",
            [(9, 8, 8, 1), (4, 8, 7, 1)],
            "Cropping3D",
            {"cropping": ((2, 3), (0, 0), (0, 1))},
        ),
        ("PadLike", [(4, 8), (9, 2)], "ZeroPadding1D", {"padding": (2, 3)}),
        ("ResizeLike", [(5, 5, 8), (8, 6, 4)], "Resizing", {"height": 8, "width": 6}),
        ("ReLU", [(5, 5, 8)], "ReLU", {}),
    ],
)
def test_where_sizes_are_known_a_plain_keras_layer_stands_in(
    kind: str, inputs: list[Shape], plain: str, written: dict[str, object]
) -> None:
    layer = LAYERS[kind].of({})

    found = layer.plain(inputs)

    assert (type(found).__name__, found.written()) == (plain, written)
    assert found.shape(inputs[:1] if found is not layer else inputs) == layer.shape(inputs)


def test_inputs_joined_along_the_height_are_read_one_by_one() -> None:
    joined = LAYERS["Concatenate"].of({"axis": 1})

    read = joined.reads_each((2, 4), 0, [(3, 8, 1), (5, 8, 1), (9, 8, 1)])

    assert read == [(2, 2), (0, 1), None]


@pytest.mark.parametrize("code", [code for code in CODES if "AF201" <= code <= "AF229"])
def test_every_code_of_shapes_has_a_page_with_both_examples(code: str) -> None:
    text = page(code)

    assert text.startswith(f"# {code} {CODES[code]}\n")
    wrong, right = text.split("## Wrong")[1].split("## Right")
    assert wrong.count("```yaml") == right.count("```yaml") == 1


def test_the_room_needs_neither_numpy_nor_keras() -> None:
    asked = "import sys, archforge.layers; print({'numpy', 'keras', 'jsonschema'} & {*sys.modules})"

    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)

    assert found.stdout.strip() == b"set()"
