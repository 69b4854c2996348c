"""Architectures of the zoo that stand in keras.applications too, and so have ImageNet's weights.

A twin is the same network: its weighted layers, in the order in which a walk from the output
completes them, are ours. To add one: a line in ``TWINS``, and its case in the tests of weights.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Twin:
    """A network of keras.applications.

    Args:
        keras: Its function there.
        values: The range of pixel values that its weights were learned on.
    """

    keras: str
    values: str


TWINS: dict[tuple[str, str], Twin] = {
    ("vgg", "vgg16"): Twin("VGG16", "caffe"),
    ("vgg", "vgg19"): Twin("VGG19", "caffe"),
}
"""By architecture and preset."""
