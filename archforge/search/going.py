"""A trial while it is being trained, as its coordinator sees it."""

from dataclasses import dataclass

from archforge.crew.jobs import Job
from archforge.search.store import Ask


@dataclass
class Going:
    """A trial that is being trained."""

    trial: Ask
    job: Job
    started: float
    known: int
    looks: int = 0
    deaths: int = 0

    @property
    def can_halve(self) -> bool:
        """Whether it may be tried once more with half the batch."""
        return self.job.batches == 1 and self.job.settings.batch_size > 1
