"""How a network ends: scores for each pixel, or for the whole image."""

from typing import ClassVar

from archforge.blocks.recipe import Maker, Recipe
from archforge.graph import Example, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import COUNT, PAIR, RATE, Pair, one_of

HEAD_ACTIVATION = one_of("auto", "sigmoid", "softmax", "linear", "tanh")


def activation_for(classes: int, activation: str) -> str:
    """``auto`` worked out: one class is a yes or no for each pixel, several exclude each other."""
    if activation != "auto":
        return activation
    return "sigmoid" if classes == 1 else "softmax"


@record
class SegmentationHead(Recipe):
    """Scores for every pixel: a 1x1 convolution, sigmoid for one class, else softmax."""

    SOURCE: ClassVar[str] = "Long, Shelhamer and Darrell 2015, arXiv:1411.4038, section 3.1"
    EXAMPLE: ClassVar[Example] = Example({"classes": 1})

    classes: int = arg(COUNT)
    kernel_size: Pair = arg(PAIR, 1)
    activation: str = arg(HEAD_ACTIVATION, "auto")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        convolution = LAYERS["Conv2D"].of(
            {
                "filters": self.classes,
                "kernel_size": list(self.kernel_size),
                "padding": "same",
                "activation": activation_for(self.classes, self.activation),
            }
        )
        return make.add(convolution, *inputs)


@record
class ClassificationHead(Recipe):
    """Scores for the image: global average pooling, dropout, one dense layer."""

    SOURCE: ClassVar[str] = "Lin, Chen and Yan 2013, arXiv:1312.4400, section 3.2"
    EXAMPLE: ClassVar[Example] = Example({"classes": 10, "dropout": 0.2})

    classes: int = arg(COUNT)
    dropout: float = arg(RATE, 0.0)
    activation: str = arg(HEAD_ACTIVATION, "auto")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        node = make.add(LAYERS["GlobalAveragePooling2D"].of({}), *inputs)
        if self.dropout > 0:
            node = make.add(LAYERS["Dropout"].of({"rate": self.dropout}), node)
        activation = activation_for(self.classes, self.activation)
        dense = LAYERS["Dense"].of({"units": self.classes, "activation": activation})
        return make.add(dense, node)
