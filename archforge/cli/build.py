"""``archforge build``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import spec_options
from archforge.errors import listing

if TYPE_CHECKING:
    from archforge.build import Given

KERAS = ("keras", "imagenet")
"""Both ask for the weights of keras.applications: as a source, and as a spec writes it."""


@click.command(epilog="Example:  archforge build unet --preset tutorial -o unet.keras")
@spec_options
@click.option(
    "-o",
    "--output",
    metavar="FILE.keras",
    type=click.Path(path_type=Path),
    help="Where to save the model; without it the model is only built.",
)
@click.option(
    "--weights-from",
    metavar="SOURCE",
    help="keras: what keras.applications learned on ImageNet; or a run, a .keras or a "
    ".weights.h5 file of the same network.",
)
def command(
    spec: str,
    preset: str | None,
    given: dict[str, Any],
    output: Path | None,
    weights_from: str | None,
) -> None:
    """Build the Keras model of a spec, with fresh weights or those of another model.

    Weights of keras.applications are found layer by layer from what lies below each, whatever the
    names and the order; then both networks see an image, and their outputs must be alike.
    """
    from archforge.catalog import read_architecture
    from archforge.files import said_if_unwritable, whole_file

    if output is not None and output.suffix != ".keras":
        raise click.BadParameter(f"'{output}' must end in .keras")
    found = read_architecture(spec)
    graph = found.graph(preset, given)
    source = weights_from
    if source is not None and source not in KERAS:
        source = str(found.finder.weights(source, None))

    from archforge.build import build_model, build_with

    if source is None:
        model, taken = build_model(graph), None
    else:
        model, taken = build_with(graph, source)
    click.echo(f"{graph.name}: {len(model.layers)} layers, {model.count_params():,} parameters")
    if taken is not None:
        click.echo(_told(taken))
    if output is not None:
        with said_if_unwritable(output), whole_file(output) as part:
            model.save(part)
        click.echo(f"{output}")


def _told(taken: "Given") -> str:
    """The line that says where weights come from, and which do not."""
    proven = "; both give the same output for an image" if taken.compared else ""
    fresh = f"; new are those of {listing(taken.fresh)}" if taken.fresh else ""
    return f"weights: {taken.source}{proven}{fresh}"
