"""Runs that belong together: the trials of a search, the trainings of a comparison."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archforge.runs.choosing import score_of
from archforge.runs.record import Run

# The records of searches and comparisons, whose rooms stand above this one.
COLLECTIONS = ("study.json", "comparison.json")


@dataclass(frozen=True)
class Gathered:
    """One run, or those of one search or comparison.

    Args:
        folder: Of the run, or of what they belong to.
        runs: At least one.
        alone: Whether it is a run by itself.
    """

    folder: Path
    runs: tuple[Run, ...]
    alone: bool

    @property
    def best(self) -> Run:
        """The run with the highest score."""
        return max(self.runs, key=lambda run: -1.0 if (s := score_of(run)) is None else s)


def gather(root: Path, runs: Iterable[Run]) -> list[Gathered]:
    """Runs below ``root`` with those of a search or a comparison as one, in the order of the first.

    Args:
        root: Where they were looked for; what it belongs to itself does not count.
        runs: As ``list_runs`` gives them.
    """
    found: dict[Path, list[Run]] = {}
    for run in runs:
        found.setdefault(collection_of(root, run) or run.folder, []).append(run)
    return [
        Gathered(folder, tuple(each), alone=each[0].folder == folder)
        for folder, each in found.items()
    ]


def collection_of(root: Path, run: Run) -> Path | None:
    """The folder of the search or comparison below ``root`` that a run belongs to."""
    for part in run.folder.relative_to(root).parents:
        folder = root / part
        if folder != root and any((folder / name).is_file() for name in COLLECTIONS):
            return folder
    return None
