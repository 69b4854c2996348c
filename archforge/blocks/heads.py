"""How a network ends: scores for each pixel, or for the whole image; signals and volumes alike."""

from typing import ClassVar

from archforge.blocks.recipe import Maker, Recipe
from archforge.graph import PLACES, Example, Layer, arg, record
from archforge.layers import LAYERS
from archforge.layers.arguments import COUNT, EACH, RATE, Sides, one_of
from archforge.layers.sizes import check_each

HEAD_ACTIVATION = one_of("auto", "sigmoid", "softmax", "linear", "tanh")


def activation_for(classes: int, activation: str) -> str:
    """``auto`` worked out: one class is a yes or no for each pixel, several exclude each other."""
    if activation != "auto":
        return activation
    return "sigmoid" if classes == 1 else "softmax"


def _of_rank(name: str, make: Maker, inputs: list[str]) -> type[Layer]:
    """The layer for as many axes as the input has; that of images says what else is wrong."""
    rank = make.axes(inputs[0])
    return LAYERS[name.format(rank - 1 if rank in PLACES else 2)]


@record
class SegmentationHead(Recipe):
    """Scores for every pixel: a 1x1 convolution, sigmoid for one class, else softmax."""

    SOURCE: ClassVar[str] = "Long, Shelhamer and Darrell 2015, arXiv:1411.4038, section 3.1"
    EXAMPLE: ClassVar[Example] = Example({"classes": 1})

    classes: int = arg(COUNT)
    kernel_size: int | Sides = arg(EACH, 1)
    activation: str = arg(HEAD_ACTIVATION, "auto")

    def cook(self, make: Maker, inputs: list[str]) -> str:
        check_each(self.kernel_size, make.axes(inputs[0]), "`kernel_size` of segmentation_head")
        convolution = _of_rank("Conv{}D", make, inputs).of(
            {
                "filters": self.classes,
                "kernel_size": self.kernel_size,
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
        node = make.add(_of_rank("GlobalAveragePooling{}D", make, inputs).of({}), *inputs)
        if self.dropout > 0:
            node = make.add(LAYERS["Dropout"].of({"rate": self.dropout}), node)
        activation = activation_for(self.classes, self.activation)
        dense = LAYERS["Dense"].of({"units": self.classes, "activation": activation})
        return make.add(dense, node)
