"""What a training will see of some images: a patch of each as it is, and as it is augmented.

Patches, augmentation and truth are made by the code that makes batches, so what is shown is what is
learned from. No network is needed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data import Dataset, Patches, patches_of, whole_images
from archforge.data.augment import Augmentation, parse_augmentation
from archforge.train.adapt import check_target, make_preparation
from archforge.train.batches import learned_mask
from archforge.train.settings import Settings

AUGMENTED = 6


@dataclass(frozen=True, eq=False)
class Seen:
    """One patch.

    Args:
        image: From 0 to 1, height x width x channels.
        truth: Class indices, height x width; none where whole images have a class.
    """

    image: NDArray[np.float32]
    truth: NDArray[Any] | None


@dataclass(frozen=True, eq=False)
class Shown:
    """One image.

    Args:
        name: Of the example; where whole images have a class, with that.
        plain: A patch as it is.
        augmented: The same patch, augmented again and again.
    """

    name: str
    plain: Seen
    augmented: tuple[Seen, ...]


def preview(dataset: Dataset, settings: Settings, *, size: int, images: int) -> list[Shown]:
    """Patches of some training images, drawn by the seed of the settings.

    Args:
        dataset: Of flat images.
        settings: Of the training; what it has to do with a network plays no part.
        size: Height and width of a patch; smaller where an image is.
        images: At most so many.

    Raises:
        ProblemError: Objects are to be learned that the data do not tell apart.
        ValueError: ``size`` or ``images`` is below 1.
    """
    if min(size, images) < 1:
        raise ValueError(f"size and images must be at least 1, got {size} and {images}")
    check_target(settings, dataset)
    order = np.random.default_rng(settings.seed).permutation(len(dataset.train))
    return [_shown(dataset, settings, row, size) for row in sorted(order[:images].tolist())]


def _shown(dataset: Dataset, settings: Settings, row: int, size: int) -> Shown:
    examples = dataset.train
    source = examples.image(row)
    patches = _patches(dataset, row, min(size, *source.shape[:-1]))
    centre = patches.centre(np.random.default_rng([settings.seed, row]), 0, source.shape[:-1])
    unit = make_preparation(settings, dataset, "unit").fitted(source).unit
    wanted = parse_augmentation(settings.augment)

    def seen(augmentation: Augmentation, number: int) -> Seen:
        rng = np.random.default_rng([settings.seed, row, number])
        drawn = augmentation.draw(rng, patches.size)
        image = drawn.image(source, centre, unit)
        if dataset.task == "classification":
            return Seen(image, None)
        bordered = settings.target == "instances"
        return Seen(image, learned_mask(examples, row, drawn, centre, bordered=bordered))

    changed = tuple(seen(wanted, number) for number in range(1, AUGMENTED + 1))
    return Shown(_name(dataset, row), seen(Augmentation(), 0), changed)


def _patches(dataset: Dataset, row: int, side: int) -> Patches:
    """Around foreground where there is some, so that there is something to look at."""
    one = dataset.train.of([row])
    if dataset.task == "classification":
        return whole_images(one, (side, side))
    return patches_of(one, (side, side), 1.0, 1)


def _name(dataset: Dataset, row: int) -> str:
    name = dataset.train.ids[row]
    if dataset.task == "segmentation":
        return name
    return f"{name} ({dataset.train.rule.names[dataset.train.label(row)]})"
