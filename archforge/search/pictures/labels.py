"""Small labels beside points, where they cover neither each other nor the points they name."""

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes

from archforge.search.pictures.style import DPI, SMALL

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in dots."""

HIGH = SMALL / 72 * DPI
WIDE = 0.65 * HIGH
"""Of a letter, in dots."""
AWAY = 6.0
"""From the middle of its point to a label, in dots."""
# To the upper left of a front nothing lies; then wherever there is room.
SIDES = ((-1, 1), (1, -1), (-1, -1), (1, 1), (-1, 3), (1, -3))


def place_labels(axes: Axes, labels: Sequence[tuple[float, float, str]]) -> None:
    """Write each text beside its point.

    Args:
        axes: Whose points they are; nothing is added to them later.
        labels: Horizontal and vertical place in the axes' own numbers, and the text. Texts of one
            place share a label; one that has room nowhere is left out.
    """
    shared: dict[tuple[float, float], list[str]] = {}
    for x, y, text in labels:
        shared.setdefault((x, y), []).append(text)
    axes.autoscale_view()
    dots = [tuple(axes.transData.transform(place)) for place in shared]
    taken = [(x - AWAY / 2, y - AWAY / 2, x + AWAY / 2, y + AWAY / 2) for x, y in dots]
    for place, (x, y), texts in zip(shared, dots, shared.values(), strict=True):
        text = ", ".join(texts[:3]) + (" ..." if len(texts) > 3 else "")
        box = next((one for one in _boxes(x, y, text) if _fits(one, axes, taken)), None)
        if box is not None:
            taken.append(box)
            away = ((box[0] - x) * 72 / DPI, (box[1] - y) * 72 / DPI)
            axes.annotate(text, place, away, textcoords="offset points", fontsize=SMALL, zorder=5)


def _boxes(x: float, y: float, text: str) -> Iterator[Box]:
    wide = WIDE * len(text)
    for right, up in SIDES:
        left = x + AWAY * right - (wide if right < 0 else 0)
        bottom = y + AWAY * up - (HIGH if up < 0 else 0)
        yield left, bottom, left + wide, bottom + HIGH


def _fits(box: Box, axes: Axes, taken: Sequence[Box]) -> bool:
    left, bottom, right, top = axes.bbox.extents
    inside = left < box[0] and bottom < box[1] and box[2] < right and box[3] < top
    return inside and not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    )
