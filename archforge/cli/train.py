"""``archforge train``."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import (
    data_option,
    json_option,
    print_json,
    spec_options,
    training_options,
    validation_option,
)
from archforge.errors import ProblemError

if TYPE_CHECKING:
    from archforge.catalog import Architecture
    from archforge.data import Dataset
    from archforge.graph import Graph
    from archforge.runs import Run
    from archforge.train import Epoch

# Settings.* that have an option; `None` leaves the default of `Settings`.
SETTINGS = ("epochs", "batch_size", "loss", "learning_rate", "augment", "patience", "seed")
SHOWN = ("dice", "iou", "precision", "recall", "accuracy", "dice_pooled")
OPEN_SIZE = 256


@click.command(epilog="Example:  archforge train unet --preset tutorial --data nuclei --epochs 20")
@spec_options
@data_option
@validation_option
@training_options
@click.option("--seed", type=int, help="Of weights, order and split.  [default: 0]")
@click.option(
    "-o",
    "--output",
    default=Path("runs"),
    show_default=True,
    metavar="RUNS",
    type=click.Path(path_type=Path),
    help="Where the run's folder is made.",
)
@json_option
def command(  # noqa: PLR0913 (one argument for each option)
    *,
    spec: str,
    preset: str | None,
    given: dict[str, Any],
    data: Path,
    validation: float,
    output: Path,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train one network and keep its best weights, scores and pictures."""
    from archforge.catalog import read_architecture
    from archforge.losses import check_loss
    from archforge.runs import new_run_folder
    from archforge.train import Settings, check_fits, train

    settings = Settings(**{name: chosen[name] for name in SETTINGS if chosen[name] is not None})
    found = read_architecture(spec)
    graph, fixed, classes = _fitted(found, preset, given, data)
    check_fits(graph, classes)
    check_loss(settings.loss, classes)
    dataset = _opened(graph, data, validation, settings.seed)
    folder = new_run_folder(output, graph.name)
    try:
        with shown_progress(folder) as on_epoch:
            run = train(
                graph, found.standalone, dataset, settings, folder, fixed=fixed, on_epoch=on_epoch
            )
    except (KeyboardInterrupt, ProblemError):
        click.echo(f"what there is of the run: {folder}", err=True)
        raise
    if as_json:
        print_json(facts(run))
        return
    for line in _table(run):
        click.echo(line)


def _fitted(
    found: "Architecture", preset: str | None, given: dict[str, Any], data: Path
) -> tuple["Graph", dict[str, Any], int]:
    """The graph with what follows from the data, and the classes of the data."""
    from archforge.data import inspect_folder
    from archforge.train import adapt

    summary = inspect_folder(data)
    fixed, words = adapt(found.spec, given, summary)
    for sentence in words:
        click.echo(sentence, err=True)
    return found.graph(preset, fixed), fixed, summary.classes


def _opened(graph: "Graph", data: Path, validation: float, seed: int) -> "Dataset":
    from archforge.data import open_dataset

    (image,) = graph.inputs.values()
    height, width = (side or OPEN_SIZE for side in image.shape[:2])
    if None in image.shape[:2]:
        click.echo(f"size = {height} x {width}: the network takes any", err=True)
    dataset = open_dataset(
        data,
        size=(height, width),
        channels=image.shape[-1],
        validation=validation,
        seed=seed,
    )
    counts = f"{len(dataset.train)} images to train on, {len(dataset.validation)} to validate on"
    click.echo(f"{counts}, at {height} x {width}", err=True)
    return dataset


@contextmanager
def shown_progress(folder: Path) -> Iterator[Callable[["Epoch"], None]]:
    """One line that changes on a terminal, one line for each epoch elsewhere; on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False, no_color=bool(os.environ.get("NO_COLOR")))
    if not console.is_terminal:
        yield lambda epoch: click.echo(epoch_line(epoch), err=True)
        return
    columns = (
        TextColumn("epoch {task.completed}/{task.total}"),
        BarColumn(),
        TextColumn("{task.fields[facts]}"),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(folder.name, total=None, facts="the first epoch takes longest")
        yield lambda epoch: bar.update(
            task,
            completed=epoch.epoch,
            total=epoch.total,
            facts=f"loss {epoch.loss:.4f}  Dice {epoch.val_dice:.4f}",
        )


def epoch_line(epoch: "Epoch") -> str:
    """What a log keeps of an epoch."""
    return (
        f"epoch {epoch.epoch}/{epoch.total}  loss {epoch.loss:.4f}  Dice {epoch.val_dice:.4f}  "
        f"{epoch.seconds:.1f} s, {clock(epoch.eta)} left"
    )


def clock(seconds: float) -> str:
    """Seconds as ``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def facts(run: "Run") -> dict[str, Any]:
    """What ``--json`` prints of a run: its record and where it is."""
    from dataclasses import asdict

    return {**asdict(run), "folder": str(run.folder)}


def _table(run: "Run") -> Iterator[str]:
    early = " (stopped early)" if run.epochs < run.settings["epochs"] else ""
    yield (
        f"{run.architecture}: {run.parameters:,} parameters, best epoch {run.best_epoch} of "
        f"{run.epochs}{early}, {clock(run.seconds)}"
    )
    size, seen = run.network["size"], run.network["seen"]
    yield from score_table(run.scores, run.baseline)
    if size != seen:
        yield f"scored on the middle that the network sees: {_by(seen)} of {_by(size)}"
    yield f"run       {run.folder}"
    yield f"pictures  {run.curves}  {run.predictions}"


def _by(size: list[int]) -> str:
    return f"{size[0]}x{size[1]}"


def score_table(scores: Any, baseline: Any) -> Iterator[str]:
    """Metric, network and, for one class, Otsu's threshold."""
    yield f"{'metric':<14}{'network':>8}" + (f"{'Otsu':>8}" if baseline else "")
    for name in SHOWN:
        if name in scores:
            floor = f"{baseline[name]:>8.4f}" if name in baseline else ""
            yield f"{name:<14}{scores[name]:>8.4f}{floor}"
