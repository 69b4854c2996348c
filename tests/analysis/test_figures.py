"""Figures of a graph, worked by hand and against the gradient of the built network."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.analysis import costs, memory, receptive_field
from archforge.catalog import read_architecture
from tests.specs import HEAD, graph_of, spec_text

CONV = "{layer: Conv2D, filters: 2, kernel_size: 3, padding: same"


def test_costs_of_two_convolutions_by_hand(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Conv2D, filters: 4, kernel_size: 3}\n"
        "  - {layer: BatchNormalization}\n"
        "  - {block: segmentation_head, name: mask, classes: 2}\n"
    )

    total = costs(graph_of(tmp_path, spec_text(steps)))

    assert total.parameters.trainable == (9 * 1 + 1) * 4 + 2 * 4 + (4 + 1) * 2
    assert total.parameters.non_trainable == 2 * 4
    assert total.macs == 30 * 30 * 9 * 4 + 30 * 30 * 4 * 2


def test_training_keeps_every_output_and_inference_the_largest_set_alive(tmp_path: Path) -> None:
    # 32x32 with 1, 2, 2, 3 and 1 channels; the skip lives until it is joined.
    steps = (
        f"  - {CONV}, name: skip}}\n  - {CONV}, name: mid}}\n"
        "  - {layer: Concatenate, name: join, from: [mid, image]}\n" + HEAD
    )
    graph = graph_of(tmp_path, spec_text(steps))

    alive = memory(graph)

    pixels = 32 * 32 * 4
    assert alive.training == (1 + 2 + 2 + 3 + 1) * pixels
    assert alive.inference == (1 + 2 + 3) * pixels  # image, mid and join
    assert memory(graph, "float16").training == alive.training // 2


def test_memory_refuses_a_type_that_it_does_not_know(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, spec_text(HEAD))

    with pytest.raises(ValueError, match="dtype must be one of"):
        memory(graph, "int4")


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        (f"  - {CONV}}}\n", 3),
        (f"  - {CONV}, repeat: 3}}\n", 7),
        (f"  - {CONV}, dilation_rate: 4}}\n", 9),
        (f"  - {CONV}}}\n  - {{layer: MaxPooling2D}}\n  - {CONV}}}\n", 8),
        (f"  - {CONV}, strides: 2, repeat: 3}}\n", 15),
        ("  - {layer: GlobalAveragePooling2D, keepdims: true}\n", 32),
    ],
)
def test_receptive_fields_of_the_textbook(steps: str, field: int, tmp_path: Path) -> None:
    # Araujo, Norris and Sim 2019, Distill, equation 2: r = sum of (k - 1) times strides, plus 1.
    graph = graph_of(tmp_path, spec_text(steps + HEAD))

    assert receptive_field(graph) == {"mask": (field, field)}


@pytest.mark.parametrize(
    ("inputs", "steps", "field"),
    [
        ("[64, 1]", "  - {layer: Conv1D, filters: 1, kernel_size: 3, dilation_rate: 4}\n", (9,)),
        ("[64, 1]", "  - {layer: GlobalMaxPooling1D}\n", (64,)),
        (
            "[16, 32, 32, 1]",
            """
  - {layer: MaxPooling3D, pool_size: [1, 2, 2]}
  - {layer: Conv3D, filters: 1, kernel_size: [1, 3, 3], padding: same}
""",
            (1, 6, 6),
        ),
        ("[8, 9, 10, 1]", "  - {layer: GlobalAveragePooling3D}\n", (8, 9, 10)),
    ],
)
def test_a_signal_has_one_extent_and_a_volume_three(
    inputs: str, steps: str, field: tuple[int, ...], tmp_path: Path
) -> None:
    graph = graph_of(tmp_path, spec_text(steps, inputs=f"{{image: {inputs}}}"))

    assert list(receptive_field(graph).values()) == [field]


def test_planes_that_are_never_halved_may_be_of_any_number(tmp_path: Path) -> None:
    # As cubes the three axes are equal, and only the strides tell them apart.
    steps = (
        "  - {layer: Conv3D, name: skip, filters: 1, kernel_size: [1, 3, 3], padding: same}\n"
        "  - {layer: MaxPooling3D, pool_size: [1, 2, 2]}\n"
        "  - {layer: UpSampling3D, size: [1, 2, 2]}\n"
        "  - {layer: Concatenate, from: [prev, skip]}\n" + HEAD
    )
    file = tmp_path / "spec.yaml"
    file.write_text(spec_text(steps, inputs="{image: [16, 16, 16, 1]}"))
    found = read_architecture(str(file))

    sizes = found.sizes(found.graph())["image"]

    assert (sizes.minimum, sizes.step, sizes.halo) == ((1, 2, 2), (1, 2, 2), (0, 1, 1))


def test_a_gate_that_is_made_of_a_vector_reads_the_whole_image(tmp_path: Path) -> None:
    steps = (
        "  - {layer: GlobalAveragePooling2D, name: squeezed}\n"
        "  - {layer: Reshape, name: gate, target_shape: [1, 1, 1]}\n"
        "  - {layer: Multiply, from: [gate, image]}\n" + HEAD
    )

    graph = graph_of(tmp_path, spec_text(steps, inputs="{image: [8, 6, 1]}"))

    assert receptive_field(graph) == {"mask": (8, 6)}


def random_steps(seed: int) -> str:
    """A small network of random layers, with a way down, a way up and a skip."""
    draw = random.Random(seed)  # noqa: S311 (test data)

    def conv(name: str = "") -> str:
        size = draw.choice([1, 3, 5, [3, 5]])
        dilation = draw.choice([1, 1, 2])
        return (
            f"  - {{layer: Conv2D, filters: 2, kernel_size: {size}, padding: same, "
            f"dilation_rate: {dilation}{name}}}\n"
        )

    pool = draw.choice(["MaxPooling2D", "AveragePooling2D, pool_size: 2"])
    up = draw.choice(
        [
            "{layer: UpSampling2D}",
            "{layer: Conv2DTranspose, filters: 2, kernel_size: 2, strides: 2}",
            "{layer: Conv2DTranspose, filters: 2, kernel_size: 3, strides: 2, padding: same}",
        ]
    )
    return (
        conv(", name: skip")
        + f"  - {{layer: {pool}}}\n"
        + conv()
        + draw.choice(["", conv()])
        + f"  - {up}\n"
        + draw.choice(["  - {layer: Concatenate, from: [prev, skip]}\n", ""])
        + conv()
    )


def support(model: Any, size: tuple[int, int]) -> tuple[int, int]:
    """Largest height and width of the gradient's support over all output positions."""
    import tensorflow as tf

    draw = np.random.default_rng(0)
    model.set_weights([draw.uniform(0.5, 1.0, w.shape) for w in model.get_weights()])
    image = tf.constant(draw.uniform(0.5, 1.0, (1, *size, 1)).astype("float32"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        output = tf.reduce_sum(model(image), axis=-1)[0]
    # A maximum passes its gradient to one position only, so pooling is made an average before.
    jacobian = tape.jacobian(output, image, experimental_use_pfor=False).numpy()[:, :, 0, :, :, 0]
    extents = []
    for rows in jacobian:
        for one in rows:
            touched = [np.flatnonzero(one.any(axis=axis)) for axis in (1, 0)]
            extents.append([int(t[-1] - t[0] + 1) if len(t) else 0 for t in touched])
    return tuple(np.max(extents, axis=0).tolist())


@pytest.mark.keras
@pytest.mark.parametrize("seed", range(8))
def test_the_receptive_field_is_the_support_of_the_gradient(seed: int, tmp_path: Path) -> None:
    from archforge.build import build_model

    head = "  - {layer: Conv2D, name: mask, filters: 1, kernel_size: 1}\n"
    steps = random_steps(seed).replace("MaxPooling2D", "AveragePooling2D, pool_size: 2")
    steps = steps.replace("pool_size: 2, pool_size: 2", "pool_size: 2")
    unreached = "skip]" not in steps
    steps = steps.replace(", name: skip", "") if unreached else steps
    size = (14, 12) if seed % 2 else (8, 12)
    graph = graph_of(
        tmp_path, spec_text(steps + head, inputs=f"{{image: [{size[0]}, {size[1]}, 1]}}")
    )

    assert receptive_field(graph) == {"mask": support(build_model(graph), size)}


def test_a_network_that_ends_in_dense_takes_its_own_size_only() -> None:
    found = read_architecture("lenet5")

    sizes = found.sizes(found.graph())["image"]

    assert (sizes.minimum, sizes.step) == ((32, 32), (0, 0))


def test_the_papers_unet_crops_so_every_size_from_188_on_is_taken() -> None:
    found = read_architecture("unet")

    sizes = found.sizes(found.graph(given={"filters": 2}))["image"]

    assert (sizes.minimum, sizes.step) == ((188, 188), (1, 1))


def test_images_of_one_size_change_together_and_others_on_their_own(tmp_path: Path) -> None:
    steps = (
        "  - {layer: Add, name: both, from: [a, b]}\n"
        "  - {layer: MaxPooling2D, pool_size: 2}\n"
        "  - {layer: GlobalAveragePooling2D, name: one}\n"
        "  - {layer: MaxPooling2D, name: third, pool_size: 4, from: c}\n"
        "  - {layer: GlobalAveragePooling2D, name: two}\n"
        "  - {layer: Concatenate, from: [one, two]}\n"
        "  - {layer: Dense, name: label, units: 2}\n"
    )
    text = spec_text(steps, inputs="{a: [8, 8, 1], b: [8, 8, 1], c: [16, 12, 1]}")
    file = tmp_path / "spec.yaml"
    file.write_text(text.replace("task: segmentation", "task: classification"))
    found = read_architecture(str(file))

    sizes = found.sizes(found.graph())

    assert (sizes["a"].minimum, sizes["b"].minimum) == ((2, 2), (2, 2))
    assert (sizes["c"].minimum, sizes["c"].step) == ((4, 4), (1, 1))
    assert sizes["a"].halo is None


def test_the_papers_unet_loses_92_pixels_on_each_side() -> None:
    found = read_architecture("unet")

    # 572 - 388 = 2 x 92 (Ronneberger, Fischer and Brox 2015, figure 1).
    assert found.sizes(found.graph(given={"filters": 2}))["image"].halo == (92, 92)


@pytest.mark.keras
@pytest.mark.parametrize(("padding", "side"), [("same", 128), ("valid", 124)])
def test_a_tile_with_its_halo_gives_what_the_whole_image_gives(padding: str, side: int) -> None:
    import numpy as np

    from archforge.build import build_model

    found = read_architecture("unet")
    given = {"filters": 2, "depth": 2, "padding": padding, "classes": 1, "size": 192}
    whole = build_model(found.graph(given=given))
    sizes = found.sizes(found.graph(given=given))["image"]
    assert sizes.halo is not None
    margin = sizes.halo[0]
    part = build_model(found.graph(given={**given, "size": side}))
    part.set_weights(whole.get_weights())
    image = np.random.default_rng(0).uniform(size=(1, 192, 192, 1)).astype("float32")

    expected = np.asarray(whole(image))[0, ..., 0]
    output = np.asarray(part(image[:, 32 : 32 + side, 32 : 32 + side]))[0, ..., 0]

    # Where the tile's output lies in the image, and in the output of the whole image.
    lost_whole, lost = (192 - len(expected)) // 2, (side - len(output)) // 2
    kept = margin - lost
    inner = output[kept : len(output) - kept, kept : len(output) - kept]
    start = 32 + margin - lost_whole
    there = slice(start, start + len(inner))
    assert len(inner) == side - 2 * margin
    np.testing.assert_allclose(inner, expected[there, there], atol=1e-5)
