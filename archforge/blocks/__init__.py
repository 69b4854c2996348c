"""Registry blocks: recipes that add layers to a graph, for what several architectures share.

What one architecture needs alone stays in its YAML. To add a block: one frozen dataclass with its
arguments, its source and ``cook``, and one line in ``BLOCKS``.
"""

from archforge.blocks.heads import ClassificationHead, SegmentationHead
from archforge.blocks.recipe import Maker, Recipe
from archforge.blocks.sizes import CropLike, MaxUnpool, PadLike, ResizeLike

BLOCKS: dict[str, type[Recipe]] = {
    "segmentation_head": SegmentationHead,
    "classification_head": ClassificationHead,
    "crop_like": CropLike,
    "pad_like": PadLike,
    "resize_like": ResizeLike,
    "max_unpool": MaxUnpool,
}

__all__ = ["BLOCKS", "Maker", "Recipe"]
