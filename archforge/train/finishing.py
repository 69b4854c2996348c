"""The end of a training: scores and pictures of the best epoch."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archforge.data import Dataset, Examples
from archforge.errors import Mark, refuse
from archforge.files import write_whole
from archforge.metrics import METRICS
from archforge.predict.opening import open_predictor
from archforge.predict.predictor import Predictor
from archforge.runs import Run, said_if_unwritten
from archforge.train.checkpoint import NAME
from archforge.train.history import read_history
from archforge.train.pictures import chosen, write_curves, write_mistakes, write_predictions
from archforge.train.recording import Record
from archforge.train.scoring import (
    Evaluation,
    evaluate,
    has_floor,
    otsu_scores,
    predictions,
    scored,
)
from archforge.train.settings import Epoch


def finish(record: Record, dataset: Dataset, history: Sequence[Epoch]) -> None:
    """Score the best weights on the validation images, draw, and say ``done``.

    The network is read from the run's folder: what is scored is what others will load.

    Args:
        record: Of the run.
        dataset: It was trained on.
        history: All epochs.
    """
    run, part = record.run, dataset.validation
    found = evaluate(run, part)
    baseline = otsu_scores(part) if has_floor(part) and run.task == "segmentation" else {}
    with said_if_unwritten(run.folder):
        write_details(run.image_scores, found)
        write_curves(run.curves, run.name, history, run.best_epoch, run.task)
        draw_evaluation(run, part, found, run.predictions, "validation images")
    record.change(status="done", scores=found.scores, intervals=found.intervals, baseline=baseline)
    # Only what goes on needs it; it is three times as large as the network.
    (run.folder / NAME).unlink(missing_ok=True)


def finish_briefly(
    record: Record, dataset: Dataset, predictor: Predictor, names: Sequence[str]
) -> None:
    """Score the best weights with the network in memory, draw nothing, and say ``done``.

    For trainings of which hundreds are done and a few are looked at: reading the network back,
    tracing it once more, all other metrics and the pictures take longer than many a training.
    ``complete`` makes up for it.

    Args:
        record: Of the run.
        dataset: It was trained on.
        predictor: Of the network, with its best weights.
        names: Metrics.
    """
    run, part = record.run, dataset.validation
    objects = any(METRICS[name].needs == "labels" for name in names)
    seen = predictions(predictor, part, objects=objects)
    found = scored(seen, part.rule.classes, names, intervals=False)
    with said_if_unwritten(run.folder):
        write_details(run.image_scores, found)
    record.change(status="done", scores=found.scores)
    (run.folder / NAME).unlink(missing_ok=True)


def complete(run: Run, dataset: Dataset) -> Run:
    """Every score and picture of a run that ended briefly.

    Args:
        run: That is done.
        dataset: It was trained on.

    Raises:
        ProblemError: Its network cannot be loaded, or its history is lost or damaged.
    """
    history, record = _epochs(run), Record(run, again=True)
    finish(record, dataset, history)
    return record.run


def _epochs(run: Run) -> list[Epoch]:
    found: list[Epoch] = []
    why = f"it ends before epoch {run.best_epoch}, whose weights are kept"
    try:
        found = [_epoch(row, run) for row in read_history(run.history)]
    except (OSError, ValueError) as error:
        why = str(getattr(error, "strerror", None) or error)
    if len(found) < max(run.best_epoch, 1):
        refuse(
            "AF501",
            f"the history '{run.history.name}' of the run '{run.name}' is damaged",
            mark=Mark(str(run.history)),
            why=why,
            fix="bring the file back from a copy, or train again",
        )
    return found


def _epoch(row: Mapping[str, float], run: Run) -> Epoch:
    facts = {**row, "epoch": int(row["epoch"]), "total": run.epochs, "eta": 0.0}
    return Epoch(**facts)  # type: ignore[arg-type]  # the columns of a history are its fields


def write_details(path: Path, found: Evaluation) -> None:
    """Everything that was found out about a network, image by image, as JSON."""
    facts: dict[str, Any] = {
        "scores": found.scores,
        "intervals": found.intervals,
        "confusion": found.confusion,
        "calibration": found.calibration,
        "images": found.rows,
    }
    write_whole(path, json.dumps(facts, indent=1, allow_nan=False) + "\n")


def draw_evaluation(run: Run, part: Examples, found: Evaluation, path: Path, what: str) -> None:
    """The worst images first, as a picture; of whole images with the table of confusion.

    Args:
        run: Whose network was scored.
        part: On which images.
        found: The scores.
        path: Of the picture.
        what: What the images are, for the title.
    """
    if run.task == "classification":
        write_mistakes(path, f"{run.name}: {what}", part, found)
        return
    dices = [float(row.get("dice", 0.0)) for row in found.rows]
    shown = list(predictions(open_predictor(run), part, chosen(dices)))
    title = f"{run.name}: {what}, the worst first (contrast stretched)"
    write_predictions(path, title, shown, part.rule.classes, part.rule.names)
