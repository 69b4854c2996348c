"""``archforge schema``."""

import json
from pathlib import Path

import click


@click.command(epilog="Example:  archforge schema -o archforge.schema.json")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write it."
)
def command(output: Path | None) -> None:
    """Print the JSON Schema of the language, with every layer and block.

    Editors that know JSON Schema complete and check a spec whose first line is
    `# yaml-language-server: $schema=archforge.schema.json`.
    """
    from archforge.files import said_if_unwritable, write_whole
    from archforge.schema import language_schema

    text = json.dumps(language_schema(), indent=1) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        with said_if_unwritable(output):
            write_whole(output, text)
