"""``archforge evaluate``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archforge.cli.options import data_option, json_option, print_json

if TYPE_CHECKING:
    from archforge.data import Examples
    from archforge.predict import Predictor
    from archforge.runs import Run

SPLITS = ("validation", "test", "train", "all")


@click.command(epilog="Example:  archforge evaluate runs/unet-20260102-030405 --data more-nuclei")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@data_option
@click.option(
    "--split",
    type=click.Choice(SPLITS),
    help="Which part; by default 'validation' of the run's own data, 'all' of any other.",
)
@json_option
def command(run: Path, data: Path, split: str | None, as_json: bool) -> None:
    """Score a trained network on images at their own size, beside Otsu's threshold."""
    from archforge.cli.train import score_table
    from archforge.predict import open_predictor
    from archforge.runs import read_run
    from archforge.train import evaluate, otsu_scores

    record = read_run(run)
    predictor = open_predictor(record)
    name, parts = _parts(record, predictor, data, split)
    examples = joined(parts)
    scores = evaluate(predictor, examples)
    if as_json:
        print_json(scores)
        return
    region = predictor.network.region
    baseline = otsu_scores(examples, region=region) if predictor.classes == 1 else {}
    count = "1 image" if len(examples) == 1 else f"{len(examples)} images"
    click.echo(f"{record.name} on {count} of {data} ({name})")
    for line in score_table(scores, baseline):
        click.echo(line)
    if not region.whole:
        middle = f"{region.seen[0]}x{region.seen[1]} of {region.image[0]}x{region.image[1]}"
        click.echo(f"scored on the middle that the network sees: {middle}")


def _parts(
    run: "Run", predictor: "Predictor", data: Path, split: str | None
) -> tuple[str, list["Examples"]]:
    """The part's name, and the examples in it, split as in the training."""
    from archforge.data import open_dataset

    name = split or ("validation" if _is_own(run, data) else "all")
    kept = run.data["validation"], run.data["train"]
    dataset = open_dataset(
        data,
        size=predictor.network.region.image,
        channels=predictor.network.channels,
        validation=kept[0] / sum(kept) if name in {"train", "validation"} else 0.0,
        seed=run.seed,
    )
    if name == "all":
        return name, [dataset.train, dataset.validation, dataset.test]
    return name, [getattr(dataset, name)]


def _is_own(run: "Run", data: Path) -> bool:
    """Whether the folder holds the very files that the run was trained on."""
    from archforge.data.cache import cache_home
    from archforge.data.digests import content_hash
    from archforge.data.formats import list_examples
    from archforge.files import said_if_unwritable

    home = cache_home()
    with said_if_unwritable(home):
        return content_hash(list_examples(data), home) == str(run.data["fingerprint"])


def joined(parts: list["Examples"]) -> "Examples":
    """Several parts as one."""
    import numpy as np

    from archforge.data import Examples

    if len(parts) == 1:
        return parts[0]
    return Examples(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.masks for part in parts]),
        [name for part in parts for name in part.ids],
        tuple(source for part in parts for source in part.sources),
        parts[0].rule,
    )
