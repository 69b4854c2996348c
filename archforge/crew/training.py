"""A trial as a real training. Only a trial's process and its server import it: it brings Keras."""

import shutil
from typing import Any

from archforge.build import build_model
from archforge.build.quiet import tensorflow
from archforge.crew.jobs import Job, Outcome, Report
from archforge.data import Dataset, open_dataset
from archforge.errors import ProblemError
from archforge.files import write_whole
from archforge.graph import Graph
from archforge.predict.timing import predict_ms
from archforge.runs import Run, read_run
from archforge.train import Epoch
from archforge.train.checkpoint import has_checkpoint
from archforge.train.finishing import complete
from archforge.train.fitting import resume, train
from archforge.train.history import read_history

TIME = "predict_ms.txt"


def train_trial(job: Job, report: Report) -> Outcome:
    """Train the job's network and score its best weights on full-size originals.

    A folder that holds a part of this very training is gone on with, from its last epoch; the
    epochs before it are told again.

    Raises:
        ProblemError: As ``train`` does.
    """
    # Before the first tensor: TensorFlow reads them once.
    tensorflow.config.threading.set_intra_op_parallelism_threads(job.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(job.threads)
    if not tensorflow.config.list_physical_devices("GPU"):
        # Rewriting the graph takes half of the first step, 0.25 to 1 s, and on a CPU no later step
        # is faster for it; on a GPU they are.
        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})

    def on_epoch(epoch: Epoch) -> bool:
        return report(epoch.epoch, epoch.score)

    run = _begun(job)
    facts: dict[str, Any] = {"predict_ms": _timed(job)} if job.timed else {}
    if facts.get("predict_ms", 0.0) > job.most_ms:
        return Outcome(None, facts)
    if run is not None and not all(
        report(int(row["epoch"]), row["score"]) for row in read_history(run.history)
    ):
        return Outcome(None)
    if run is None:
        run = train(
            job.graph, job.spec_text, _dataset(job, job.graph), job.settings, job.folder,
            fixed=job.fixed, on_epoch=on_epoch, briefly=job.metrics,
        )  # fmt: skip
    elif run.status != "done":
        run = resume(run, job.graph, _dataset(job, job.graph), on_epoch, job.metrics)
    facts |= {"best_epoch": run.best_epoch, "scores": dict(run.scores)}
    return Outcome(run.scores[job.metrics[0]] if run.status == "done" else None, facts)


def complete_trial(job: Job, report: Report) -> Outcome:
    """Every score and picture of a trial that is one of the best.

    Raises:
        ProblemError: Its network cannot be loaded.
    """
    del report
    run = complete(read_run(job.folder), _dataset(job, job.graph))
    return Outcome(None, {"scores": dict(run.scores)})


def _timed(job: Job) -> float:
    """Milliseconds for an image; a trial that goes on keeps what it measured, and its verdict."""
    kept = job.folder / TIME
    if kept.exists():
        return float(kept.read_text("utf-8"))
    found = predict_ms(build_model(job.graph))
    write_whole(kept, f"{found!r}\n")
    return found


def _begun(job: Job) -> Run | None:
    """The run that was cut off after at least one epoch; of anything else the folder is cleared."""
    try:
        run = read_run(job.folder)
    except ProblemError:
        run = None
    if run is not None and (run.status == "done" or has_checkpoint(job.folder)):
        return run
    shutil.rmtree(job.folder, ignore_errors=True)
    return None


def _dataset(job: Job, graph: Graph) -> Dataset:
    (image,) = graph.inputs.values()
    return open_dataset(
        job.data, rank=len(image.shape) - 1, channels=image.shape[-1], options=job.options
    )
