"""Registry blocks: recipes that add layers to a graph, for what several architectures share.

What one architecture needs alone stays in its YAML. To add a block: one frozen dataclass with its
arguments, its source and ``cook``, and one line in ``BLOCKS``. Blocks of other packages come by
entry point (``archforge.plugins``): who looks for a block by its name asks ``block``.
"""

from archforge.blocks.attention import AttentionGate
from archforge.blocks.context import Aspp, PyramidPooling
from archforge.blocks.convolution import ConvNorm, NormAct
from archforge.blocks.heads import ClassificationHead, SegmentationHead
from archforge.blocks.inception import InceptionV4B
from archforge.blocks.mobile import InvertedResidual, SqueezeExcite
from archforge.blocks.plugged import PLUGINS
from archforge.blocks.recipe import Maker, Recipe
from archforge.blocks.residual import Bottleneck, Residual
from archforge.blocks.sizes import CropLike, MaxUnpool, PadLike, ResizeLike
from archforge.plugins import every, plugin

BLOCKS: dict[str, type[Recipe]] = {
    "conv_norm": ConvNorm,
    "norm_act": NormAct,
    "residual": Residual,
    "bottleneck": Bottleneck,
    "squeeze_excite": SqueezeExcite,
    "inverted_residual": InvertedResidual,
    "inception_v4_b": InceptionV4B,
    "segmentation_head": SegmentationHead,
    "classification_head": ClassificationHead,
    "attention_gate": AttentionGate,
    "aspp": Aspp,
    "pyramid_pooling": PyramidPooling,
    "crop_like": CropLike,
    "pad_like": PadLike,
    "resize_like": ResizeLike,
    "max_unpool": MaxUnpool,
}

__all__ = ["BLOCKS", "PLUGINS", "Maker", "Recipe", "block", "known_blocks"]


def block(name: str) -> type[Recipe] | None:
    """The block that a spec calls ``name``: one of the table, or of an installed package.

    Raises:
        ProblemError: AF118, a package offers it, and it cannot be used.
    """
    return BLOCKS.get(name) or plugin(PLUGINS, name)


def known_blocks() -> dict[str, type[Recipe]]:
    """Every block that can be used; imports each package that offers some."""
    return BLOCKS | every(PLUGINS)
