"""``archforge diff``."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.draw import picture_path
from archforge.cli.options import json_option, print_json, settings

if TYPE_CHECKING:
    from archforge.analysis.difference import Change, Changed, Difference, Figure
    from archforge.graph import Graph

MOST_NAMES, MOST_LINES = 4, 20
LABEL = 20


@click.command(epilog="Example:  archforge diff unet:tutorial my_unet.yaml -o diff.svg")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--set-a",
    multiple=True,
    metavar="NAME=VALUE",
    callback=settings,
    help="Fix a hyperparameter of A; may be given several times.",
)
@click.option(
    "--set-b",
    multiple=True,
    metavar="NAME=VALUE",
    callback=settings,
    help="Fix a hyperparameter of B.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    callback=picture_path,
    help="Draw both, with what differs marked: .svg, .png or .pdf.",
)
@json_option
def command(
    before: str,
    after: str,
    set_a: dict[str, Any],
    set_b: dict[str, Any],
    output: Path | None,
    as_json: bool,
) -> None:
    """Say what two architectures do not share, with differences of size and cost.

    A and B are names from the zoo or paths, with a preset behind a colon where one is meant
    (unet:tutorial). Names of nodes do not make a difference: what is only called otherwise is told
    as renamed. Ends with 0 whether or not they differ.
    """
    from archforge.analysis.difference import difference

    found = difference(_graph(before, set_a), _graph(after, set_b))
    if output is not None:
        _draw(found, output)
    if as_json:
        print_json(found.facts())
        return
    for line in _lines(found, f"{before} -> {after}"):
        click.echo(line)
    if output is not None:
        click.echo(f"picture  {output}")


def _graph(text: str, given: dict[str, Any]) -> "Graph":
    from archforge.catalog import named, read_architecture

    name, preset = named(text)
    return read_architecture(name).graph(preset, given)


def _draw(found: "Difference", output: Path) -> None:
    from archforge.analysis.draw import compose_difference, write_picture
    from archforge.files import said_if_unwritable, whole_file

    scene = compose_difference(found)
    with said_if_unwritable(output), whole_file(output) as part:
        write_picture(scene, part)


def _lines(found: "Difference", title: str) -> Iterator[str]:
    yield click.style(title, bold=True)
    yield f"  {'the same network' if found.same else 'not the same network'}"
    yield from _figures(found.figures)
    for change in found.shapes:
        yield f"  {change.what:<{LABEL}}{change.before} -> {change.after}"
    for name, (old, new) in found.hyperparameters.items():
        yield f"  {name:<{LABEL}}{_value(old)} -> {_value(new)}"
    yield from _section("-", "only in A", "red", _nodes(found.before, found.removed))
    yield from _section("+", "only in B", "green", _nodes(found.after, found.added))
    yield from _section("~", "changed", "yellow", _changed(found.changed))
    yield from _section("=", "renamed, no difference", "cyan", _renamed(found))


def _figures(figures: "Iterable[Figure]") -> Iterator[str]:
    """Those that differ, in columns; one that says the same as the one above it is left out."""
    rows: dict[tuple[str, ...], str] = {}
    for one in figures:
        if one.before != one.after:
            rows.setdefault(_row(one), one.name)
    if not rows:
        return
    name_width = max(LABEL - 2, *map(len, rows.values()))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells, name in rows.items():
        row = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        yield f"  {name:<{name_width}}  {row}"


def _row(figure: "Figure") -> tuple[str, str, str]:
    change = f"{figure.after - figure.before:+,}"
    percent = figure.percent
    share = "" if percent is None else f" ({percent:+,.1f} %)"
    return f"{figure.before:,} ->", f"{figure.after:,}", change + share


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return {True: "true", False: "false", None: "none"}[value] if _is_word(value) else str(value)


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _section(sign: str, title: str, colour: str, lines: Iterable[str]) -> Iterator[str]:
    """A headed list, its tail counted where it is long."""
    rows = list(lines)
    if not rows:
        return
    yield click.style(f"{sign} {title}", fg=colour, bold=True)
    yield from (f"    {row}" for row in rows[:MOST_LINES])
    if len(rows) > MOST_LINES:
        yield f"    and {len(rows) - MOST_LINES} more lines; --json has them all"


def _nodes(graph: "Graph", names: Sequence[str]) -> Iterator[str]:
    """Whole blocks in one line each, single nodes by their class."""
    whole = Counter(_block(graph, name) for name in graph.nodes)
    found = Counter(_block(graph, name) for name in names)
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names:
        block = _block(graph, name)
        gone = block is not None and found[block] == whole[block]
        lines[block if block and gone else ("", graph.nodes[name].kind)].append(name)
    for (block_name, label), members in lines.items():
        if block_name:
            yield f"{block_name} ({label}, {_count(len(members), 'node')})"
        else:
            yield _names(members, label)


def _block(graph: "Graph", name: str) -> tuple[str, str] | None:
    """Name and class of the outermost block or included architecture around a node."""
    within = graph.nodes[name].within
    frames = [one for one in within if one.kind in ("block", "architecture")]
    return (frames[0].name, frames[0].label) if frames else None


def _changed(changed: "Iterable[Changed]") -> Iterator[str]:
    """Nodes that changed alike in one line; what follows from others last, all in one."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    follow: list[str] = []
    for one in changed:
        if one.follows:
            follow.append(one.after)
            continue
        said = "; ".join(map(_change, (c for c in one.changes if not c.follows)))
        groups[one.layer, said].append(one.after)
    for (layer, said), names in groups.items():
        yield f"{_names(names, layer)}: {said}"
    if follow:
        rest = _count(len(follow), "more node")
        yield f"{rest} ({_some(follow)}): inputs or shape alone, which follow from the above"


def _change(change: "Change") -> str:
    return f"{change.what} {change.before} -> {change.after}"


def _names(names: list[str], layer: str) -> str:
    if len(names) == 1:
        return f"{names[0]} ({layer})"
    return f"{len(names)} {layer} ({_some(names)})"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else shown


def _renamed(found: "Difference") -> Iterator[str]:
    """Each new name once: a block's for all nodes inside it."""
    groups: dict[tuple[str, str], int] = defaultdict(int)
    for old, new in found.renamed:
        groups[_where_they_part(old, new)] += 1
    for (old, new), count in groups.items():
        yield f"{old} -> {new}" + (f" ({count} nodes)" if count > 1 else "")


def _where_they_part(old: str, new: str) -> tuple[str, str]:
    """Two paths without the end that they share."""
    one, two = old.split("."), new.split(".")
    while len(one) > 1 and len(two) > 1 and one[-1] == two[-1]:
        one.pop()
        two.pop()
    return ".".join(one), ".".join(two)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"
