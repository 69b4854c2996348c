"""``archforge lsp``."""

import click

from archforge import __version__


@click.command(epilog="Example:  archforge lsp    (an editor starts it; see the README, Editors)")
@click.option("--stdio", is_flag=True, help="Talk over standard input and output; always so.")
def command(stdio: bool) -> None:
    """Serve an editor: problems while typing, shapes, completion, rename, quick fixes.

    Speaks the Language Server Protocol. It runs until the editor goes. Needs pygls, which comes
    with the extra `editors`: pip install "archforge[editors]".
    """
    try:
        from archforge.studio.serving import serve
    except ModuleNotFoundError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        raise click.UsageError(
            'the language server needs pygls: pip install "archforge[editors]"'
        ) from error
    serve(__version__)
