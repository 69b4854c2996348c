"""Which trained networks stay on the disk."""

from collections.abc import Iterable

from archforge.search.measures import Goal
from archforge.search.records import RUNNING, Trial, rank

# The best ones; a U-Net of the tutorial has 8 MB, and a search has many.
MODELS_KEPT = 3


def drop_models(trials: Iterable[Trial], goals: tuple[Goal, ...], kept: int = MODELS_KEPT) -> None:
    """Remove the saved networks of all trials that ended, but for the best.

    Args:
        trials: All.
        goals: What they are ranked by.
        kept: How many stay.
    """
    every = list(trials)
    staying = {each.number for each in rank(every, goals)[:kept]}
    for each in every:
        ended = each.state != RUNNING and not each.source  # another study's models are not ours
        if each.folder is not None and each.number not in staying and ended:
            (each.folder / "model.keras").unlink(missing_ok=True)
