"""The coordinator: asks Optuna, starts processes, hears their epochs, tells Optuna what came.

It trains nothing itself: what trains a trial is named to the ``Pool``. It alone writes the
database. A draw that does not build and a network that was trained already cost no training; both
are told to the sampler and drawn again. After ``REDRAWS`` of them in a row a space with steps is
walked point by point, so a search of a small space ends, and ends complete.
"""

import math
import time
from dataclasses import replace
from typing import Any, NoReturn

from optuna.trial import TrialState

from archforge.errors import ProblemError
from archforge.files import write_whole
from archforge.graph import fingerprint
from archforge.search.failures import failure_kind, first_words
from archforge.search.interrupts import held_interrupts
from archforge.search.jobs import Job, Outcome
from archforge.search.models import drop_models, ranked
from archforge.search.plan import Event, OnEvent, Plan, all_tried, draw_facts, networks, trial_seed
from archforge.search.records import (
    DUPLICATE,
    FAILED,
    INFEASIBLE,
    RUNNING,
    Trial,
)
from archforge.search.space import Draw
from archforge.search.store import Ask, Store
from archforge.search.workers import Message, Pool
from archforge.spec import Search

REDRAWS = 10
TRIALS = "trials"


class TrialBugError(RuntimeError):
    """A trial met an exception that is no problem of the user's; its traceback is in the file."""


class Engine:
    """One session of a search.

    Args:
        plan: What to do.
        store: The database.
        pool: The processes.
        on_event: Told what happens.
    """

    def __init__(self, plan: Plan, store: Store, pool: Pool, on_event: OnEvent) -> None:
        self._plan = plan
        self._store = store
        self._pool = pool
        self._on_event = on_event
        self._asked: dict[int, Ask] = {}
        self._looks: dict[int, int] = {}
        self._started: dict[int, float] = {}
        self._redraws = 0
        self._walk: list[dict[str, Any]] | None = None
        self._over = False
        self._trials: tuple[Trial, ...] = ()
        self.notes: list[str] = []
        self._known = {
            each.fingerprint: each.number
            for each in store.trials()
            if each.fingerprint and each.counts
        }

    def run(self) -> None:
        """Train until the plan is met, the space is used up, or something stops it.

        Raises:
            TrialBugError: A trial met a bug.
            ProblemError: A problem that every trial would meet, such as a full disk.
        """
        self._begin()
        try:
            with held_interrupts() as stop_if_interrupted:
                self._fill()
                while self._pool.busy:
                    for message in self._pool.messages():
                        self._hear(message)
                        stop_if_interrupted()
                    stop_if_interrupted()
                    self._fill()
        finally:
            self._pool.close()
            for number in list(self._asked):
                self._store.interrupt(number)

    def _begin(self) -> None:
        if self._known and self._counted() < self._plan.trials and self._untried() == []:
            self._over = True  # resumed, and there is nothing left to draw
            return
        draw, words = self._plan.space.defaults()
        if fingerprint(draw.graph) in self._known:
            return
        self.notes += words
        if not self._store.waiting():
            self._store.enqueue(draw.values)

    def _fill(self) -> None:
        while self._pool.free and (job := self._next()) is not None:
            self._pool.start(job)
            self._say("start", job.number)

    def _next(self) -> Job | None:
        """The next network to train; ``None`` when there is none for now."""
        while not self._over and self._counted() + len(self._asked) < self._plan.trials:
            if (self._plan.walk or self._redraws >= REDRAWS) and not self._enqueue_untried():
                self._over = True
                return None
            job = self._draw()
            if job is not None:
                self._redraws = 0
                return job
            self._redraws += 1
        return None

    def _counted(self) -> int:
        return sum(each.counts for each in self._store.trials())

    def _draw(self) -> Job | None:
        trial = self._store.ask()
        self._asked[trial.number] = trial
        self._started[trial.number] = time.monotonic()
        values: dict[str, Any] = {}

        def suggest(key: str, search: Search) -> Any:
            values[key] = self._store.suggest(trial, key, search)
            return values[key]

        try:
            draw = self._plan.space.draw(suggest)
            self._plan.check(draw.graph)
        except ProblemError as error:
            self._infeasible(trial, values, error)
            return None
        mark = fingerprint(draw.graph)
        self._store.keep(trial.number, draw_facts(self._plan, draw, mark))
        if mark in self._known:
            self._duplicate(trial, self._known[mark])
            return None
        self._known[mark] = trial.number
        return self._job(trial.number, draw, mark)

    def _job(self, number: int, draw: Draw, mark: str) -> Job:
        name = f"{TRIALS}/{number:04d}"
        self._store.keep(number, {"folder": name})
        plan = self._plan
        return Job(
            number=number,
            graph=draw.graph,
            values=draw.values,
            fixed=plan.space.fixed,
            spec_text=plan.spec_for(draw.graph),
            data=plan.data,
            options=plan.options,
            settings=replace(plan.settings, seed=trial_seed(plan.seed, mark)),
            folder=self._store.folder / name,
            threads=plan.threads,
        )

    def _infeasible(self, trial: Ask, values: dict[str, Any], error: ProblemError) -> None:
        facts = {
            "state": INFEASIBLE,
            "kind": "too-large" if error.problems[0].code == "AF609" else "cannot-build",
            "message": first_words(error),
            "values": values,
        }
        # A broken constraint is what a sampler learns from; a failed trial it forgets, and draws
        # the same point again.
        trial.set_constraint("builds", 1.0)
        self._end(trial.number, TrialState.PRUNED, facts)

    def _duplicate(self, trial: Ask, number: int) -> None:
        twin = next(each for each in self._store.trials() if each.number == number)
        facts = {"state": DUPLICATE, "twin": number, "message": f"the network of trial {number}"}
        if twin.value is not None:
            self._end(trial.number, TrialState.COMPLETE, facts, twin.value)
            return
        if twin.state in {RUNNING, FAILED}:
            self._end(trial.number, TrialState.FAIL, facts)
            return
        for epoch, value in enumerate(twin.epochs, start=1):
            trial.report(value, epoch)
        self._end(trial.number, TrialState.PRUNED, facts)

    def _enqueue_untried(self) -> bool:
        """Enqueue the next point of a space that can be walked; ``False`` when there is none."""
        if self._store.waiting():
            return True
        if self._walk is None:
            self._walk = self._untried()
        if self._walk is None:
            self.notes.append(
                f"{REDRAWS} draws in a row made no new network, so the search ended early."
            )
            return False
        if not self._walk:
            return False
        self._store.enqueue(self._walk.pop())
        return True

    def _untried(self) -> list[dict[str, Any]] | None:
        """One point of each network that was not tried; ``None`` where the space has no end."""
        found = networks(self._plan)
        if found is None:
            return None
        if len(found) < self._plan.trials:
            self.notes.append(all_tried(len(found)))
        order = sorted(found, key=lambda mark: trial_seed(self._plan.seed, mark))
        return [found[mark] for mark in order if mark not in self._known]

    def _hear(self, message: Message) -> None:
        number = message.number
        if message.what == "epoch":
            self._epoch(number, *message.content)
        elif message.what == "outcome":
            self._outcome(number, message.content)
        elif message.what == "problem":
            self._problem(number, message.content)
        elif message.what == "bug":
            self._bug(number, message.content)
        elif message.what == "timeout":
            self._fail(number, "timeout", "it took longer than a trial may")
        elif message.what == "memory" or message.content[1]:
            self._fail(number, "out-of-memory", "the memory did not suffice")
        else:
            self._fail(number, "killed", f"its process ended with status {message.content[0]}")

    def _epoch(self, number: int, epoch: int, value: float) -> None:
        trial = self._asked[number]
        trial.report(value, epoch)
        prune = False
        # After its last epoch there is nothing left to save.
        if epoch < self._plan.settings.epochs:
            self._looks[number] = self._looks.get(number, 0) + 1
            prune = trial.should_prune()
        self._say("epoch", number, epoch, value)
        self._pool.answer(number, go_on=not prune)

    def _outcome(self, number: int, outcome: Outcome) -> None:
        facts = {"run": dict(outcome.facts)}
        if outcome.value is None:
            self._end(number, TrialState.PRUNED, facts)
        elif math.isfinite(outcome.value):
            self._end(number, TrialState.COMPLETE, facts, outcome.value)
        else:
            self._fail(number, "diverged", f"its score is {outcome.value}")

    def _problem(self, number: int, error: ProblemError) -> None:
        kind = failure_kind(error)
        if not kind:
            self._store.interrupt(number)
            del self._asked[number]
            raise error
        self._fail(number, kind, first_words(error))

    def _bug(self, number: int, trace: str) -> NoReturn:
        path = self._store.folder / TRIALS / f"{number:04d}" / "traceback.txt"
        write_whole(path, trace)
        line = trace.rstrip().rsplit("\n", 1)[-1]
        self._fail(number, "bug", line)
        raise TrialBugError(f"trial {number}: {line} (the traceback is in {path})")

    def _fail(self, number: int, kind: str, message: str) -> None:
        self._end(number, TrialState.FAIL, {"kind": kind, "message": message})

    def _end(
        self, number: int, state: TrialState, facts: dict[str, Any], value: float | None = None
    ) -> None:
        looks = self._looks.pop(number, 0)
        seconds = time.monotonic() - self._started.pop(number)
        self._store.keep(number, {**facts, "looks": looks, "seconds": seconds})
        self._store.study.tell(number, value, state=state)
        del self._asked[number]
        drop_models(self._store.trials())
        self._say("end", number)

    def _say(self, what: str, number: int, epoch: int = 0, value: float | None = None) -> None:
        if what != "epoch":  # in between nothing changes that an event tells
            self._trials = self._store.trials()
        trials = self._trials
        best = ranked(trials)[:1]
        self._on_event(
            Event(
                what=what,
                trial=next(each for each in trials if each.number == number),
                done=sum(each.counts for each in trials),
                wanted=self._plan.trials,
                best=best[0] if best else None,
                epoch=epoch,
                value=value,
            )
        )
