"""From a graph, and from YAML, to a Keras model, against the same network written by hand.

Bounds: 1.05 from the graph, 1.2 from the YAML file.
"""

from collections.abc import Callable

import keras
from keras import Input, Model, layers
from timing import finish, paired, verdict

from archforge.build import build_model
from archforge.catalog import read_architecture


def conv(x: object, filters: int) -> object:
    """A convolution of the tutorial's U-Net."""
    return layers.Conv2D(
        filters, 3, activation="relu", kernel_initializer="he_normal", padding="same"
    )(x)


def double(x: object, filters: int, rate: float) -> object:
    """Two convolutions with dropout between them."""
    return conv(layers.Dropout(rate)(conv(x, filters)), filters)


def by_hand() -> Model:
    """The tutorial's U-Net with the functional API."""
    inputs = Input((128, 128, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    skips = []
    for filters, rate in ((16, 0.1), (32, 0.1), (64, 0.2), (128, 0.2)):
        skips.append(double(x, filters, rate))
        x = layers.MaxPooling2D(2)(skips[-1])
    x = double(x, 256, 0.3)
    rates = (0.2, 0.2, 0.1, 0.1)
    for filters, rate, skip in zip((128, 64, 32, 16), rates, reversed(skips), strict=True):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = double(layers.Concatenate()([x, skip]), filters, rate)
    return Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


def fresh(build: Callable[[], object]) -> Callable[[], None]:
    """The same building, from an empty Keras session each time."""

    def run() -> None:
        keras.backend.clear_session()
        build()

    return run


def main() -> None:
    """Measure and print."""
    graph = read_architecture("unet").graph("tutorial")
    hand = fresh(by_hand)
    from_graph = fresh(lambda: build_model(graph))
    from_yaml = fresh(lambda: build_model(read_architecture("unet").graph("tutorial")))
    held = [
        verdict("graph to model", *paired(from_graph, hand, rounds=25, warmup=3), 1.05),
        verdict("YAML to model", *paired(from_yaml, hand, rounds=25, warmup=3), 1.2),
    ]
    finish(*held)


if __name__ == "__main__":
    main()
