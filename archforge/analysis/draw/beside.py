"""Two pictures as one: beside each other, or one below the other where they are wide."""

from dataclasses import replace

from archforge.analysis.difference import Difference
from archforge.analysis.draw.compose import compose
from archforge.analysis.draw.scene import Item, Line, Rect, Scene, moved

WIDE = 1800
"""Wider pictures stand one below the other: so the same levels are still on one page."""


def compose_difference(found: Difference) -> Scene:
    """Both networks with everything marked that only one has, or that is not alike."""
    changed = [one for one in found.changed if not one.follows]
    old = dict.fromkeys(found.removed, "-") | {one.before: "~" for one in changed}
    new = dict.fromkeys(found.added, "+") | {one.after: "~" for one in changed}
    return _together(
        compose(found.before, marks=old, panels=False),
        compose(found.after, marks=new, panels=False),
    )


def _together(one: Scene, two: Scene) -> Scene:
    below = one.width + two.width > 2 * WIDE
    right, down = (0.0, one.height) if below else (one.width, 0.0)
    width = max(one.width, two.width) if below else one.width + two.width
    height = one.height + two.height if below else max(one.height, two.height)
    items: tuple[Item, ...] = (
        Rect(0, 0, width, height, "page", radius=0),
        *one.items,
        *(moved(item, right, down) for item in two.items),
        Line(
            ((right, down), (width if below else right, down if below else height)),
            "way",
            arrow=False,
        ),
    )
    title = f"{one.title} and {two.title}"
    said = f"First: {one.description}. Second: {two.description}."
    return replace(one, width=width, height=height, title=title, description=said, items=items)
