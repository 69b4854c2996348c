"""``archforge list``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import json_option, print_json

if TYPE_CHECKING:
    from archforge.catalog import Architecture

Facts = dict[str, Any]
ARCHITECTURES = "architectures"
UNITS = (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3))


@dataclass(frozen=True)
class Row:
    """One line of a list.

    Args:
        name: As people write it.
        text: What it is.
        source: Where it comes from.
        arguments: What it may be told, with the default of each; none is none.
        task: That it is for, where a table has two.
    """

    name: str
    text: str
    source: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    task: str = ""

    def facts(self) -> Facts:
        """What ``--json`` prints of it."""
        facts = {"name": self.name, "text": self.text, "source": self.source}
        told = {"arguments": dict(self.arguments)} if self.arguments else {}
        return {**facts, **told, **({"task": self.task} if self.task else {})}

    def line(self, width: int) -> str:
        """The name, padded, and all else."""
        told = [name if default is None else f"{name}={default:g}"
                for name, default in self.arguments.items()]  # fmt: skip
        parts = (
            f"{self.name:{width}}  {self.text}",
            f"({', '.join(told)})" if told else "",
            f"[{self.source}]" if self.source else "",
        )
        return "  ".join(part for part in parts if part)


def _layers() -> Iterator[Row]:
    from archforge.layers import known_layers

    for name, record in known_layers().items():
        yield Row(name, record.summary().rstrip("."))


def _blocks() -> Iterator[Row]:
    from archforge.blocks import known_blocks

    for name, record in known_blocks().items():
        yield Row(name, record.summary().rstrip("."), record.SOURCE)


def _titled(table: str) -> Iterator[Row]:
    room, name = table.rsplit(".", 1)
    for key, entry in getattr(import_module(room), name).items():
        known = getattr(entry, "arguments", {})
        arguments = {one: told.default for one, told in known.items()}
        yield Row(key, entry.title, getattr(entry, "source", ""), arguments)


def _metrics() -> Iterator[Row]:
    for table, task in (("METRICS", "segmentation"), ("CLASS_METRICS", "classification")):
        yield from (replace(row, task=task) for row in _titled(f"archforge.metrics.{table}"))


def _augmentations() -> Iterator[Row]:
    from archforge.data.augment import PRESETS

    yield from _titled("archforge.data.augment.OPERATIONS")
    for name, text in PRESETS.items():
        yield Row(name, text or "images as they are")


def _optimizers() -> Iterator[Row]:
    from archforge.train import OPTIMIZERS

    for name, kind in OPTIMIZERS.items():
        yield Row(name, f"{kind} with Keras's own defaults", f"keras.optimizers.{kind}")


def _schedules() -> Iterator[Row]:
    from archforge.train.settings import SCHEDULES

    for name, text in SCHEDULES.items():
        yield Row(name, text)


KINDS: dict[str, Callable[[], Iterator[Row]]] = {
    "layers": _layers,
    "blocks": _blocks,
    "losses": lambda: _titled("archforge.losses.LOSSES"),
    "optimizers": _optimizers,
    "schedules": _schedules,
    "augmentations": _augmentations,
    "metrics": _metrics,
    "formats": lambda: _titled("archforge.data.FORMATS"),
    "samplers": lambda: _titled("archforge.search.SAMPLERS"),
    "pruners": lambda: _titled("archforge.search.PRUNERS"),
}


@click.command(name="list", epilog="Example:  archforge list layers")
@click.argument("kind", type=click.Choice([ARCHITECTURES, *KINDS]), default=ARCHITECTURES)
@click.option("--presets", is_flag=True, help="Architectures with a line for each preset, too.")
@json_option
def command(kind: str, presets: bool, as_json: bool) -> None:
    """List what there is, one line each with its source.

    Architectures come with their parameters and MACs for one image of their own size; losses and
    augmentations with what they may be told, and the default of each. Layers and
    blocks of installed packages are among them; one that cannot be used is a problem.
    """
    if kind == ARCHITECTURES:
        _tell_architectures(presets=presets, as_json=as_json)
        return
    rows = list(KINDS[kind]())
    if as_json:
        print_json([row.facts() for row in rows])
    else:
        _tell_rows(rows)
    _refuse_broken(kind)


def _tell_rows(rows: Sequence[Row]) -> None:
    width = max(len(row.name) for row in rows)
    for task, part in groupby(rows, lambda row: row.task):
        if task:
            click.secho(f"for {task}", bold=True)
        for row in part:
            click.echo(row.line(width))


def _tell_architectures(*, presets: bool, as_json: bool) -> None:
    from archforge.catalog import read_architecture, shipped

    known = (read_architecture(str(path)) for path in shipped().values())
    every = [_facts(one, presets=presets) for one in known]
    if as_json:
        print_json(every)
        return
    for line in _table([row for facts in every for row in _rows(facts, presets=presets)]):
        click.echo(line)
    if not presets:
        click.echo("\n`archforge list --presets` adds what each has under other names.")


def _facts(known: "Architecture", *, presets: bool) -> Facts:
    """What is told of an architecture; of its presets the names, or their costs as well."""
    spec = known.spec
    named: list[Any] = list(spec.presets)
    return {
        "name": spec.name,
        "title": spec.title,
        "task": spec.task,
        "year": spec.year,
        **_costs(known, None),
        "source": spec.source,
        "presets": [{"name": n, **_costs(known, n)} for n in named] if presets else named,
    }


def _costs(known: "Architecture", preset: str | None) -> Facts:
    from archforge.analysis import costs

    total = costs(known.graph(preset))
    return {"parameters": total.parameters.total, "macs": total.macs}


def _rows(facts: Facts, *, presets: bool) -> Iterator[Sequence[str]]:
    what = (facts["task"], str(facts["year"] or ""))
    yield facts["name"], *what, *_counts(facts), facts["source"]
    for preset in facts["presets"] if presets else ():
        yield f"  {preset['name']}", "", "", *_counts(preset), ""


def _counts(facts: Facts) -> tuple[str, str]:
    return short(facts["parameters"]), short(facts["macs"])


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns under their names; numbers end at one place."""
    head = ("name", "task", "year", "parameters", "MACs", "source")
    widths = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    for index, row in enumerate((head, *rows)):
        pairs = zip(row, widths, "<<<>><", strict=True)
        line = "  ".join(f"{text:{side}{width}}" for text, width, side in pairs).rstrip()
        yield click.style(line, bold=True) if index == 0 else line


def short(number: int) -> str:
    """A count in three digits: ``25.6 M``."""
    unit, size = next(((unit, size) for unit, size in UNITS if number >= size), ("", 1))
    digits = max(3 - len(str(number // size)), 0) if unit else 0
    return f"{number / size:.{digits}f} {unit}".rstrip()


def _refuse_broken(kind: str) -> None:
    if kind not in ("layers", "blocks"):
        return
    from archforge.plugins import refuse_faults

    refuse_faults(import_module(f"archforge.{kind}").PLUGINS)
