"""``archforge compare``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.experiments import ask
from archforge.cli.options import (
    data_options,
    json_option,
    print_json,
    set_option,
    training_options,
)

if TYPE_CHECKING:
    from archforge.compare import Comparison
    from archforge.train import Epoch


@click.command(
    epilog="Example:  archforge compare unet:tutorial my_unet.yaml --data nuclei --epochs 20"
)
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@set_option
@data_options(required=False)
@click.option("--seeds", default=1, show_default=True, help="Trainings of each architecture.")
@training_options
@click.option("--seed", type=int, help="The first seed, and that of the split.  [default: 0]")
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="By default runs/compare-DATA, for an experiment runs/NAME-compare.",
)
@json_option
def command(
    specs: tuple[str, ...],
    given: dict[str, Any],
    data: Path | None,
    output: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train several architectures on the same split with the same seeds: one table.

    SPEC is a name from the zoo, a path, or either with a preset behind a colon (unet:tutorial,
    my_unet.yaml:small). The same command goes on with a comparison that was interrupted. In place
    of SPEC... one experiment file may stand, which says data and settings too; options win over it.
    """
    from archforge.compare import compare

    asked = ask(specs, given, data, chosen)
    own = Path("runs") / f"{asked.name}-compare"
    found = compare(
        asked.specs,
        data=asked.data,
        folder=output or (own if asked.name else None),
        given=asked.given,
        settings=asked.settings,
        seeds=chosen["seeds"],
        options=asked.options,
        on_epoch=_tell,
    )
    if as_json:
        print_json(found.facts())
        return
    for line in _lines(found):
        click.echo(line)


def _tell(architecture: str, seed: int, epoch: "Epoch") -> None:
    from archforge.cli.train import epoch_line

    click.echo(f"{architecture}, seed {seed}: {epoch_line(epoch)}", err=True)


def _lines(found: "Comparison") -> Iterator[str]:
    from archforge.compare.writing import TABLE, table_rows

    rows = list(table_rows(found))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        first, *rest = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        line = "  ".join([first, *rest])
        yield click.style(line, bold=True) if index == 0 else line
    yield ""
    yield from found.words()
    yield f"comparison  {found.folder}"
    yield f"table       {found.folder / TABLE}"
    for path in found.pictures:
        yield f"picture     {path}"
