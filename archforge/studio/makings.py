"""What each step of a file made: shapes and parameters, by the line it is written on.

A node's path says which steps made it (``decode@1.conv2d_1``: the step `decode@i` of the graph, and
inside it the first Conv2D of its block), so nothing has to be recorded while a network is expanded.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from archforge.catalog import Architecture
from archforge.graph import Frame, Graph, Node, Shape, show_shape
from archforge.spec import Branches, Loop, Step
from archforge.spec.names import bodies
from archforge.studio.bindings import FILE

SHORT = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


class Key(NamedTuple):
    """What tells a step from the others of its scope.

    Args:
        scope: The block it is written in, or ``FILE``.
        around: The loops and branches around it.
        family: Its name up to the ``@``, or its counted class. Where steps are looked for by what
            they make, the whole of a name that says its number itself, ``mixed@3``.
    """

    scope: str
    around: tuple[str, ...]
    family: str


@dataclass
class Instance:
    """One time that a step was run.

    Args:
        path: Of what it made.
        read: Shapes of what its first layer reads.
        shape: Of its output.
        parameters: Of everything it made.
    """

    path: str
    read: Sequence[Shape]
    shape: Shape = ()
    parameters: int = 0


@dataclass
class Makings:
    """What the steps of a file made.

    Args:
        lines: Every run of the step that is written on a line, lines from 1.
        names: Every run of the steps with a name, by scope and family.
        inputs: Shapes of the input nodes.
    """

    lines: dict[int, list[Instance]] = field(default_factory=dict)
    names: dict[tuple[str, str], list[Instance]] = field(default_factory=dict)
    inputs: dict[str, Shape] = field(default_factory=dict)

    def node(self, scope: str, word: str) -> str:
        """The shape of the node or the family called ``word``; empty if nothing was made."""
        if scope == FILE and word in self.inputs:
            return show_shape(self.inputs[word])
        return shapes(self.names.get((scope, word), []))


def makings(found: Architecture, graph: Graph) -> Makings:
    """What the steps of ``found`` made in ``graph``."""
    file = found.spec.file
    written = _written(found)
    runs: dict[str, tuple[Key, int | None, Instance]] = {}
    for node in graph:
        for key, path, line in _levels(node, file, frozenset(found.spec.blocks)):
            one = runs.setdefault(path, (key, line, Instance(path, _shapes(graph, node))))[2]
            one.shape = node.shape
            one.parameters += node.parameters.total
    made = Makings(inputs={name: node.shape for name, node in graph.inputs.items()})
    for path, (key, line, one) in runs.items():
        if path in graph.aliases:  # an architecture may end before the last node made for it
            one.shape = graph.node(path).shape
        made.names.setdefault((key.scope, key.family), []).append(one)
        # A shared layer's node knows its first step's line.
        place = _found(written, key, path) or line
        if place is not None:
            made.lines.setdefault(place, []).append(one)
    return made


def _shapes(graph: Graph, node: Node) -> list[Shape]:
    """Of the inputs that are there: half-written edits take nodes away that others read."""
    return [graph.nodes[name].shape for name in node.inputs if name in graph.nodes]


def _levels(node: Node, file: str, blocks: frozenset[str]) -> Iterator[tuple[Key, str, int | None]]:
    """The steps around a node, outermost first: each with its path, and its line where known.

    A node knows the line of its own step, which for a block of the registry is that of the block.
    """
    own_line = node.mark.line if node.mark is not None and node.mark.file == file else None
    scope, prefix, around = FILE, "", tuple[str, ...]()
    for frame in node.within:
        if frame.kind in ("loop", "branch"):
            around = (*around, _around(frame, prefix))
        if frame.kind not in ("block", "architecture"):
            continue
        key = Key(scope, around, _family(frame.name, prefix))
        if frame.kind == "architecture" or frame.label not in blocks:
            yield key, frame.name, None if frame.kind == "architecture" else own_line
            return  # what is inside is written elsewhere
        yield key, frame.name, None
        scope, prefix, around = frame.label, f"{frame.name}.", ()
    own = node.name.removeprefix(prefix).split(".")[0]
    yield Key(scope, around, _family(own, "")), prefix + own, own_line


def _family(path: str, prefix: str) -> str:
    return path.removeprefix(prefix).split("@")[0]


def _around(frame: Frame, prefix: str) -> str:
    family = _family(frame.name, prefix)
    return f"{family}/{frame.label}" if frame.kind == "branch" else family


def _found(written: Mapping[Key, int], key: Key, path: str) -> int | None:
    """The line of the step that made ``path``: of its name, or of as much of it as a step has."""
    name = path.rpartition(".")[2]
    while name and key._replace(family=name) not in written:
        name = name.rpartition("@")[0]
    return written.get(key._replace(family=name))


def _written(found: Architecture) -> dict[Key, int]:
    """The line of each step of the file that one key means alone."""
    scopes: dict[str, Sequence[Step]] = {FILE: found.spec.steps}
    scopes.update((name, block.steps) for name, block in found.spec.blocks.items())
    every = [pair for scope in scopes for pair in _keys(scopes[scope], scope, ())]
    # Of two steps with one name only one was run; which, the paths do not say.
    counted = Counter(key for key, _ in every)
    file = found.spec.file
    return {k: _line(s) for k, s in every if counted[k] == 1 and s.mark.file == file}


def _line(step: Step) -> int:
    if isinstance(step, Branches) and step.merge is not None:
        return step.merge.mark.line
    return step.mark.line


def _keys(steps: Sequence[Step], scope: str, around: tuple[str, ...]) -> Iterator[tuple[Key, Step]]:
    for step in steps:
        name = step.ordinal if step.name is None else str(step.name.value)
        family, *numbers = name.split("@")
        alone = all(number.isdigit() for number in numbers)
        yield Key(scope, around, name if alone else family), step
        if isinstance(step, Branches):
            for label, branch in step.branches.items():
                yield from _keys(branch, scope, (*around, f"{step.ordinal}/{label}"))
            continue
        inside = (*around, family) if isinstance(step, Loop) else around
        for body in bodies(step):
            yield from _keys(body, scope, inside)


def shapes(made: Sequence[Instance]) -> str:
    """The shapes of all runs of a step: the first and the last, and the smallest between them."""
    if not made:
        return ""
    first, last = made[0].shape, made[-1].shape
    if all(one.shape == first for one in made):
        return show_shape(first)
    row = [first, last]
    if first == last:
        row.insert(1, min((one.shape for one in made), key=_positions))
    return " .. ".join(show_shape(shape) for shape in row)


def _positions(shape: Shape) -> int:
    return prod(size or 1 for size in shape[:-1])


def short(count: int) -> str:
    """A count in two or three digits: ``295 k``, ``1.9 M``."""
    for size, unit in SHORT:
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return str(count)
