"""``archforge replay``."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import json_option, print_json

if TYPE_CHECKING:
    from archforge.runs import Run
    from archforge.train.replayed import Change, Distance, Replay


@click.command(epilog="Example:  archforge replay runs/unet-20260102-030405")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--data",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The same images, where they lie in another place now.",
)
@click.option("--anyway", is_flag=True, help="Also where images, split or network changed since.")
@click.option(
    "--with",
    "other",
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Train nothing: say what differs between RUN and this one.",
)
@click.option(
    "-o",
    "--output",
    default=Path("runs"),
    show_default=True,
    metavar="RUNS",
    type=click.Path(path_type=Path),
    help="Where the folder of the new run is made.",
)
@json_option
def command(
    *,
    run: Path,
    data: Path | None,
    anyway: bool,
    other: Path | None,
    output: Path,
    as_json: bool,
) -> None:
    """Train a run again from its record, and say what differs and by how much.

    Taken from the record are the spec, hyperparameters, settings, seed, images and split, and as
    many threads as it had. The new run is one like any other; a run that was stopped is trained as
    far as it came, and one that a time ends (--seconds) goes by the seconds that the epochs of RUN
    took. Compared are versions and machine, scores, history, weights, and the scores of each image.
    On the same machine all of these are the same, bit for bit.

    A replay that is interrupted goes on with `archforge train --resume`; `--with` then compares.
    """
    from archforge.runs import new_run_folder, read_run

    before = read_run(run)
    if other is not None:
        given = click.get_current_context().get_parameter_source("output")
        if data or anyway or given is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError("--with compares two runs and trains none: give nothing else")
        from archforge.train import differences

        found = differences(before, read_run(other))
    else:
        folder = new_run_folder(output, f"{before.architecture}-replay")
        found = _trained(before, folder, data, anyway=anyway)
    if as_json:
        print_json(found.facts())
        return
    for line in replay_lines(found):
        click.echo(line)


def _trained(before: "Run", folder: Path, data: Path | None, *, anyway: bool) -> "Replay":
    from archforge.cli.train import kept_in_sight, shown_progress
    from archforge.train import replay

    said = _said_how_to_compare(before, folder)
    with said, kept_in_sight(folder), shown_progress(folder) as on_epoch:
        return replay(before, folder, data=data, anyway=anyway, on_epoch=on_epoch)


@contextmanager
def _said_how_to_compare(before: "Run", folder: Path) -> Iterator[None]:
    from archforge.train.checkpoint import has_checkpoint

    try:
        yield
    except KeyboardInterrupt:
        if has_checkpoint(folder):
            words = shlex.join(["archforge", "replay", str(before.folder), "--with", str(folder)])
            click.echo(f"then: {words}", err=True)
        raise


def replay_lines(found: "Replay") -> Iterator[str]:
    """What a person reads of a replay."""
    from archforge.cli.train import clock

    before, after = found.before, found.after
    yield f"{before.folder} -> {after.folder}"
    pace = "; its epochs count the seconds of those that they repeat" if after.pace else ""
    yield f"time          {clock(before.seconds)} -> {clock(after.seconds)}{pace}"
    for title, changes in (("environment", found.environment), ("inputs", found.inputs)):
        yield from _titled(title, [_change(each) for each in changes] or ["the same"])
    yield from _titled("history", _history(found))
    for title, part, things in (
        ("weights", found.weights, "tensors"), ("images", found.images, "images"),
    ):  # fmt: skip
        yield from _titled(title, [_apart(part, things, found.reasons.get(title, ""))])
    yield from _scores(found)
    yield from _verdict(found)


def _verdict(found: "Replay") -> Iterator[str]:
    from archforge.errors import series

    if not found.compared:
        yield "nothing could be compared"
    elif found.identical:
        rest = f"; not compared: {series(found.missing)}" if found.missing else ""
        yield f"identical, bit for bit{rest}"
    elif found.timed:
        yield "a time ended them, and the learning rate followed it: that comes out so only once"


def _titled(title: str, lines: list[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        yield f"{title if index == 0 else '':<14}{line}"


def _change(change: "Change") -> str:
    return f"{change.name}: {_shown(change.before)} -> {_shown(change.after)}"


def _shown(value: Any) -> str:
    from archforge.errors import printable

    return "not said" if value is None else printable(str(value))


def _history(found: "Replay") -> list[str]:
    if not found.history:
        return [f"not compared: {found.reasons['history']}"]
    epochs = next(iter(found.history.values()))
    more = f"{found.before.epochs} -> {found.after.epochs} epochs" if epochs.alone else ""
    lines = [
        f"{name} differs from epoch {each.first} on, by {each.largest:.3g} at most "
        f"(epoch {each.where})"
        for name, each in found.history.items()
        if each.differ
    ]
    return [*([more] if more else []), *lines] or [f"the same {epochs.of} epochs"]


def _apart(distance: "Distance | None", things: str, reason: str) -> str:
    if distance is None:
        return f"not compared: {reason}"
    if distance.same:
        return f"the same {distance.of} {things}"
    alone = f"; {distance.alone} are in one run alone" if distance.alone else ""
    if not distance.differ:
        return f"the same {distance.of} {things}{alone}"
    return (
        f"{distance.differ} of {distance.of} {things} differ, by {distance.largest:.3g} at most "
        f"({distance.where}){alone}"
    )


def _scores(found: "Replay") -> Iterator[str]:
    from archforge.cli.runs import table

    differing = [each for each in found.scores if each.before != each.after]
    if not differing:
        same = f"the same {len(found.scores)}"
        yield from _titled("scores", [same if found.scores else "none yet"])
        return
    yield from _titled("scores", [f"{len(differing)} of {len(found.scores)} differ"])
    rows = [
        (each.name, *(_number(value) for value in (each.before, each.after)),
         "" if each.difference is None else f"{each.difference:+.3g}")
        for each in differing
    ]  # fmt: skip
    yield from table(("metric", "before", "after", "difference"), rows, "<>>>")


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.6f}"
