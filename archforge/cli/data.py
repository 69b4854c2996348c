"""``archforge data synth`` and ``archforge data inspect``."""

from pathlib import Path

import click

from archforge.cli.options import json_option, print_json


@click.group(name="data")
def command() -> None:
    """Draw a data set, or look at one of yours."""


@command.command(epilog="Example:  archforge data synth nuclei --count 64 --size 128")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--kind", default="nuclei", show_default=True, help="What to draw.")
@click.option(
    "--count",
    default=64,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="How many images.",
)
@click.option(
    "--size",
    default=128,
    show_default=True,
    type=click.IntRange(48, 4096),
    help="Height and width in pixels.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same images.")
def synth(out: Path, kind: str, count: int, size: int, seed: int) -> None:
    """Draw a data set with exact masks and instances."""
    from archforge.data import write_synth

    folder = write_synth(out, kind=kind, count=count, size=size, seed=seed)
    click.echo(f"{folder}: {count} images of {size} x {size} pixels, with masks and labels")


@command.command(epilog="Example:  archforge data inspect path/to/nuclei")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@json_option
def inspect(folder: Path, as_json: bool) -> None:
    """Say what is in a folder of images and masks, and what is wrong with it."""
    from archforge.data import inspect_folder

    summary = inspect_folder(folder)
    if as_json:
        print_json(summary.facts())
        return
    for sentence in summary.words():
        click.echo(sentence)
