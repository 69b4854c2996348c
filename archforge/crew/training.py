"""A trial as a real training. Only a trial's process and its server import it: it brings Keras."""

import math
import platform
import shutil
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from archforge.build import build_model
from archforge.build.quiet import tensorflow
from archforge.crew.jobs import Job, Outcome, Report, halved
from archforge.data import Dataset, open_dataset
from archforge.errors import ProblemError, refuse
from archforge.files import write_whole
from archforge.graph import Graph, fingerprint
from archforge.predict.region import at_size
from archforge.predict.timing import predict_ms
from archforge.runs import Run, read_run, said_if_unwritten
from archforge.train import Epoch, Settings
from archforge.train.checkpoint import has_checkpoint
from archforge.train.finishing import complete, write_details
from archforge.train.fitting import resume, train
from archforge.train.history import read_history
from archforge.train.scoring import evaluate

TIME = "predict_ms.txt"
DAMAGED = "AF517"


def train_trial(job: Job, report: Report) -> Outcome:
    """Train the job's network and score its best weights on full-size originals, briefly.

    A folder that holds a part of this very training is gone on with, from its last epoch; the
    epochs before it are told again.

    Raises:
        ProblemError: As ``train`` does.
    """
    begin_process(job)
    begun = _begun(job)
    facts: dict[str, Any] = {"predict_ms": _timed(job)} if job.timed else {}
    if facts.get("predict_ms", 0.0) > job.most_ms:
        return Outcome(None, facts)
    run = _trained(job, begun, report, job.metrics)
    if run is None:
        return Outcome(None)
    facts |= {"best_epoch": run.best_epoch, "scores": dict(run.scores)}
    # A score that no image has, such as one in micrometres without spacing, is no number.
    score = run.scores.get(job.metrics[0], math.nan)
    return Outcome(score if run.status == "done" else None, facts)


def train_whole(job: Job, report: Report) -> Outcome:
    """As ``train_trial``, with every metric, interval and picture; test images are scored too.

    What is there already is not done again.

    Raises:
        ProblemError: As ``train`` does.
    """
    begin_process(job)
    run = _trained(job, _begun(job), report, ())
    if run is None or run.status != "done":
        return Outcome(None)
    if not run.test_scores.exists():
        part = _dataset(job, job.graph).test
        if len(part):
            with said_if_unwritten(run.folder):
                write_details(run.test_scores, evaluate(run, part))
    return Outcome(run.best_score, {"scores": dict(run.scores)})


def complete_trial(job: Job, report: Report) -> Outcome:
    """Every score and picture of a trial that is one of the best.

    Raises:
        ProblemError: Its network cannot be loaded.
    """
    del report
    run = complete(read_run(job.folder), _dataset(job, job.graph))
    return Outcome(None, {"scores": dict(run.scores)})


def begin_process(job: Job) -> None:
    """Say to TensorFlow what it reads once, before the first tensor.

    Raises:
        ProblemError: The GPU that the job was given is not there: on a CPU it would take days.
    """
    tensorflow.config.threading.set_intra_op_parallelism_threads(job.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(job.threads)
    gpus = tensorflow.config.list_physical_devices("GPU")
    if job.device and not gpus:
        refuse(
            "AF614",
            f"TensorFlow sees no GPU '{job.device}' on '{platform.node()}'",
            why="there is none of this number, or its driver or CUDA is missing",
            fix="to train on the CPU leave out `--gpus` or `--resources GPU=...`, or else install "
            "`tensorflow[and-cuda]` there",
        )
    if not gpus:
        # Rewriting the graph takes half of the first step, 0.25 to 1 s, and on a CPU no later step
        # is faster for it; on a GPU they are.
        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def _trained(job: Job, run: Run | None, report: Report, briefly: Sequence[str]) -> Run | None:
    """The run, ended; none if it was called off before this process did anything."""

    def on_epoch(epoch: Epoch) -> bool:
        return report(epoch.epoch, epoch.score)

    if run is not None and not all(
        report(int(row["epoch"]), row["score"]) for row in read_history(run.history)
    ):
        return None
    if run is not None and run.status == "done":
        return run
    if run is not None:
        try:
            return resume(run, job.graph, _dataset(job, job.graph), on_epoch, briefly)
        except ProblemError as error:
            if error.problems[0].code != DAMAGED:
                raise
            # A power cut, or another version's: the epochs are lost, the trial is not.
            shutil.rmtree(job.folder)
    return train(
        job.graph, job.spec_text, _dataset(job, job.graph), job.settings, job.folder,
        fixed=job.fixed, on_epoch=on_epoch, briefly=briefly,
    )  # fmt: skip


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
        read_history(run.history)
    except (ProblemError, OSError, ValueError):  # none, or its epochs cannot be told again
        run = None
    begun = run is not None and (run.status == "done" or has_checkpoint(job.folder))
    if run is not None and begun and _is_of(run, job):
        return run
    shutil.rmtree(job.folder, ignore_errors=True)
    return None


def _is_of(run: Run, job: Job) -> bool:
    """Whether it is this very training: a number may have come to stand for another network."""
    try:
        sized = at_size(job.graph, tuple(int(side) for side in run.network["size"]))
        settings = Settings.read(run.settings)
    except (ProblemError, KeyError):
        return False
    # Who else is told of its epochs makes it no other training.
    told = replace(settings, logger=job.settings.logger)
    return run.fingerprint == fingerprint(sized) and told in (job.settings, halved(job.settings))


def _dataset(job: Job, graph: Graph) -> Dataset:
    (image,) = graph.inputs.values()
    return open_dataset(
        job.data, rank=len(image.shape) - 1, channels=image.shape[-1], options=job.options
    )
