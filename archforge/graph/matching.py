"""Which node of one network is which of another, found by what lies below each.

Two writings of one network differ in their names, in the order in which layers were made, in
activations that are fused or stand apart, in padding of their own or of the convolution's, in sums
whose operands changed places and in concatenations of concatenations. None of that counts here: a
node is told by its kind, its weights and what it is computed from, down to the input.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archforge.graph.walk import completion_order

SUMS = frozenset({"Add", "Average", "Maximum", "Minimum", "Multiply"})
"""Merges whose operands may change places."""

JOINS = SUMS | {"Concatenate", "Subtract"}
"""Merges; other layers with several inputs change the first of them and ask the others' sizes."""


@dataclass(frozen=True)
class Part:
    """What counts of a node.

    Args:
        kind: Its layer's class.
        weights: How many numbers its weights are.
        reads: The nodes it reads, in their order.
        window: Its kernel's sides: two kernels may have equally many numbers and other shapes.
    """

    kind: str
    weights: int
    reads: tuple[str, ...]
    window: tuple[int, ...] | None = None

    @property
    def passes(self) -> bool:
        """Whether it has neither weights nor several inputs to merge."""
        return bool(self.reads) and not self.weights and self.kind not in JOINS


Network = Mapping[str, Part]


@dataclass(frozen=True)
class Match:
    """What was found.

    Args:
        pairs: Nodes of the wanted network, each with its counterpart in the searched one.
        missing: The first wanted node without a counterpart; ``None`` if the whole was found.
        ends: Nodes of the searched network that may give what the wanted one's end gives: the
            counterpart and what passes its values on.
    """

    pairs: Mapping[str, str]
    missing: str | None = None
    ends: tuple[str, ...] = ()


def match(wanted: Network, end: str, searched: Network) -> Match:
    """Find a network inside another one, of which it may be the lower part.

    Args:
        wanted: Nodes by name.
        end: The one of them that is the output.
        searched: Nodes by name.
    """
    numbers: dict[object, int] = {}
    order = completion_order([end], lambda name: wanted[name].reads)
    one = _numbered(wanted, order, numbers)
    every = completion_order(searched, lambda name: searched[name].reads)
    other = _numbered(searched, every, numbers)
    counterparts: dict[int, str] = {}
    for name in every:
        counterparts.setdefault(other[name], name)
    start = _base(wanted, end)
    needed = completion_order([start], lambda name: _operands(wanted, name))
    missing = next((name for name in needed if one[name] not in counterparts), None)
    if missing is not None:
        return Match({}, missing)
    ends = tuple(name for name in every if other[name] == one[end])
    pairs = _paired((wanted, one), (searched, other), (start, counterparts[one[end]]))
    return Match(dict(pairs), ends=ends)


def _numbered(network: Network, order: Sequence[str], numbers: dict[object, int]) -> dict[str, int]:
    """The same number for all nodes, of either network, that are computed alike."""
    found: dict[str, int] = {}
    for name in order:
        part = network[name]
        if part.passes:
            found[name] = found[part.reads[0]]
            continue
        below = [found[each] for each in _operands(network, name)]
        if part.kind in SUMS:
            below.sort()
        # An image is an image, whatever its layer is called.
        key = (part.kind, part.weights, part.window, *below) if below else ()
        found[name] = numbers.setdefault(key, len(numbers))
    return found


def _base(network: Network, name: str) -> str:
    """The node whose values ``name`` passes on; itself if it changes them."""
    while network[name].passes:
        name = network[name].reads[0]
    return name


def _operands(network: Network, name: str) -> list[str]:
    """What a node reads; of a concatenation of concatenations, what the inner one reads."""
    found: list[str] = []
    waiting = list(reversed(network[name].reads))
    while waiting:
        each = waiting.pop()
        if network[name].kind == network[each].kind == "Concatenate":
            waiting += reversed(network[each].reads)
        else:
            found.append(_base(network, each))
    return found


def _paired(
    one: tuple[Network, Mapping[str, int]],
    other: tuple[Network, Mapping[str, int]],
    start: tuple[str, str],
) -> Iterator[tuple[str, str]]:
    waiting, done = [start], set()
    while waiting:
        names = waiting.pop()
        if names[0] in done:
            continue
        done.add(names[0])
        yield names
        sides = []
        for (network, numbers), name in zip((one, other), names, strict=True):
            operands = _operands(network, name)
            if network[name].kind in SUMS:
                operands.sort(key=numbers.__getitem__)
            sides.append(operands)
        waiting += zip(*sides, strict=True)
