"""What tests look for in a picture: its boxes, texts and lines."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from archforge.analysis.draw.fold import fold
from archforge.analysis.draw.place import place
from archforge.analysis.draw.scene import Group, Line, Rect, Scene, Text, flat
from archforge.analysis.draw.spots import Spot
from archforge.analysis.draw.unfold import opened
from archforge.graph import Frame, Graph, Input, Node
from archforge.layers import LAYERS


def placed(graph: Graph, *unfold: str) -> dict[str, Spot]:
    return {spot.box.name: spot for spot in place(fold(graph, opened(graph, unfold))).spots}


def with_encoder(graph: Graph) -> Graph:
    """The U-Net with its way down as an included architecture."""
    frame = Frame("architecture", "encoder", "vgg")
    nodes = {
        node.name: replace(node, within=(frame, *node.within))
        if node.name.startswith(("skip", "max_pooling", "bridge"))
        else node
        for node in graph
    }
    return replace(graph, nodes=nodes)


def chain(length: int) -> Graph:
    kinds = ("BatchNormalization", "Activation")
    nodes = {"image": Node("image", Input(declared=(8, 8, 3)), (), (8, 8, 3))}
    before = "image"
    for index in range(length):
        layer = LAYERS[kinds[index % 2]].of({"activation": "relu"} if index % 2 else {})
        nodes[f"n{index}"] = Node(f"n{index}", layer, (before,), (8, 8, 3))
        before = f"n{index}"
    return Graph("chain", "segmentation", nodes, {"end": before})


def boxes(scene: Scene) -> dict[str, Rect]:
    """The rectangle of every box, by its name; where a line goes on, none is drawn again."""
    return {
        item.tip.partition(": ")[0]: [one for one in item.items if isinstance(one, Rect)][-1]
        for item in scene.items
        if isinstance(item, Group) and item.tip and not item.tip.endswith(" 0 layers")
    }


def texts(scene: Scene) -> list[str]:
    return [item.text for item in flat(scene.items) if isinstance(item, Text)]


def overlaps(rects: dict[str, Rect]) -> list[tuple[str, str]]:
    by_x = sorted(rects.items(), key=lambda one: one[1].x)
    return [
        (name, other)
        for index, (name, one) in enumerate(by_x)
        for other, two in by_x[index + 1 :]
        if two.x < one.x + one.width and one.y < two.y + two.height and two.y < one.y + one.height
    ]


def crossed(scene: Scene) -> Iterator[tuple[str, tuple[float, float]]]:
    """Boxes that a line runs through, with where it begins."""
    rects = boxes(scene)
    for line in (item for item in flat(scene.items) if isinstance(item, Line)):
        for (a, b), (c, d) in pairwise(line.points):
            left, right, top, bottom = min(a, c), max(a, c), min(b, d), max(b, d)
            for name, one in rects.items():
                beside = right <= one.x + 0.5 or left >= one.x + one.width - 0.5
                if not beside and top < one.y + one.height - 0.5 and bottom > one.y + 0.5:
                    yield name, line.points[0]
