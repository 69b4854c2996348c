"""``archforge predict``."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import json_option, print_json

if TYPE_CHECKING:
    from archforge.predict import Outcome
    from archforge.runs import Run

OF_MASKS = ("instances", "table", "boxes", "scores", "seed_distance", "least_area")
TTA = ("none", "flips", "turns")


@click.command(epilog="Example:  archforge predict runs/unet-20260102-030405 slides/ -o masks")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True,
                type=click.Path(path_type=Path))  # fmt: skip
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="The folder for the masks.",
)
@click.option("--instances", is_flag=True, help="Number the objects: OUT/NAME_labels.*.")
@click.option("--table", is_flag=True, help="Measure the objects: OUT/objects.csv.")
@click.option("--boxes", is_flag=True, help="Boxes and outlines: OUT/boxes.csv and coco.json.")
@click.option("--scores", is_flag=True, help="Write the probabilities: OUT/NAME_scores.tif.")
@click.option("--tta", type=click.Choice(TTA), default="none", show_default=True,
              help="Look at mirrored and turned images, too, and take the mean.")  # fmt: skip
@click.option("--overlap", type=click.IntRange(0), metavar="N",
              help="Pixels that tiles share.  [default: what the network needs]")  # fmt: skip
@click.option("--threshold", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              default=0.5, show_default=True,
              help="Score from which a pixel is foreground, of one class.")  # fmt: skip
@click.option("--seed-distance", type=click.FloatRange(0), metavar="N",
              help="Least pixels between two centres.  [default: from the objects]")  # fmt: skip
@click.option("--least-area", type=click.IntRange(0), metavar="N",
              help="Least pixels of an object.  [default: from the objects]")  # fmt: skip
@click.option("--skip-existing", is_flag=True, help="Leave out images that are done.")
@json_option
def command(  # noqa: PLR0913 (one argument for each option)
    *,
    run: Path,
    images: tuple[Path, ...],
    output: Path,
    tta: str,
    overlap: int | None,
    skip_existing: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Write a mask for each image, of the image's own size: 0 and 255, or class indices.

    Of a network that classifies whole images, write OUT/classes.csv: the class of each image and
    the probability of every class.

    IMAGE is a PNG, JPEG, TIFF, .npy, .npz or OME-Zarr file, a folder of such, or a pattern in
    quotes. A TIFF gives a TIFF with its pixel size; a stack is taken plane by plane, unless the
    network takes volumes. Large images are taken in tiles and never held as a whole, but for
    objects: their scores are in memory at once, with 50 to 70 bytes for each pixel. PNG, JPEG, .npz
    and OME-Zarr are read whole, as is compressed TIFF without the extra zarr.
    """
    from archforge.errors import ProblemError
    from archforge.predict import Wanted, Way, predict_files
    from archforge.runs import read_run

    record = read_run(run)
    if record.task == "classification":
        if tta != "none" or overlap or skip_existing or any(wanted[name] for name in OF_MASKS):
            raise click.UsageError(f"'{run}' classifies whole images: give images and -o alone")
        _classify(record, images, output, as_json=as_json)
        return
    if skip_existing and (wanted["table"] or wanted["boxes"]):
        raise click.UsageError("--skip-existing does not go with --table and --boxes, which are of "
                               "all images")  # fmt: skip
    chosen = Wanted(Way(overlap, tta), skip_existing=skip_existing, **wanted)
    with _progress() as tell:
        outcome = predict_files(record, list(images), output, chosen, tell)
    if as_json:
        print_json([one.facts() for one in outcome.predicted])
    else:
        for line in _lines(output, outcome):
            click.echo(line)
    if outcome.problems:
        raise ProblemError(outcome.problems)


def _classify(run: "Run", images: tuple[Path, ...], output: Path, *, as_json: bool) -> None:
    from archforge.errors import ProblemError
    from archforge.predict import predict_classes

    with _progress() as tell:
        outcome = predict_classes(run, list(images), output, tell)
    if as_json:
        print_json([one.facts() for one in outcome.classified])
    else:
        click.echo(f"{output}: {_count(len(outcome.classified), 'image')}")
        for label, number in Counter(one.label for one in outcome.classified).most_common():
            click.echo(f"  {number:,} {label}")
    if outcome.problems:
        raise ProblemError(outcome.problems)


def _lines(output: Path, outcome: "Outcome") -> Iterator[str]:
    done = outcome.predicted
    counts = [_count(len(done), "mask")]
    if any(one.objects is not None for one in done):
        counts.append(_count(sum(one.objects or 0 for one in done), "object"))
    if outcome.skipped:
        counts.append(f"{outcome.skipped} there already")
    yield f"{output}: {', '.join(counts)}"
    for words, number in Counter(one.words for one in done).items():
        yield f"  {_count(number, 'image')} {words}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


@contextmanager
def _progress() -> Iterator[Callable[[float, int], None] | None]:
    """A line on a terminal's stderr; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("images", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
