"""The proof against a U-Net that is written by hand and built by Keras, wherever Keras can."""

import random
from typing import Any

import pytest

from archforge.analysis.space import prove
from archforge.catalog import read_architecture
from archforge.expand.ranges import with_ranges

pytestmark = pytest.mark.keras


def by_hand(size: int, depth: int, filters: int, padding: str) -> Any:
    """The U-Net of Ronneberger and others, its skips cropped to what comes up, in plain Keras."""
    from keras import Input, Model, layers

    def double(x: Any, level: int) -> Any:
        for _ in range(2):
            x = layers.Conv2D(filters * 2**level, 3, padding=padding, activation="relu")(x)
        return x

    def joined(up: Any, skip: Any) -> Any:
        # Both are cropped to the smaller one: an odd row is lost off the bottom and the right.
        target = [min(up.shape[axis], skip.shape[axis]) for axis in (1, 2)]
        cropped = []
        for x in (up, skip):
            rest = [x.shape[axis + 1] - target[axis] for axis in (0, 1)]
            edges = tuple((each // 2, each - each // 2) for each in rest)
            cropped.append(layers.Cropping2D(edges)(x))
        return layers.Concatenate()(cropped)

    image = Input((size, size, 1))
    x, skips = image, []
    for level in range(depth):
        skips.append(double(x, level))
        x = layers.MaxPooling2D(2)(skips[-1])
    x = double(x, depth)
    for level in reversed(range(depth)):
        x = layers.Conv2DTranspose(filters * 2**level, 2, strides=2)(x)
        x = double(joined(x, skips[level]), level)
    return Model(image, layers.Conv2D(2, 1, activation="softmax")(x))


def keras_builds(size: int, depth: int, filters: int, padding: str) -> bool:
    try:
        model = by_hand(size, depth, filters, padding)
    except ValueError:
        return False
    return all(side > 0 for side in model.output.shape[1:])


@pytest.mark.slow
def test_keras_builds_what_the_proof_says_and_nothing_else() -> None:
    from keras import backend

    read = read_architecture("unet")
    fixed = {"filters": 2}
    spec = with_ranges(read.spec, ["depth=1..7", "size=16..320"], fixed)
    proof = prove(spec, None, fixed, finder=read.finder)
    answers = {
        (*part.values.values(), size[0]): why is None
        for part in proof.parts
        for size, why in part.sizes.items()
    }
    names = [one.name for one in (*proof.axes, *proof.sizes)]

    sample = random.Random(3).sample(sorted(answers), 120)  # noqa: S311 (a sample)

    assert proof.exact
    assert names == ["depth", "padding", "size"]
    assert 20 < sum(answers[key] for key in sample) < 100
    for depth, padding, size in sample:
        backend.clear_session(free_memory=False)
        assert keras_builds(size, depth, 2, padding) == answers[depth, padding, size], (
            depth, padding, size,
        )  # fmt: skip
