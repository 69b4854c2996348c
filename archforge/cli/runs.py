"""``archforge runs``."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import Any

import click

from archforge.cli.options import json_option, print_json
from archforge.errors import Mark, ProblemError, printable, refuse
from archforge.runs import (
    STATUSES,
    Condition,
    Gathered,
    Run,
    Wanted,
    choose_runs,
    collection_of,
    gather,
    list_runs,
    order,
    score_of,
)
from archforge.runs.choosing import called, data_name

HEAD = ("run", "architecture", "status", "data", "score", "epochs", "started", "seconds")
LEFT = "<<<<>><>"
SEVERAL = 2


def choosing(function: Callable[..., None]) -> Callable[..., None]:
    """Every option that leaves runs out."""
    options = (
        click.option("--architecture", metavar="NAME", help="Of this name, or NAME:PRESET."),
        click.option("--status", type=click.Choice(STATUSES), help="That ended so."),
        click.option("--data", metavar="DIR", help="On these images: the folder, its name, or the "
                     "first digits of their fingerprint."),
        click.option("--fingerprint", metavar="HEX", help="Of the network; its first digits."),
        click.option("--since", metavar="DATE", help="Started at 2026-01-31 or later, in UTC."),
        click.option("--where", multiple=True, metavar="'NAME OP VALUE'", help="With such a value: "
                     "a metric, hyperparameter, setting or fact; OP is = != < <= > or >=. "
                     "May be given several times."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


@click.command(epilog="Example:  archforge runs --where 'dice > 0.9' --sort -dice")
@click.argument("folder", metavar="[DIR]", default=Path("runs"), type=click.Path(path_type=Path))
@choosing
@click.option("--sort", metavar="NAME", help="By such a value; -NAME for the highest first.")
@click.option("--all", "every", is_flag=True, help="A line for each run of searches, too.")
@click.option("--to", type=click.Choice(("mlflow",)), help="Hand them on in place of a list.")
@click.option("--uri", metavar="URI", help="MLflow's store: sqlite:///PATH or a server's address.  "
              "[default: mlflow.db in DIR]")  # fmt: skip
@click.option("--models", is_flag=True, help="Hand their networks on, too.")
@json_option
def command(*, folder: Path, every: bool, sort: str | None, as_json: bool, **chosen: Any) -> None:
    """List the runs below DIR, by default 'runs', the oldest first.

    The trials of a search are one line, and so are the runs of a comparison: with how each ended,
    the best score, and epochs and seconds of all of them. --all lists them one by one, and so does
    --json, or naming the folder of the search.

    The score is Dice, or accuracy where whole images are classified, of the validation images; of
    a run that has not ended it is that of its best epoch. Names for --where and --sort are metrics,
    hyperparameters, settings of the training (also as train.NAME) and score, parameters, macs,
    epochs, seconds, seed and the like. A record that is damaged is told, and hides no other.

    --to mlflow writes the runs into MLflow's store (extra mlflow): parameters, every epoch, scores,
    tags, pictures and the record itself. Those that have not ended are left out; doing it again
    adds what is new and doubles nothing.
    """
    to, uri, models = (chosen.pop(name) for name in ("to", "uri", "models"))
    if to is None and (uri or models):
        raise click.UsageError("--uri and --models belong to --to mlflow")
    runs = found(folder, chosen, sort)
    if to is not None:
        _hand_on(folder, runs, uri, models=models, as_json=as_json)
        return
    if as_json:
        print_json([_facts(folder, run) for run in runs])
        return
    if not runs:
        return
    gathered = gather(folder, runs)
    rows = [_row(run) for run in runs] if every else [_line(each) for each in gathered]
    for line in table(HEAD, rows, LEFT):
        click.echo(line)


def found(folder: Path, chosen: dict[str, Any], sort: str | None) -> list[Run]:
    """The runs that options choose; what is wrong with others is told on stderr.

    Raises:
        ProblemError: There is no such folder, every record is damaged, or the options choose by
            what there is not.
    """
    from archforge.cli import tell

    conditions = tuple(Condition.read(text) for text in chosen.pop("where"))
    if not folder.is_dir():
        refuse(
            "AF501",
            f"there is no folder '{folder}'",
            mark=Mark(str(folder)),
            fix="name the folder that `archforge train` was given with `-o`",
        )
    runs, problems = list_runs(folder)
    if problems and not runs:
        raise ProblemError(problems)
    if problems:
        tell(ProblemError(problems), None)
    kept = choose_runs(runs, Wanted(**chosen, conditions=conditions))
    if not kept:
        none = f"none of {len(runs)} runs in {folder} is so" if runs else f"no run in {folder}"
        click.echo(none, err=True)
    return order(kept, sort) if sort and kept else kept


def _hand_on(
    folder: Path, runs: list[Run], uri: str | None, *, models: bool, as_json: bool
) -> None:
    from archforge.train.handing import hand_on

    def tell(run: Run, new: bool) -> None:
        click.echo(f"{run.folder}: {'handed on' if new else 'was there'}", err=True)

    done = hand_on(folder, runs, uri, models=models, on_run=tell)
    if as_json:
        print_json(asdict(done))
        return
    left = f"; {done.running} have not ended" if done.running else ""
    new = "1 run" if done.new == 1 else f"{done.new} runs"
    click.echo(f"{new} handed on, {done.known} were there{left}")
    if done.store.startswith("sqlite"):
        click.echo(f"look at them:  mlflow ui --backend-store-uri {quote(done.store)}")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], sides: str) -> Iterator[str]:
    """Columns under their names.

    Args:
        head: The names.
        rows: Of as many texts.
        sides: ``<`` or ``>`` for each column.
    """
    lines = [[printable(text) for text in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in lines) for column in range(len(head))]
    for index, row in enumerate(lines):
        cells = zip(row, sides, widths, strict=True)
        line = "  ".join(f"{text:{side}{width}}" for text, side, width in cells).rstrip()
        yield click.style(line, bold=True) if index == 0 else line


def _facts(folder: Path, run: Run) -> dict[str, Any]:
    from archforge.cli.train import facts

    belongs = collection_of(folder, run)
    return {
        **facts(run),
        "score": score_of(run),
        "collection": None if belongs is None else str(belongs),
    }


def _row(run: Run) -> tuple[str, ...]:
    most = run.settings.get("epochs")
    return (
        str(run.folder),
        called(run),
        run.status if run.failure is None else f"{run.status}: {run.failure.kind}",
        data_name(run),
        _score(run),
        str(run.epochs) if most is None else f"{run.epochs}/{most}",
        _minute(run.started),
        f"{run.seconds:.0f}",
    )


def _line(gathered: Gathered) -> tuple[str, ...]:
    """A run, or the sum of those that belong together."""
    if gathered.alone:
        return _row(gathered.runs[0])
    runs = gathered.runs
    ends = Counter(run.status for run in runs)
    return (
        f"{gathered.folder}/",
        _few({called(run) for run in runs}, "architectures"),
        ", ".join(f"{ends[status]} {status}" for status in STATUSES if ends[status]),
        _few({data_name(run) for run in runs}, "folders"),
        _score(gathered.best),
        str(sum(run.epochs for run in runs)),
        _minute(min(run.started for run in runs)),
        f"{sum(run.seconds for run in runs):.0f}",
    )


def _score(run: Run) -> str:
    score = score_of(run)
    return "" if score is None else f"{score:.4f}"


def _minute(started: str) -> str:
    """``2026-01-31 12:34``, in UTC as the record has it."""
    return started[:16].replace("T", " ")


def _few(names: set[str], what: str) -> str:
    return ", ".join(sorted(names)) if len(names) <= SEVERAL else f"{len(names)} {what}"
