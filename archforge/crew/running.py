"""Jobs whose epochs nobody judges, each run to its end by the processes of a pool."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from archforge.crew.failures import TrialBugError
from archforge.crew.interrupts import held_interrupts
from archforge.crew.jobs import Job
from archforge.crew.workers import Message

OnEpoch = Callable[[Job, int, float], None]

# A process that dies this often dies of its job.
MOST_DEATHS = 3


class Processes(Protocol):
    """What runs jobs side by side: ``workers.Pool`` here, ``search.clusters`` on other machines."""

    @property
    def free(self) -> bool:
        """Whether one more may start."""

    @property
    def busy(self) -> bool:
        """Whether one is running."""

    def start(self, job: Job) -> None:
        """Start one."""

    def answer(self, number: int, *, go_on: bool) -> None:
        """Tell one that waits after an epoch whether to go on."""

    def stop(self, number: int) -> None:
        """End one, whatever it is doing."""

    def messages(self, wait_s: float = 0.5) -> Iterator[Message]:
        """What they have said."""

    def close(self) -> None:
        """End all of them."""


def _nobody(job: Job, epoch: int, value: float) -> None:
    """Is told, and does nothing."""


def run_all(
    pool: Processes,
    jobs: Iterable[Job],
    tell: OnEpoch = _nobody,
    ending: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Job, Message]]:
    """Each job with how it ended; one that was killed from outside is started again.

    After a Ctrl-C no job starts, and those that run end after their epochs, whose checkpoints the
    same call goes on from; a second one ends them at once.

    Args:
        pool: Closed at the end, however it comes.
        jobs: With numbers that differ.
        tell: Told each epoch of each job, with its value.
        ending: Called once, when a Ctrl-C has come.

    Raises:
        TrialBugError: One met a bug of ours.
        KeyboardInterrupt: After the running epochs, or at once the second time.
    """
    running = _Running(pool, list(jobs), tell, ending)
    try:
        with held_interrupts() as interrupted:
            yield from running.until_done(interrupted)
    finally:
        pool.close()
    if running.called_off:
        raise KeyboardInterrupt


class _Running:
    """Jobs on their way."""

    def __init__(
        self, pool: Processes, left: list[Job], tell: OnEpoch, ending: Callable[[], None]
    ) -> None:
        self._pool, self._left, self._tell, self._ending = pool, left, tell, ending
        self._known = {job.number: job for job in left}
        self._deaths: Counter[int] = Counter()
        self.called_off = False

    def until_done(self, interrupted: Callable[[], bool]) -> Iterator[tuple[Job, Message]]:
        while self._pool.busy or (self._left and not self.called_off):
            while self._left and self._pool.free and not self.called_off:
                self._pool.start(self._left.pop(0))
            for message in self._pool.messages():
                job = self._known[message.number]
                if self._has_ended(job, message):
                    yield job, message
            if interrupted() and not self.called_off:
                self.called_off = True
                self._ending()

    def _has_ended(self, job: Job, message: Message) -> bool:
        if message.what == "bug":
            raise TrialBugError(f"trial {job.folder.name}: {message.content}")
        if message.what == "epoch":
            self._tell(job, *message.content)
            if self.called_off:
                self._pool.stop(job.number)  # its checkpoint is written
            else:
                self._pool.answer(job.number, go_on=True)
            return False
        if message.what == "death" and self._deaths[job.number] + 1 < MOST_DEATHS:
            self._deaths[job.number] += 1
            self._left.insert(0, job)
            return False
        return True
