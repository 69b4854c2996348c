"""``split.csv``: which image of a run was in which part."""

import csv
import io

from archforge.data import Dataset
from archforge.runs import Run


def split_text(dataset: Dataset) -> str:
    """Names and parts of all images, a line each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "part"))
    for part in ("train", "validation", "test"):
        writer.writerows((name, part) for name in getattr(dataset, part).ids)
    return text.getvalue()


def stored_split(run: Run) -> str:
    """What the run's folder says; nothing where the file is gone."""
    try:
        return run.split.read_text("utf-8")
    except (OSError, ValueError):
        return ""


def learned_from(run: Run) -> frozenset[str]:
    """Names of the images that the run's network has learned from."""
    rows = csv.DictReader(io.StringIO(stored_split(run)))
    return frozenset(row["id"] for row in rows if row.get("part") == "train" and row.get("id"))
