"""A picture as plain records, which every writer can write: where things are, not how they look.

A style is a name out of ``styles``; coordinates are pixels, from the upper left corner.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from archforge.graph import Graph

Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    """A rectangle with round corners.

    Args:
        x: Left edge.
        y: Upper edge.
        width: In pixels.
        height: In pixels.
        style: A key of ``styles.FILLS``.
        radius: Of its corners.
        strong: Whether its line is thick.
        dashed: Whether its line is dashed.
    """

    x: float
    y: float
    width: float
    height: float
    style: str
    radius: float = 7
    strong: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Text:
    """One line of text.

    Args:
        x: Its middle or its left end, as ``middle`` says.
        y: Its base line.
        text: As it reads.
        style: A key of ``styles.TEXTS``.
        middle: Whether ``x`` is its middle.
    """

    x: float
    y: float
    text: str
    style: str
    middle: bool = True


@dataclass(frozen=True)
class Line:
    """A line with corners.

    Args:
        points: At least two.
        style: A key of ``styles.LINES``.
        arrow: Whether it ends in a head.
    """

    points: tuple[Point, ...]
    style: str
    arrow: bool = True


@dataclass(frozen=True)
class Group:
    """Things that belong together.

    Args:
        items: In the order of drawing.
        tip: What a pointer that rests on them is told.
        opens: The panel that a click on them opens.
    """

    items: tuple["Item", ...]
    tip: str = ""
    opens: str = ""


Item: TypeAlias = Rect | Text | Line | Group


@dataclass(frozen=True)
class Panel:
    """A picture that a reader of the document can open over the whole.

    Args:
        name: Of the box that opens it.
        anchor: Where that box leads.
        scene: What it shows.
    """

    name: str
    anchor: str
    scene: "Scene"


@dataclass(frozen=True)
class Scene:
    """A whole picture.

    Args:
        width: In pixels.
        height: In pixels.
        title: What it shows, in a few words.
        description: Everything it shows, in words.
        items: In the order of drawing.
        panels: That can be opened.
    """

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]
    panels: tuple[Panel, ...] = field(default=())


def moved(item: Item, right: float, down: float) -> Item:
    """The item at another place."""
    if isinstance(item, Group):
        return replace(item, items=tuple(moved(one, right, down) for one in item.items))
    if isinstance(item, Line):
        return replace(item, points=tuple((x + right, y + down) for x, y in item.points))
    return replace(item, x=item.x + right, y=item.y + down)


def flat(items: tuple[Item, ...]) -> Iterator[Rect | Text | Line]:
    """Everything that is drawn, out of its groups."""
    for item in items:
        if isinstance(item, Group):
            yield from flat(item.items)
        else:
            yield item


def titled(graph: Graph) -> str:
    """A network's name with its preset."""
    return f"{graph.name}, preset {graph.preset}" if graph.preset else graph.name
