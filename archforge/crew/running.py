"""Jobs whose epochs nobody judges, each run to its end by the processes of a pool."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from archforge.crew.failures import TrialBugError
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

    def messages(self, wait_s: float = 0.5) -> Iterator[Message]:
        """What they have said."""

    def close(self) -> None:
        """End all of them."""


def _nobody(job: Job, epoch: int, value: float) -> None:
    """Is told, and does nothing."""


def run_all(
    pool: Processes, jobs: Iterable[Job], tell: OnEpoch = _nobody
) -> Iterator[tuple[Job, Message]]:
    """Each job with how it ended; one that was killed from outside is started again.

    Args:
        pool: Closed at the end, however it comes.
        jobs: With numbers that differ.
        tell: Told each epoch of each job, with its value.

    Raises:
        TrialBugError: One met a bug of ours.
    """
    left = list(jobs)
    known = {job.number: job for job in left}
    deaths: Counter[int] = Counter()
    try:
        while left or pool.busy:
            while left and pool.free:
                pool.start(left.pop(0))
            for message in pool.messages():
                job = known[message.number]
                if message.what == "epoch":
                    tell(job, *message.content)
                    pool.answer(job.number, go_on=True)
                elif message.what == "bug":
                    raise TrialBugError(f"trial {job.folder.name}: {message.content}")
                elif message.what == "death" and deaths[job.number] + 1 < MOST_DEATHS:
                    deaths[job.number] += 1
                    pool.start(job)
                else:
                    yield job, message
    finally:
        pool.close()
