"""``archforge data synth``, ``archforge data inspect`` and ``archforge data preview``."""

from pathlib import Path
from typing import Any

import click

from archforge.cli.options import json_option, print_json


@click.group(name="data")
def command() -> None:
    """Draw a data set, or look at one of yours."""


@command.command(epilog="Example:  archforge data synth nuclei --count 64 --size 128")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--kind", default="nuclei", show_default=True, help="nuclei, or cells.")
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
    """Draw a data set with exact truth.

    Nuclei come with masks and instances, to segment; cells in a folder for each of four classes
    (clustered, elongated, round, spotted), to classify.
    """
    from archforge.data import KINDS, write_synth

    folder = write_synth(out, kind=kind, count=count, size=size, seed=seed)
    click.echo(f"{folder}: {count} images of {size} x {size} pixels, {KINDS[kind].holds}")


@command.command(epilog="Example:  archforge data inspect path/to/nuclei --page nuclei.html")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--masks",
    default="auto",
    show_default=True,
    help="What mask values are: auto, binary, classes, labels or colours.",
)
@click.option("--ignore", type=int, help="The mask value that nothing is learned from.")
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    metavar="FILE.html",
    help="Write a page with pictures and histograms, too.",
)
@json_option
def inspect(folder: Path, masks: str, ignore: int | None, page: Path | None, as_json: bool) -> None:
    """Say what is in a folder of images and masks, and what is wrong with it.

    Images belong to masks by their names: equal stems; or the image's stem with _mask, -mask,
    _masks, _seg, _label, _labels or _gt; or equal stems without a prefix such as img_ and mask_.
    Problems of single files do not keep the others from being told; the exit status is then 1.
    """
    from archforge.data import DataOptions, check_up
    from archforge.errors import ProblemError

    checkup = check_up(folder, DataOptions(masks=masks, ignore=ignore))
    if as_json:
        print_json(checkup.facts())
    for sentence in () if as_json else checkup.words():
        click.echo(sentence)
    if page:
        from archforge.report import write_data_page

        write_data_page(checkup, page)
        click.echo(f"page: {page}", err=True)
    if checkup.problems:
        raise ProblemError(checkup.problems)


@command.command(epilog="Example:  archforge data preview nuclei -o preview.png --augment strong")
@click.argument("source", metavar="DIR")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE.png",
    type=click.Path(path_type=Path),
    help="The picture.",
)
@click.option("--augment", help="As for `archforge train`.  [default: standard]")
@click.option("--target", help="mask, or instances: inside and border of objects.  [default: mask]")
@click.option("--masks", help="As for `archforge data inspect`.  [default: auto]")
@click.option("--ignore", type=int, help="The mask value that nothing is learned from.")
@click.option(
    "--size",
    default=256,
    show_default=True,
    type=click.IntRange(8, 2048),
    help="Height and width of a patch; smaller where an image is.",
)
@click.option(
    "--images", default=4, show_default=True, type=click.IntRange(1, 50), help="Rows of the sheet."
)
@click.option("--seed", type=int, help="Of images, patches and augmentation.  [default: 0]")
def preview(source: str, output: Path, size: int, images: int, **chosen: Any) -> None:
    """Draw patches as a training sees them: as they are, and six times augmented.

    DIR may be an experiment file: its images, augmentation and target are shown; options win.
    """
    from archforge.cli.experiments import previewed
    from archforge.data import open_dataset
    from archforge.report import write_preview
    from archforge.train import preview as seen

    if output.suffix.lower() != ".png":
        raise click.BadParameter(f"'{output}' does not end in .png", param_hint="-o")
    folder, options, settings = previewed(source, chosen)
    dataset = open_dataset(folder, rank=2, options=options)
    rows = seen(dataset, settings, size=size, images=images)
    summary = dataset.summary
    names = [summary.class_name(index) for index in range(1, max(2, dataset.classes))]
    title = f"{folder.resolve().name}: {settings.augment}"
    write_preview(output, rows, title, names, bordered=settings.target == "instances")
    click.echo(f"{output}: {len(rows)} images, augmented by {settings.augment}")
