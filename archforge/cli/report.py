"""``archforge report``."""

from pathlib import Path

import click

from archforge.cli.options import json_option, print_json

FORMATS = ("html", "markdown")
ENDINGS = {"html": ".html", "markdown": ".md"}


@click.command(epilog="Example:  archforge report runs/compare-nuclei -o nuclei.html")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="By default what the ending of -o says, else html.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="By default report.html or report.md in PATH.",
)
@click.option(
    "--storage",
    metavar="URL",
    help="postgresql://USER@HOST/DATABASE, of a search that has its trials there.",
)
@json_option
def command(
    path: Path, form: str | None, output: Path | None, storage: str | None, *, as_json: bool
) -> None:
    """Write the page of a run, of a search, or of a comparison.

    PATH is its folder. The page is one HTML file that needs no network: scores with intervals,
    costs, every image's score, learning curves, pictures of networks and predictions, and how it
    was made, with the numbers behind each figure as CSV. With --format markdown it is a text for a
    repository, with its pictures in a folder beside it.
    """
    from archforge.report import write_report

    by_ending = output is not None and output.suffix.lower() in {".md", ".markdown"}
    chosen = form or ("markdown" if by_ending else "html")
    file = output or path / f"report{ENDINGS[chosen]}"
    write_report(path, file, form=chosen, storage=storage)
    if as_json:
        print_json({"report": str(file), "format": chosen})
    else:
        click.echo(f"report  {file}")
