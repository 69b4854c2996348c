"""Every network of the zoo with its presets, and a size at which each is built in a moment.

Counts at full size stand in the specs' ``expect:`` and are proven by ``archforge check``; what is
built here has the same nodes, with fewer filters and smaller images.
"""

from typing import Any

import pytest

from archforge.catalog import read_architecture, shipped, summary
from archforge.graph import Graph

EVERY = [
    (path.stem, preset) for path in shipped().values() for preset in (None, *summary(path).presets)
]


SMALL: dict[str, dict[str, Any]] = {
    "alexnet": {"size": 67, "units": 8, "classes": 3},
    "attention_unet": {"size": 32, "filters": 4},
    "convnext_tiny": {"size": 32, "units": [1, 1, 2, 1], "filters": 8, "classes": 3},
    "deeplab_v3_plus": {"size": 64, "filters": 4, "aspp": 16},
    "densenet121": {"size": 32, "layers": [1, 2, 1, 1], "growth": 2, "filters": 4, "classes": 3},
    "efficientnet_b0": {"size": 32, "width": 0.25, "classes": 3},
    "fcn": {"size": 50, "filters": 2, "units": 8},
    "fpn": {"size": 64, "filters": 4, "pyramid": 32, "branch": 32},
    "googlenet": {"size": 80, "classes": 3},
    "inception_v3": {"size": 75, "classes": 3},
    "inception_v4": {"size": 75, "modules": [1, 1, 1], "classes": 3},
    "lenet5": {},
    "linknet": {"size": 64, "filters": 8},
    "malaria_cnn": {"size": 20, "units": 8},
    "mobilenet_v2": {"size": 32, "alpha": 0.1, "classes": 3},
    "resnet": {"size": 32, "filters": 2, "classes": 3},
    "resnet_v2": {"size": 32, "filters": 2, "classes": 3},
    "resunet": {"size": 32, "filters": 2},
    "segnet": {"size": [40, 48], "filters": 2, "convs": [2, 2, 2, 2]},
    "unet": {"size": 188, "filters": 2},
    "unet_3d": {"size": 92, "filters": 2},
    "unet_plus_plus": {"size": 32, "filters": 2},
    "unet_half": {"size": 32, "filters": 4, "stem": 2},
    "unet_residual": {"size": 32, "filters": 4},
    "unet_resnet50": {"size": 64, "filters": 2},
    "unet_vgg16": {"size": 32, "filters": 2},
    "unet_vgg19": {"size": 32, "filters": 2},
    "vgg": {"size": 32, "filters": 8, "classes": 3},
    "wide_resnet": {"size": 16, "width": 1},
    "xception": {"size": 71, "filters": 8, "middle": 1, "classes": 3},
}
# These are small as they are, but a volume of 64 voxels is not.
SMALL_PRESETS: dict[str, dict[str, Any]] = {
    "unet:tutorial": {"size": 32},
    **{f"{name}:small": {} for name in SMALL if name != "unet_3d"},
}

# Keras downloads the weights of these; tests/build/test_pretrained.py has them.
DOWNLOADED = {
    (name, "imagenet") for name in ("unet_vgg16", "unet_vgg19", "unet_resnet50", "deeplab_v3_plus")
}
# Hundreds of layers take seconds; these differ from others in the number of their units alone.
DEEP = {
    *("resnet34", "resnet50", "resnet101", "resnet152", "resnet101_v1.5", "resnet152_v1.5"),
    *("resnet50v2", "resnet101v2", "resnet152v2", "wrn-28-10", "wrn-40-4"),
}
BUILT = [
    pytest.param(*each, marks=[pytest.mark.slow] if each[1] in DEEP else [])
    for each in EVERY
    if each not in DOWNLOADED
]


def small(name: str, preset: str | None) -> Graph:
    """A network of the zoo at its small size."""
    given = SMALL_PRESETS.get(f"{name}:{preset}", SMALL[name])
    return read_architecture(name).graph(preset, given)
