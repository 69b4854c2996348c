"""Names of the files by which a study's folder is known, for those who do not search."""

from pathlib import Path

RECORD = "study.json"
BEST = "best.yaml"
EXPERIMENT = "best-experiment.yaml"


def is_study(folder: Path) -> bool:
    """Whether a search was made there."""
    return (folder / RECORD).is_file()
