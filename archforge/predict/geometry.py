"""How a network may be laid over an image: at which sizes, on which grid, with how much around.

A network that is convolutions all the way takes any size with the same weights. Whether one does is
found out and not assumed: its spec is expanded again at another size, and each layer must come out
as the same record. Then its Keras model is built with open sizes, once for all tiles.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

from archforge.analysis import memory
from archforge.analysis.receptive import halo
from archforge.graph import Graph, Input, Layer, Node
from archforge.predict.region import Region, Size, grid

Expand = Callable[[Size], Graph | None]
"""The same network on images of another size, or ``None``."""
# Sides up to which an image is made larger to see the whole of a receptive field.
REACH = (512, 1024, 2048)
# Larger tiles waste less on their halo, but a network that reads all of its input is left at the
# size of its training: means over more are others. Source: Chu et al. 2022, arXiv:2112.04491.
LARGEST = {2: 1024, 3: 256}
# Activations of a batch of tiles; TensorFlow's kernels need once to twice as much again.
MEMORY_BYTES = 2**29
# A batch keeps the cores busy from about this many pixels on; more of them only need memory.
MOST_TILES, MOST_PIXELS = 8, 2**21


@dataclass(frozen=True)
class Geometry:
    """How a network may be laid over an image; a number for each axis.

    Args:
        tile: The size of a tile.
        least: The smallest size that is taken; ``tile`` where no other one is.
        grid: Tiles begin on multiples of this.
        lost: Pixels at the rim of a tile, both ends together, that the output does not cover.
        halo: Pixels at each end of a tile where the output may differ from that for a larger
            image; ``None`` where every position reads all of it.
        batch: Tiles at a time.
    """

    tile: Size
    least: Size
    grid: Size
    lost: Size
    halo: Size | None
    batch: int = MOST_TILES


def fixed_geometry(region: Region) -> Geometry:
    """That of a network which is known at its own size alone."""
    lost = tuple(image - seen for image, seen in zip(region.image, region.seen, strict=True))
    return Geometry(region.image, region.image, (1,) * len(lost), lost, None)


def find_geometry(graph: Graph, region: Region, expand: Expand) -> tuple[Geometry, Graph] | None:
    """The geometry, and the graph with open sizes; ``None`` for a network of one size.

    Args:
        graph: Expanded, at the size of ``region``.
        region: Of the output that is wanted.
        expand: Of the same spec, preset and hyperparameters.
    """
    step = grid(graph)

    def at(size: Size) -> Graph | None:
        other = expand(size) if min(size) > 0 else None
        return other if other is not None and _alike(graph, other) else None

    base = _base(at, region, step)
    if at(_moved(base, step, 1)) is None:
        return None
    fixed = fixed_geometry(region)
    halo = _halo(at, region, base, step)
    most = 0 if halo is None else _steps_up(graph, base, step)
    while most and at(_moved(base, step, most)) is None:
        most //= 2
    tile = _moved(base, step, most)
    bytes_each = memory(graph).inference * prod(tile) / prod(region.image)
    batch = max(1, min(MOST_TILES, MOST_PIXELS // prod(tile), int(MEMORY_BYTES / bytes_each)))
    least = _moved(base, step, _steps_down(at, base, step))
    return Geometry(tile, least, step, fixed.lost, halo, batch), _opened(graph)


def _base(at: Callable[[Size], Graph | None], region: Region, step: Size) -> Size:
    """The network's own size, on the grid where nothing keeps it from being there.

    So an image whose size is on the grid needs no mirror.
    """
    on_grid = tuple(-(-side // one) * one for side, one in zip(region.image, step, strict=True))
    return on_grid if region.whole and at(on_grid) is not None else region.image


def _moved(size: Size, step: Size, count: int) -> Size:
    return tuple(side + count * one for side, one in zip(size, step, strict=True))


def _steps_up(graph: Graph, size: Size, step: Size) -> int:
    """How many steps a tile may be larger than ``size``, for memory and for use."""
    by_memory = (MEMORY_BYTES / memory(graph).inference) ** (1 / len(size))
    by_use = LARGEST.get(len(size), max(size)) / max(size)
    factor = min(by_memory, by_use)
    steps = (int((factor - 1) * side / one) for side, one in zip(size, step, strict=True))
    return max(0, min(steps))


def _steps_down(at: Callable[[Size], Graph | None], size: Size, step: Size) -> int:
    """The smallest size, as a number of steps of at most 0."""
    low = -min((side - 1) // one for side, one in zip(size, step, strict=True))
    high = 0
    while low < high:
        middle = (low + high) // 2
        taken = at(_moved(size, step, middle)) is not None
        low, high = (low, middle) if taken else (middle + 1, high)
    return high


def _halo(
    at: Callable[[Size], Graph | None], region: Region, base: Size, step: Size
) -> Size | None:
    """Seen on an image that is large enough, and the same wherever a tile is cut.

    ``analysis`` counts from the grid, so up to a step less a pixel is added. Where the output is
    coarse, its neighbouring positions are mixed when it is brought to the image's size. A network
    that pads nothing sees nothing but the image: then the rim that is lost is all.
    """
    found = _first_halo(at, base, step)
    if found is None:
        return None
    sides = zip(found, region.image, region.seen, region.output, step, strict=True)
    return tuple(
        margin
        + (0 if 2 * margin <= image - seen + 1 else one - 1)
        + (-(-seen // out) if seen > out else 0)
        for margin, image, seen, out, one in sides
    )


def _first_halo(at: Callable[[Size], Graph | None], base: Size, step: Size) -> Size | None:
    for reach in REACH:
        steps = (-(-(reach - side) // one) for side, one in zip(base, step, strict=True))
        large = at(_moved(base, step, max(1, *steps)))
        found = halo(large) if large is not None else None
        if found is not None:
            return found
    return None


def _alike(one: Graph, other: Graph) -> bool:
    """Whether two graphs are the same layers with the same weights, on images of two sizes."""
    if one.nodes.keys() != other.nodes.keys():
        return False
    return all(
        node.inputs == twin.inputs
        and node.parameters == twin.parameters
        # What Keras makes of another package's layer is compared with the record's sizes.
        and not node.layer.NAME
        and _plain(one, node) == _plain(other, twin)
        for node, twin in zip(one, other, strict=True)
    )


def _plain(graph: Graph, node: Node) -> Layer | None:
    """The layer as it is built; the input's record holds its size."""
    if isinstance(node.layer, Input):
        return None
    return node.layer.plain(graph.shapes(node))


def _opened(graph: Graph) -> Graph:
    nodes = {
        node.name: replace(node, shape=(*(None,) * (len(node.shape) - 1), node.shape[-1]))
        if isinstance(node.layer, Input)
        else replace(node, layer=node.layer.plain(graph.shapes(node)))
        for node in graph
    }
    return replace(graph, nodes=nodes)
