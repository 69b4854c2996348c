"""How long the predictions of a network take, alone on the machine.

Runs in a process of its own, after the trainings: what is measured beside a training measures that
training too.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from archforge.build import build_model
from archforge.compare.energy import counters, joules_between
from archforge.crew.jobs import Job, Outcome, Report
from archforge.crew.training import begin_process
from archforge.predict.timing import warmed
from archforge.train.machine import machine_facts
from archforge.train.recording import TOO_LARGE

REPEATS = 30
BATCHES = (1, 8)


def measure(job: Job, report: Report) -> Outcome:
    """Time the predictions of a network: its weights do not matter.

    Args:
        job: Its graph, and the threads that it may use.
        report: Not told anything.

    Returns:
        Under ``speeds`` what ``rows.Speed`` takes, for each size of a batch that fits the memory;
        under ``machine`` what they were measured on.

    Raises:
        MemoryError: A single image is too large.
    """
    del report
    begin_process(job)
    model = build_model(job.graph)
    return Outcome(None, {"speeds": list(_speeds(model)), "machine": machine_facts()})


def _speeds(model: Any) -> Iterator[dict[str, Any]]:
    for batch in BATCHES:
        try:
            yield _speed(model, batch)
        except TOO_LARGE as error:
            if batch == BATCHES[0]:
                raise MemoryError from error
            return


def _speed(model: Any, batch: int) -> dict[str, Any]:
    call = warmed(model, batch)  # traced, which is no part of the energy
    before = counters()
    times = np.array([call() for _ in range(REPEATS)]) * 1000 / batch
    joules = joules_between(before, counters())
    calls = batch * REPEATS
    return {
        "batch": batch,
        "median_ms": float(np.median(times)),
        "p95_ms": float(np.percentile(times, 95)),
        "joules": None if joules is None else joules / calls,
    }
