"""Which images are shown: the best, the median and the worst, by the mean over networks."""

import hashlib
from collections.abc import Sequence
from statistics import fmean

from archforge.compare.records import Row, Shown

FOLDER = "shown"


def chosen(rows: Sequence[Row]) -> tuple[Shown, ...]:
    """Three images that every network was scored on, or fewer where there are not so many.

    Args:
        rows: That were trained.
    """
    if not rows:
        return ()
    shared = set(rows[0].images).intersection(*(row.images for row in rows))
    means = {name: fmean(row.images[name] for row in rows) for name in shared}
    order = sorted(means, key=lambda name: (-means[name], name))
    places = {"best": 0, "median": len(order) // 2, "worst": len(order) - 1}
    found = {order[place]: name for name, place in places.items() if order}
    return tuple(_shown(image, place, rows) for image, place in found.items())


def _shown(image: str, place: str, rows: Sequence[Row]) -> Shown:
    return Shown(
        image, place, _file(image, "image"), _file(image, "truth"),
        {row.architecture: _file(image, row) for row in rows},
    )  # fmt: skip


def _file(image: str, what: Row | str) -> str:
    """A name that follows from what is drawn, so that nothing is drawn twice or mistaken."""
    of = what if isinstance(what, str) else f"{what.fingerprint}:{_run(image, what)}"
    return f"{FOLDER}/{hashlib.blake2b(f'{image}:{of}'.encode(), digest_size=8).hexdigest()}.png"


def _run(image: str, row: Row) -> str:
    return next(each.run.name for each in row.trainings if image in each.images)
