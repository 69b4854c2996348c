"""``archforge predict``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@click.command(epilog="Example:  archforge predict runs/unet-20260102-030405 a.png b.png -o masks")
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
def command(run: Path, images: tuple[Path, ...], output: Path) -> None:
    """Write a mask for each image, of the image's own size: 0 and 255, or class indices."""
    from archforge.predict import predict_files
    from archforge.runs import read_run

    record = read_run(run)
    with _progress() as tell:
        written = predict_files(record, list(images), output, tell)
    click.echo(f"{output}: {len(written)} mask{'s' * (len(written) != 1)}")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
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
