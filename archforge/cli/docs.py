"""``archforge docs``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archforge.docs import Command

WIDTH = 96


@click.command(epilog="Example:  archforge docs reference")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
def command(out: Path) -> None:
    """Write a page for every layer, block, problem, command and architecture.

    OUT is a new folder, or one that this command wrote before. The pages are Markdown, made from
    what is installed: plug-ins have theirs, too. Start with OUT/index.md.
    """
    from archforge import blocks, layers
    from archforge.docs import site, write_docs
    from archforge.plugins import refuse_faults

    pages = site(_commands())
    write_docs(out, pages)
    click.echo(f"{out / 'index.md'}: {len(pages)} pages and pictures")
    refuse_faults(layers.PLUGINS, blocks.PLUGINS)


def _commands() -> "dict[str, Command]":
    from archforge.cli import COMMANDS, cli
    from archforge.docs import Command

    context = click.Context(cli, info_name="archforge")
    found: dict[str, Command] = {}
    for name, (_, line) in COMMANDS.items():
        known = cli.get_command(context, name)
        assert known is not None
        found |= {word: Command(line, text) for word, text in _helps(name, known).items()}
    return found


def _helps(name: str, known: click.Command) -> dict[str, str]:
    """What ``--help`` prints, and below a group for each of its commands."""
    # The width of the terminal must not show in the pages.
    context = click.Context(
        known,
        info_name=f"archforge {name}",
        help_option_names=["-h", "--help"],
        terminal_width=WIDTH,
        max_content_width=WIDTH,
    )
    text = known.get_help(context)
    if not isinstance(known, click.Group):
        return {name: text}
    inner = [
        _helps(f"{name} {word}", one)[f"{name} {word}"] for word, one in known.commands.items()
    ]
    return {name: "\n\n\n".join([text, *inner])}
