"""What a person asks of a search, checked before anything is read."""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from archforge.crew.means import Means
from archforge.data import DataOptions
from archforge.errors import Problem, ProblemError, did_you_mean, refuse
from archforge.search.measures import DEFAULT_GOALS, find_goals, read_limits
from archforge.search.methods import PRUNERS, SAMPLERS, find_method
from archforge.search.retraining import Retrain
from archforge.train import Settings

WORK = "archforge.crew.training:train_trial"
ENGINES: dict[str, str] = {
    "processes": "processes of this machine",
    "dask": "tasks of a Dask cluster",
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """The numbers and names of a search; ``study.search`` says what they mean.

    Raises:
        ProblemError: With everything that cannot be.
    """

    data: Path
    trials: int
    settings: Settings
    workers: int | str = "auto"
    seed: int = 0
    sampler: str = "tpe"
    pruner: str | None = None
    options: DataOptions = field(default_factory=DataOptions)
    timeout_s: float | None = None
    goals: tuple[str, ...] = DEFAULT_GOALS
    limits: Mapping[str, Any] = field(default_factory=dict)
    retrain: Retrain | None = None
    repeats: int = 1
    continue_from: Path | None = None
    memory: Any = None
    minutes: float | None = None
    gpus: tuple[str, ...] = ()
    work: str = WORK
    given: Mapping[str, Any] = field(default_factory=dict)
    ranges: tuple[str, ...] = ()
    storage: str | None = None
    engine: str = "processes"
    scheduler: str | None = None
    resources: Mapping[str, Any] = field(default_factory=dict)
    joins: bool = False

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ProblemError(problems)
        _check_engine(self)
        find_method("sampler", SAMPLERS, self.sampler, len(self.goals))
        find_method("pruner", PRUNERS, self.chosen_pruner)
        find_goals(self.goals)
        read_limits(self.limits)

    @property
    def means(self) -> Means:
        """What its trials may take of this machine."""
        return Means(
            workers=self.workers, gpus=self.gpus, memory=self.memory, timeout_s=self.timeout_s
        )

    @property
    def asked(self) -> dict[str, Any]:
        """What another node is to ask for, beside what makes the study."""
        return {
            "data": str(self.data.resolve()),
            "given": dict(self.given),
            "ranges": list(self.ranges),
            "repeats": self.repeats,
            "memory": self.memory,
            "host": platform.node(),
        }

    @property
    def chosen_pruner(self) -> str:
        """The one that was asked for; by default ``median``, and with several goals ``none``."""
        return self.pruner or ("median" if len(self.goals) == 1 else "none")


def _problems(request: Request) -> Iterator[Problem]:
    if request.trials < 1:
        yield _wrong("trials", request.trials, "give a whole number of at least 1")
    if request.repeats < 1:
        yield _wrong("repeats", request.repeats, "give a whole number of at least 1")
    yield from request.means.problems("AF608")
    if not 0 <= request.seed < 2**32:
        yield _wrong("seed", request.seed, "give a whole number of at least 0")
    if len(request.goals) > 1 and request.chosen_pruner != "none":
        yield Problem(
            "AF608",
            f"the pruner '{request.pruner}' cannot judge {len(request.goals)} goals",
            why="it compares one score at the same epoch; Optuna prunes no trials of several goals",
            fix="leave the pruner out, or name one goal",
        )
    if request.minutes is not None and request.minutes <= 0:
        yield _wrong("minutes", request.minutes, "give minutes above 0")


def _check_engine(request: Request) -> None:
    if request.engine not in ENGINES:
        refuse(
            "AF608",
            f"there is no engine '{request.engine}'",
            fix=did_you_mean(request.engine, ENGINES),
        )
    if request.engine != "dask" and (request.scheduler or request.resources):
        refuse(
            "AF608",
            "a scheduler and resources are Dask's",
            fix="add --engine dask, or leave --scheduler and --resources out",
        )
    if request.resources and not request.scheduler:
        refuse(
            "AF608",
            "resources need the address of a scheduler",
            why="they are what its workers were started with; those on this machine have none",
            fix="add --scheduler, or leave --resources out",
        )
    if request.engine == "dask" and request.gpus:
        refuse(
            "AF608",
            "GPUs of this machine cannot be given with the engine 'dask'",
            why="trials run where its workers are, and see the GPUs that these see",
            fix="start those workers with `--resources GPU=1` and add --resources GPU=1, or leave "
            "--gpus out",
        )
    if request.engine == "dask" and request.memory is not None:
        refuse(
            "AF608",
            "the memory of a trial cannot be given with the engine 'dask'",
            why="trials run in the processes of Dask's workers, which have limits of their own",
            fix="start those workers with `--memory-limit`, or leave `--memory` out",
        )
    if request.engine == "dask" and find_spec("distributed") is None:
        refuse(
            "AF440",
            "the engine 'dask' needs the package 'distributed'",
            why="a search on one machine does without, so it is no part of archforge",
            fix="pip install 'archforge[dask]'",
        )
    read_shares(request.resources)


def read_shares(texts: Mapping[str, Any]) -> dict[str, float]:
    """What each trial takes of a Dask worker's resources, from ``GPU=0.5``.

    Raises:
        ProblemError: With every share that cannot be.
    """
    found, problems = {}, []
    for name, text in texts.items():
        try:
            found[name] = float(text)
        except ValueError:
            found[name] = 0.0
        if not 0 < found[name] < float("inf"):
            problems.append(_wrong(f"the share of {name}", text, "give a number above 0"))
    if problems:
        raise ProblemError(problems)
    return found


def _wrong(name: str, value: object, fix: str) -> Problem:
    return Problem("AF608", f"{name} cannot be {value}", fix=fix)
