"""``archforge list``."""

from collections.abc import Callable, Iterator
from importlib import import_module

import click

from archforge.cli.options import json_option, print_json

Row = tuple[str, str, str]  # name, what it is, source


def _architectures() -> Iterator[Row]:
    from archforge.catalog import shipped, summary

    for path in shipped().values():
        known = summary(path)
        presets = f"; presets: {', '.join(known.presets)}" if known.presets else ""
        yield known.name, f"{known.title} ({known.task}){presets}", known.source


def _layers() -> Iterator[Row]:
    from archforge.layers import known_layers

    for name, record in known_layers().items():
        yield name, record.summary().rstrip("."), ""


def _blocks() -> Iterator[Row]:
    from archforge.blocks import known_blocks

    for name, record in known_blocks().items():
        yield name, record.summary().rstrip("."), record.SOURCE


def _titled(table: str) -> Iterator[Row]:
    room, name = table.rsplit(".", 1)
    for key, entry in getattr(import_module(room), name).items():
        yield key, entry.title, getattr(entry, "source", "")


KINDS: dict[str, Callable[[], Iterator[Row]]] = {
    "architectures": _architectures,
    "layers": _layers,
    "blocks": _blocks,
    "losses": lambda: _titled("archforge.losses.LOSSES"),
    "metrics": lambda: _titled("archforge.metrics.METRICS"),
    "formats": lambda: _titled("archforge.data.FORMATS"),
    "samplers": lambda: _titled("archforge.search.SAMPLERS"),
    "pruners": lambda: _titled("archforge.search.PRUNERS"),
}


@click.command(name="list", epilog="Example:  archforge list layers")
@click.argument("kind", type=click.Choice(list(KINDS)), default="architectures")
@json_option
def command(kind: str, as_json: bool) -> None:
    """List what there is, one line each with its source.

    Layers and blocks of installed packages are among them; one that cannot be used is a problem.
    """
    rows = list(KINDS[kind]())
    if as_json:
        print_json([{"name": n, "text": text, "source": source} for n, text, source in rows])
    else:
        width = max(len(name) for name, _, _ in rows)
        for name, text, source in rows:
            click.echo(f"{name:{width}}  {text}{f'  [{source}]' if source else ''}")
    _refuse_broken(kind)


def _refuse_broken(kind: str) -> None:
    if kind not in ("layers", "blocks"):
        return
    from archforge.plugins import refuse_faults

    refuse_faults(import_module(f"archforge.{kind}").PLUGINS)
