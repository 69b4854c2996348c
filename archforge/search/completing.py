"""Every score and picture of the best trials, once a search has ended.

Trials are scored briefly: hundreds of them are done, and three are looked at.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from archforge.crew.failures import first_words
from archforge.crew.jobs import Job
from archforge.crew.running import run_all
from archforge.crew.workers import Message, Pool
from archforge.errors import ProblemError
from archforge.search.making import make_job
from archforge.search.models import MODELS_KEPT
from archforge.search.plan import Plan
from archforge.search.records import Trial

if TYPE_CHECKING:
    from archforge.search.clusters import Cluster

# The trainings that leave a run which can be completed so.
COMPLETES = {"archforge.crew.training:train_trial": "archforge.crew.training:complete_trial"}
PICTURE = "predictions.png"


def complete_best(plan: Plan, trials: tuple[Trial, ...], pool: "Pool | Cluster") -> list[str]:
    """Complete the best trials of a study that are not yet; words on those that cannot be.

    Args:
        plan: Of the search.
        trials: The best first.
        pool: Whose work completes a trial.

    Raises:
        TrialBugError: A bug of ours.
    """
    jobs = [_job(plan, *each) for each in _incomplete(trials[:MODELS_KEPT])]
    return [
        f"Trial {job.number} has no pictures: {_why(message)}."
        for job, message in run_all(pool, jobs)
        if message.what != "outcome"
    ]


def _incomplete(trials: tuple[Trial, ...]) -> Iterator[tuple[Trial, Path]]:
    for each in trials:
        folder = each.folder
        if folder is None or each.source or not (folder / "model.keras").exists():
            continue
        if not (folder / PICTURE).exists():
            yield each, folder


def _job(plan: Plan, trial: Trial, folder: Path) -> Job:
    draw = plan.space.draw(lambda key, _: trial.values[key])
    return make_job(plan, draw, trial.number, folder, trial.seed)


def _why(message: Message) -> str:
    if isinstance(message.content, ProblemError):
        return first_words(message.content)
    return "its process ended early"
