"""``archforge schema``."""

import json
from pathlib import Path
from typing import Any

import click


@click.command(epilog="Example:  archforge schema -o archforge.schema.json")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write it."
)
@click.option("--experiment", is_flag=True, help="That of experiment files.")
def command(output: Path | None, experiment: bool) -> None:
    """Print the JSON Schema of the language, with every layer and block.

    Editors that know JSON Schema complete and check a spec whose first line is
    `# yaml-language-server: $schema=archforge.schema.json`.
    """
    from archforge.files import said_if_unwritable, write_whole

    text = json.dumps(_schema(experiment=experiment), indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        with said_if_unwritable(output):
            write_whole(output, text)


def _schema(*, experiment: bool) -> dict[str, Any]:
    if experiment:
        from archforge.experiment import experiment_schema

        return experiment_schema()
    from archforge.schema import language_schema

    return language_schema()
