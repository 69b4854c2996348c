"""An architecture and a folder of images, brought together before anything is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from archforge.catalog import Architecture, read_architecture
from archforge.data import IGNORED, DataOptions, Dataset, open_dataset
from archforge.data.survey import Progress
from archforge.errors import Mark, refuse
from archforge.graph import Graph, fingerprint
from archforge.losses import check_loss
from archforge.predict.region import at_size
from archforge.runs import Run
from archforge.train.adapt import adapt, check_target, learned_classes
from archforge.train.fits import check_fits, check_takes_images
from archforge.train.parts import split_text, stored_split
from archforge.train.settings import Settings


@dataclass(frozen=True, eq=False)
class Opened:
    """What a training starts from.

    Args:
        architecture: As it was read.
        preset: In force.
        fixed: Values that are given, or follow from the data.
        graph: With the defaults and ``fixed``.
        dataset: Each image at its own size.
        notes: What was set, in words.
    """

    architecture: Architecture
    preset: str | None
    fixed: Mapping[str, Any]
    graph: Graph
    dataset: Dataset
    notes: tuple[str, ...] = ()


def open_together(  # noqa: PLR0913 - all that a training is made of
    architecture: Architecture,
    preset: str | None,
    given: Mapping[str, Any],
    data: Path,
    *,
    settings: Settings | None = None,
    options: DataOptions | None = None,
    progress: Progress | None = None,
) -> Opened:
    """Read the folder as the network takes it, and set channels and classes from it.

    Args:
        architecture: To train.
        preset: Its name.
        given: Fixed hyperparameters.
        data: The folder.
        settings: Of the training: loss and target must fit.
        options: How masks are understood and parts are made.
        progress: As ``open_dataset`` tells it.

    Raises:
        ProblemError: The network does not build or does not fit the data, the folder has problems,
            or there are no validation images.
    """
    settings = settings or Settings()
    preset = preset or architecture.preset
    first = architecture.graph(preset, given)
    check_takes_images(first)
    (image,) = first.inputs.values()
    rank = len(image.shape) - 1
    dataset = open_dataset(data, rank=rank, options=options, progress=progress)
    check_target(settings, dataset)
    fixed, notes = adapt(architecture.spec, given, dataset, settings)
    graph = architecture.graph(preset, fixed)
    classes = learned_classes(settings, dataset)
    check_fits(graph, classes, dataset.task)
    channels = next(iter(graph.inputs.values())).shape[-1]
    if channels != dataset.channels:
        dataset = open_dataset(
            data, rank=rank, channels=channels, options=options, progress=progress
        )
    check_loss(settings.loss, classes, task=dataset.task)
    if not len(dataset.validation):
        refuse(
            "AF508",
            "there are no validation images",
            why="the best epoch is chosen on images that the network does not learn from",
            fix="cut some off with `--validation 0.2`, or put them into a folder 'validation'",
        )
    _check_known(dataset)
    return Opened(architecture, preset, fixed, graph, dataset, tuple(notes))


def _check_known(dataset: Dataset) -> None:
    """Refuse validation masks of which no pixel counts: nothing could be scored."""
    part = dataset.validation
    if dataset.task == "segmentation" and not any(
        (part.mask(row) != IGNORED).any() for row in range(len(part))
    ):
        refuse(
            "AF508",
            "every pixel of every validation mask is ignored",
            mark=Mark(str(part.root)),
            why="the best epoch is chosen on pixels that are known",
            fix="put images with known pixels into the validation part, or leave out `--ignore`",
        )


def open_again(run: Run, progress: Progress | None = None) -> Opened:
    """The network and the images that a run was started with.

    Args:
        run: That was cut off.
        progress: As ``open_dataset`` tells it.

    Raises:
        ProblemError: The run is done, or its images are not there any more or not the same, or its
            spec makes another network in this version.
    """
    if run.status == "done":
        refuse(
            "AF520",
            f"the run '{run.name}' is done",
            mark=Mark(str(run.folder)),
            why=f"it ended after epoch {run.epochs}",
            fix="start a new one, with more `--epochs` or more `--patience` for example",
        )
    opened = open_recorded(run, progress=progress)
    changed = changed_since(run, opened)
    if changed:
        refuse(
            "AF520",
            f"the {changed[0]} of the run '{run.name}' changed since it was started",
            mark=Mark(str(run.folder)),
            why="a training that goes on must see what it saw before",
            fix="bring back what was there, or start a new run",
        )
    return opened


def open_recorded(run: Run, data: Path | None = None, progress: Progress | None = None) -> Opened:
    """The network and the images that a record names, as they are now.

    Args:
        run: Whose spec, preset, fixed hyperparameters, settings and data options are taken.
        data: Where the images lie now; by default where they lay then.
        progress: As ``open_dataset`` tells it.

    Raises:
        ProblemError: The images are not there any more, or as in ``open_together``.
    """
    architecture = read_architecture(str(run.spec))
    return open_together(
        architecture,
        architecture.known(run.preset),
        run.fixed,
        data or Path(str(run.data.get("folder", ""))),
        settings=Settings.read(run.settings),
        options=recorded_options(run),
        progress=progress,
    )


def recorded_options(run: Run) -> DataOptions:
    """How the folder of a run was understood; what an older record lacks has its default.

    Raises:
        ProblemError: With every option that cannot be.
    """
    names = {one.name for one in fields(DataOptions)}
    kept = run.data.get("options", {})
    return DataOptions(**{name: value for name, value in kept.items() if name in names})


def changed_since(run: Run, opened: Opened) -> list[str]:
    """What is not as it was when a run was started: images, split, network."""
    sized = at_size(opened.graph, tuple(int(side) for side in run.network["size"]))
    pairs = (
        ("images or masks", run.data.get("fingerprint"), opened.dataset.fingerprint),
        ("split", stored_split(run), split_text(opened.dataset)),
        ("network", run.fingerprint, fingerprint(sized)),
    )
    return [name for name, before, now in pairs if before != now]
