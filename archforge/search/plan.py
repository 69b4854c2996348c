"""What a session of a search is to do, what it says while it goes, and the seeds of its trials."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archforge.analysis import costs, memory
from archforge.data import DataOptions
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.search.measures import MEASURED, Goal
from archforge.search.records import Trial
from archforge.search.space import Draw, EndlessError, Space, Suggest
from archforge.train import Settings


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is searched, and with what.

    Args:
        space: What may vary.
        spec_for: The text of the spec with the values of a graph as its defaults.
        check: Raises a ``ProblemError`` for a draw that does not fit the data or the machine.
        data: The folder of images.
        options: How masks are understood and parts are made.
        settings: Of each training; each trial has a seed of its own.
        trials: Networks to train in all.
        seed: Of the study.
        threads: Of each trial.
        sampler: A key of ``SAMPLERS``.
        goals: What is to be high or low; scores first.
        limits: The most that each cost may be.
        repeats: How often one network may be trained with the same settings.
        kept: Trained networks that stay on the disk, the best ones.
        groups: Of validation images that belong together, by their ids, what they make.
    """

    space: Space
    spec_for: Callable[[Graph], str]
    check: Callable[[Draw], None]
    data: Path
    options: DataOptions
    settings: Settings
    trials: int
    seed: int = 0
    threads: int = 1
    sampler: str = "tpe"
    goals: tuple[Goal, ...] = (Goal("dice", maximize=True),)
    limits: Mapping[str, float] = field(default_factory=dict)
    repeats: int = 1
    kept: int = 3
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What a training is scored by: the goals, and what a person always wants to know."""
        goals = [goal.name for goal in self.goals if goal.is_score]
        return tuple(dict.fromkeys([*goals, "dice", "iou"]))

    @property
    def walk(self) -> bool:
        """Whether points are taken one after the other from the beginning."""
        return self.sampler == "grid"

    @property
    def timed(self) -> bool:
        """Whether the time of a prediction must be measured."""
        return MEASURED in self.limits or any(goal.name == MEASURED for goal in self.goals)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something a person may want to see while it goes.

    Args:
        what: ``start``, ``epoch``, ``end``, ``retrained``, ``waiting`` for the database, or
            ``ending``: Ctrl-C came, so it ends after the epochs that are running.
        trial: As it is now.
        done: Networks trained so far.
        wanted: Networks to train in all.
        best: The best complete trial so far.
        epoch: From 1, for ``epoch``.
        value: Of that epoch.
        score: The name of the first goal.
        counts: How many trials ended in which way, by state.
        words: On ``waiting``.
    """

    what: str
    trial: Trial
    done: int
    wanted: int
    best: Trial | None = None
    epoch: int = 0
    value: float | None = None
    score: str = "val_dice"
    counts: Mapping[str, int] = field(default_factory=dict)
    words: str = ""


OnEvent = Callable[[Event], None]


def networks(plan: Plan) -> dict[str, dict[str, Any]] | None:
    """One point for each training of the space, by its mark; ``None`` where it has no end."""
    found: dict[str, dict[str, Any]] = {}
    made: list[str] = []

    def draw(suggest: Suggest) -> None:
        made.clear()
        try:
            drawn = plan.space.draw(suggest)
            plan.check(drawn)
        except ProblemError:
            return
        made.append(drawn.mark)

    try:
        for values in plan.space.points(draw):
            for mark in made:
                found.setdefault(mark, values)
    except EndlessError:
        return None
    return found


def draw_facts(plan: Plan, draw: Draw, mark: str) -> dict[str, Any]:
    """What is kept of a draw that builds; ``mark`` tells its training from all others."""
    total = costs(draw.graph)
    return {
        "values": dict(draw.values),
        "hyperparameters": dict(draw.graph.hyperparameters),
        "fingerprint": draw.fingerprint,
        "mark": mark,
        "settings": dict(draw.settings),
        "parameters": total.parameters.total,
        "macs": total.macs,
        "memory": needed_bytes(
            draw.graph, draw.settings.get("batch_size", plan.settings.batch_size)
        ),
        "seed": trial_seed(plan.seed, mark),
    }


def all_tried(count: int) -> str:
    """Why a search ended before it had its number of trials."""
    if count == 1:
        return "The only network of this space was tried."
    return f"All {count} networks of this space were tried."


def trial_seed(seed: int, mark: str) -> int:
    """The seed of a training: from the study's seed and what is trained, not from its order."""
    digest = hashlib.blake2b(f"{seed}:{mark}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big")


def needed_bytes(graph: Graph, batch_size: int) -> int:
    """Memory that a training needs at least: activations, weights, gradients, moments."""
    return memory(graph).training * batch_size + costs(graph).parameters.total * 4 * 4
