"""``archforge evaluate``."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archforge.cli.options import data_option, json_option, print_json

if TYPE_CHECKING:
    from archforge.data import Examples
    from archforge.runs import Run
    from archforge.train.scoring import Evaluation

SPLITS = ("validation", "test", "train", "all")


@click.command(epilog="Example:  archforge evaluate runs/unet-20260102-030405 --data more-nuclei")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@data_option
@click.option(
    "--split",
    type=click.Choice(SPLITS),
    help="Which part; by default 'validation' of the run's own data, 'all' of any other.",
)
@click.option("--tta", type=click.Choice(("none", "flips", "turns")), default="none",
              show_default=True, help="Look at mirrored and turned images, too.")  # fmt: skip
@click.option(
    "--details",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="Also write every image's scores, the confusion matrix and the calibration.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    metavar="FILE.png",
    help="Also draw the worst images; of whole images with the table of confusion.",
)
@json_option
def command(  # noqa: PLR0913 (one argument for each option)
    *,
    run: Path,
    data: Path,
    split: str | None,
    tta: str,
    details: Path | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Score a trained network on images at their own size, beside Otsu's threshold."""
    from archforge.files import said_if_unwritable
    from archforge.predict.predictor import Way
    from archforge.runs import read_run
    from archforge.train import evaluate
    from archforge.train.finishing import draw_evaluation, write_details

    record = read_run(run)
    if record.task == "classification" and tta != "none":
        raise click.UsageError("--tta is for masks, this network gives a class for each image")
    name, examples = _part(record, data, split)
    _warn_of_known(record, examples, data)
    found = evaluate(record, examples, way=Way(tta=tta))
    if details:
        with said_if_unwritable(details):
            write_details(details, found)
    if picture:
        with said_if_unwritable(picture):
            draw_evaluation(record, examples, found, picture, f"{data} ({name})")
    if as_json:
        print_json(found.scores)
        return
    count = "1 image" if len(examples) == 1 else f"{len(examples)} images"
    click.echo(f"{record.name} on {count} of {data} ({name})")
    for line in _lines(record, examples, found):
        click.echo(line)


def _warn_of_known(run: "Run", examples: "Examples", data: Path) -> None:
    """Scores on images that were learned from say little; a changed folder is split anew."""
    from archforge.train.parts import learned_from

    known = learned_from(run).intersection(examples.ids)
    if known and Path(str(run.data.get("folder", ""))) == data.resolve():
        click.echo(
            f"{len(known)} of {len(examples)} images were learned from: this is no fair score",
            err=True,
        )


def _lines(run: "Run", examples: "Examples", found: "Evaluation") -> Iterator[str]:
    from archforge.cli.train import score_table
    from archforge.runs.class_names import names_of
    from archforge.train import otsu_scores
    from archforge.train.scoring import has_floor

    if run.task == "classification":
        yield from score_table(found.scores, {}, found.intervals)
        yield from _confusion(found.confusion, list(names_of(run)))
        return
    baseline = otsu_scores(examples) if has_floor(examples) else {}
    yield from score_table(found.scores, baseline, found.intervals)


def _confusion(table: list[list[int]], names: list[str]) -> Iterator[str]:
    """True classes down, predicted ones across."""
    labels = [
        names[index] if index < len(names) else f"class {index}" for index in range(len(table))
    ]
    width = max(map(len, labels))
    yield " " * width + "".join(f"  {label:>{max(8, len(label))}}" for label in labels)
    for label, row in zip(labels, table, strict=True):
        cells = (f"  {count:>{max(8, len(name))}}" for count, name in zip(row, labels, strict=True))
        yield f"{label:<{width}}" + "".join(cells)


def _part(run: "Run", data: Path, split: str | None) -> tuple[str, "Examples"]:
    """The part's name, and the examples in it, split as in the training."""
    from archforge.data import joined, open_dataset
    from archforge.train.opening import recorded_options

    name = split or ("validation" if _is_own(run, data) else "all")
    options, classes = recorded_options(run), run.data.get("classes", 1)
    if run.task == "segmentation" and classes > 1 and not options.colours:
        # A class that the network knows may be missing in these images.
        options = replace(options, masks="classes", classes=classes)
    if name == "all":
        options = replace(options, validation=0.0, test=0.0, folds=None)
    dataset = open_dataset(
        data,
        rank=len(run.network["size"]),
        channels=run.network.get("channels"),
        options=options,
    )
    if name == "all":
        return name, joined([dataset.train, dataset.validation, dataset.test])
    return name, getattr(dataset, name)


def _is_own(run: "Run", data: Path) -> bool:
    """Whether the folder holds the very files that the run was trained on."""
    from archforge.data.cache import cache_home
    from archforge.data.digests import content_hash
    from archforge.data.formats import list_examples
    from archforge.files import said_if_unwritable

    home = cache_home()
    with said_if_unwritable(home):
        return content_hash(list_examples(data), home) == run.data.get("fingerprint")
