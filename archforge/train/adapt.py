"""What follows from the data: hyperparameters, and how pixels are prepared."""

from collections.abc import Mapping
from typing import Any

from archforge.data import Dataset, Preparation
from archforge.errors import refuse
from archforge.spec import Spec
from archforge.train.settings import AUTO, Settings

# Background, inside and border of objects.
BORDERED = 3
# Conventions of weights that were learned on photographs.
LEARNED = frozenset({"imagenet", "caffe"})


def learned_classes(settings: Settings, dataset: Dataset) -> int:
    """The classes that a network tells apart: those of the masks, or the parts of objects."""
    return BORDERED if settings.target == "instances" else dataset.classes


def check_target(settings: Settings, dataset: Dataset) -> None:
    """See that the data have what is to be learned.

    Raises:
        ProblemError: Objects are to be learned that the data do not tell apart.
    """
    if settings.target == "instances" and not dataset.has_instances:
        refuse(
            "AF518",
            "the masks do not tell objects apart",
            why="inside and border of each object are learned from masks that number them",
            fix="add a folder 'labels', one mask for each object, or `--target mask`",
        )
    if settings.target == "instances" and dataset.classes > 1:
        refuse(
            "AF518",
            f"the masks tell {dataset.classes} classes of objects apart",
            why="inside and border are learned of objects of one class",
            fix="give a folder whose objects are of one class, or `--target mask`",
        )


def make_preparation(settings: Settings, dataset: Dataset, values: str) -> Preparation:
    """How pixels become what a network sees, with ``auto`` worked out.

    Args:
        settings: Of the training.
        dataset: The data.
        values: A key of ``VALUES``: the range of the network's input.
    """
    normalize = settings.normalize
    if normalize == AUTO:
        # Percentiles give dark images the range of bright ones, and augmentation its measure. What
        # was learned on photographs has to see photographs, and how bright an image is as a whole
        # may be what its class is about.
        whole = values in LEARNED or dataset.task == "classification"
        normalize = "range" if whole and _eight_bits(dataset) else "percentile"
    known = dataset.statistics if normalize == "dataset" else None
    return Preparation(normalize, values, known)


def _eight_bits(dataset: Dataset) -> bool:
    part = dataset.train
    return all(part.type(row) == "uint8" for row in range(len(part)))


def adapt(
    spec: Spec, given: Mapping[str, Any], dataset: Dataset, settings: Settings | None = None
) -> tuple[dict[str, Any], list[str]]:
    """Set ``channels`` and ``classes`` from the data, where the spec has them, unless given.

    A preset is a default, so the data comes before it (rule 14 of the language).

    Args:
        spec: Whose hyperparameters are looked at.
        given: Fixed values; they stay.
        dataset: The data.
        settings: Of the training: what is learned.

    Returns:
        The fixed values with what was set, and sentences that say so.
    """
    classes = learned_classes(settings or Settings(), dataset)
    found = {"channels": dataset.channels, "classes": classes}
    new = {
        name: value
        for name, value in found.items()
        if name in spec.hyperparameters and name not in given
    }
    if not new:
        return dict(given), []
    values = ", ".join(f"{name} = {value}" for name, value in new.items())
    return {**given, **new}, [f"{values} from the data"]
