"""What is written on boxes, and how much room it takes.

The width of a text is estimated with the advances of DejaVu Sans, the widest of the usual fonts:
a picture is laid out before anybody knows with which font it will be shown.
"""

from bisect import bisect_right

from archforge.analysis.draw.boxes import Box, without_rank
from archforge.graph import Shape

TIMES = "\N{MULTIPLICATION SIGN}"
# As ``without_rank`` has the names of layers.
SHORT = {
    "MaxPooling": "max pool",
    "AveragePooling": "avg pool",
    "GlobalAveragePooling": "global avg",
    "GlobalMaxPooling": "global max",
    "ConvTranspose": "up-conv",
    "UpSampling": "upsample",
    "Concatenate": "concat",
    "BatchNormalization": "batch norm",
    "LayerNormalization": "layer norm",
    "GroupNormalization": "group norm",
    "ZeroPadding": "zero pad",
    "LocalResponseNormalization": "LRN",
    "CropLike": "crop",
    "PadLike": "pad",
    "ResizeLike": "resize",
}
NAME_PX, DETAIL_PX = 12.5, 11.0
_NARROW, _WIDE = set("iIjltfr.,:;'|!()[] ·-"), set("mwMW@%…")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a text takes at most, more or less."""
    narrow = sum(letter in _NARROW for letter in text)
    wide = sum(letter in _WIDE for letter in text)
    units = 0.37 * narrow + 0.97 * wide + 0.635 * (len(text) - narrow - wide)
    return units * size * (1.12 if bold else 1)


def fit(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, cut in its middle where it is too long: the ends of names tell them apart."""
    if width(text, size, bold=bold) <= room:
        return text
    # A letter more is always wider. Letter by letter, a name of 900 kB took hours.
    more = bisect_right(
        range(3, len(text)), room, key=lambda keep: width(_cut(text, keep), size, bold=bold)
    )
    return _cut(text, min(2 + more, len(text) - 1))


def _cut(text: str, keep: int) -> str:
    return f"{text[: (keep + 1) // 2]}…{text[len(text) - keep // 2 :]}"


def show(shape: Shape) -> str:
    """A shape or size as a picture has it."""
    return f" {TIMES} ".join("any" if side is None else str(side) for side in shape)


def on_card(box: Box) -> tuple[str, ...]:
    """The lines on a box that has room for more than a word; the first is its name."""
    name = f"{box.title} {TIMES} {box.count}" if box.count > 1 else box.title
    detail = show(box.shape) if box.kind == "input" else f"{box.label} · {box.shape[-1]}"
    lines = [name, detail]
    if box.shares:
        lines.append(f"same weights as {box.shares}")
    for output in box.outputs:
        word = "output" if output == box.name else f"output {output}"
        lines.append(f"{word} {show(box.shape)}" if len(box.outputs) == 1 else word)
    return tuple(lines)


def on_pill(box: Box) -> str:
    """The word on a small box."""
    word = " + ".join(SHORT.get(without_rank(part), part) for part in box.label.split(" + "))
    return f"{word} {TIMES} {box.count}" if box.count > 1 else word


def tip(box: Box) -> str:
    """Everything about a box, for a pointer that rests on it."""
    copies = f"{box.count} copies, " if box.count > 1 else ""
    said = f"{box.name}: {box.label}, {copies}output {show(box.shape)}, "
    said += f"{box.parameters:,} parameters, {len(box.nodes)} layers"
    return f"{said}, same weights as {box.shares}" if box.shares else said
