"""From what Optuna proposes to a network that is worth training.

A draw that does not build, one above a limit and a network that was trained already cost no
process; all are told to the sampler and drawn again. After ``REDRAWS`` of them in a row a space
with steps is walked point by point, so a search of a small space ends, and ends complete. A space
without end is given up after so many networks in a row that were trained already, or ``REFUSED``
that are not allowed; so is any space where too many in a row are found too slow, which costs a
process each. A trial that a dead session left running comes first: its values are read again, and
it goes on in its own folder.

Several nodes draw for one study, in turns. A trial is *running* in the database before its turn
ends, so each node counts those of all, and the network of each is known to all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from optuna.trial import TrialState

from archforge.crew.failures import first_words
from archforge.crew.jobs import Job
from archforge.errors import ProblemError
from archforge.search.making import make_job
from archforge.search.measures import excess, excess_words
from archforge.search.methods import BREEDING
from archforge.search.nodes import Node
from archforge.search.places import TRIALS
from archforge.search.plan import Plan, all_tried, draw_facts, networks, trial_seed
from archforge.search.records import DUPLICATE, FAILED, INFEASIBLE, RUNNING
from archforge.search.space import Draw
from archforge.search.store import Ask, Store
from archforge.spec import Search

REDRAWS = 10
# Where few networks of a space are allowed, finding one by chance takes many draws; each costs
# milliseconds.
REFUSED = 1000
# So many trials may fail, or be too slow in a row, before a search is given up; of a long one, as
# many as it has.
LEAST_FAILURES = 10
# Kinds of failures that another session may not meet.
MENDABLE = ("bug", "killed", "timeout")

End = Callable[[Ask, TrialState, dict[str, Any], tuple[float, ...] | None], None]
"""Ends a trial: told its state, facts to keep, and the values of the goals."""


@dataclass(frozen=True)
class Drawn:
    """A trial, and what is to be trained for it."""

    trial: Ask
    job: Job


def refusal(plan: Plan, costs: Mapping[str, Any]) -> tuple[TrialState, tuple[float, ...] | None]:
    """How a trial that is not allowed is told to the sampler, beside its broken constraint.

    A failed trial it would forget, and draw the same point again. Breeding samplers see complete
    trials alone: what breaks a constraint is beaten there by all that break none, whatever its
    values.

    Args:
        plan: Whose sampler and goals.
        costs: What is known of the network, by names of goals.
    """
    if plan.sampler not in BREEDING:
        return TrialState.PRUNED, None
    return TrialState.COMPLETE, tuple(float(costs.get(goal.name, 0.0)) for goal in plan.goals)


class Drawing:
    """Draws networks until there are enough of them, or no more.

    Args:
        plan: What to do.
        store: The database.
        node: This session among the others of the study.
        end: Called for a trial that is over before it began.
    """

    def __init__(self, plan: Plan, store: Store, node: Node, end: End) -> None:
        self._plan = plan
        self._store = store
        self._node = node
        self._end = end
        self._twins = self._refused = 0  # draws in a row that came to nothing
        self._why = ""
        self._walk: list[tuple[str, dict[str, Any]]] | None = None
        self._endless = self._over = False
        self._failed = self._size = 0
        self._past: set[int] = set()
        self.notes: list[str] = []
        self._known: dict[str, int] = {}
        self._forbidden: set[str] = set()

    def begin(self) -> None:
        """Have the defaults tried first; of a space that is used up, draw nothing."""
        with self._node.turn():
            # What was killed or met a bug may be mended by now, and a timeout be a longer one: what
            # failed so in an earlier session is no verdict.
            failed = [each for each in self._store.trials() if each.state == FAILED]
            self._failed = len(failed)
            self._past = {each.number for each in failed if each.kind in MENDABLE}
            self._look()
            self._begin()

    def _begin(self) -> None:
        left = self._store.running()
        if self._known and self._reserved() < self._plan.trials and self._untried() == []:
            self._over = not left
            self._say_used_up()
            return
        draw, words = self._plan.space.defaults()
        if draw.mark in self._known or left:
            return
        self.notes += words
        if not self._store.waiting():
            self._store.enqueue(draw.values)

    def next(self) -> Drawn | None:
        """The next network to train; ``None`` when there is none for now."""
        full = self._over or self._reserved() >= self._plan.trials
        if full and not self._node.others(each.number for each in self._store.running()):
            return None
        with self._node.turn():
            self._look()
            return self._left() or self._new()

    def waits(self) -> bool:
        """Whether trials are running: of other nodes, where this one trains none."""
        return bool(self._store.running())

    def _look(self) -> None:
        """See which networks are trained, here or elsewhere."""
        trials = [each for each in self._store.trials() if each.mark]
        self._known = {
            each.mark: each.number
            for each in reversed(trials)  # of several, the first one has it
            if (each.trained or each.run or each.state == RUNNING) and each.number not in self._past
        }
        self._forbidden = {each.mark for each in trials if each.state == INFEASIBLE}

    def _left(self) -> Drawn | None:
        """A running trial that no living node holds."""
        left = {each.number: each for each in self._store.running()}
        while (number := self._node.adopt(left)) is not None:
            trial = left.pop(number)
            if self._store.has_ended(number):  # its node ended it between our look and our claim
                self._node.leave(number)
                continue
            drawn = self._draw(trial)
            if drawn is not None:
                return drawn
        return None

    def _new(self) -> Drawn | None:
        while not self._over and self._reserved() < self._plan.trials:
            if self._too_many_failed() or self._too_many_slow():
                return None
            if self._must_walk() and not self._enqueue_untried():
                self._over = True
                return None
            trial = self._store.ask()
            self._node.claim(trial.number)
            drawn = self._draw(trial)
            if drawn is not None:
                self._twins = self._refused = 0
                return drawn
        return None

    def _must_walk(self) -> bool:
        """Whether draws by chance find nothing new."""
        if self._endless:
            return self._twins >= REDRAWS or self._refused >= REFUSED
        return self._plan.walk or self._twins + self._refused >= REDRAWS

    def _reserved(self) -> int:
        """Trials that count, and those that may come to count."""
        return sum(each.counts or each.state == RUNNING for each in self._store.trials())

    def _too_many_failed(self) -> bool:
        """Failed trials are no trials, so a search of nothing else would have no end."""
        failed = self._failures() - self._failed
        self._over = failed >= max(LEAST_FAILURES, self._plan.trials)
        if self._over:
            self.notes.append(f"{failed} trials failed, so the search ended early.")
        return self._over

    def _too_many_slow(self) -> bool:
        """What is measured and found too slow is no trial either."""
        since = takewhile(lambda each: not each.counts, reversed(self._store.trials()))
        slow = [each for each in since if each.state == INFEASIBLE and each.run]
        self._over = len(slow) >= max(LEAST_FAILURES, self._plan.trials)
        if self._over:
            self._say_once(
                f"{len(slow)} networks in a row were measured and not within the limits, so the "
                f"search ended early; the last one: {slow[0].message}."
            )
        return self._over

    def _failures(self) -> int:
        return sum(each.state == FAILED for each in self._store.trials())

    def _draw(self, trial: Ask) -> Drawn | None:
        values: dict[str, Any] = {}

        def suggest(key: str, search: Search) -> Any:
            values[key] = self._store.suggest(trial, key, search)
            return values[key]

        try:
            draw = self._plan.space.draw(suggest)
            self._plan.check(draw)
        except ProblemError as error:
            self._infeasible(trial, values, error)
            return None
        mark = self._free_mark(trial.number, draw.mark)
        facts = draw_facts(self._plan, draw, mark or draw.mark)
        self._store.keep(trial.number, facts)
        limits = self._plan.limits
        self._store.constrain(trial, {"builds": 0.0, **excess(limits, facts)})
        if words := excess_words(limits, facts):
            self._refuse(trial, beyond(words), facts)
            self._forbidden.add(draw.mark)
            return None
        if mark is None:
            self._duplicate(trial, self._known[draw.mark])
            return None
        self._known[mark] = trial.number
        return Drawn(trial, self._job(trial.number, draw, facts["seed"]))

    def _free_mark(self, number: int, mark: str) -> str | None:
        """The mark of this training, numbered from its second time on; none where it was enough."""
        kept = self._store.facts(number).get("mark")
        if kept is not None and self._known.get(kept, number) == number:  # one that goes on
            return str(kept)
        names = (_named(mark, time) for time in range(self._plan.repeats))
        return next((each for each in names if each not in self._known), None)

    def _job(self, number: int, draw: Draw, seed: int) -> Job:
        name = f"{TRIALS}/{number:04d}"
        again = self._store.facts(number).get("batches", 1) > 1
        self._store.keep(number, {"folder": name, "kind": "", "message": ""})
        job = make_job(self._plan, draw, number, self._store.folder / name, seed)
        return job.halved() if again else job

    def _infeasible(self, trial: Ask, values: dict[str, Any], error: ProblemError) -> None:
        facts = {
            "state": INFEASIBLE,
            "kind": "too-large" if error.problems[0].code == "AF609" else "cannot-build",
            "message": first_words(error),
            "values": values,
        }
        self._store.constrain(trial, {"builds": 1.0})
        self._refuse(trial, facts, {})

    def _refuse(self, trial: Ask, facts: dict[str, Any], costs: Mapping[str, Any]) -> None:
        """End a trial that is not allowed."""
        self._refused += 1
        self._why = facts["message"]
        state, values = refusal(self._plan, costs)
        self._end(trial, state, facts, values)

    def _duplicate(self, trial: Ask, number: int) -> None:
        self._twins += 1
        twin = next(each for each in self._store.trials() if each.number == number)
        facts = {"state": DUPLICATE, "twin": number, "message": f"the network of trial {number}"}
        constraints = self._store.constraints(number)
        self._store.constrain(trial, constraints)
        if any(over > 0 for over in constraints.values()):
            state, values = refusal(self._plan, self._store.facts(number))
            self._end(trial, state, facts, values)
            return
        if twin.value is not None:
            self._end(trial, TrialState.COMPLETE, facts, twin.goals)
            return
        if twin.state in {RUNNING, FAILED}:
            self._end(trial, TrialState.FAIL, facts, None)
            return
        for epoch, value in enumerate(twin.epochs, start=1):
            self._store.report(trial, value, epoch)
        self._end(trial, TrialState.PRUNED, facts, None)

    def _enqueue_untried(self) -> bool:
        """Enqueue the next point of a space that can be walked; ``False`` when there is none."""
        if self._store.waiting():
            return True
        if self._endless:
            self.notes.append(self._given_up())
            return False
        if self._walk is None:
            self._walk = self._untried()
        if self._walk is None:
            self._endless = True
            return not self._must_walk() or self._enqueue_untried()
        while self._walk and self._walk[-1][0] in self._known:  # another node was there
            self._walk.pop()
        if not self._walk:
            self._say_used_up()
            return False
        self._store.enqueue(self._walk.pop()[1])
        return True

    def _say_once(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def _say_used_up(self) -> None:
        """Why there are fewer networks than were asked for."""
        if self._size * self._plan.repeats < self._plan.trials:
            self._say_once(all_tried(self._size))
        if self._forbidden:
            self._say_once(f"{_many(len(self._forbidden))} not within the limits.")

    def _given_up(self) -> str:
        """Why a search of a space without end has ended."""
        if self._refused < REFUSED:
            return f"{REDRAWS} draws in a row made no new network, so the search ended early."
        return (
            f"{REFUSED} draws in a row were not allowed, so the search ended early; the last one: "
            f"{self._why}."
        )

    def _untried(self) -> list[tuple[str, dict[str, Any]]] | None:
        """Each training that was not made, with its point, the first one last.

        Of a space that has no end there is no such list.
        """
        found = networks(self._plan)
        if found is None:
            return None
        self._size = len(found)
        order = sorted(found, key=lambda mark: trial_seed(self._plan.seed, mark))
        return [
            (name, found[mark])
            for time in reversed(range(self._plan.repeats))
            for mark in order
            if mark not in self._forbidden and (name := _named(mark, time)) not in self._known
        ]


def _named(mark: str, time: int) -> str:
    """The mark of a training, numbered from its second time on."""
    return f"{mark}#{time}" if time else mark


def _many(count: int) -> str:
    return "1 network of this space is" if count == 1 else f"{count} networks of this space are"


def beyond(words: str) -> dict[str, Any]:
    """What is kept of a draw that is above a limit."""
    return {"state": INFEASIBLE, "kind": "too-large", "message": words}
