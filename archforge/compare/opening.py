"""An architecture and a folder of images, as a comparison or a search needs them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archforge.catalog import Architecture
from archforge.data import DataOptions
from archforge.errors import refuse
from archforge.graph import Graph
from archforge.train import Opened, Settings, open_together


def open_sized(  # noqa: PLR0913 - as ``open_together``
    architecture: Architecture,
    preset: str | None,
    given: Mapping[str, Any],
    data: Path,
    *,
    settings: Settings,
    options: DataOptions,
    tasks: Sequence[str] = ("segmentation",),
) -> Opened:
    """As ``train.open_together``, for networks that have a size.

    Raises:
        ProblemError: As there; or the size is open, so costs are not known; or the images are of
            another task than those.
    """
    _check_sized(architecture.graph(preset or architecture.preset, given))
    opened = open_together(architecture, preset, given, data, settings=settings, options=options)
    if opened.dataset.task not in tasks:
        refuse(
            "AF507",
            "this version searches networks that give masks",
            why="its goals are scores of masks, and whole images have none",
            fix="train classifiers with `archforge train`, or put several side by side with "
            "`archforge compare`",
        )
    return opened


def _check_sized(graph: Graph) -> None:
    for image in graph.inputs.values():
        if None in image.shape[:-1]:
            refuse(
                "AF612",
                f"the input '{image.name}' has no size of its own",
                mark=image.mark,
                why="costs are ranked and limited, and they follow from the size",
                fix="give the size in `inputs:`, as a hyperparameter for example",
            )
