"""An image put through a network tile by tile, and put together again.

Memory grows with the width of the image, not with its height: tiles are taken row by row, and rows
that no further tile reaches are given away. The network has a thread of its own; the next tiles are
made ready, and the last rows written, while it works.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.augment.geometry import mirrored
from archforge.predict.plan import Axis, Floats, Plan, Strip

Ready = Callable[[NDArray[Any]], Floats]
"""From pixels to the network's range."""
Run = Callable[[Floats], Floats]
"""From a batch of tiles to the scores of what each sees."""
Rows = Callable[[NDArray[np.int64]], NDArray[Any]]
"""From numbers of rows to these rows."""


def bands(
    plan: Plan, rows: Rows, ready: Ready, run: Run, *, batch: int, classes: int
) -> Iterator[Floats]:
    """The scores of an image, some rows at a time from the first to the last.

    Shape: rows x the image's other axes x classes.

    Args:
        plan: Of the image.
        rows: Reads the image.
        ready: Prepares its pixels.
        run: The network.
        batch: Tiles at a time.
        classes: That ``run`` gives.
    """
    held = _Held(plan, classes)
    with ThreadPoolExecutor(1) as network:
        waiting: deque[tuple[_Task, Future[Floats]]] = deque()
        for task in _tasks(plan, rows, batch):
            waiting.append((task, network.submit(run, ready(task.tiles))))
            if len(waiting) > 1:
                done, scores = waiting.popleft()
                yield from held.taken(done, scores.result())
        for done, scores in waiting:
            yield from held.taken(done, scores.result())


@dataclass(frozen=True, eq=False)
class _Task:
    """A batch of tiles of one row.

    Args:
        strips: Of each tile, along every axis.
        tiles: Their pixels.
        end: The row of the image before which nothing more is to come after this batch; ``None``
            within a row of tiles.
    """

    strips: Sequence[Sequence[Strip]]
    tiles: NDArray[Any]
    end: int | None


def _tasks(plan: Plan, rows: Rows, batch: int) -> Iterator[_Task]:
    first, *others = plan.axes
    ends = [strip.outer.start for strip in first.strips[1:]] + [first.size]
    columns = list(product(*(axis.strips for axis in others)))
    for strip, end in zip(first.strips, ends, strict=True):
        slab = _slab(first, others, strip, rows)
        for begin in range(0, len(columns), batch):
            part = columns[begin : begin + batch]
            tiles = np.stack([_tile(slab, others, column) for column in part])
            last = begin + batch >= len(columns)
            yield _Task([(strip, *column) for column in part], tiles, end if last else None)


class _Held:
    """The rows of the image that are not yet done."""

    def __init__(self, plan: Plan, classes: int) -> None:
        first, *others = plan.axes
        most = max(strip.outer.stop - strip.outer.start for strip in first.strips)
        self._rows = np.zeros((most, *(axis.size for axis in others), classes), dtype=np.float32)
        self._blended = plan.blended

    def taken(self, task: _Task, scores: Floats) -> Iterator[Floats]:
        """Add scores; give away the rows that are done by that."""
        for strips, one in zip(task.strips, scores, strict=True):
            self._add(strips, one)
        if task.end is not None:
            done = task.end - task.strips[0][0].outer.start
            yield self._rows[:done].copy()
            self._rows[:-done] = self._rows[done:]
            self._rows[-done:] = 0

    def _add(self, strips: Sequence[Strip], scores: Floats) -> None:
        first, *others = strips
        taken = scores[tuple(strip.inner for strip in strips)]
        if self._blended:
            for axis, strip in enumerate(strips):
                weights = strip.weights.reshape(-1, *(1,) * (len(strips) - axis))
                taken = taken * weights
        place = (slice(0, first.outer.stop - first.outer.start), *(one.outer for one in others))
        self._rows[place] += taken


def _slab(first: Axis, others: Sequence[Axis], strip: Strip, rows: Rows) -> NDArray[Any]:
    """A row of tiles, continued at both ends of the other axes."""
    places = np.arange(strip.start, strip.start + first.tile) - first.margins[0]
    slab = rows(mirrored(places, first.size))
    margins = [(0, 0), *(axis.margins for axis in others), (0, 0)]
    return np.pad(slab, margins, mode="symmetric")


def _tile(slab: NDArray[Any], others: Sequence[Axis], column: Sequence[Strip]) -> NDArray[Any]:
    window = (slice(one.start, one.start + axis.tile)
              for axis, one in zip(others, column, strict=True))  # fmt: skip
    return slab[(slice(None), *window)]
