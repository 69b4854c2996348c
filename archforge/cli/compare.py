"""``archforge compare``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.experiments import ask
from archforge.cli.options import (
    Workers,
    data_options,
    gpus_option,
    json_option,
    memory_option,
    preset_option,
    print_json,
    set_option,
    timeout_option,
    training_options,
)
from archforge.cli.runs import table
from archforge.cli.suites import plan, suite_options

if TYPE_CHECKING:
    from archforge.compare import Comparison, Several

# What only a comparison is told.
ALONE = ("seeds", "score", "own_recipes", "workers", "gpus", "memory", "timeout_s", "reuse")


@click.command(
    epilog="Example:  archforge compare unet:tutorial my_unet.yaml --data nuclei --folds 3 "
    "--epochs 20"
)
@click.argument("specs", metavar="[SPEC...]", nargs=-1)
@suite_options
@preset_option
@set_option
@data_options(required=False, several=True)
@click.option("--seeds", default=1, show_default=True, help="Trainings on each fold.")
@click.option("--score", help="Metric to rank by.  [default: dice; accuracy of whole images]")
@click.option(
    "--own-recipes",
    is_flag=True,
    help="Train runs and studies as they were trained, but for as long as all others.",
)
@training_options
@click.option("--seed", type=int, help="The first seed, and that of the split.  [default: 0]")
@click.option("--workers", type=Workers(), default="auto", help="Trainings at once.  "
              "[default: auto]")  # fmt: skip
@gpus_option
@memory_option
@timeout_option
@click.option(
    "--reuse",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Take runs below it that are trainings of this comparison; may be given several times.",
)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="By default runs/compare-DATA, for an experiment runs/NAME-compare, for a suite "
    "runs/compare-NAME.",
)
@json_option
def command(
    specs: tuple[str, ...],
    preset: str | None,
    given: dict[str, Any],
    data: tuple[Path, ...],
    output: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train several architectures on the same splits with the same seeds, and say how they differ.

    SPEC is a name from the zoo, a path, or either with a preset behind a colon (unet:tutorial,
    my_unet.yaml:small); the folder of a run; or the folder of a search, for its best network. The
    same command goes on with a comparison that was interrupted. In place of SPEC... one experiment
    file may stand, which says data and settings too; options win over it. With several --data,
    architectures are ranked over all of them.

    --suite compares networks of the zoo of like size, each with its preset small, on images that
    are drawn for it once and kept below the comparison's folder: `segmentation` 14 networks on 120
    images of nuclei, 96 x 96 pixels, over 3 folds of 20 epochs; `classification` 13 networks on 600
    images of cells, 64 x 64 pixels, over 3 folds of 30 epochs. Options win over these numbers;
    SPEC... take part, too; folders of --data are compared as well, or alone with --no-drawn.
    """
    from archforge.cli.comparing import shown
    from archforge.compare import compare, compare_several

    more = {name: chosen.pop(name) for name in ALONE}
    _check_fold(chosen["fold"])
    planned = plan(specs, preset, data, output, chosen)
    data = planned.data
    asked = ask(planned.specs, given, data[0] if data else None, chosen, preset)
    own = Path("runs") / f"{asked.name}-compare" if asked.name else None
    common = {
        "folder": planned.folder or own,
        "preset": asked.preset,
        "given": asked.given,
        "settings": asked.settings,
        "options": asked.options,
        **more,
    }
    planned.draw()
    with shown(asked.settings.epochs) as progress:
        if len(data) > 1:
            several = compare_several(asked.specs, data=data, progress=progress, **common)
            found: Comparison | None = None
        else:
            alone = {**common, "folder": planned.lone_folder or common["folder"]}
            found = compare(asked.specs, data=asked.data, progress=progress, **alone)
    if found is None:
        _tell(several.facts(), several_lines(several), as_json=as_json)
    else:
        _tell(found.facts(), comparison_lines(found), as_json=as_json)
    if not all(each.trained for each in (several.comparisons if found is None else [found])):
        from archforge.cli import PROBLEMS

        raise click.exceptions.Exit(PROBLEMS)  # not one network has a score


def _check_fold(fold: int | None) -> None:
    """Fold 0 cannot be told from none once it is an option of the data."""
    if fold is not None:
        from archforge.errors import refuse

        words = f"every fold is trained, not fold {fold} alone"
        refuse("AF621", words, fix="leave `--fold` out")


def _tell(facts: object, lines: Iterator[str], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    for line in lines:
        click.echo(line)


def comparison_lines(found: "Comparison") -> Iterator[str]:
    """The table, what it means, and where everything lies."""
    from archforge.compare.writing import TABLE, table_rows, timed_words

    yield from _columns(list(table_rows(found)))
    yield ""
    yield from found.notes
    if machine := timed_words(found):
        yield f"timed       {machine}"
    yield f"comparison  {found.folder}"
    yield f"table       {found.folder / TABLE}"
    for path in found.pictures:
        yield f"picture     {path}"


def several_lines(found: "Several") -> Iterator[str]:
    """The table of each data set, then the ranks over all of them."""
    for each in found.comparisons:
        yield click.style(each.data, bold=True)
        yield from comparison_lines(each)
        yield ""
    if found.ranking is not None:
        rows = [("architecture", "mean rank")]
        rows += [(name, f"{rank:.2f}") for name, rank in found.ranking.ranks.items()]
        yield from _columns(rows)
        yield ""
    yield from found.notes
    yield f"all of them {found.folder}"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    head, *rest = rows
    return table(head, rest, "<" + ">" * (len(head) - 1))
