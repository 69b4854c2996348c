"""What the trials' own folders hold."""

from archforge.errors import ProblemError
from archforge.runs import Run, read_run
from archforge.search.records import Trial


def run_of(trial: Trial) -> Run | None:
    """The run of a trial, if it has one that can be read."""
    if trial.folder is None:
        return None
    try:
        return read_run(trial.folder)
    except ProblemError:  # it ended before there was one, or the person moved it
        return None
