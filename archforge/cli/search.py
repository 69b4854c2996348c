"""``archforge search``."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.experiments import Asked, ask
from archforge.cli.options import (
    Workers,
    data_options,
    gpus_option,
    json_option,
    memory_option,
    print_json,
    spec_options,
    timeout_option,
    training_options,
)
from archforge.cli.train import clock

if TYPE_CHECKING:
    from rich.console import Console

    from archforge.search import Event, Study
    from archforge.search.retraining import Retrain

EXAMPLE = (
    "Example:  archforge search unet --preset tutorial --search filters=8..24:8 --data nuclei "
    "--trials 20"
)


ENDING = "ending after what is running, such as an epoch; Ctrl-C once more ends at once"


def _or_none(
    context: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Nothing given is not the same as an empty list: then a file says it."""
    return value or None


def _as_mapping(
    context: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> dict[str, str] | None:
    pairs = [text.partition("=") for text in value]
    wrong = next((text for text, (_, sign, most) in zip(value, pairs, strict=True)
                  if not sign or not most), None)  # fmt: skip
    if wrong is not None:
        raise click.BadParameter(f"'{wrong}' is no COST=MOST, such as macs=2G")
    return {name.strip(): most for name, _, most in pairs} or None


def _as_retrain(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> "Retrain | None":
    from archforge.search.retraining import Retrain

    return None if value is None else Retrain.read(value)


@click.command(epilog=EXAMPLE)
@spec_options
@data_options(required=False)
@click.option("--trials", type=int, help="Networks to train in all, earlier ones counted.")
@click.option(
    "--search",
    "ranges",
    multiple=True,
    metavar="NAME=RANGE",
    help="lo..hi, lo..hi:step, lo..hi:log or a,b,c; narrows or opens a range, several times.",
)
@training_options
@click.option("--seed", type=int, help="Of draws, split and trainings.  [default: 0]")
@click.option(
    "--goal",
    "goals",
    multiple=True,
    callback=_or_none,
    metavar="NAME",
    help="A metric, or a cost (macs, parameters, memory, predict_ms) beside one; several give a "
    "Pareto front.  [default: dice]",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    callback=_as_mapping,
    metavar="COST=MOST",
    help="What is above it is never trained: macs=2G, parameters=5M, memory=4GiB, predict_ms=20.",
)
@click.option("--sampler", help="See `archforge list samplers`.  [default: tpe]")
@click.option(
    "--pruner",
    help="See `archforge list pruners`; it sees the validation Dice after each epoch, whatever the "
    "goal.  [default: median; none for several goals]",
)
@click.option(
    "--retrain",
    metavar="top=N,seeds=M",
    callback=_as_retrain,
    help="Train the N best again on M other seeds each, and say which can be told apart.",
)
@click.option(
    "--repeats",
    type=int,
    help="How often the same network may be trained with the same settings.  [default: 1]",
)
@click.option(
    "--continue-from",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Take the trials of an earlier study over into a new one, with wider ranges for example.",
)
@click.option("--workers", type=Workers(), help="Trainings at once.  [default: auto]")
@gpus_option
@memory_option
@click.option(
    "--minutes",
    type=float,
    metavar="N",
    help="Start no trial after so long and end the running ones; the same command goes on.",
)
@timeout_option
@click.option(
    "--storage",
    metavar="URL",
    help="postgresql://USER@HOST/DATABASE, for `archforge worker` on other machines.",
)
@click.option(
    "--engine",
    metavar="NAME",
    help="dask trains on the workers of a Dask cluster.  [default: processes, of this machine]",
)
@click.option(
    "--scheduler",
    metavar="URL",
    help="Of the Dask cluster, as tcp://10.0.0.1:8786; without one, a cluster of this machine.",
)
@click.option(
    "--resources",
    multiple=True,
    callback=_as_mapping,
    metavar="NAME=SHARE",
    help="What a trial takes of its Dask worker, as GPU=0.5.",
)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="By default runs/SPEC-PRESET-search-DATA, for an experiment runs/NAME-search.",
)
@click.option(
    "--dashboard",
    "with_dashboard",
    is_flag=True,
    help="Show the study in optuna-dashboard on this machine while the search goes.",
)
@json_option
def command(
    spec: str,
    preset: str | None,
    given: dict[str, Any],
    data: Path | None,
    output: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Search filters, depth, dropout and what else has a range; the best spec is written.

    Trial 0 has the defaults (those of the preset). The same command goes on with a search that was
    interrupted, and with more --trials adds to it. SPEC may be an experiment file, which says data,
    settings and ranges too; options win over it.
    """
    with_dashboard = chosen.pop("with_dashboard")
    asked = ask([spec], given, data, chosen, preset)
    study = _searched(asked, output, with_dashboard=with_dashboard)
    if as_json:
        print_json(study.facts())
        return
    for line in study_lines(study):
        click.echo(line)


def _searched(asked: Asked, output: Path | None, *, with_dashboard: bool) -> "Study":
    from archforge.search import default_folder, search
    from archforge.search.dashboard import check_dashboard

    if with_dashboard:
        check_dashboard()

    found, preset = asked.one()
    own = Path("runs") / f"{asked.name}-search"
    folder = output or (own if asked.name else default_folder(found, preset, asked.data))
    click.echo(f"study: {folder} (the same command goes on with it)", err=True)
    with shown(asked.settings.epochs) as hear, ExitStack() as stack:
        on_event = (
            _with_dashboard(hear, folder, asked.search["storage"], stack)
            if with_dashboard
            else hear
        )
        return search(
            found,
            data=asked.data,
            folder=folder,
            preset=preset,
            given=asked.given,
            settings=asked.settings,
            options=asked.options,
            on_event=on_event,
            **asked.search,
        )


def _with_dashboard(
    on_event: Callable[["Event"], None], folder: Path, storage: str | None, stack: ExitStack
) -> Callable[["Event"], None]:
    """Begins with the first event: before it there is no database to show."""
    from archforge.search.dashboard import dashboard
    from archforge.search.places import find_place

    shown_at: list[str] = []

    def hear(event: "Event") -> None:
        if not shown_at:
            shown_at.append(stack.enter_context(dashboard(find_place(folder, storage))))
            click.echo(f"dashboard: {shown_at[0]}", err=True)
        on_event(event)

    return hear


@contextmanager
def shown(epochs: int) -> Iterator[Callable[["Event"], None]]:
    """Bars on a terminal, a line for each finished trial elsewhere; on stderr."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False, no_color=bool(os.environ.get("NO_COLOR")))
    if console.is_terminal:
        with _bars(console, epochs) as on_event:
            yield on_event
        return

    def line(event: "Event") -> None:
        if event.what == "end":
            click.echo(trial_line(event), err=True)
        elif event.what in {"ending", "retrained", "waiting"}:
            click.echo(_other_line(event), err=True)

    yield line


@contextmanager
def _bars(console: "Console", epochs: int) -> Iterator[Callable[["Event"], None]]:
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[facts]}"))
    left = TimeLeft()
    with Progress(*columns, console=console, transient=True) as bars:
        whole = bars.add_task("trials", total=None, facts="the first one takes longest")
        running: dict[int, Any] = {}

        def on_event(event: "Event") -> None:
            number = event.trial.number
            if event.what == "start":
                name = f"trial {number}"
                running[number] = bars.add_task(name, total=epochs, facts="starting")
            elif event.what == "epoch" and number in running:
                facts = f"epoch {event.epoch}/{epochs}  Dice {event.value:.4f}"
                bars.update(running[number], completed=event.epoch, facts=facts)
            elif event.what == "end":
                if number in running:
                    bars.remove_task(running.pop(number))
                console.print(trial_line(event))
            elif event.what in {"ending", "retrained", "waiting"}:
                console.print(_other_line(event))
            facts = f"{event.done} of {event.wanted}{_ends(event)}{_best(event)}{left.words(event)}"
            bars.update(whole, completed=event.done, total=event.wanted, facts=facts)

        yield on_event


class TimeLeft:
    """How long the trials to come may take, from those of this session."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._first: int | None = None

    def words(self, event: "Event") -> str:
        if self._first is None:
            self._first = event.done
        done = event.done - self._first
        if not done:
            return ""
        seconds = (time.monotonic() - self._start) / done * (event.wanted - event.done)
        return f"  about {clock(seconds)} left"


def _other_line(event: "Event") -> str:
    if event.what == "ending":
        return ENDING
    if event.what == "waiting":
        return event.words
    return f"trial {event.trial.number} trained again  [{event.done} of {event.wanted}]"


def trial_line(event: "Event") -> str:
    """What a log keeps of a trial."""
    from archforge.search.table import values_words

    trial = event.trial
    if trial.state in {"infeasible", "duplicate"}:
        return f"trial {trial.number}: {trial.state}, drawn again: {trial.message}"
    value = "" if trial.value is None else f"  {event.score} {trial.value:.4f}"
    why = f" ({trial.kind}: {trial.message})" if trial.kind else ""
    after = f" after epoch {len(trial.epochs)}" if trial.state == "pruned" else ""
    return (
        f"trial {trial.number}: {trial.state}{after}{why}{value}  {values_words(trial)}  "
        f"{clock(trial.seconds)}  [{event.done} of {event.wanted}{_best(event)}]"
    )


def _ends(event: "Event") -> str:
    """Trials that ended before their last epoch, or before the first."""
    kinds = ("pruned", "infeasible", "failed")
    return "".join(f", {event.counts[kind]} {kind}" for kind in kinds if event.counts.get(kind))


def _best(event: "Event") -> str:
    if event.best is None:
        return ""
    return f", best {event.best.value:.4f} (trial {event.best.number})"


def study_lines(study: "Study") -> Iterator[str]:
    """The table of a study, and what a person reads of it."""
    from archforge.search.table import folder_words, table_rows

    rows = list(table_rows(study))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        cells = [
            cell.ljust(width) if column == len(row) - 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = "  ".join(cells).rstrip()
        yield click.style(line, bold=True) if index == 0 else line
    yield ""
    yield from study.words()
    yield ""
    yield from folder_words(study)
