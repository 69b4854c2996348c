"""Pictures of a search, drawn when a session ends; all lie in ``STUDY/pictures``.

Each module draws one from a ``Study`` alone: no database, no Keras. Matplotlib by its objects,
without pyplot: nothing global is changed and no window is asked for. To add a picture: a module
with a function as ``Draw`` says, and a line in ``PICTURES``.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from archforge.search.pictures.curves import draw_curves
from archforge.search.pictures.front import draw_front
from archforge.search.pictures.history import draw_history
from archforge.search.pictures.importance import draw_importance, read_shares, write_shares
from archforge.search.pictures.masks import draw_masks
from archforge.search.pictures.networks import draw_networks
from archforge.search.pictures.parallel import draw_parallel
from archforge.search.pictures.slices import draw_slices
from archforge.search.records import RUNNING, Study

FOLDER = "pictures"
IMPORTANCE = "importance.png"
SHARES = "importance.csv"

Draw = Callable[[Study, Path], Path | None]
"""Draws a study and gives back the file, or ``None`` where there is nothing to see."""

PICTURES: dict[str, Draw] = {
    "history.png": draw_history,
    "curves.png": draw_curves,
    "front.png": draw_front,
    "parallel.png": draw_parallel,
    "slices.png": draw_slices,
    "masks.png": draw_masks,
}
"""By the name of the file, in the order in which they are listed."""

__all__ = [
    "FOLDER",
    "PICTURES",
    "SHARES",
    "draw_curves",
    "draw_front",
    "draw_history",
    "draw_importance",
    "draw_masks",
    "draw_networks",
    "draw_parallel",
    "draw_pictures",
    "draw_slices",
    "read_shares",
]


def draw_pictures(study: Study, shares: Mapping[str, float]) -> tuple[Path, ...]:
    """Draw everything that a study has to show.

    Args:
        study: With at least one trial that ended, or nothing is drawn.
        shares: Of each hyperparameter in reaching good scores; empty where they are not known.

    Returns:
        The files.

    Raises:
        OSError: One cannot be written.
    """
    if all(each.state == RUNNING for each in study.trials):
        return ()
    folder = study.folder / FOLDER
    drawn = [draw(study, folder / name) for name, draw in PICTURES.items()]
    if shares:
        drawn.append(draw_importance(study, shares, folder / IMPORTANCE))
        write_shares(shares, folder / SHARES)
    return (*filter(None, drawn), *draw_networks(study, folder))
