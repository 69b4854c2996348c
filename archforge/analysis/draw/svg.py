"""Writes placed boxes as SVG: readable without colour, in print and by a screen reader."""

from collections.abc import Iterator
from html import escape

from archforge.analysis.costs import costs
from archforge.analysis.draw.fold import Box, Edge
from archforge.analysis.draw.place import ROW, Placed
from archforge.graph import Graph, Shape

FOR_READERS = 'role="img" aria-labelledby="title desc"'
LEFT, TOP, BOTTOM, RIGHT = 96, 112, 58, 28
TIMES = "\N{MULTIPLICATION SIGN}"
LIFT = 40
"""How far above its row a skip runs."""

# Tints of the palette of Okabe and Ito, which people with colour-blindness can tell apart.
FILLS = {
    "input": ("#ffffff", "#5f6368"),
    "block": ("#d6e8f7", "#0072b2"),
    "weights": ("#d6e8f7", "#0072b2"),
    "pool": ("#fbdccb", "#b04a00"),
    "up": ("#cfeee2", "#00734f"),
    "merge": ("#fdf3c4", "#8a6d00"),
    "small": ("#f1f3f4", "#5f6368"),
}
LEGEND = (
    ("weights", "layer or block with weights"),
    ("pool", "pooling: down"),
    ("up", "up"),
    ("merge", "merge"),
    ("small", "without weights"),
)
SHORT = {
    "MaxPooling2D": "max pool",
    "AveragePooling2D": "avg pool",
    "GlobalAveragePooling2D": "global avg",
    "GlobalMaxPooling2D": "global max",
    "Conv2DTranspose": "up-conv",
    "UpSampling2D": "upsample",
    "Concatenate": "concat",
    "BatchNormalization": "batch norm",
    "LocalResponseNormalization": "LRN",
    "CropLike": "crop",
    "PadLike": "pad",
    "ResizeLike": "resize",
}
STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#202124}"
    ".t{font-size:19px;font-weight:600}.s{font-size:12.5px;fill:#444}"
    ".n{font-size:12.5px;font-weight:600}.l{font-size:11px;fill:#333}"
    ".a{fill:none;stroke:#5f6368;stroke-width:1.5}.k{fill:none;stroke:#8a6d00;stroke-width:2}"
)


def write_svg(graph: Graph, placed: list[Placed], edges: list[Edge]) -> str:
    """The document."""
    width = max(one.right for one in placed) + LEFT + RIGHT
    width = max(width, 760)
    height = max(one.y for one in placed) + TOP + BOTTOM + ROW / 2
    body = [*_head(graph), *_rows(placed), *_arrows(placed, edges)]
    body += [part for one in placed for part in _box(one)]
    body += _legend({one.box.kind for one in placed}, height)
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {FOR_READERS}>',
        f'<title id="title">{escape(_title(graph))}</title>',
        f'<desc id="desc">{escape(_described(placed))}</desc>',
        f"<style>{STYLE}</style>",
        f"<defs>{_marker('m', '#5f6368')}{_marker('q', '#8a6d00')}</defs>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        *body,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _marker(name: str, colour: str) -> str:
    """An arrow head."""
    box = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"'
    return f'<marker id="{name}" {box}><path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'


def _title(graph: Graph) -> str:
    return f"{graph.name}, preset {graph.preset}" if graph.preset else graph.name


def _head(graph: Graph) -> Iterator[str]:
    total = costs(graph)
    yield f'<text x="24" y="34" class="t">{escape(_title(graph))}</text>'
    yield (
        f'<text x="24" y="55" class="s">{total.parameters.total:,} parameters, '
        f"{total.macs:,} MACs for one image</text>"
    )


def _described(placed: list[Placed]) -> str:
    parts = [f"{one.box.name} ({one.box.label}) {_shape(one.box.shape)}" for one in placed]
    return "In the order of computation: " + "; ".join(parts)


def _shape(shape: Shape) -> str:
    return f" {TIMES} ".join("any" if side is None else str(side) for side in shape)


def _rows(placed: list[Placed]) -> Iterator[str]:
    """A faint line and the image's size for every resolution."""
    seen: dict[float, Shape] = {}
    for one in placed:
        if len(one.box.shape) == 3:
            seen.setdefault(one.y, one.box.shape)
    for y, shape in seen.items():
        yield f'<text x="24" y="{y + TOP + 4:.0f}" class="l">{_shape(shape[:2])}</text>'


def _box(one: Placed) -> Iterator[str]:
    box = one.box
    x, y = one.x + LEFT, one.top + TOP
    yield f"<g><title>{escape(_tip(box))}</title>"
    if box.count > 1:
        yield _rect(x + 4, y - 4, one)
    yield _rect(x, y, one)
    middle = x + one.width / 2
    if one.height < 40:
        word = " + ".join(SHORT.get(part, part) for part in box.label.split(" + "))
        yield _text(middle, y + one.height / 2 + 4, "l", _fit(word, one.width))
    else:
        name = f"{box.name} {TIMES} {box.count}" if box.count > 1 else box.name
        yield _text(middle, y + 20, "n", _fit(name, one.width))
        detail = f"{box.label} · {box.shape[-1]}" if box.kind != "input" else _shape(box.shape)
        yield _text(middle, y + 37, "l", _fit(detail, one.width + 6))
    yield "</g>"
    if box.output:
        yield _text(middle, one.bottom + TOP + 15, "l", f"output {_shape(box.shape)}")


def _rect(x: float, y: float, one: Placed) -> str:
    fill, stroke = FILLS[one.box.kind]
    radius = 7 if one.height > 40 else one.height / 2
    weight = 2.5 if one.box.output else 1.2
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{one.width}" height="{one.height}" '
        f'rx="{radius:.0f}" fill="{fill}" stroke="{stroke}" stroke-width="{weight}"/>'
    )


def _text(x: float, y: float, style: str, text: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="middle">{escape(text)}</text>'
    )


def _fit(text: str, width: float) -> str:
    most = int(width / 6.6)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _tip(box: Box) -> str:
    copies = f"{box.count} copies, " if box.count > 1 else ""
    return (
        f"{box.name}: {box.label}, {copies}output {_shape(box.shape)}, "
        f"{box.parameters:,} parameters, {len(box.nodes)} layers"
    )


def _arrows(placed: list[Placed], edges: list[Edge]) -> Iterator[str]:
    for source, target in edges:
        before, after = placed[source], placed[target]
        if before.y != after.y:
            yield _elbow(before, after)
        elif _next_to(before, after):
            yield _line(before, after)
        else:
            yield _skip(before, after)


def _next_to(before: Placed, after: Placed) -> bool:
    return after.x - before.right < 60


def _line(before: Placed, after: Placed) -> str:
    x1, x2, y = before.right + LEFT, after.x + LEFT - 1, before.y + TOP
    return f'<path class="a" marker-end="url(#m)" d="M{x1:.1f} {y:.1f}H{x2:.1f}"/>'


def _elbow(before: Placed, after: Placed) -> str:
    """Between rows: straight down or up where they overlap, else around the corner."""
    down = after.y > before.y
    start = (before.bottom if down else before.top) + TOP
    if before.x < after.middle < before.right:
        end = (after.top if down else after.bottom) + TOP
        x = after.middle + LEFT
        return f'<path class="a" marker-end="url(#m)" d="M{x:.1f} {start:.1f}V{end:.1f}"/>'
    x, y = before.middle + LEFT, after.y + TOP
    side = after.x + LEFT - 1
    return f'<path class="a" marker-end="url(#m)" d="M{x:.1f} {start:.1f}V{y:.1f}H{side:.1f}"/>'


def _skip(before: Placed, after: Placed) -> str:
    """Across its row, above what stands between."""
    x1, x2 = before.right + LEFT - 14, after.middle + LEFT
    y1, y2 = before.top + TOP, after.top + TOP - 1
    y = before.y + TOP - LIFT
    return (
        f'<path class="k" marker-end="url(#q)" d="M{x1:.1f} {y1:.1f}V{y:.1f}H{x2:.1f}V{y2:.1f}"/>'
    )


def _legend(kinds: set[str], height: float) -> Iterator[str]:
    x = 24.0
    for kind, text in LEGEND:
        if kind not in kinds and not (kind == "weights" and "block" in kinds):
            continue
        fill, stroke = FILLS[kind]
        y = height - 30
        box = f'x="{x:.0f}" y="{y:.0f}" width="16" height="12" rx="3"'
        yield f'<rect {box} fill="{fill}" stroke="{stroke}"/>'
        yield f'<text x="{x + 22:.0f}" y="{y + 10:.0f}" class="l">{escape(text)}</text>'
        x += 46 + 6.2 * len(text)
