"""Architectures of the zoo that stand in keras.applications too, and so have ImageNet's weights.

A twin is the same network, however it is written: ``archforge.graph.matching`` finds which of its
layers is which of ours. To add one: a line in ``TWINS``, and its case in the tests of twins.
"""

from dataclasses import dataclass
from typing import NamedTuple

from archforge.errors import listing


@dataclass(frozen=True)
class Twin:
    """A network of keras.applications.

    Args:
        keras: Its function there.
        values: The range of pixel values that its weights were learned on.
    """

    keras: str
    values: str


TWINS: dict[tuple[str, str | None], Twin] = {
    ("convnext_tiny", None): Twin("ConvNeXtTiny", "byte"),
    ("densenet121", None): Twin("DenseNet121", "imagenet"),
    # With ImageNet's weights Keras's network has a rescaling more than without.
    ("efficientnet_b0", "imagenet"): Twin("EfficientNetB0", "byte"),
    ("inception_v3", None): Twin("InceptionV3", "signed"),
    ("mobilenet_v2", None): Twin("MobileNetV2", "signed"),
    ("resnet", None): Twin("ResNet50", "caffe"),
    ("resnet", "resnet50"): Twin("ResNet50", "caffe"),
    ("resnet", "resnet101"): Twin("ResNet101", "caffe"),
    ("resnet", "resnet152"): Twin("ResNet152", "caffe"),
    ("resnet_v2", None): Twin("ResNet50V2", "signed"),
    ("resnet_v2", "resnet50v2"): Twin("ResNet50V2", "signed"),
    ("resnet_v2", "resnet101v2"): Twin("ResNet101V2", "signed"),
    ("resnet_v2", "resnet152v2"): Twin("ResNet152V2", "signed"),
    ("vgg", None): Twin("VGG19", "caffe"),
    ("vgg", "vgg16"): Twin("VGG16", "caffe"),
    ("vgg", "vgg19"): Twin("VGG19", "caffe"),
    ("xception", None): Twin("Xception", "signed"),
}
"""By architecture and preset."""


class Words(NamedTuple):
    """A problem without its place."""

    code: str
    message: str
    why: str
    fix: str


def no_twin(name: str, preset: str | None) -> Words:
    """What to say where an architecture has no twin."""
    presets = [str(known) for there, known in TWINS if there == name and known]
    every = sorted({there for there, _ in TWINS})
    return Words(
        "AF145",
        f"there are no ImageNet weights for {name}{f' with preset {preset}' if preset else ''}",
        f"they come from keras.applications, which has these of the zoo: {listing(every)}",
        f"name the preset: {listing(presets)}" if presets else "give a file of weights",
    )


def other_values(twin: Twin, image: str, values: object) -> Words:
    """What to say where images come in another range than the twin's weights were learned on."""
    return Words(
        "AF146",
        f"the ImageNet weights expect `values: {twin.values}`, '{image}' has `{values}`",
        "on another range of pixel values the weights know nothing",
        f"write `{image}: {{shape: [...], values: {twin.values}}}` in `inputs:`",
    )
