"""Which node of one network is which node of another.

Names come first: they are what people edit by. Nodes without a partner of their name are put side
by side in their order by what they are, so that a renamed block is not one removed and one added.
A generated name (``conv2d_2``) says only how many came before: where the numbers of such names in
one block differ, they are not trusted.
"""

import re
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from archforge.graph import Graph, Node

Pairs = dict[str, str]
MOST = 1500
"""Nodes that are compared in order: the time grows with the square of their number."""
_NUMBERED = re.compile(r"(.+)_\d+")


def aligned(before: Graph, after: Graph) -> Pairs:
    """Names of nodes of ``before``, each with the name of its partner in ``after``."""
    counts = _numbered(before), _numbered(after)
    pairs = {name: name for name in before.nodes if name in after.nodes and _trusted(name, *counts)}
    left = [node for node in before if node.name not in pairs]
    right = [node for node in after if node.name not in pairs]
    return pairs | dict(_in_order(left, right))


def _numbered(graph: Graph) -> Mapping[tuple[str, str], set[str]]:
    """In each scope, the numbered names with one stem."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in graph.nodes:
        for key, own in _stems(name):
            found[key].add(own)
    return found


def _stems(name: str) -> Iterator[tuple[tuple[str, str], str]]:
    scope = ""
    for part in name.split("."):
        own = part.partition("@")[0]
        numbered = _NUMBERED.fullmatch(own)
        if numbered:
            yield (scope, numbered[1]), own
        scope += f"{part}."


def _trusted(
    name: str,
    before: Mapping[tuple[str, str], set[str]],
    after: Mapping[tuple[str, str], set[str]],
) -> bool:
    return all(before[key] == after[key] for key, _ in _stems(name))


def _in_order(left: Sequence[Node], right: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """Equal layers in the same order, then between those layers of the same class."""
    if max(len(left), len(right)) > MOST:
        yield from _queued(left, right)
        return
    for same, a, b in _matched([n.layer for n in left], [n.layer for n in right]):
        one, two = left[a], right[b]
        if same:
            yield from _names(one, two)
            continue
        for alike, c, d in _matched([n.kind for n in one], [n.kind for n in two]):
            if alike:
                yield from _names(one[c], two[d])


def _matched(
    left: Sequence[Hashable], right: Sequence[Hashable]
) -> Iterator[tuple[bool, slice, slice]]:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        yield tag == "equal", slice(a, b), slice(c, d)


def _names(left: Sequence[Node], right: Sequence[Node]) -> Iterator[tuple[str, str]]:
    for one, two in zip(left, right, strict=True):
        yield one.name, two.name


def _queued(left: Sequence[Node], right: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """Each with the first that is left of those that are equal to it."""
    waiting: dict[Hashable, deque[str]] = defaultdict(deque)
    for node in right:
        waiting[node.layer].append(node.name)
    for node in left:
        if waiting[node.layer]:
            yield node.name, waiting[node.layer].popleft()
