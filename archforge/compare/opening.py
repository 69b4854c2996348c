"""An architecture and a folder of images, brought together before anything is trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archforge.catalog import Architecture
from archforge.data import Dataset, open_dataset
from archforge.errors import refuse
from archforge.graph import Graph
from archforge.train import adapt, check_fits, check_takes_images


@dataclass(frozen=True, eq=False)
class Opened:
    """What a training starts from.

    Args:
        architecture: As it was read.
        preset: In force.
        fixed: Values that are given, or follow from the data.
        graph: With the defaults and ``fixed``.
        dataset: At the graph's size.
        notes: What was set, in words.
    """

    architecture: Architecture
    preset: str | None
    fixed: Mapping[str, Any]
    graph: Graph
    dataset: Dataset
    notes: tuple[str, ...] = ()


def open_together(
    architecture: Architecture,
    preset: str | None,
    given: Mapping[str, Any],
    data: Path,
    *,
    validation: float = 0.2,
    seed: int = 0,
) -> Opened:
    """Read the folder at the network's size, and set channels and classes from it.

    Args:
        architecture: To train.
        preset: Its name.
        given: Fixed hyperparameters.
        data: The folder.
        validation: Share of the training images for validation.
        seed: Of the split.

    Raises:
        ProblemError: The network does not build or does not fit the data, or the folder has
            problems.
    """
    preset = preset or architecture.preset
    first = architecture.graph(preset, given)
    check_takes_images(first)
    dataset = open_dataset(data, size=image_size(first), validation=validation, seed=seed)
    fixed, notes = adapt(architecture.spec, given, dataset.summary)
    graph = architecture.graph(preset, fixed)
    check_fits(graph, dataset.classes)
    channels = next(iter(graph.inputs.values())).shape[-1]
    if channels != dataset.channels or image_size(graph) != dataset.size:
        dataset = open_dataset(
            data, size=image_size(graph), channels=channels, validation=validation, seed=seed
        )
    if not len(dataset.validation):
        refuse(
            "AF508",
            "there are no validation images",
            why="networks are compared on images that they do not learn from",
            fix="cut some off with `--validation 0.2`, or put them into a folder 'validation'",
        )
    return Opened(architecture, preset, fixed, graph, dataset, tuple(notes))


def image_size(graph: Graph) -> tuple[int, int]:
    """Height and width of the image.

    Raises:
        ProblemError: They are open.
    """
    image = next(iter(graph.inputs.values()))
    sides = image.shape[:2]
    if None in sides:
        refuse(
            "AF612",
            f"the input '{image.name}' has no size of its own",
            mark=image.mark,
            why="images are brought to one size before a training",
            fix="give the size in `inputs:`, as a hyperparameter for example",
        )
    height, width = sides
    assert height is not None
    assert width is not None
    return height, width
