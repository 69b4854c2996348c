"""A graph's nodes folded into boxes: a block is one box, equal copies in a row are one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from archforge.analysis.draw.boxes import (
    ALIGNING,
    Box,
    Edge,
    Folded,
    family,
    kind_of,
    merge_of,
)
from archforge.analysis.draw.levels import levels
from archforge.analysis.draw.unfold import foldable
from archforge.graph import Frame, Graph, Node

CHANGED = "~"
NO_MARKS: Mapping[str, str] = {}


def fold(
    graph: Graph, opened: frozenset[str] = frozenset(), marks: Mapping[str, str] = NO_MARKS
) -> Folded:
    """The boxes of a graph in the order of its nodes, and what leads where.

    Args:
        graph: To draw.
        opened: Names of the frames that are not folded.
        marks: What to say of a node: added, removed, changed.
    """
    folder = _Folder(graph, opened, marks)
    boxes = folder.boxes()
    owner = {name: index for index, box in enumerate(boxes) for name in box.nodes}
    edges = {
        Edge(owner[source], owner[node.name], folder.levels[source]): None
        for node in graph
        for source in node.inputs
        if owner[source] != owner[node.name]
    }
    return Folded(boxes, list(edges), _labels(graph, opened))


def _labels(graph: Graph, opened: frozenset[str]) -> dict[str, str]:
    return {
        frame.name: frame.label
        for node in graph
        for frame in foldable(node)
        if frame.name in opened
    }


@dataclass
class _Group:
    """Nodes that are drawn as one box."""

    within: tuple[str, ...]
    frame: Frame | None
    nodes: list[Node] = field(default_factory=list)


class _Folder:
    """One folding: the graph with what is asked of it."""

    def __init__(self, graph: Graph, opened: frozenset[str], marks: Mapping[str, str]) -> None:
        self.graph = graph
        self.opened = opened
        self.marks = marks
        self.levels = levels(graph)
        self.given_back: dict[str, list[str]] = defaultdict(list)
        for name, node in graph.outputs.items():
            self.given_back[node].append(name)

    def boxes(self) -> list[Box]:
        """Every box; each node is in exactly one."""
        groups = list(self._groups())
        owner = {node.name: index for index, group in enumerate(groups) for node in group.nodes}
        highest = self._highest(owner)
        boxes = [self._box(group, highest.get(index)) for index, group in enumerate(groups)]
        return self._counted(_shared(self.graph, boxes, owner))

    def _groups(self) -> Iterator[_Group]:
        """Nodes of one closed frame together, a merge with its `align:`; every other node alone."""
        groups: dict[str, _Group] = {}
        for node in self.graph:
            within, frame = self._place(node)
            key = f"frame {frame.name}" if frame else f"node {merge_of(self.graph, node)}"
            groups.setdefault(key, _Group(within, frame)).nodes.append(node)
        yield from groups.values()

    def _place(self, node: Node) -> tuple[tuple[str, ...], Frame | None]:
        """The opened frames around a node, and the closed one that it disappears in."""
        within: list[str] = []
        for frame in foldable(node):
            if frame.name not in self.opened:
                return tuple(within), frame
            within.append(frame.name)
        return tuple(within), None

    def _highest(self, owner: Mapping[str, int]) -> dict[int, int]:
        """For each group, the lowest level number that is read from outside."""
        found: dict[int, int] = {}
        for node in self.graph:
            for source in node.inputs:
                if owner[source] != owner[node.name]:
                    level = self.levels[source]
                    found[owner[source]] = min(level, found.get(owner[source], level))
        return found

    def _box(self, group: _Group, highest: int | None) -> Box:
        first, last, frame = group.nodes[0], group.nodes[-1], group.frame
        level = self.levels[last.name]
        tall = frame is not None and frame.kind == "architecture" and highest is not None
        return Box(
            frame.name if frame else last.name,
            frame.label if frame else _label(group.nodes),
            frame.kind if frame else kind_of(last),
            last.shape,
            sum(node.parameters.total for node in group.nodes),
            max(level, highest or 0) if tall else level,
            tuple(node.name for node in group.nodes),
            outputs=tuple(o for node in group.nodes for o in self.given_back.get(node.name, ())),
            within=group.within,
            shares=first.shares or "",
            highest=min(level, highest or 0) if tall else level,
            mark=_mark([self.marks.get(node.name, "") for node in group.nodes]),
        )

    def _counted(self, boxes: list[Box]) -> list[Box]:
        """Copies that follow each other, alike but for their name, as one box."""
        folded: list[Box] = []
        for box in boxes:
            if folded and self._copies(folded[-1], box):
                folded[-1] = _together(folded[-1], box)
            else:
                folded.append(box)
        return folded

    def _copies(self, before: Box, box: Box) -> bool:
        if before.outputs or before.shares or box.shares or before.mark != box.mark:
            return False
        alike = (before.label, before.shape, before.kind, before.within) == (
            box.label,
            box.shape,
            box.kind,
            box.within,
        )
        chained = before.nodes[-1] in self.graph.nodes[box.nodes[0]].inputs
        same_step = _stem(before) == family(box.name) or before.kind == "small"
        return alike and chained and same_step and before.kind in ("block", "weights", "small")


def _shared(graph: Graph, boxes: list[Box], owner: Mapping[str, int]) -> list[Box]:
    """Boxes that use another's weights, with that box's name in place of the node's."""
    named = [
        replace(box, shares=boxes[owner[box.shares]].name if box.shares in owner else "")
        for box in boxes
    ]
    return [box if box.shares != box.name else replace(box, shares="") for box in named]


def _together(before: Box, box: Box) -> Box:
    return replace(
        before,
        name=_stem(before),
        parameters=before.parameters + box.parameters,
        nodes=before.nodes + box.nodes,
        count=before.count + 1,
        outputs=box.outputs,
    )


def _mark(marks: list[str]) -> str:
    """The mark that all have; changed where they differ."""
    return marks[0] if len(set(marks)) == 1 else CHANGED


def _label(nodes: list[Node]) -> str:
    aligned = {ALIGNING[node.kind]: None for node in nodes[:-1]}
    return " + ".join([*aligned, nodes[-1].kind])


def _stem(box: Box) -> str:
    """What copies of this box are called together."""
    return box.name if box.count > 1 else family(box.name)
