"""Options of a shipped benchmark, and what ``archforge compare`` makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archforge.errors import did_you_mean

if TYPE_CHECKING:
    from archforge.compare.suites import DrawnSet, Suite

Function = TypeVar("Function", bound=Callable[..., Any])
# Options that say something of a benchmark alone; ``None`` if they were not given.
DRAWING = ("drawn", "drawn_count", "drawn_size")


def suite_options(function: Function) -> Function:
    """``--suite``, and what is drawn for it."""
    for option in (
        click.option(
            "--drawn-size",
            type=click.IntRange(48, 4096),
            metavar="PX",
            help="Their height and width, at least 48.",
        ),
        click.option(
            "--drawn-count",
            type=click.IntRange(1, 100_000),
            metavar="N",
            help="How many are drawn.",
        ),
        click.option(
            "--drawn/--no-drawn", default=None, help="Whether --suite draws images, beside --data."
        ),
        click.option(
            "--suite", metavar="NAME", help="A shipped benchmark: segmentation or classification."
        ),
    ):
        function = option(function)
    return function


@dataclass(frozen=True)
class Plan:
    """What is compared, and where.

    Args:
        specs: Networks, those of a benchmark first.
        data: Folders of images; the first may have to be drawn.
        folder: Of everything; ``None`` for the default of a comparison.
        drawn: What is drawn.
        suite: Whether it is a benchmark.
    """

    specs: tuple[str, ...]
    data: tuple[Path, ...]
    folder: Path | None
    drawn: "DrawnSet | None" = None
    suite: bool = False

    @property
    def lone_folder(self) -> Path | None:
        """Where one data set is compared: a benchmark may be given more of them later."""
        if self.folder is None or not self.suite:
            return self.folder
        from archforge.compare.folder import name_of

        return self.folder / name_of(self.data[0])

    def draw(self) -> None:
        """Draw what is not there yet, and say so.

        Raises:
            ProblemError: The folder cannot be written.
        """
        if self.drawn is not None and self.folder is not None and self.drawn.draw(self.folder):
            size = self.drawn.size
            words = f"{self.drawn.count} images of {size} x {size} pixels are drawn"
            click.echo(f"{self.data[0]}: {words}", err=True)


def plan(
    specs: tuple[str, ...],
    preset: str | None,
    data: tuple[Path, ...],
    output: Path | None,
    chosen: dict[str, Any],
) -> Plan:
    """What specs, folders and ``--suite`` say together.

    Args:
        specs: That were named.
        preset: Of ``--preset``.
        data: Of ``--data``.
        output: Of ``-o``.
        chosen: All other options; those of a benchmark are taken out, and its defaults put in.

    Raises:
        click.UsageError: There is nothing to compare, or an option has no meaning here.
    """
    name = chosen.pop("suite")
    asked = {option: chosen.pop(option) for option in DRAWING}
    if name is None:
        _check_alone(specs, asked)
        return Plan(specs, data, output)
    suite = _known(name)
    if preset is not None:
        raise click.UsageError(
            "a suite says the preset of each of its networks: leave --preset out, and write it "
            "behind the name of a network beside them (my_unet.yaml:small)"
        )
    _put_defaults(suite, chosen)
    every = tuple(dict.fromkeys([*suite.specs, *specs]))
    folder = output or Path("runs") / f"compare-{name}"
    if asked["drawn"] is False:
        if len(_given(asked)) > 1:
            raise click.UsageError(f"with --no-drawn {_given(asked)[1]} says nothing")
        if not data:
            raise click.UsageError("with --no-drawn give the folder of images with --data DIR")
        return Plan(every, data, folder, suite=True)
    drawn = _drawn(suite, asked, chosen)
    return Plan(every, (drawn.path(folder), *data), folder, drawn, suite=True)


def _check_alone(specs: tuple[str, ...], asked: Mapping[str, Any]) -> None:
    """Without ``--suite`` there must be networks, and nothing is drawn."""
    given = _given(asked)
    if given:
        raise click.UsageError(
            f"{given[0]} belongs to --suite: draw images of your own with `archforge data synth`"
        )
    if not specs:
        raise click.UsageError("name the networks to compare (SPEC...), or a suite with --suite")


def _given(asked: Mapping[str, Any]) -> list[str]:
    """The options of a benchmark that were given, as they are written."""
    told = {
        f"--{name.replace('_', '-')}": value for name, value in asked.items() if value is not None
    }
    return ["--no-drawn" if value is False else name for name, value in told.items()]


def _known(name: str) -> "Suite":
    from archforge.compare import SUITES

    if name not in SUITES:
        raise click.BadParameter(
            f"no suite is called '{name}': {did_you_mean(name, SUITES)}", param_hint="--suite"
        )
    return SUITES[name]


def _put_defaults(suite: "Suite", chosen: dict[str, Any]) -> None:
    """Folds and epochs, unless something else divides the images or ends a training."""
    if all(chosen[name] is None for name in ("epochs", "seconds", "images")):
        chosen["epochs"] = suite.epochs
    if chosen["folds"] is None and chosen["validation"] is None:
        chosen["folds"] = suite.folds


def _drawn(suite: "Suite", asked: Mapping[str, Any], chosen: Mapping[str, Any]) -> "DrawnSet":
    from archforge.compare.suites import DrawnSet

    count = suite.count if asked["drawn_count"] is None else asked["drawn_count"]
    size = suite.size if asked["drawn_size"] is None else asked["drawn_size"]
    return DrawnSet(suite.kind, count, size, chosen["seed"] or 0)
