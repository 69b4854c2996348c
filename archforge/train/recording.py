"""The record of a training while it goes: every change is on disk before the next step."""

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archforge import __version__
from archforge.analysis import costs
from archforge.build.quiet import tensorflow
from archforge.data import Dataset
from archforge.errors import Problem, ProblemError
from archforge.graph import Graph, fingerprint
from archforge.predict.classifier import Classifier
from archforge.predict.network import Network
from archforge.runs import Failure, Run, write_run
from archforge.runs.command import command_line
from archforge.train.choices import Choices
from archforge.train.machine import machine_facts, peak_bytes
from archforge.train.settings import Settings, StopTraining

# What Python and TensorFlow say where the memory does not suffice.
TOO_LARGE = (MemoryError, tensorflow.errors.ResourceExhaustedError)


class Record:
    """The run while it changes; every change is on disk."""

    def __init__(self, run: Run, *, again: bool = False) -> None:
        """Of a new run, which is written at once, or of one that goes on."""
        self._start = time.perf_counter() - run.seconds
        self.run = run
        if not again:
            write_run(run)

    def change(self, **facts: Any) -> None:
        """Change facts of the run and write it."""
        seconds = time.perf_counter() - self._start
        # A training that goes on does so in a process that knows nothing of the one before.
        peak = max(filter(None, (self.run.peak_memory, peak_bytes())), default=None)
        self.run = replace(self.run, **{"seconds": seconds, "peak_memory": peak, **facts})
        write_run(self.run)

    def end(self, status: str, kind: str, message: str) -> None:
        """End the run early."""
        self.change(status=status, failure=Failure(kind, message))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Whatever ends the body, the record says so."""
        try:
            yield
        except StopTraining as stop:
            self.end("stopped", "pruned", str(stop) or "on_epoch ended it")
        except KeyboardInterrupt:
            self.end("stopped", "interrupted", f"interrupted after {self.run.epochs} epochs")
            raise
        except ProblemError as error:
            diverged = any(problem.code == "AF509" for problem in error.problems)
            self.end("failed", "diverged" if diverged else "problem", str(error))
            raise
        except TOO_LARGE as error:
            problem = _out_of_memory(self.run)
            self.end("failed", "out-of-memory", str(problem))
            raise ProblemError([problem]) from error
        except BaseException as error:
            self.end("failed", "bug", f"{type(error).__name__}: {error}")
            raise


def first_record(
    graph: Graph,
    dataset: Dataset,
    settings: Settings,
    folder: Path,
    choices: Choices,
    fixed: dict[str, Any],
) -> Run:  # fmt: skip
    """The run before its first step; ``graph`` at a known size."""
    total = costs(graph)
    return Run(
        folder=folder,
        name=folder.name,
        architecture=graph.name,
        preset=graph.preset,
        task=graph.task,
        hyperparameters=dict(graph.hyperparameters),
        fixed=fixed,
        fingerprint=fingerprint(graph),
        parameters=total.parameters.total,
        macs=total.macs,
        network=_network_facts(graph, choices),
        settings=settings.facts(),
        data=_data_facts(dataset),
        seed=settings.seed,
        versions=_versions(),
        machine=machine_facts(),
        command=command_line(),
        started=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )


def _network_facts(graph: Graph, choices: Choices) -> dict[str, Any]:
    if choices.task == "classification":
        return Classifier.of(None, graph, choices.preparation).facts()
    network = Network.of(
        graph, choices.size, choices.preparation, resize=choices.resize,
        bordered=choices.bordered,
    )  # fmt: skip
    return network.facts()


def _data_facts(dataset: Dataset) -> dict[str, Any]:
    return {
        "folder": str(Path(dataset.summary.folder).resolve()),
        "fingerprint": dataset.fingerprint,
        "train": len(dataset.train),
        "validation": len(dataset.validation),
        "test": len(dataset.test),
        "channels": dataset.channels,
        "classes": dataset.classes,
        "names": list(dataset.train.rule.names),
        "options": asdict(dataset.options),
    }


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"archforge": __version__, "python": platform.python_version(), **packages}


def _out_of_memory(run: Run) -> Problem:
    return Problem(
        "AF510",
        f"the memory does not suffice for a batch of {run.settings['batch_size']}",
        why="training keeps the output of every layer for each image of the batch",
        fix="use a smaller `--batch-size`, fewer filters or a smaller size; `archforge show` "
        "prints the memory for one image",
    )
