"""``archforge explain``."""

import click

from archforge.errors import CODES, page
from archforge.errors.words import nearest


@click.command(epilog="Example:  archforge explain AF204")
@click.argument("code", metavar="CODE", required=False)
def command(code: str | None) -> None:
    """Say what a problem code means, with a wrong and a right example.

    Without CODE, list all codes.
    """
    if code is None:
        for known, title in CODES.items():
            click.echo(f"{known}  {title}")
        return
    name = code.upper()
    if name not in CODES:
        near = nearest(name, CODES)
        hint = f"did you mean {near}?" if near else "`archforge explain` lists them"
        raise click.BadParameter(f"there is no problem code '{code}': {hint}")
    click.echo(page(name).rstrip())
