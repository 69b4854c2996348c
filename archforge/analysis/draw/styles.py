"""How things look, by the name of their style; one table for every writer."""

from typing import NamedTuple


class Fill(NamedTuple):
    """Colours of a rectangle: inside, line."""

    inside: str
    line: str


class Letters(NamedTuple):
    """Size in pixels, colour, weight."""

    size: float
    colour: str
    bold: bool = False


class Stroke(NamedTuple):
    """Colour and width of a line."""

    colour: str
    width: float


# Tints of the palette of Okabe and Ito, which people with colour-blindness can tell apart.
FILLS = {
    "page": Fill("#ffffff", "none"),
    "panel": Fill("#ffffff", "#5f6368"),
    "frame": Fill("#f7f9fb", "#8a9099"),
    "under": Fill("#f7f9fb", "none"),
    "input": Fill("#ffffff", "#5f6368"),
    "block": Fill("#d6e8f7", "#0072b2"),
    "architecture": Fill("#e4dcf3", "#5b3fa0"),
    "weights": Fill("#d6e8f7", "#0072b2"),
    "pool": Fill("#fbdccb", "#b04a00"),
    "up": Fill("#cfeee2", "#00734f"),
    "merge": Fill("#fdf3c4", "#8a6d00"),
    "small": Fill("#f1f3f4", "#5f6368"),
    "added": Fill("#00734f", "#00734f"),
    "removed": Fill("#b3261e", "#b3261e"),
    "changed": Fill("#8a6d00", "#8a6d00"),
}
TEXTS = {
    "title": Letters(19, "#202124", bold=True),
    "subtitle": Letters(12.5, "#444444"),
    "name": Letters(12.5, "#202124", bold=True),
    "detail": Letters(11, "#333333"),
    "sign": Letters(14, "#ffffff", bold=True),
    "link": Letters(13, "#0b57d0"),
}
LINES = {
    "way": Stroke("#5f6368", 1.5),
    "skip": Stroke("#8a6d00", 2),
}
THIN, STRONG = 1.2, 2.5
DASH = (5, 3)
LEGEND = (
    ("weights", "layer or block with weights"),
    ("architecture", "another architecture; in SVG a click opens it"),
    ("pool", "pooling: down"),
    ("up", "up"),
    ("merge", "merge"),
    ("small", "normalization, activation and the like"),
)
SIGNS = {
    "+": ("added", "+ only here"),
    "-": ("removed", "- only here"),
    "~": ("changed", "~ changed"),
}
"""What two networks do not share: the style, and what a legend says."""
