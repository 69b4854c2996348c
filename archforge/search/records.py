"""A trial and a study as records, and what a person reads of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archforge.errors import listing
from archforge.search.measures import Goal, front
from archforge.search.retrained import Retrained, retrained_words

COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"
INFEASIBLE, DUPLICATE, RUNNING = "infeasible", "duplicate", "running"
STATES = (COMPLETE, PRUNED, INFEASIBLE, FAILED, DUPLICATE)
COUNTED = (COMPLETE, PRUNED)
TRAINED = (*COUNTED, FAILED)

# Why a trial failed. An interrupted one is still running: the next session goes on with it.
INTERRUPTED = "interrupted"
KINDS = (
    "cannot-build",
    "too-large",
    "out-of-memory",
    "diverged",
    "timeout",
    "killed",
    "bug",
    INTERRUPTED,
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One draw and what became of it.

    Args:
        number: In the study's database, from 0.
        state: One of ``STATES`` or ``running``.
        values: What was drawn, by key; those that the network reads and no others.
        goals: The value of each goal, for complete trials and duplicates of them.
        epochs: Values that it told, one after each epoch.
        kind: One of ``KINDS`` for failed and infeasible trials.
        message: Why, in words.
        twin: The trial that trained the same network, for duplicates.
        hyperparameters: Every value that the network was made from.
        fingerprint: Of the graph.
        mark: Of graph and settings: what is never trained twice.
        settings: Of the training, those that were drawn.
        parameters: All learned numbers.
        macs: Multiply-accumulates for one image.
        memory: Bytes that its training needs at least.
        seconds: From its start to its end.
        seed: Of its training.
        looks: How often the pruner was asked.
        folder: Of its run, if it was started.
        batches: Whose gradients made a step, of those that were asked for.
        run: What its training told at its end.
        source: The study that it was taken over from; empty for one of this study.
    """

    number: int
    state: str
    values: Mapping[str, Any]
    goals: tuple[float, ...] = ()
    epochs: tuple[float, ...] = ()
    kind: str = ""
    message: str = ""
    twin: int | None = None
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    mark: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    parameters: int = 0
    macs: int = 0
    memory: int = 0
    seconds: float = 0.0
    seed: int = 0
    looks: int = 0
    folder: Path | None = None
    batches: int = 1
    run: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def value(self) -> float | None:
        """The first goal."""
        return self.goals[0] if self.goals else None

    @property
    def counts(self) -> bool:
        """Whether it is one of the trials that were asked for: complete, or stopped for cause."""
        return self.state in COUNTED and not self.source

    @property
    def trained(self) -> bool:
        """Whether its network is not to be trained again."""
        return self.state in TRAINED


@dataclass(frozen=True, kw_only=True)
class Study:
    """A search and its trials so far.

    Args:
        folder: Where everything of it lies.
        architecture: The name that the spec gives itself.
        preset: The preset in force, if any.
        wanted: Networks to train in all.
        trials: In the order of their numbers.
        notes: What a person must know: moved defaults, a space that is used up.
        ranges: What was searched, in words.
        fixed: What was not.
        sampler: With all its flags.
        pruner: With all its flags.
        baseline: Scores of Otsu's threshold on the same images, if there are any.
        spec: The text of the architecture.
        pictures: Files that were drawn.
        goals: What was to be high or low; scores first.
        limits: The most that each cost may be.
        retrained: The best ones, trained again with other seeds, by mean.
        commands: That made it, each once, in the order in which they were first given.
        recorded: What its record says of how it was made: the ``folder`` of the images and the
            fingerprint of the ``data``, ``options``, ``settings``, ``seed`` and ``versions``.
    """

    folder: Path
    architecture: str
    preset: str | None
    wanted: int
    trials: tuple[Trial, ...]
    notes: tuple[str, ...] = ()
    ranges: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    sampler: Mapping[str, Any] = field(default_factory=dict)
    pruner: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, float] = field(default_factory=dict)
    spec: str = ""
    pictures: tuple[Path, ...] = ()
    goals: tuple[Goal, ...] = (Goal("dice", maximize=True),)
    limits: Mapping[str, float] = field(default_factory=dict)
    retrained: tuple[Retrained, ...] = ()
    commands: tuple[str, ...] = ()
    recorded: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ranked(self) -> tuple[Trial, ...]:
        """Complete trials, the best first; of equals the smaller network."""
        return rank(self.trials, self.goals)

    @property
    def best(self) -> Trial | None:
        """The complete trial with the best first goal; where some were retrained, the best mean."""
        if self.retrained:
            return next(each for each in self.trials if each.number == self.retrained[0].trial)
        return self.ranked[0] if self.ranked else None

    @property
    def front(self) -> tuple[Trial, ...]:
        """Trials that no other beats in a goal without losing in another, the best score first."""
        return on_front(self.ranked, self.goals)

    @property
    def leading(self) -> tuple[Trial, ...]:
        """The best first: that of the retrained means, then by rank or along the front."""
        best, rest = self.best, self.ranked if len(self.goals) == 1 else self.front
        first = () if best is None else (best,)
        return (*first, *(each for each in rest if best is None or each.number != best.number))

    @property
    def interrupted(self) -> int:
        """Trials that were cut off; the next session goes on with them."""
        return sum(each.kind == INTERRUPTED for each in self.trials)

    def counts(self) -> dict[str, int]:
        """How many trials ended in which way."""
        found = Counter(each.state for each in self.trials)
        return {state: found[state] for state in STATES}

    def facts(self) -> dict[str, Any]:
        """What ``archforge search --json`` prints."""
        return {
            "study": str(self.folder),
            "trials": self.counts(),
            "interrupted": self.interrupted,
            "pruner_looks": sum(each.looks for each in self.trials),
            "notes": list(self.notes),
            "retrained": [row.facts() for row in self.retrained],
            "best": [
                self._best_facts(each)
                for each in (self.leading[:1] if len(self.goals) == 1 else self.front)
            ],
        }

    def words(self) -> list[str]:
        """The same in plain sentences."""
        counts = ", ".join(f"{count} {state}" for state, count in self.counts().items())
        trained = sum(each.counts for each in self.trials)
        lines = [f"{_networks(trained)} of {self.wanted} trained: {counts}."]
        if self.interrupted:
            lines.append(f"{self.interrupted} interrupted; the same command goes on with them.")
        lines += [self._pruner_words(), *self._failure_words(), *self._best_words()]
        lines += [*retrained_words(self.retrained, self.goals[0]), self._newer_words(), *self.notes]
        return [line for line in lines if line]

    def _newer_words(self) -> str:
        """Of a search that went on after its best were trained again."""
        again = {row.trial for row in self.retrained}
        if not again or not self.ranked or self.ranked[0].number in again:
            return ""
        first = self.ranked[0]
        return (
            f"Trial {first.number} has {self.goals[0].title} {first.value:.4f} from one training, "
            "better than those that were trained again; give --retrain once more to judge it, too."
        )

    def _best_facts(self, best: Trial) -> dict[str, Any]:
        return {
            "trial": best.number,
            "values": {
                goal.title: value for goal, value in zip(self.goals, best.goals, strict=True)
            },
            "hyperparameters": dict(best.hyperparameters),
            "fingerprint": best.fingerprint,
            "run": str(best.folder),
        }

    def _pruner_words(self) -> str:
        looks = sum(each.looks for each in self.trials)
        stopped = self.counts()[PRUNED]
        if self.pruner.get("class") == "NopPruner":
            return ""
        return f"The pruner looked {_times(looks)} and stopped {_trials(stopped)}."

    def _failure_words(self) -> list[str]:
        kinds = Counter(each.kind for each in self.trials if each.state == FAILED)
        first = {each.kind: each.message for each in reversed(self.trials) if each.state == FAILED}
        return [f"{_trials(n)} failed ({kind}): {first[kind]}" for kind, n in kinds.items()]

    def _best_words(self) -> list[str]:
        best = self.best
        if best is None:
            return ["No trial is complete, so there is no best one."]
        if len(self.goals) > 1:
            goals = listing([goal.title for goal in self.goals])
            return [f"{_trials(len(self.front))} on the front of {goals}: no other beats them."]
        start = next((each for each in self.trials if each.number == 0), None)
        line = f"The best is trial {best.number} with {self.goals[0].title} {best.value:.4f}"
        if start is not None and start.value is not None and start.number != best.number:
            line += f"; the defaults (trial 0) have {start.value:.4f}"
        if self.goals[0].name in self.baseline:
            line += f"; Otsu's threshold has {self.baseline[self.goals[0].name]:.4f}"
        return [f"{line}."]


def rank(trials: Iterable[Trial], goals: tuple[Goal, ...]) -> tuple[Trial, ...]:
    """Complete trials, the best of the first goal first; of equals the smaller network."""
    done = [each for each in trials if each.state == COMPLETE and each.goals]
    return tuple(sorted(done, key=lambda each: (_losses(each, goals)[0], each.macs, each.number)))


def on_front(ranked: Sequence[Trial], goals: tuple[Goal, ...]) -> tuple[Trial, ...]:
    """Of complete trials those that no other beats in a goal without losing in another."""
    kept = front([_losses(each, goals) for each in ranked])
    return tuple(each for each, keep in zip(ranked, kept, strict=True) if keep)


def _losses(trial: Trial, goals: tuple[Goal, ...]) -> tuple[float, ...]:
    return tuple(goal.loss(value) for goal, value in zip(goals, trial.goals, strict=True))


def _networks(count: int) -> str:
    return "1 network" if count == 1 else f"{count} networks"


def _trials(count: int) -> str:
    return "1 trial" if count == 1 else f"{count} trials"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
