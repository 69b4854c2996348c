"""Trainings that end as tests want them to."""

from archforge.crew.jobs import Job, Outcome, Report
from archforge.crew.training import train_whole
from archforge.errors import refuse


def diverges(job: Job, report: Report) -> Outcome:
    """No network learns anything here."""
    refuse("AF509", f"the loss of training {job.number} is no number", fix="learn more slowly")


def lacks_memory(job: Job, report: Report) -> Outcome:
    """A whole batch has an epoch done, then the memory does not suffice; half a batch fits."""

    def limited(epoch: int, value: float) -> bool:
        if job.batches == 1:
            raise MemoryError("of the test")
        return report(epoch, value)

    return train_whole(job, limited)


def changes_images(job: Job, report: Report) -> Outcome:
    """Somebody sorts out an image in the meantime."""
    for part in ("images", "masks", "labels"):
        for path in sorted((job.data / part).iterdir())[-1:]:
            path.unlink()
    return train_whole(job, report)


def lacks_all_memory(job: Job, report: Report) -> Outcome:
    """Half a batch does not fit either."""

    def none(epoch: int, value: float) -> bool:
        raise MemoryError("of the test")

    return train_whole(job, none)
