"""What an expansion tried with sizes, to be played again on images of other sizes.

If no formula asks for a height or a width, an expansion does the same steps whatever the size of
the image: the same layers on the same inputs, in the same order. Only shapes differ, and which
inputs of a merge ``align:`` brings to a common size. A tape holds the layers and the merges, so the
question whether another size builds is answered without expanding the spec again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archforge.expand.fitting import fitted
from archforge.graph import Layer, Parameters, Shape, ShapeError


@dataclass(frozen=True)
class Attempt:
    """A layer on certain nodes.

    Args:
        path: The node that it made, or would have.
        layer: With its arguments.
        inputs: Nodes, or inputs of a merge after its alignment.
        shares: The node whose weights it uses.
    """

    path: str
    layer: Layer
    inputs: tuple[str, ...]
    shares: str | None = None


@dataclass(frozen=True)
class Alignment:
    """``align:`` on the inputs of a merge.

    Args:
        path: Of the merge.
        how: ``crop``, ``pad`` or ``resize``.
        nodes: Its inputs as they are given.
        stretches: Whether the merge stretches a side of 1 itself.
        layer: What brings one input to the size of others.
    """

    path: str
    how: str
    nodes: tuple[str, ...]
    stretches: bool
    layer: Layer

    @property
    def names(self) -> tuple[str, ...]:
        """What the inputs are called after it."""
        return tuple(f"{self.path}#{index}" for index in range(len(self.nodes)))


@dataclass(frozen=True)
class Played:
    """One playing of a tape.

    Args:
        failed: Why it stopped, if it did.
        shapes: Of every node that was made.
        parameters: Of all layers.
        macs: Of all layers, for one image.
        values: Numbers in all outputs, for one image.
    """

    failed: ShapeError | None
    shapes: Mapping[str, Shape]
    parameters: int = 0
    macs: int = 0
    values: int = 0


@dataclass
class Tape:
    """Everything that an expansion tried, in order."""

    entries: list[Attempt | Alignment] = field(default_factory=list)
    aligned: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def tried(self, path: str, layer: Layer, inputs: Sequence[str], shares: str | None) -> None:
        """Note a layer that is about to be tried."""
        names = self.aligned.get(path, tuple(inputs))
        self.entries.append(Attempt(path, layer, names, shares))

    def align(self, alignment: Alignment) -> None:
        """Note an alignment; the merge that follows takes its results."""
        self.entries.append(alignment)
        self.aligned[alignment.path] = alignment.names

    def play(self, images: Mapping[str, Shape], *, count: bool = False) -> Played:
        """Play it on images of these shapes.

        Args:
            images: Shape of each input.
            count: Whether to add up costs, too.
        """
        shapes: dict[str, Shape] = dict(images)
        totals = [0, 0, 0]
        try:
            for entry in self.entries:
                if isinstance(entry, Alignment):
                    _align(entry, shapes, totals)
                    continue
                given = [shapes[name] for name in entry.inputs]
                made = entry.layer.shape(given)
                shapes[entry.path] = made
                if count:
                    _count(entry, given, made, totals)
        except ShapeError as error:
            return Played(error, shapes)
        if count:
            totals[2] += sum(_size(shape) for shape in images.values())
        return Played(None, shapes, *totals)

    def sides(self) -> tuple[Any, ...] | None:
        """What heights and widths hang on; equal for tapes that accept the same sizes.

        ``None`` where some layer mixes channels into them.
        """
        rows = list(self._rows())
        return None if None in rows else tuple(rows)

    def _rows(self) -> Iterator[tuple[Any, ...] | None]:
        number: dict[str, Any] = {}
        for index, entry in enumerate(self.entries):
            if isinstance(entry, Alignment):
                known = tuple(number.get(name, name) for name in entry.nodes)
                number.update((name, (index, k)) for k, name in enumerate(entry.names))
                yield (entry.how, known, entry.stretches)
                continue
            kind, inputs = type(entry.layer), tuple(number.get(n, n) for n in entry.inputs)
            sides = kind.sides()
            if sides == () and kind.keeps_shape():
                number[entry.path] = inputs[0]
                continue
            number[entry.path] = index
            values = tuple(getattr(entry.layer, name) for name in sides or ())
            yield None if sides is None else (kind.called(), values, inputs)


def _align(entry: Alignment, shapes: dict[str, Shape], totals: list[int]) -> None:
    given = [shapes[name] for name in entry.nodes]
    moved = fitted(given, entry.how, stretches=entry.stretches)
    for index, name in enumerate(entry.names):
        shapes[name] = given[index]
        if index in moved:
            shapes[name] = entry.layer.shape([given[index], *(given[k] for k in moved[index])])
            totals[2] += _size(shapes[name])


def _count(entry: Attempt, given: list[Shape], made: Shape, totals: list[int]) -> None:
    counted = entry.layer.parameters(given) if entry.shares is None else Parameters()
    totals[0] += counted.total
    totals[1] += entry.layer.macs(given, made)
    totals[2] += _size(made)


def _size(shape: Shape) -> int:
    size = 1
    for side in shape:
        size *= side or 1
    return size
