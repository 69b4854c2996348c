"""The best networks once more with other seeds: how sure is it that they are the best?

One training of each network says little: seeds alone move scores by as much as networks differ.
Each of the best is trained again by the processes of the search, in ``retrain/`` of its folder; a
training that is done is not done again, one that was cut off goes on.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archforge.crew.failures import first_words
from archforge.crew.jobs import Job, Outcome
from archforge.crew.running import run_all
from archforge.crew.workers import Message, Pool
from archforge.errors import Problem, ProblemError
from archforge.files import read_json, write_whole
from archforge.search.making import make_job
from archforge.search.measures import Goal
from archforge.search.plan import Plan, trial_seed
from archforge.search.records import Trial
from archforge.search.retrained import Retrained, compared

if TYPE_CHECKING:
    from archforge.search.clusters import Cluster

FOLDER = "retrain"
RECORD = "retrained.json"
SCORES = "scores.json"
# A training's number: that of the trial times this, and the seed.
SEEDS = 1000

OnTraining = Callable[[int, int, int], None]
"""Told trainings that are done, trainings in all, and the number of a trial."""


@dataclass(frozen=True)
class Retrain:
    """How many of the best are trained again, and with how many seeds each.

    Raises:
        ProblemError: A number cannot be.
    """

    top: int = 3
    seeds: int = 3

    def __post_init__(self) -> None:
        wrong = [(name, value) for name, value in vars(self).items() if not 0 < value < SEEDS]
        if wrong:
            raise ProblemError(
                Problem("AF608", f"retrain {name} cannot be {value}", fix="give 1 to 999")
                for name, value in wrong
            )

    @classmethod
    def read(cls, text: str) -> "Retrain":
        """From ``top=3,seeds=3``.

        Raises:
            ProblemError: It is something else.
        """
        pairs = [part.partition("=") for part in text.replace(" ", "").split(",")]
        if any(name not in {"top", "seeds"} or not value.isdigit() for name, _, value in pairs):
            fix = "write top=3,seeds=3"
            raise ProblemError([Problem("AF608", f"retrain cannot be '{text}'", fix=fix)])
        return cls(**{name: int(value) for name, _, value in pairs})


def jobs_of(plan: Plan, trial: Trial, folder: Path, seeds: int) -> Iterator[Job]:
    """The trainings of one network, each with a seed that no trial has."""
    draw = plan.space.draw(lambda key, _: trial.values[key])
    for seed in range(seeds):
        number = trial.number * SEEDS + seed
        place = folder / FOLDER / f"{trial.number:04d}-seed{seed}"
        again = trial_seed(plan.seed, f"{draw.mark}:again:{seed}")
        # The trial was timed, and within the limits; what fits the memory is known too.
        job = replace(make_job(plan, draw, number, place, again), timed=False, most_ms=math.inf)
        yield job.halved() if trial.batches > 1 else job


class Retraining:
    """Trains what is asked for, and keeps what came of it.

    Args:
        plan: Of the search.
        folder: Of the study.
        pool: The processes.
        tell: Told after each training.
        ending: Called when a Ctrl-C has come.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        pool: "Pool | Cluster",
        tell: OnTraining,
        ending: Callable[[], None],
    ) -> None:
        self._plan, self._folder, self._pool = plan, folder, pool
        self._tell, self._ending = tell, ending
        self._done = _read(folder / RECORD)
        self.notes: list[str] = []

    def run(self, trials: tuple[Trial, ...], asked: Retrain) -> None:
        """Train the best networks again, where that is not done yet.

        Args:
            trials: All complete ones, the best first.
            asked: How many, how often.

        Raises:
            TrialBugError: A training met a bug of ours.
        """
        best = trials[: asked.top]
        every = [
            job for each in best for job in jobs_of(self._plan, each, self._folder, asked.seeds)
        ]
        self._total = len(every)
        waiting = [job for job in every if str(job.number) not in self._done]
        for job, message in run_all(self._pool, waiting, ending=self._ending):
            why = _why_not(message)
            if why:
                number = job.number // SEEDS
                self.notes.append(f"Trial {number} could not be trained again: {why}.")
            else:
                self._keep(job, message.content)

    def _keep(self, job: Job, outcome: Outcome) -> None:
        images = _images(job.folder / SCORES, self._plan.goals[0].name)
        groups = {name: group for name, group in self._plan.groups.items() if name in images}
        self._done[str(job.number)] = {"value": outcome.value, "images": images, "groups": groups}
        write_whole(self._folder / RECORD, json.dumps(self._done, indent=1) + "\n")
        self._tell(len(self._done), self._total, job.number // SEEDS)


def read_retrained(folder: Path, trials: tuple[Trial, ...], goal: Goal) -> tuple[Retrained, ...]:
    """What was retrained in a study so far, the best first.

    Args:
        folder: Of the study.
        trials: Of the study.
        goal: The first one.
    """
    kept = _read(folder / RECORD)
    # All were scored on the same images; an earlier version did not say which belong together.
    groups = {
        name: group for each in kept.values() for name, group in each.get("groups", {}).items()
    }
    rows = []
    for trial in trials:
        found = [one for number, one in kept.items() if int(number) // SEEDS == trial.number]
        if found:
            values = tuple(float(each["value"]) for each in found)
            images = _mean([each["images"] for each in found])
            rows.append(
                Retrained(
                    trial=trial.number, values=values, images=images, macs=trial.macs,
                    groups=groups,
                )
            )  # fmt: skip
    return compared(rows, goal)


def retrained_trials(folder: Path) -> set[int]:
    """The numbers of the trials of a study that were trained again."""
    return {int(number) // SEEDS for number in _read(folder / RECORD)}


def _why_not(message: Message) -> str:
    """Why a training has no score; empty where it has one."""
    if message.what == "outcome":
        value = message.content.value
        return "" if value is not None and math.isfinite(value) else "it has no score"
    if message.what == "problem":
        return first_words(message.content)
    return "the memory did not suffice" if message.what == "memory" else "its process ended"


def _images(path: Path, metric: str) -> dict[str, float]:
    """The score of each validation image, where the training has left them."""
    try:
        rows = read_json(path)["images"]
        return {row["id"]: float(row[metric]) for row in rows if row.get(metric) is not None}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # lost, or damaged
        return {}


def _mean(parts: list[dict[str, float]]) -> dict[str, float]:
    shared = set(parts[0]).intersection(*parts)
    return {name: sum(each[name] for each in parts) / len(parts) for name in sorted(shared)}


def _read(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path)
    except (OSError, ValueError):  # damaged: the runs are there, and are read again
        return {}
    return found if isinstance(found, dict) else {}
