"""How long the predictions of a network take, alone on the machine.

Runs in a process of its own, after the trainings: what is measured beside a training measures that
training too.
"""

from typing import Any

import numpy as np

from archforge.build import build_model
from archforge.compare.energy import counters, joules_between
from archforge.crew.jobs import Job, Outcome, Report
from archforge.crew.training import begin_process
from archforge.predict.timing import call_times

REPEATS = 30
BATCHES = (1, 8)


def measure(job: Job, report: Report) -> Outcome:
    """Time the predictions of a network: its weights do not matter.

    Args:
        job: Its graph, and the threads that it may use.
        report: Not told anything.

    Returns:
        Under ``speeds`` what ``records.Speed`` takes, for each size of a batch.
    """
    del report
    begin_process(job)
    model = build_model(job.graph)
    return Outcome(None, {"speeds": [_speed(model, batch) for batch in BATCHES]})


def _speed(model: Any, batch: int) -> dict[str, Any]:
    call_times(model, batch, 0)  # traced, and not part of the energy
    before = counters()
    times = np.array(call_times(model, batch, REPEATS)) * 1000 / batch
    joules = joules_between(before, counters())
    calls = batch * REPEATS
    return {
        "batch": batch,
        "median_ms": float(np.median(times)),
        "p95_ms": float(np.percentile(times, 95)),
        "joules": None if joules is None else joules / calls,
    }
