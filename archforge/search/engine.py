"""The coordinator: starts what was drawn, hears its epochs, tells Optuna what came.

It trains nothing itself: what trains a trial is named to the ``Pool``. What it does not end stays
*running* in the database, with its checkpoint on the disk: the next session goes on with it,
whatever ended this one, and so does another one of the same study, on this machine or elsewhere.
"""

import math
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from optuna.trial import TrialState

from archforge.crew.failures import TrialBugError, failure_kind, first_words
from archforge.crew.interrupts import held_interrupts
from archforge.crew.jobs import Outcome
from archforge.crew.running import MOST_DEATHS
from archforge.crew.workers import Message, Pool
from archforge.errors import ProblemError, listing
from archforge.files import write_whole
from archforge.search.drawing import Drawing, beyond, refusal
from archforge.search.going import Going
from archforge.search.measures import excess, excess_words
from archforge.search.models import drop_models
from archforge.search.nodes import Node
from archforge.search.places import TRIALS
from archforge.search.plan import Event, OnEvent, Plan
from archforge.search.records import Trial, rank
from archforge.search.retraining import retrained_trials
from archforge.search.store import Ask, Store

if TYPE_CHECKING:
    from archforge.search.clusters import Cluster


class Engine:
    """One session of a search.

    Args:
        plan: What to do.
        store: The database.
        pool: The processes, here or on a cluster.
        on_event: Told what happens.
        most_s: Seconds after which it ends as after a Ctrl-C, but of its own accord.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        pool: "Pool | Cluster",
        on_event: OnEvent,
        most_s: float = math.inf,
    ) -> None:
        self._plan = plan
        self._end_at = time.monotonic() + most_s
        self._store = store
        self._pool = pool
        self._on_event = on_event
        self._going: dict[int, Going] = {}
        self._ending = False
        self._trials: tuple[Trial, ...] = ()
        self._retrained = retrained_trials(store.folder)
        self._node = Node(store.claims(), store.patience)
        self._drawing = Drawing(plan, store, self._node, self._end)

    @property
    def notes(self) -> list[str]:
        """What a person must know."""
        return self._drawing.notes

    @property
    def cut_short(self) -> bool:
        """Whether it ended before its plan was met, because the time was up."""
        return self._ending

    def run(self) -> None:
        """Train until the plan is met, the space is used up, or something stops it.

        Raises:
            TrialBugError: A trial met a bug.
            ProblemError: A problem that every trial would meet, such as a full disk.
            KeyboardInterrupt: After the running epochs, or at once the second time.
        """
        self._store.patience.told = self._waits
        with self._node:
            self._drawing.begin()
            try:
                with held_interrupts() as interrupted:
                    self._train(interrupted)
                    called_off = interrupted()
            finally:
                self._pool.close()
                for going in self._going.values():
                    self._interrupt(going)
        if called_off:
            raise KeyboardInterrupt
        if self._ending:
            self.notes.append("The time was up; the same command goes on.")

    def _end_if(self, over: object) -> None:
        """Start nothing more, and let the running trials end after their epochs."""
        if over and not self._ending:
            self._ending = True
            for number in list(self._going)[:1]:
                self._say("ending", number)

    def _train(self, interrupted: Callable[[], bool]) -> None:
        """Until nothing is left; a trial of another node may yet fail, or be left to this one."""
        self._fill()
        while self._pool.busy or (not self._ending and self._drawing.waits()):
            for message in self._pool.messages():
                self._hear(message)
            self._end_if(interrupted() or time.monotonic() > self._end_at)
            self._fill()

    def _fill(self) -> None:
        while self._pool.free and not self._ending:
            drawn = self._drawing.next()
            if drawn is None:
                return
            number = drawn.trial.number
            known = len(self._store.epochs(number))
            self._going[number] = Going(
                drawn.trial, drawn.job, time.monotonic(), known, looks=known
            )
            self._pool.start(drawn.job)
            self._say("start", number)

    def _hear(self, message: Message) -> None:
        going = self._going[message.number]
        if not self._node.holds(message.number):
            self._lost(message)
        elif message.what == "epoch":
            self._epoch(going, *message.content)
        elif message.what == "outcome":
            self._outcome(going, message.content)
        elif message.what == "problem":
            self._problem(going, message.content)
        elif message.what == "bug":
            self._bug(going, message.content)
        elif message.what == "timeout":
            self._fail(going, "timeout", "it took longer than a trial may")
        elif message.what == "memory" or message.content[1]:
            self._out_of_memory(going, "the memory did not suffice")
        else:
            self._died(going, f"its process ended with status {message.content[0]}")

    def _lost(self, message: Message) -> None:
        """This session hung for so long that another one went on with the trial."""
        del self._going[message.number]
        if message.what == "epoch":  # of all others the process has ended
            self._pool.stop(message.number)

    def _epoch(self, going: Going, epoch: int, value: float) -> None:
        number = going.trial.number
        if epoch > going.known:  # one that goes on tells its earlier epochs again
            if len(self._plan.goals) == 1:  # with several, Optuna takes no values in between
                self._store.report(going.trial, value, epoch)
            going.known, going.deaths = epoch, 0
            self._say("epoch", number, epoch, value)
        prune = False
        # After its last epoch there is nothing left to save.
        alone = len(self._plan.goals) == 1
        if alone and going.known <= epoch < self._plan.settings.epochs:
            going.looks = max(going.looks, epoch)
            prune = going.trial.should_prune()
        if self._ending and not prune and epoch < self._plan.settings.epochs:
            self._pool.stop(number)  # its checkpoint is written
            self._interrupt(self._going.pop(number))
            return
        self._pool.answer(number, go_on=not prune)

    def _outcome(self, going: Going, outcome: Outcome) -> None:
        run = dict(outcome.facts)
        timed = excess(self._plan.limits, run)
        self._store.constrain(going.trial, timed)
        if words := excess_words(self._plan.limits, run):
            self._refuse(going, {**beyond(words), "run": run}, run)
        elif outcome.value is None:
            self._finish(going, TrialState.PRUNED, {"run": run})
        elif all(map(math.isfinite, values := self._goals(going, outcome))):
            self._finish(going, TrialState.COMPLETE, {"run": run}, values)
        else:
            names = zip(self._plan.goals, values, strict=True)
            wrong = [
                f"{goal.title} is {value}" for goal, value in names if not math.isfinite(value)
            ]
            self._fail(going, "diverged", listing(wrong))

    def _goals(self, going: Going, outcome: Outcome) -> tuple[float, ...]:
        """The value of each goal: the first is the outcome's, costs are those of the draw."""
        known = {**self._store.facts(going.trial.number), **outcome.facts}
        known |= outcome.facts.get("scores", {})
        first, *others = self._plan.goals
        known[first.name] = outcome.value
        # Nothing is told of a score that no image has.
        return tuple(float(known.get(goal.name, math.nan)) for goal in (first, *others))

    def _problem(self, going: Going, error: ProblemError) -> None:
        kind = failure_kind(error)
        if kind == "out-of-memory":
            self._out_of_memory(going, first_words(error))
        elif kind:
            self._fail(going, kind, first_words(error))
        else:
            raise error

    def _out_of_memory(self, going: Going, message: str) -> None:
        """Once more with half the batch and two of them to a step: the same mean of gradients."""
        if going.can_halve:
            shutil.rmtree(going.job.folder, ignore_errors=True)
            going.job = going.job.halved()
            self._store.keep(going.trial.number, {"batches": going.job.batches})
            self._pool.start(going.job)
            return
        self._store.constrain(going.trial, {"trains": 1.0})
        self._refuse(going, {"state": "failed", "kind": "out-of-memory", "message": message}, {})

    def _died(self, going: Going, message: str) -> None:
        """Killed from outside, it goes on from its checkpoint; killed by itself, it would again."""
        going.deaths += 1
        if going.deaths < MOST_DEATHS:
            self._pool.start(going.job)
        else:
            self._fail(going, "killed", f"{message}, {MOST_DEATHS} times in the same epoch")

    def _bug(self, going: Going, trace: str) -> NoReturn:
        number = going.trial.number
        path = self._store.folder / TRIALS / f"{number:04d}" / "traceback.txt"
        write_whole(path, trace)
        line = trace.rstrip().rsplit("\n", 1)[-1]
        self._fail(going, "bug", line)
        raise TrialBugError(f"trial {number}: {line} (the traceback is in {path})", trace)

    def _refuse(self, going: Going, facts: dict[str, Any], measured: Mapping[str, Any]) -> None:
        """End a trial that was found not to be allowed once it ran."""
        costs = {**self._store.facts(going.trial.number), **measured}
        state, values = refusal(self._plan, costs)
        self._finish(going, state, facts, values)

    def _fail(self, going: Going, kind: str, message: str) -> None:
        self._finish(going, TrialState.FAIL, {"kind": kind, "message": message})

    def _finish(
        self,
        going: Going,
        state: TrialState,
        facts: dict[str, Any],
        values: tuple[float, ...] | None = None,
    ) -> None:
        del self._going[going.trial.number]
        spent = {"looks": going.looks, "seconds": self._seconds(going)}
        self._end(going.trial, state, {**facts, **spent}, values)

    def _interrupt(self, going: Going) -> None:
        self._store.interrupt(going.trial.number, self._seconds(going))

    def _seconds(self, going: Going) -> float:
        return self._store.seconds(going.trial.number) + time.monotonic() - going.started

    def _end(
        self,
        trial: Ask,
        state: TrialState,
        facts: dict[str, Any],
        values: tuple[float, ...] | None = None,
    ) -> None:
        self._store.keep(trial.number, facts)
        self._store.tell(trial.number, state, values)
        self._node.leave(trial.number)
        drop_models(self._store.trials(), self._plan.goals, self._plan.kept, self._retrained)
        self._say("end", trial.number)

    def _waits(self, words: str) -> None:
        if self._trials:  # those that are known without asking
            self._say("waiting", self._trials[-1].number, words=words)

    def _say(
        self,
        what: str,
        number: int,
        epoch: int = 0,
        value: float | None = None,
        *,
        words: str = "",
    ) -> None:
        if what not in {"epoch", "waiting"}:  # in between nothing changes that an event tells
            self._trials = self._store.trials()
        trials = self._trials
        best = rank(trials, self._plan.goals)[:1]
        self._on_event(
            Event(
                what=what,
                trial=next(each for each in trials if each.number == number),
                done=sum(each.counts for each in trials),
                wanted=self._plan.trials,
                best=best[0] if best else None,
                epoch=epoch,
                value=value,
                score=self._plan.goals[0].title,
                counts=Counter(each.state for each in trials),
                words=words,
            )
        )
