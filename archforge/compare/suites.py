"""Shipped benchmarks: networks of the zoo of like size, on images that are drawn for them.

To add one: a line in ``SUITES``. Networks are named with their presets, so that a benchmark is the
same for everybody; folds, epochs and images are few enough for two cores without a GPU.
"""

from dataclasses import dataclass
from pathlib import Path

from archforge.data import write_synth

# Below the folder of a comparison; beside it stands a folder for each data set.
FOLDER = "images-drawn"
SMALL = "small"


@dataclass(frozen=True, kw_only=True)
class Suite:
    """One benchmark.

    Args:
        title: One line of text.
        task: ``segmentation`` or ``classification``.
        specs: Its networks, each with its preset behind a colon.
        kind: Of the images that are drawn: a key of ``data.KINDS``.
        count: How many are drawn.
        size: Height and width of each, in pixels.
        folds: Parts of each data set, each of them scored once.
        epochs: Of each training.
    """

    title: str
    task: str
    specs: tuple[str, ...]
    kind: str
    count: int
    size: int
    folds: int
    epochs: int


@dataclass(frozen=True)
class DrawnSet:
    """A set of drawn images, whose name says all that it is drawn from.

    Args:
        kind: A key of ``data.KINDS``.
        count: Images.
        size: Height and width of each, in pixels.
        seed: The same seed gives the same bytes.
    """

    kind: str
    count: int
    size: int
    seed: int

    def path(self, folder: Path) -> Path:
        """Where it lies in the folder of a comparison: other images have another name."""
        name = f"drawn-{self.kind}-{self.count}-{self.size}px-seed{self.seed}"
        return folder / FOLDER / name

    def draw(self, folder: Path) -> bool:
        """Draw it, unless that was done; say whether it was drawn now.

        Raises:
            ProblemError: The folder cannot be written.
        """
        path = self.path(folder)
        # Drawn sets are moved there whole, so what is there is complete.
        if path.is_dir() and any(path.iterdir()):
            return False
        write_synth(path, self.kind, count=self.count, size=self.size, seed=self.seed)
        return True


def _small(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}:{SMALL}" for name in names)


SUITES: dict[str, Suite] = {
    "segmentation": Suite(
        title="every flat network of the zoo that gives masks, on drawn nuclei",
        task="segmentation",
        specs=_small(
            "attention_unet",
            "deeplab_v3_plus",
            "fcn",
            "fpn",
            "linknet",
            "resunet",
            "segnet",
            "unet",
            "unet_half",
            "unet_plus_plus",
            "unet_residual",
            "unet_resnet50",
            "unet_vgg16",
            "unet_vgg19",
        ),
        kind="nuclei",
        count=120,
        size=96,
        folds=3,
        epochs=20,
    ),
    "classification": Suite(
        title="every classifier of the zoo that has a preset small, on drawn cells",
        task="classification",
        specs=_small(
            "alexnet",
            "convnext_tiny",
            "densenet121",
            "efficientnet_b0",
            "googlenet",
            "lenet5",
            "malaria_cnn",
            "mobilenet_v2",
            "resnet",
            "resnet_v2",
            "vgg",
            "wide_resnet",
            "xception",
        ),
        kind="cells",
        count=600,
        size=64,
        folds=3,
        epochs=30,
    ),
}
