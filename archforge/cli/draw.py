"""``archforge draw``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import spec_options

if TYPE_CHECKING:
    from archforge.graph import Graph

ENDINGS = (".svg", ".png", ".pdf")


def picture_path(
    context: click.Context, parameter: click.Parameter, path: Path | None
) -> Path | None:
    """The path of a picture, if it has an ending of one.

    Raises:
        click.BadParameter: It has another.
    """
    if path is not None and path.suffix.lower() not in ENDINGS:
        raise click.BadParameter(f"'{path}' must end in {', '.join(ENDINGS)}")
    return path


@click.command(epilog="Example:  archforge draw unet --preset tutorial -o unet.svg")
@spec_options
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    callback=picture_path,
    help="Where to write the picture: .svg, .png or .pdf.",
)
@click.option(
    "--unfold",
    multiple=True,
    is_flag=False,
    flag_value="*",
    metavar="[NAME]",
    help="Open a block or an included architecture, all members of a family (skip), or all of a "
    "kind (DoubleConv); without a name, behind SPEC, everything. May be given several times.",
)
def command(
    spec: str, preset: str | None, given: dict[str, Any], output: Path, unfold: tuple[str, ...]
) -> None:
    """Draw a spec: a U as a U, loops and blocks folded.

    In an SVG a click on an included architecture, or Enter, opens it.
    """
    from archforge.analysis.draw import compose, write_picture
    from archforge.catalog import read_architecture
    from archforge.files import said_if_unwritable, whole_file

    graph = read_architecture(spec).graph(preset, given)
    _check_names(graph, unfold)
    scene = compose(graph, unfold)
    with said_if_unwritable(output), whole_file(output) as part:
        write_picture(scene, part)
    click.echo(f"{output}")


def _check_names(graph: "Graph", unfold: tuple[str, ...]) -> None:
    from archforge.analysis.draw import frame_names, unmatched
    from archforge.errors import did_you_mean

    for name in unmatched(graph, unfold):
        fix = did_you_mean(name, frame_names(graph)) or "this network has no blocks"
        raise click.BadParameter(f"there is no block '{name}': {fix}", param_hint="--unfold")
