"""Which trained networks stay on the disk."""

from collections.abc import Iterable

from archforge.search.records import COMPLETE, RUNNING, Trial

# The best ones; a U-Net of the tutorial has 8 MB, and a search has many.
MODELS_KEPT = 3


def ranked(trials: Iterable[Trial]) -> list[Trial]:
    """Complete trials, the best first; of equals the smaller network."""
    done = [each for each in trials if each.state == COMPLETE and each.value is not None]
    return sorted(done, key=lambda each: (-(each.value or 0), each.macs, each.number))


def drop_models(trials: Iterable[Trial]) -> None:
    """Remove the saved networks of all trials that ended, but for the best."""
    every = list(trials)
    kept = {each.number for each in ranked(every)[:MODELS_KEPT]}
    for each in every:
        if each.folder is not None and each.number not in kept and each.state != RUNNING:
            (each.folder / "model.keras").unlink(missing_ok=True)
