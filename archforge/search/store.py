"""Trials in Optuna's database; the one place that turns Optuna's records into ours.

Only coordinators open it. What Optuna has no place for (fingerprint, kind, seconds) stands in
the trial's user attribute ``archforge``; what was drawn in its parameters, lists by their text.
"""

import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage, get_storage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from archforge.search.claims import Claims
from archforge.search.distributions import distribution, label, rounded
from archforge.search.measures import Goal
from archforge.search.patience import PAUSE_S, Patience, PatientStorage, restarts
from archforge.search.places import Place, find_place, place_of
from archforge.search.records import (
    COMPLETE,
    DUPLICATE,
    FAILED,
    INTERRUPTED,
    PRUNED,
    RUNNING,
    Trial,
)
from archforge.search.space import Draw
from archforge.spec import Search

FACTS = "archforge"
# A server that starts again is back by then; a wrong host is told no later.
RESTART_S = 20.0
_STATES = {
    TrialState.COMPLETE: COMPLETE,
    TrialState.PRUNED: PRUNED,
    TrialState.FAIL: FAILED,
    TrialState.RUNNING: RUNNING,
}
Ask = optuna.trial.Trial


class Store:
    """The study's database.

    Args:
        folder: Of the study.
        sampler: Optuna's.
        pruner: Optuna's.
        goals: What a new study is for; ``None`` for one that is there.
        place: Of the database; by default where the study's record says.
    """

    def __init__(
        self,
        folder: Path,
        sampler: optuna.samplers.BaseSampler | None = None,
        pruner: optuna.pruners.BasePruner | None = None,
        goals: tuple[Goal, ...] | None = None,
        place: Place | None = None,
    ) -> None:
        self.folder = folder
        self._ended: dict[int, Trial] = {}
        place = place or (place_of(folder) if goals is None else find_place(folder))
        self.patience = Patience()
        try:
            self._database = reached(place)
            self._storage: Any = PatientStorage(get_storage(self._database), self.patience)
            study = _opened(self._storage, place, goals)
        except Exception as error:  # noqa: BLE001 (what a damaged file makes three libraries raise)
            place.refuse(error)
        if study is None:
            place.refuse_missing()
        self.study = study
        self.study.sampler = sampler or self.study.sampler
        self.study.pruner = pruner or self.study.pruner
        self._study_id: int = self._storage.get_study_id_from_name(place.study)

    def close(self) -> None:
        """Let go of the file."""
        self._database.remove_session()
        self._database.engine.dispose()

    def claims(self) -> Claims:
        """Who trains which of the trials."""
        return self.patience.call(Claims, self._database.engine, self._study_id)

    def ask(self) -> Ask:
        """A new trial, with enqueued values if there are any."""
        return self.study.ask()

    def suggest(self, trial: Ask, key: str, search: Search) -> Any:
        """A value of the range for ``key``."""
        if search.kind == "choice":
            labels = {label(value): value for value in search.choices}
            return labels[trial.suggest_categorical(key, list(labels))]
        found = distribution(search)
        with warnings.catch_warnings():
            # An enqueued float may fall off its grid by rounding.
            warnings.simplefilter("ignore", UserWarning)
            if isinstance(found, IntDistribution):
                return trial.suggest_int(key, found.low, found.high, step=found.step, log=found.log)
            assert isinstance(found, FloatDistribution)
            return rounded(
                trial.suggest_float(key, found.low, found.high, step=found.step, log=found.log),
                search,
            )

    def keep(self, number: int, facts: Mapping[str, Any]) -> None:
        """Add to what is kept of a trial."""
        kept = {**self.facts(number), **facts}
        self._storage.set_trial_user_attr(self._id(number), FACTS, kept)

    def constrain(self, trial: Ask, values: Mapping[str, float]) -> None:
        """Tell the sampler how far a trial is from being allowed: above 0 it is not."""
        there = self._storage.get_trial(trial._trial_id).constraints  # noqa: SLF001 (as above)
        for name, value in values.items():
            if name not in there:  # a trial that goes on has them
                trial.set_constraint(name, value)

    def constraints(self, number: int) -> Mapping[str, float]:
        """How far a trial is from being allowed, by what it must keep."""
        kept: Mapping[str, float] = self._storage.get_trial(self._id(number)).constraints
        return kept

    def tell(self, number: int, state: TrialState, values: tuple[float, ...] | None) -> None:
        """End a trial."""
        with warnings.catch_warnings():
            # Said once before the start, by ``preparing.limit_words``; Optuna says it each time.
            warnings.filterwarnings("ignore", "Constraints have been set", UserWarning)
            self.study.tell(number, values, state=state)

    def take_over(self, trial: Trial, draw: Draw, folder: Path) -> None:
        """Add a trial of another study, placed in this one's space.

        Args:
            trial: As it was there.
            draw: Its network and values here.
            folder: Of the other study.
        """
        ranges = draw.ranges
        frozen = optuna.trial.create_trial(
            state=TrialState.COMPLETE if trial.state == COMPLETE else TrialState.PRUNED,
            params={key: label(value) for key, value in draw.values.items()},
            distributions={key: distribution(ranges[key]) for key in draw.values},
            values=trial.goals if trial.state == COMPLETE else None,
            intermediate_values=dict(enumerate(map(self._turned, trial.epochs), start=1)),
            user_attrs={FACTS: {**_facts(trial), "values": dict(draw.values), "mark": draw.mark,
                                "settings": dict(draw.settings), "source": str(folder)}},
        )  # fmt: skip
        frozen.set_constraint("builds", 0.0)
        self.study.add_trial(frozen)

    def report(self, trial: Ask, value: float, epoch: int) -> None:
        """The score after an epoch, as the pruner takes it.

        Networks are always validated by what is to be high. Where the goal is to be low, a pruner
        and a sampler take low values for good, so they are told its negative.
        """
        trial.report(self._turned(value), epoch)

    def _turned(self, value: float) -> float:
        directions = self.study.directions
        return -value if directions == [StudyDirection.MINIMIZE] else value

    def enqueue(self, values: Mapping[str, Any]) -> None:
        """Have ``values`` tried before anything else is drawn."""
        self.study.enqueue_trial({key: label(value) for key, value in values.items()})

    def frozen(self) -> list[FrozenTrial]:
        """Optuna's records."""
        return self.study.get_trials(deepcopy=False)

    def trials(self) -> tuple[Trial, ...]:
        """Every trial that was begun."""
        return tuple(
            self._ended.get(each.number) or self._read(each)
            for each in self.frozen()
            if each.state is not TrialState.WAITING
        )

    def _read(self, frozen: FrozenTrial) -> Trial:
        """A trial as a record; one that ended changes no more, so it is read once."""
        found = self._trial(frozen)
        if frozen.state.is_finished():
            self._ended[frozen.number] = found
        return found

    def running(self) -> list[Ask]:
        """Trials that a session began and did not end, oldest first."""
        return [
            Ask(self.study, each._trial_id)  # noqa: SLF001 (a live trial has no other door)
            for each in self.frozen()
            if each.state is TrialState.RUNNING
        ]

    def has_ended(self, number: int) -> bool:
        """Whether a trial is over, as the database has it now."""
        ended: bool = self._storage.get_trial(self._id(number)).state.is_finished()
        return ended

    def epochs(self, number: int) -> dict[int, float]:
        """The values that a trial has told so far, by epoch."""
        return dict(self._storage.get_trial(self._id(number)).intermediate_values)

    def seconds(self, number: int) -> float:
        """That earlier sessions spent on a trial."""
        return float(self.facts(number).get("seconds", 0.0))

    def facts(self, number: int) -> Mapping[str, Any]:
        """What is kept of a trial."""
        kept: Mapping[str, Any] = self._storage.get_trial(self._id(number)).user_attrs.get(
            FACTS, {}
        )
        return kept

    def interrupt(self, number: int, seconds: float) -> None:
        """Say of a trial that it was cut off: the next session goes on with it."""
        facts = {"kind": INTERRUPTED, "message": "the search was interrupted", "seconds": seconds}
        self.keep(number, facts)

    def waiting(self) -> int:
        """Enqueued trials that nobody has begun."""
        return sum(each.state is TrialState.WAITING for each in self.frozen())

    def _id(self, number: int) -> int:
        found: int = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)
        return found

    def _trial(self, frozen: FrozenTrial) -> Trial:
        facts = dict(frozen.user_attrs.get(FACTS, {}))
        state = facts.get("state", _STATES[frozen.state])
        folder = facts.get("folder")
        steps = sorted(frozen.intermediate_values.items())
        # One that is not allowed may have values that only breeding samplers read.
        has_value = frozen.state is TrialState.COMPLETE and state in {COMPLETE, DUPLICATE}
        return Trial(
            number=frozen.number,
            state=state,
            values=facts.get("values", frozen.params),
            goals=tuple(frozen.values) if has_value and frozen.values else (),
            epochs=() if state == DUPLICATE else tuple(self._turned(value) for _, value in steps),
            folder=None if folder is None else self.folder / folder,
            **{name: facts[name] for name in _KEPT if name in facts},
        )


_KEPT = (
    "kind",
    "message",
    "twin",
    "hyperparameters",
    "fingerprint",
    "mark",
    "settings",
    "parameters",
    "macs",
    "memory",
    "seconds",
    "seed",
    "looks",
    "batches",
    "run",
    "source",
)


def _facts(trial: Trial) -> dict[str, Any]:
    """What is kept of a trial, for another study."""
    kept = {name: getattr(trial, name) for name in _KEPT}
    folder = None if trial.folder is None else str(trial.folder.resolve())
    return {**kept, "folder": folder, "hyperparameters": dict(trial.hyperparameters),
            "run": dict(trial.run)}  # fmt: skip


def make_study(place: Place, goals: tuple[Goal, ...]) -> None:
    """Make a new study in a server's database, before its folder says that it is there.

    Raises:
        ProblemError: The database cannot be reached.
    """
    database = None
    try:
        database = RDBStorage(place.url, place.flags)
        _opened(database, place, goals)
    except Exception as error:  # noqa: BLE001 (of three libraries)
        place.refuse(error)
    finally:
        if database is not None:
            database.engine.dispose()


def reached(place: Place) -> RDBStorage:
    """The database; the server of a study that is there may be starting again."""
    end = time.monotonic() + (RESTART_S if place.server and not place.new else 0)
    while True:
        try:
            return RDBStorage(place.url, place.flags)
        except (SQLAlchemyError, StorageInternalError) as error:
            if time.monotonic() >= end or not restarts(error):
                raise
            time.sleep(PAUSE_S)


def _opened(
    storage: Any, place: Place, goals: tuple[Goal, ...] | None
) -> optuna.study.Study | None:
    """The study; ``None`` where the database has no such one and none is to be made."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if goals is None or (place.server and not place.new):
        try:
            return optuna.load_study(storage=storage, study_name=place.study)
        except KeyError:
            return None
    return optuna.create_study(
        storage=storage,
        study_name=place.study,
        directions=["maximize" if goal.maximize else "minimize" for goal in goals],
        load_if_exists=True,
    )
