"""What trainings spent, where a reader would take it for alike and it is not."""

from collections.abc import Iterator, Sequence

from archforge.runs import Run
from archforge.train import Settings
from archforge.train.history import read_history


def ended_early(name: str, runs: Sequence[Run]) -> Iterator[str]:
    """Which trainings of a network ended before their budget, as they became no better.

    Args:
        name: Of the network.
        runs: Of it, all done.
    """
    early = [run for run in runs if _gave_up(run)]
    if early:
        epochs = sorted({run.epochs for run in early})
        many = f"{epochs[0]}" if len(epochs) == 1 else f"{epochs[0]} to {epochs[-1]}"
        patience = early[0].settings["patience"]
        yield (
            f"{len(early)} of {len(runs)} trainings of {name} ended after {many} epochs, before "
            f"their budget: {patience} epochs brought no better score (--patience)."
        )


def _gave_up(run: Run) -> bool:
    settings = Settings.read(run.settings)
    return (
        run.epochs < settings.epochs
        and run.epochs - run.best_epoch >= settings.patience
        and not (settings.seconds and _spent(run) >= settings.seconds)
    )


def _spent(run: Run) -> float:
    """Seconds of its epochs, by which a budget is kept: building and scoring come on top."""
    try:
        return sum(epoch["seconds"] for epoch in read_history(run.history))
    except (OSError, LookupError, TypeError, ValueError):  # lost or damaged
        return run.seconds


def costs_apart(runs: Sequence[Run]) -> Iterator[str]:
    """Whether seconds and memory of the trainings are those of several machines.

    Args:
        runs: Of all networks.
    """
    known = [run.machine for run in runs if run.machine]
    machines = {tuple(str(each.get(name)) for name in ("processor", "cores", "gpus"))
                for each in known}  # fmt: skip
    if len(machines) > 1:
        yield (
            f"Trainings ran on {len(machines)} machines: their seconds and their memory do not "
            "compare."
        )
    elif len(threads := sorted({int(each.get("threads", 0)) for each in known})) > 1:
        counts = " and ".join(map(str, threads))
        yield f"Trainings ran with {counts} threads: their seconds do not compare."
