"""Finds what two networks do not share."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from archforge.analysis.activations import memory
from archforge.analysis.costs import costs
from archforge.analysis.difference.align import Pairs, aligned
from archforge.analysis.difference.records import Change, Changed, Difference, Figure
from archforge.analysis.receptive import receptive_field
from archforge.graph import AXES, Graph, Node, fingerprint, show_shape
from archforge.graph.fingerprint import canonical_order

NONE = "nothing"


def difference(before: Graph, after: Graph) -> Difference:
    """What ``after`` has that ``before`` has not, and the other way round."""
    same = fingerprint(before) == fingerprint(after)
    pairs = _same(before, after) if same else aligned(before, after)
    partners = set(pairs.values())
    both = _Both(before, after, pairs)
    changed = (
        Changed(old, new, after.nodes[new].kind, changes)
        for old, new in pairs.items()
        if (changes := tuple(both.changes(before.nodes[old], after.nodes[new])))
    )
    return Difference(
        before,
        after,
        same=same,
        added=tuple(name for name in after.nodes if name not in partners),
        removed=tuple(name for name in before.nodes if name not in pairs),
        changed=tuple(changed),
        renamed=tuple((old, new) for old, new in pairs.items() if old != new),
        figures=tuple(_figures(before, after)),
        shapes=tuple(_ends(before, after)),
        hyperparameters=_hyperparameters(before.hyperparameters, after.hyperparameters),
    )


def _same(before: Graph, after: Graph) -> Pairs:
    """In one network under two sets of names, the fingerprint's order says which node is which."""
    return dict(zip(canonical_order(before), canonical_order(after), strict=True))


@dataclass(frozen=True)
class _Both:
    """Two networks, and which node is which."""

    before: Graph
    after: Graph
    pairs: Pairs

    def changes(self, before: Node, after: Node) -> Iterator[Change]:
        """Everything in which a node is not its partner."""
        if before.kind != after.kind:
            yield Change("layer", before.kind, after.kind)
        else:
            yield from _arguments(before, after)
        if tuple(self.pairs.get(name) for name in before.inputs) != after.inputs:
            follows = self._same_but_for_gone_and_new(before, after)
            yield Change("inputs", ", ".join(before.inputs), ", ".join(after.inputs), follows)
        owner = self.pairs.get(before.shares, NONE) if before.shares else None
        if owner != after.shares:
            yield Change("weights of", before.shares or "its own", after.shares or "its own")
        if before.shape != after.shape:
            yield Change("shape", show_shape(before.shape), show_shape(after.shape), follows=True)

    def _same_but_for_gone_and_new(self, before: Node, after: Node) -> bool:
        """Whether the inputs are the same when removed and added nodes are passed through."""
        old = [_through(self.before, name, self.pairs) for name in before.inputs]
        new = [_through(self.after, name, self._partners) for name in after.inputs]
        return [self.pairs.get(name) for name in old] == new

    @cached_property
    def _partners(self) -> frozenset[str]:
        return frozenset(self.pairs.values())


def _through(graph: Graph, name: str, kept: Container[str]) -> str:
    """The node itself, or the first before it, along first inputs, that both networks have."""
    while name not in kept and graph.nodes[name].inputs:
        name = graph.nodes[name].inputs[0]
    return name


def _arguments(before: Node, after: Node) -> Iterator[Change]:
    old, new = vars(before.layer), vars(after.layer)
    for name, value in new.items():
        if old[name] != value:
            yield Change(name, shown(old[name]), shown(value))


def shown(value: Any) -> str:
    """A value as a spec has it, more or less."""
    if isinstance(value, tuple):
        alike = len(value) > 1 and len(set(value)) == 1
        return str(value[0]) if alike else f"[{', '.join(map(str, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def _figures(before: Graph, after: Graph) -> Iterator[Figure]:
    old, new = costs(before), costs(after)
    yield Figure("parameters", old.parameters.total, new.parameters.total)
    yield Figure("trainable parameters", old.parameters.trainable, new.parameters.trainable)
    yield Figure("MACs", old.macs, new.macs)
    first, second = memory(before), memory(after)
    yield Figure("activation bytes in training", first.training, second.training)
    yield Figure("activation bytes in prediction", first.inference, second.inference)
    one, two = receptive_field(before).values(), receptive_field(after).values()
    for name, a, b in zip(after.outputs, one, two, strict=False):
        yield from _fields(f"receptive field of {name}", a, b)


def _fields(what: str, before: tuple[int, ...], after: tuple[int, ...]) -> Iterator[Figure]:
    """The receptive field along each axis that both have, unless it is as along the first."""
    old, new = (dict(zip(AXES[len(one) + 1], one, strict=False)) for one in (before, after))
    both = {axis: (old[axis], new[axis]) for axis in old if axis in new}
    first = next(iter(both.values()), None)
    for index, (axis, (a, b)) in enumerate(both.items()):
        if index == 0 or (a, b) != first:
            yield Figure(f"{what}, {axis}", a, b)


def _ends(before: Graph, after: Graph) -> Iterator[Change]:
    """Inputs and outputs; without names they are told apart by their order."""
    for what, old, new in (
        ("input", list(before.inputs.items()), list(after.inputs.items())),
        ("output", _outputs(before), _outputs(after)),
    ):
        for one, two in zip_longest(old, new):
            a, b = _end(one), _end(two)
            if a != b:
                yield Change(what, a, b)


def _outputs(graph: Graph) -> list[tuple[str, Node]]:
    return [(name, graph.nodes[node]) for name, node in graph.outputs.items()]


def _end(end: tuple[str, Node] | None) -> str:
    return NONE if end is None else f"{end[0]} {show_shape(end[1].shape)}"


def _hyperparameters(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    names = [*before, *(name for name in after if name not in before)]
    both = {name: (before.get(name), after.get(name)) for name in names}
    return {name: (old, new) for name, (old, new) in both.items() if old != new}
