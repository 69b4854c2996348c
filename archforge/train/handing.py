"""Records of runs, handed on to MLflow: one MLflow run for each, and never a second one.

A run is known there by a tag with its identity, which is looked up first. What it has there already
stays; of a record that changed since, the rest is added. MLflow is an extra: most people need none.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from archforge.errors import refuse
from archforge.runs import RECORD, Run, collection_of
from archforge.runs.store import COPIES
from archforge.train.tracked import (
    TAG,
    end_ms,
    files_of,
    metrics_of,
    params_of,
    results_of,
    start_ms,
    tags_of,
)

STATE = "archforge.record"
MODEL = "archforge.model"
SQLITE = "sqlite:///"
SERVERS = ("http://", "https://")
ENDS = {"done": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}
# MLflow's own limit of parameters, and less than that of metrics, in one call.
AT_ONCE = 100
OnRun = Callable[[Run, bool], None]


@dataclass(frozen=True)
class Handed:
    """What became of some runs.

    Args:
        store: Where they are now.
        new: How many were written, or had changed.
        known: How many were there as they are.
        running: How many have not ended, and were left out.
    """

    store: str
    new: int
    known: int
    running: int


def default_store(folder: Path) -> str:
    """A database beside the runs, where `--logger mlflow` writes, too: MLflow refuses folders."""
    return f"{SQLITE}{folder.resolve() / 'mlflow.db'}"


def hand_on(
    root: Path,
    runs: Sequence[Run],
    store: str | None = None,
    *,
    models: bool = False,
    on_run: OnRun | None = None,
) -> Handed:
    """Write every run that has ended into an MLflow store.

    Args:
        root: Below which the runs lie.
        runs: To hand on; of those that are still running nothing is written.
        store: ``sqlite:///PATH`` or the address of a server; by default ``default_store``.
        models: Whether the networks are handed on, too.
        on_run: Told each run, and whether it was written.

    Raises:
        ProblemError: AF440, MLflow is not installed; AF532, the store cannot be used.
    """
    where = store or default_store(root)
    _check(where)
    ended = [run for run in runs if run.status in ENDS]
    written = []
    with _said_if_unusable(where):
        from mlflow.tracking import MlflowClient  # noqa: PLC0415 - an extra, and slow to import

        client = MlflowClient(tracking_uri=where, registry_uri=where)
        for run in ended:
            target = _Target(client, where, run, models=models)
            written.append(target.write(_name(root, run)))
            if on_run is not None:
                on_run(run, written[-1])
    return Handed(where, sum(written), len(ended) - sum(written), len(runs) - len(ended))


def experiment_of(client: Any, store: str, run: Run) -> str:
    """The number of the experiment of a run's architecture, which is made if there is none.

    Args:
        client: Of MLflow.
        store: That it writes into.
        run: Whose.
    """
    known = client.get_experiment_by_name(run.architecture)
    if known is not None:
        return str(known.experiment_id)
    # MLflow's own default is a folder of whatever place the command runs in.
    beside = Path(store.removeprefix(SQLITE)).resolve().parent / COPIES[0]
    place = beside.as_uri() if store.startswith(SQLITE) else None
    try:
        return str(client.create_experiment(run.architecture, artifact_location=place))
    except Exception:  # whatever MLflow calls it: a training beside this one may have made it
        known = client.get_experiment_by_name(run.architecture)
        if known is None:
            raise
        return str(known.experiment_id)


def known_run(client: Any, experiment: str, run: Run) -> Any:
    """What MLflow has of a run already; ``None`` where it has nothing.

    Args:
        client: Of MLflow.
        experiment: Its number.
        run: Looked for by its identity.
    """
    wanted = f"tags.`{TAG}` = '{run.identity}'"
    found = client.search_runs([experiment], filter_string=wanted, max_results=1)
    return found[0] if found else None


class _Target:
    """One of our runs, and what of it is in the store."""

    def __init__(self, client: Any, store: str, run: Run, *, models: bool) -> None:
        self._client, self._run, self._models = client, run, models
        self._experiment = experiment_of(client, store, run)
        self._there = known_run(client, self._experiment, run)

    def write(self, name: str) -> bool:
        """Add what is not there; whether there was anything to add."""
        state = hashlib.blake2b(
            (self._run.folder / RECORD).read_bytes(), digest_size=16
        ).hexdigest()
        tags = {STATE: state, **({MODEL: "true"} if self._models else {})}
        if self._there is not None and tags.items() <= self._there.data.tags.items():
            return False
        there = self._there or self._client.create_run(
            self._experiment, start_time=start_ms(self._run), run_name=name,
            tags={TAG: self._run.identity},
        )  # fmt: skip
        self._add_values(there)
        for path in files_of(self._run, models=self._models):
            self._client.log_artifact(there.info.run_id, str(path))
        self._client.set_terminated(
            there.info.run_id, ENDS[self._run.status], end_time=end_ms(self._run)
        )
        # Last, so that what was cut off before is done again.
        for key, value in tags.items():
            self._client.set_tag(there.info.run_id, key, value)
        return True

    def _add_values(self, there: Any) -> None:
        from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415 - an extra

        number, has = there.info.run_id, there.data
        tags = [RunTag(key, value) for key, value in tags_of(self._run).items()]
        self._client.log_batch(number, tags=tags)
        params = [Param(k, v) for k, v in params_of(self._run).items() if k not in has.params]
        for part in _parts(params):
            self._client.log_batch(number, params=part)
        metrics = [
            Metric(key, value, moment, step)
            for key, value, moment, step in metrics_of(self._run)
            if step not in self._steps(number, key, has.metrics)
        ]
        metrics += [
            Metric(key, value, end_ms(self._run), self._run.epochs)
            for key, value in results_of(self._run).items()
            if has.metrics.get(key) != value
        ]
        for part in _parts(metrics):
            self._client.log_batch(number, metrics=part)

    def _steps(self, number: str, key: str, has: Mapping[str, float]) -> set[int]:
        """Of a metric that is there, as an epoch was told while the training went."""
        if key not in has:
            return set()
        return {metric.step for metric in self._client.get_metric_history(number, key)}


def _parts(whole: list[Any]) -> Iterator[list[Any]]:
    """As much as MLflow takes at once."""
    yield from (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))


def _name(root: Path, run: Run) -> str:
    """That of a trial alone says nothing."""
    belongs = collection_of(root, run)
    return run.name if belongs is None else f"{belongs.name}/{run.name}"


def _check(store: str) -> None:
    if find_spec("mlflow") is None:
        refuse(
            "AF440",
            "handing runs on needs the package 'mlflow'",
            why="it is an extra: most people need none",
            fix="pip install 'archforge[mlflow]'",
        )
    if not store.startswith((SQLITE, *SERVERS)) or store == SQLITE:
        kind = store.partition("://")[0]
        refuse(
            "AF532",
            f"MLflow's store cannot be '{kind}{'://...' if '://' in store else ''}'",
            why="MLflow writes into databases and to servers, and no more into plain folders",
            fix=f"give {SQLITE}PATH or the address of a server with `--uri`, or leave it out",
        )


@contextmanager
def _said_if_unusable(store: str) -> Iterator[None]:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - an extra

    for name in ("mlflow", "alembic"):  # they tell how they make the tables
        logging.getLogger(name).setLevel(logging.WARNING)
    # Of runs on a server it prints the pages on stdout, which is for our results.
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        kind = store.partition("://")[0]
        refuse(
            "AF532",
            f"MLflow's store at {kind}://... cannot be used",
            why=(str(error).splitlines() or [type(error).__name__])[0][:200],
            fix="mend what MLflow says, or give another store with `--uri`",
        )
