"""The picture of a graph, from our own layout: no graphviz, no system package.

``fold`` makes boxes out of blocks, included architectures and repeated layers, but for those that
are to be opened; ``place`` puts them in rows by resolution, so that a U-Net comes out as a U;
``route`` finds lines that cross no box. ``compose`` makes a ``Scene`` of it, plain records, and
``svg`` and ``raster`` write scenes. To add a format: a writer of scenes, and a line in ``WRITERS``.
"""

from collections.abc import Callable, Collection
from pathlib import Path

from archforge.analysis.draw.beside import compose_difference
from archforge.analysis.draw.compose import compose
from archforge.analysis.draw.scene import Scene
from archforge.analysis.draw.svg import write_svg
from archforge.analysis.draw.unfold import ALL, frame_names, unmatched
from archforge.graph import Graph


def draw_svg(graph: Graph, unfold: Collection[str] = ()) -> str:
    """The picture of ``graph`` as an SVG document."""
    return write_svg(compose(graph, unfold))


def write_picture(scene: Scene, path: Path) -> None:
    """Write a scene in the format that the file's ending says.

    Raises:
        ValueError: There is no such format.
        OSError: The file cannot be written there.
    """
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise ValueError(f"path must end in {', '.join(WRITERS)}, got {path.name!r}")
    write(scene, path)


def _svg(scene: Scene, path: Path) -> None:
    path.write_text(write_svg(scene), encoding="utf-8")


def _png(scene: Scene, path: Path) -> None:
    # matplotlib takes longer to import than an SVG takes to write.
    from archforge.analysis.draw.raster import write_png  # noqa: PLC0415

    write_png(scene, path)


def _pdf(scene: Scene, path: Path) -> None:
    from archforge.analysis.draw.raster import write_pdf  # noqa: PLC0415 - as above

    write_pdf(scene, path)


WRITERS: dict[str, Callable[[Scene, Path], None]] = {".svg": _svg, ".png": _png, ".pdf": _pdf}
"""Writers by ending."""

__all__ = [
    "ALL",
    "WRITERS",
    "Scene",
    "compose",
    "compose_difference",
    "draw_svg",
    "frame_names",
    "unmatched",
    "write_picture",
    "write_svg",
]
