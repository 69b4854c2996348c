"""Jobs whose epochs nobody judges, each run to its end by the processes of a pool."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archforge.search.failures import TrialBugError
from archforge.search.jobs import Job
from archforge.search.workers import Message, Pool

if TYPE_CHECKING:
    from archforge.search.clusters import Cluster

# A process that dies this often dies of its job.
MOST_DEATHS = 3


def run_all(pool: "Pool | Cluster", jobs: Iterable[Job]) -> Iterator[tuple[Job, Message]]:
    """Each job with how it ended; one that was killed from outside is started again.

    Args:
        pool: Closed at the end, however it comes.
        jobs: With numbers that differ.

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
