"""The end of a training: scores and pictures of the best epoch."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archforge.data import Dataset, Examples
from archforge.files import write_whole
from archforge.predict.opening import open_predictor
from archforge.runs import Run, said_if_unwritten
from archforge.train.checkpoint import NAME
from archforge.train.pictures import chosen, write_curves, write_mistakes, write_predictions
from archforge.train.recording import Record
from archforge.train.scoring import Evaluation, evaluate, has_floor, otsu_scores, predictions
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
        write_details(run.folder / "scores.json", found)
        write_curves(run.curves, run.name, history, run.best_epoch, run.task)
        draw_evaluation(run, part, found, run.predictions, "validation images")
    record.change(status="done", scores=found.scores, intervals=found.intervals, baseline=baseline)
    # Only what goes on needs it; it is three times as large as the network.
    (run.folder / NAME).unlink(missing_ok=True)


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
    write_predictions(path, title, shown, part.rule.classes)
