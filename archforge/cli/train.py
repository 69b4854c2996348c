"""``archforge train``."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.experiments import Asked, ask
from archforge.cli.options import (
    data_options,
    json_option,
    preset_option,
    print_json,
    set_option,
    training_options,
)
from archforge.errors import ProblemError

if TYPE_CHECKING:
    from archforge.data import Dataset
    from archforge.runs import Run
    from archforge.train import Epoch

SHOWN = (
    "dice", "iou", "precision", "recall", "accuracy", "dice_pooled", "boundary_f1",
    "hausdorff_95", "ap_50_pooled", "pq_pooled", "balanced_accuracy", "f1_macro", "auc", "ece",
)  # fmt: skip


@click.command(epilog="Example:  archforge train unet --preset tutorial --data nuclei --epochs 20")
@click.argument("spec", metavar="SPEC", required=False)
@preset_option
@set_option
@data_options(required=False)
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
@click.option(
    "--resume",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Go on with a run that was cut off, as it was started.",
)
@json_option
def command(  # noqa: PLR0913 (one argument for each option)
    *,
    spec: str | None,
    preset: str | None,
    given: dict[str, Any],
    data: Path | None,
    output: Path,
    resume: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train one network and keep its best weights, scores and pictures.

    SPEC may be an experiment file, which says data and settings too; options win over it.
    """
    if resume is not None:
        if spec or data or preset or given or any(value is not None for value in chosen.values()):
            raise click.UsageError("--resume goes on as the run was started: give nothing else")
        show(_resumed(resume), as_json=as_json)
        return
    if spec is None:
        raise click.UsageError("give SPEC and --data, or an experiment file, or --resume RUN")
    show(_trained(ask([spec], given, data, chosen, preset), output), as_json=as_json)


def _trained(asked: Asked, output: Path) -> "Run":
    from archforge.runs import new_run_folder
    from archforge.train import open_together, train

    found, preset = asked.one()
    opened = open_together(
        found, preset, asked.given, asked.data, settings=asked.settings, options=asked.options
    )
    for sentence in (*opened.notes, _counts(opened.dataset)):
        click.echo(sentence, err=True)
    folder = new_run_folder(output, asked.name or opened.graph.name)
    with kept_in_sight(folder), shown_progress(folder) as on_epoch:
        return train(
            opened.graph, found.standalone, opened.dataset, asked.settings, folder,
            fixed=opened.fixed, on_epoch=on_epoch,
        )  # fmt: skip


def _resumed(folder: Path) -> "Run":
    from archforge.runs import read_run
    from archforge.train import open_again, resume

    run = read_run(folder)
    opened = open_again(run)
    click.echo(f"{run.name}: {run.epochs} epochs are done", err=True)
    with kept_in_sight(folder), shown_progress(folder) as on_epoch:
        return resume(run, opened.graph, opened.dataset, on_epoch)


def show(run: "Run", *, as_json: bool) -> None:
    """Print a run that is done."""
    if as_json:
        print_json(facts(run))
        return
    for line in _table(run):
        click.echo(line)


@contextmanager
def kept_in_sight(folder: Path) -> Iterator[None]:
    """Whatever ends a training early, what there is of it is named, and how to go on."""
    from archforge.train.checkpoint import has_checkpoint

    try:
        yield
    except (KeyboardInterrupt, ProblemError) as error:
        with suppress(OSError):
            folder.rmdir()  # nothing was written: it was refused before its start
        if folder.exists():
            click.echo(f"what there is of the run: {folder}", err=True)
        if has_checkpoint(folder) and not _diverged(error):
            click.echo(f"go on with it: archforge train --resume {folder}", err=True)
        raise


def _diverged(error: BaseException) -> bool:
    """It would do so again."""
    problems = error.problems if isinstance(error, ProblemError) else ()
    return any(problem.code == "AF509" for problem in problems)


def _counts(dataset: "Dataset") -> str:
    return f"{len(dataset.train)} images to train on, {len(dataset.validation)} to validate on"


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
            facts=f"loss {epoch.loss:.4f}  score {epoch.score:.4f}",
        )


def epoch_line(epoch: "Epoch") -> str:
    """What a log keeps of an epoch."""
    return (
        f"epoch {epoch.epoch}/{epoch.total}  loss {epoch.loss:.4f}  score {epoch.score:.4f}  "
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
    yield from score_table(run.scores, run.baseline, run.intervals)
    yield f"run       {run.folder}"
    yield f"pictures  {run.curves}  {run.predictions}"


def score_table(scores: Any, baseline: Any, intervals: Any) -> Iterator[str]:
    """Metric, network with its interval over images and, for one class, Otsu's threshold."""
    from archforge.metrics.table import class_of

    floor = f"{'Otsu':>8}" if baseline else ""
    yield f"{'metric':<18}{'network':>8}  {'95 % interval':<18}{floor}"
    for name in (*SHOWN, *(name for name in scores if class_of(name) is not None)):
        if name in scores:
            low, high = intervals.get(name, (scores[name], scores[name]))
            ends = f"{low:.4f} to {high:.4f}"
            under = f"{baseline[name]:>8.4f}" if name in baseline else ""
            yield f"{name:<18}{scores[name]:>8.4f}  {ends:<18}{under}".rstrip()
