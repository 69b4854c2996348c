"""Which blocks and included architectures are opened, from the names that people give."""

from collections.abc import Collection, Iterator

from archforge.graph import Frame, Graph, Node

ALL = "*"
"""Instead of a name: everything."""


def foldable(node: Node) -> tuple[Frame, ...]:
    """The frames around a node that a picture can fold into one box, outermost first."""
    return tuple(frame for frame in node.within if frame.kind in ("block", "architecture"))


def opened(graph: Graph, names: Collection[str]) -> frozenset[str]:
    """The frames to open: those that are meant, all inside them and all around them."""
    found: set[str] = set()
    for node in graph if names else ():
        frames = foldable(node)
        meant = [index for index, frame in enumerate(frames) if _means(names, frame)]
        if meant:
            around = {frame.name for frame in frames[: meant[-1]]}
            inside = {frame.name for frame in frames[meant[0] :]}
            found |= around | inside
    return frozenset(found)


def unmatched(graph: Graph, names: Collection[str]) -> list[str]:
    """Names that mean no frame of the graph."""
    frames = set(_frames(graph))
    return [
        name for name in names if name != ALL and not any(_means([name], each) for each in frames)
    ]


def frame_names(graph: Graph) -> list[str]:
    """Names of everything that can be opened, and the words that mean several of them."""
    names = {name: None for frame in _frames(graph) for name in (frame.name, frame.label)}
    return list(names)


def _frames(graph: Graph) -> Iterator[Frame]:
    for node in graph:
        yield from foldable(node)


def _means(names: Collection[str], frame: Frame) -> bool:
    """A frame is meant by its path, its family's (``skip`` for ``skip@0``) or its class."""
    parts = frame.name.split("@")
    families = {"@".join(parts[:count]) for count in range(1, len(parts) + 1)}
    return not {ALL, frame.label, *families}.isdisjoint(names)
