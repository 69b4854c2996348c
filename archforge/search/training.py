"""A trial as a real training. Only a trial's process and its server import it: it brings Keras."""

from typing import Any

from archforge.build.quiet import tensorflow
from archforge.data import Dataset, open_dataset
from archforge.graph import Graph
from archforge.search.jobs import Job, Outcome, Report
from archforge.train import Epoch
from archforge.train.fitting import train


def train_trial(job: Job, report: Report) -> Outcome:
    """Train the job's network and score its best weights on full-size originals.

    Raises:
        ProblemError: As ``train`` does.
    """
    # Before the first tensor: TensorFlow reads them once.
    tensorflow.config.threading.set_intra_op_parallelism_threads(job.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(job.threads)

    def on_epoch(epoch: Epoch) -> bool:
        return report(epoch.epoch, epoch.score)

    run = train(
        job.graph,
        job.spec_text,
        _dataset(job, job.graph),
        job.settings,
        job.folder,
        fixed=job.fixed,
        on_epoch=on_epoch,
    )
    facts: dict[str, Any] = {
        "best_epoch": run.best_epoch,
        "scores": dict(run.scores),
        "baseline": dict(run.baseline),
    }
    return Outcome(run.scores["dice"] if run.status == "done" else None, facts)


def _dataset(job: Job, graph: Graph) -> Dataset:
    (image,) = graph.inputs.values()
    return open_dataset(
        job.data, rank=len(image.shape) - 1, channels=image.shape[-1], options=job.options
    )
