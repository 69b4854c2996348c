"""Which trained networks stay on the disk."""

from collections.abc import Collection, Iterable

from archforge.search.measures import Goal
from archforge.search.records import RUNNING, Trial, on_front, rank
from archforge.train.checkpoint import NAME as CHECKPOINT

# The best ones; a U-Net of the tutorial has 8 MB, and a search has many.
MODELS_KEPT = 3


def drop_models(
    trials: Iterable[Trial],
    goals: tuple[Goal, ...],
    kept: int = MODELS_KEPT,
    retrained: Collection[int] = (),
) -> None:
    """Remove the saved networks of all trials that ended, but for the best, and their checkpoints.

    Args:
        trials: All.
        goals: What they are ranked by.
        kept: How many stay; with several goals, all of the front stay too.
        retrained: Trials that were trained again, one of which is the best of the study.
    """
    every = list(trials)
    best = rank(every, goals)
    staying = {each.number for each in (*best[:kept], *on_front(best, goals))}
    staying |= set(retrained)
    for each in every:
        ended = each.state != RUNNING and not each.source  # another study's models are not ours
        if each.folder is not None and ended:
            (each.folder / CHECKPOINT).unlink(missing_ok=True)
            if each.number not in staying:
                (each.folder / "model.keras").unlink(missing_ok=True)
