"""What a tracker is told of a run: names, values, moments and files."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from archforge.runs import Run
from archforge.runs.choosing import started_at
from archforge.train.history import read_history
from archforge.train.settings import Settings

TAG = "archforge.run"
# What epochs are called in trackers, by the columns of a history.
LOGGED = {
    "loss": "loss", "score": "val_score", "second": "val_second", "rate": "learning_rate",
    "seconds": "seconds",
}  # fmt: skip
ARTIFACTS = ("run.json", "spec.yaml", "history.csv", "split.csv", "scores.json",
             "test-scores.json", "replay.json")  # fmt: skip
# MLflow's own limit of a parameter is longer; nobody reads more.
LONGEST = 250
# No training takes longer; of a record by hand more would not fit into MLflow's numbers.
CENTURY_S = 100 * 365.25 * 24 * 3600


def tags_of(run: Run) -> dict[str, str]:
    """What a run is, as MLflow's tags."""
    facts = {
        "architecture": run.architecture,
        "preset": run.preset,
        "task": run.task,
        "status": run.status,
        "failure": run.failure and f"{run.failure.kind}: {run.failure.message}",
        "fingerprint": run.fingerprint,
        "data": run.data.get("fingerprint"),
        "data_folder": run.data.get("folder"),
        "folder": run.folder.resolve(),
        **{f"version.{name}": value for name, value in run.versions.items()},
        **{f"machine.{name}": value for name, value in run.machine.items()},
    }
    told = {TAG: run.identity, **{f"archforge.{name}": value for name, value in facts.items()}}
    return {name: str(value)[:LONGEST] for name, value in told.items() if value is not None}


def params_of(run: Run) -> dict[str, str]:
    """Settings and hyperparameters; of one that has the name of a setting the name says so."""
    settings = {one.name for one in fields(Settings)}
    values = {
        f"hyperparameter.{name}" if name in settings else name: value
        for name, value in run.hyperparameters.items()
    }
    return {name: str(value)[:LONGEST] for name, value in {**values, **run.settings}.items()}


def metrics_of(run: Run) -> list[tuple[str, float, int, int]]:
    """Name, value, moment in milliseconds and epoch of all that its history says."""
    try:
        rows = read_history(run.history)
    except (OSError, ValueError):  # it never came to an epoch, or is damaged
        return []
    found, seconds = [], 0.0
    for row in rows:
        seconds += row["seconds"]
        moment = start_ms(run) + _ms(seconds)
        found += [(name, row[key], moment, int(row["epoch"])) for key, name in LOGGED.items()]
    return found


def results_of(run: Run) -> dict[str, float]:
    """What came of it: scores, those of Otsu's threshold, costs."""
    facts = {
        "best_epoch": run.best_epoch,
        "best_score": run.best_score,
        "parameters": run.parameters,
        "macs": run.macs,
        "total_seconds": run.seconds,
        "peak_memory_bytes": run.peak_memory,
        **{f"otsu.{name}": value for name, value in run.baseline.items()},
        **run.scores,
    }
    return {name: float(value) for name, value in facts.items() if value is not None}


def files_of(run: Run, *, models: bool = False) -> Iterator[Path]:
    """Record, tables and pictures: files that lie in its folder themselves.

    A link is none: in a run from somebody else it may point at any file of whoever hands it on.

    Args:
        run: Whose.
        models: Whether the network is one, too.
    """
    names = [*ARTIFACTS, *([run.model.name] if models else [])]
    paths = [*(run.folder / name for name in names), *sorted(run.folder.glob("*.png"))]
    yield from (path for path in paths if path.is_file() and not path.is_symlink())


def start_ms(run: Run) -> int:
    """When it began, in milliseconds since 1970."""
    return max(0, round(started_at(run).timestamp() * 1000))


def end_ms(run: Run) -> int:
    """When its record was written last."""
    return start_ms(run) + _ms(run.seconds)


def _ms(seconds: float) -> int:
    return round(min(max(seconds, 0.0), CENTURY_S) * 1000)
