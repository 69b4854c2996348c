"""From a point of the space to what a process is given."""

import math
from pathlib import Path

from archforge.crew.jobs import Job
from archforge.search.measures import MEASURED
from archforge.search.plan import Plan
from archforge.search.recipe import with_settings
from archforge.search.space import Draw


def make_job(plan: Plan, draw: Draw, number: int, folder: Path, seed: int) -> Job:
    """The training of a draw.

    Args:
        plan: Of the search.
        draw: The network and its settings.
        number: Of the job in its pool.
        folder: Of its run.
        seed: Of its training.
    """
    return Job(
        number=number,
        graph=draw.graph,
        values=draw.values,
        fixed=plan.space.fixed,
        spec_text=plan.spec_for(draw.graph),
        data=plan.data,
        options=plan.options,
        settings=with_settings(plan.settings, {**draw.settings, "seed": seed}),
        folder=folder,
        threads=plan.threads,
        metrics=plan.metrics,
        timed=plan.timed,
        most_ms=plan.limits.get(MEASURED, math.inf),
    )
