"""``archforge build``."""

from pathlib import Path
from typing import Any

import click

from archforge.cli.options import spec_options


@click.command(epilog="Example:  archforge build unet --preset tutorial -o unet.keras")
@spec_options
@click.option(
    "-o",
    "--output",
    metavar="FILE.keras",
    type=click.Path(path_type=Path),
    help="Where to save the model; without it the model is only built.",
)
def command(spec: str, preset: str | None, given: dict[str, Any], output: Path | None) -> None:
    """Build the Keras model of a spec, with fresh weights."""
    from archforge.catalog import read_architecture
    from archforge.files import said_if_unwritable, whole_file

    if output is not None and output.suffix != ".keras":
        raise click.BadParameter(f"'{output}' must end in .keras")
    graph = read_architecture(spec).graph(preset, given)

    from archforge.build import build_model

    model = build_model(graph)
    click.echo(f"{graph.name}: {len(model.layers)} layers, {model.count_params():,} parameters")
    if output is not None:
        with said_if_unwritable(output), whole_file(output) as part:
            model.save(part)
        click.echo(f"{output}")
