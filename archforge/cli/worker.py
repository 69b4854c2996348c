"""``archforge worker``."""

from pathlib import Path
from typing import Any

import click

from archforge.cli.options import Workers, gpus_option, json_option, memory_option, print_json, told
from archforge.cli.search import shown, study_lines


@click.command(epilog="Example:  archforge worker /shared/runs/unet-tutorial-search-nuclei")
@click.argument("study", metavar="STUDY", type=click.Path(path_type=Path))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The same images, where this machine has them in another place.",
)
@click.option("--workers", type=Workers(), default="auto", show_default=True,
              help="Trainings at once on this machine.")  # fmt: skip
@gpus_option
@memory_option
@click.option(
    "--storage",
    metavar="URL",
    help="The study's database, where its host or password is another one from here.",
)
@json_option
def command(*, study: Path, as_json: bool, **asked: Any) -> None:
    """Train trials of a search beside its other machines, until it has as many as it wants.

    STUDY is the folder that `archforge search --storage ...` named, on a file system that this
    machine sees. Ctrl-C gives running trials to the other machines, and so does a crash.
    """
    from archforge.search import join
    from archforge.search.identity import read_record

    with shown(read_record(study)["settings"]["epochs"]) as on_event:
        done = join(study, **told(asked), on_event=on_event)
    if as_json:
        print_json(done.facts())
        return
    for line in study_lines(done):
        click.echo(line)
