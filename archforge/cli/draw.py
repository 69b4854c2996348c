"""``archforge draw``."""

from pathlib import Path
from typing import Any

import click

from archforge.cli.options import spec_options


@click.command(epilog="Example:  archforge draw unet --preset tutorial -o unet.svg")
@spec_options
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE.svg",
    type=click.Path(path_type=Path),
    help="Where to write the picture.",
)
def command(spec: str, preset: str | None, given: dict[str, Any], output: Path) -> None:
    """Draw a spec: a U as a U, loops and blocks folded."""
    from archforge.analysis.draw import draw_svg
    from archforge.catalog import read_architecture
    from archforge.files import said_if_unwritable, write_whole

    if output.suffix.lower() != ".svg":
        raise click.BadParameter(f"'{output}' must end in .svg in this version")
    graph = read_architecture(spec).graph(preset, given)
    with said_if_unwritable(output):
        write_whole(output, draw_svg(graph))
    click.echo(f"{output}")
