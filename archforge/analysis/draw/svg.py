"""Writes a scene as SVG: readable without colour, in print and by a screen reader.

An architecture inside another opens without a script: its box is a link to an anchor, and the
rule ``:target`` shows the panel that has this anchor.
"""

from collections.abc import Iterable, Iterator
from html import escape

from archforge.analysis.draw.scene import Group, Item, Line, Panel, Rect, Scene, Text
from archforge.analysis.draw.styles import DASH, FILLS, LINES, STRONG, TEXTS, THIN

FOR_READERS = 'role="img" aria-labelledby="title desc"'
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
OPENING = (
    ".panel{display:none}.panel:target{display:inline}a{cursor:pointer}"
    "a:focus rect,a:hover rect{stroke-width:3}a:focus{outline:none}"
)
EDGE, HEAD = 12, 44
"""Around an opened panel, and above what it shows."""


def write_svg(scene: Scene) -> str:
    """The document."""
    wide, high = _number(scene.width), _number(scene.height)
    panels = list(_every_panel(scene))
    # Links inside are for readers too: an image would hide them.
    role = FOR_READERS.replace("img", "group") if panels else FOR_READERS
    size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {role}>',
        f'<title id="title">{escape(scene.title)}</title>',
        f'<desc id="desc">{escape(scene.description)}</desc>',
        f"<style>{_style()}{OPENING if panels else ''}</style>",
        f"<defs>{''.join(_marker(name) for name in LINES)}</defs>",
        *_written(scene.items),
        *(line for panel in panels for line in _panel(panel, scene)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _style() -> str:
    texts = (
        f".{name}{{font-size:{_number(look.size)}px;fill:{look.colour}"
        f"{';font-weight:600' if look.bold else ''}}}"
        for name, look in TEXTS.items()
    )
    lines = (
        f".{name}{{fill:none;stroke:{look.colour};stroke-width:{look.width}}}"
        f".{name}.to{{marker-end:url(#{name})}}"
        for name, look in LINES.items()
    )
    return f"text{{font-family:{FONT}}}{''.join(texts)}{''.join(lines)}"


def _marker(name: str) -> str:
    """An arrow head."""
    box = 'viewBox="0 0 8 8" refX="7" refY="4" orient="auto"'
    size = 'markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse"'
    path = f'<path d="M0 0 8 4 0 8z" fill="{LINES[name].colour}"/>'
    return f'<marker id="{name}" {box} {size}>{path}</marker>'


def _written(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Group):
            yield from _group(item)
        elif isinstance(item, Rect):
            yield _rect(item)
        elif isinstance(item, Text):
            yield _text(item)
        else:
            yield _line(item)


def _group(group: Group) -> Iterator[str]:
    yield f'<a href="#{group.opens}">' if group.opens else "<g>"
    if group.tip:
        yield f"<title>{escape(group.tip)}</title>"
    yield from _written(group.items)
    yield "</a>" if group.opens else "</g>"


def _rect(rect: Rect) -> str:
    look = FILLS[rect.style]
    place = f'x="{_number(rect.x)}" y="{_number(rect.y)}"'
    size = f'width="{_number(rect.width)}" height="{_number(rect.height)}"'
    round_ = f' rx="{_number(rect.radius)}"' if rect.radius else ""
    drawn = "" if look.line == "none" else _edge(rect, look.line)
    return f'<rect {place} {size}{round_} fill="{look.inside}"{drawn}/>'


def _edge(rect: Rect, colour: str) -> str:
    dash = f' stroke-dasharray="{DASH[0]} {DASH[1]}"' if rect.dashed else ""
    return f' stroke="{colour}" stroke-width="{STRONG if rect.strong else THIN}"{dash}'


def _text(text: Text) -> str:
    anchor = ' text-anchor="middle"' if text.middle else ""
    place = f'x="{_number(text.x)}" y="{_number(text.y)}"'
    return f'<text {place} class="{text.style}"{anchor}>{escape(text.text)}</text>'


def _line(line: Line) -> str:
    (x, y), *rest = line.points
    path = [f"M{_number(x)} {_number(y)}"]
    for next_x, next_y in rest:
        path.append(f"H{_number(next_x)}" if next_y == y else f"V{_number(next_y)}")
        x, y = next_x, next_y
    style = f"{line.style} to" if line.arrow else line.style
    return f'<path class="{style}" d="{"".join(path)}"/>'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _every_panel(scene: Scene) -> Iterator[Panel]:
    for panel in scene.panels:
        yield panel
        yield from _every_panel(panel.scene)


def _panel(panel: Panel, scene: Scene) -> Iterator[str]:
    """Over the whole picture: what is inside, as large as it can be, and a link that closes it."""
    wide, high = scene.width - 2 * EDGE, scene.height - 2 * EDGE
    shown = panel.scene
    yield f'<g id="{panel.anchor}" class="panel">'
    yield f"<title>{escape(shown.title)}</title>"
    yield f"<desc>{escape(shown.description)}</desc>"
    yield _rect(Rect(EDGE, EDGE, wide, high, "panel"))
    yield (
        f'<svg x="{EDGE}" y="{EDGE + HEAD}" width="{_number(wide)}" '
        f'height="{_number(high - HEAD - EDGE)}" '
        f'viewBox="0 0 {_number(shown.width)} {_number(shown.height)}">'
    )
    yield from _written(shown.items)
    yield "</svg>"
    yield '<a href="#">'
    yield _rect(Rect(scene.width - EDGE - 88, EDGE + 10, 78, 26, "panel"))
    yield _text(Text(scene.width - EDGE - 49, EDGE + 27, "close", "link"))
    yield "</a>"
    yield "</g>"
