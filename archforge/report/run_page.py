"""The page of a run: its scores, every image, how it learned, the network, and how it was made."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archforge.compare.writing import title
from archforge.report.classes import class_metrics, details_of
from archforge.report.making import (
    LEARNED,
    how_it_was_made,
    learned,
    network_figure,
    picture_in,
)
from archforge.report.page import Figure, Page, Section, Table
from archforge.report.plots import distributions, learning_curves
from archforge.runs import Run, read_run
from archforge.runs.class_names import class_name, names_of

MAIN = {"segmentation": ("dice", "iou"), "classification": ("accuracy", "balanced_accuracy")}
OTSU = "Otsu's threshold"


def run_page(folder: Path) -> Page:
    """The page of the run in a folder.

    Raises:
        ProblemError: There is none, or it cannot be read.
    """
    run = read_run(folder)
    details = details_of(run)
    network = network_figure(run, run.architecture)
    return Page(
        f"{run.architecture}{f' ({run.preset})' if run.preset else ''} on "
        f"{Path(str(run.data.get('folder', 'images'))).name}",
        f"One training, {run.status}: {run.epochs} epochs in {run.seconds:.0f} s.",
        [
            Section("What it came to", points=list(_words(run))),
            Section("Scores", parts=[*_scores(run)]),
            Section("Every image", parts=[*_images(run, details)]),
            Section("Images and predictions", parts=[*_sheet(run)]),
            Section("Which classes are confused", parts=[*_confusion(run, details)]),
            Section("How it learned", parts=[*_curves(run)]),
            Section("The network", parts=[network] if network else []),
            Section("How this was made", code=run.command),
            Section("How to make it again", ["From its own record, with the differences told:"],
                    code=shlex.join(["archforge", "replay", str(folder)])),
            Section("Images, recipe and machine", parts=[
                Table("Hyperparameters", ["name", "value"],
                      [[name, str(value)] for name, value in run.hyperparameters.items()]),
                *how_it_was_made([run]),
            ]),
        ],
    )  # fmt: skip


def _words(run: Run) -> Iterator[str]:
    for name in MAIN[run.task]:
        if name in run.scores:
            low, high = run.intervals.get(name, (run.scores[name],) * 2)
            yield (
                f"{title(name)} {run.scores[name]:.4f} on {run.data.get('validation', '?')} "
                f"validation images (95 % interval {low:.4f} to {high:.4f}, images drawn anew)."
            )
    first = MAIN[run.task][0]
    if first in run.baseline and first in run.scores:
        verdict = "above" if run.scores[first] > run.baseline[first] else "not above"
        yield f"That is {verdict} {OTSU} on the same images: {run.baseline[first]:.4f}."
    if run.best_epoch:
        yield f"The weights are those of epoch {run.best_epoch} of {run.epochs}."
    yield f"{run.parameters:,} parameters, {run.macs:,} MACs for one image."
    if run.failure is not None:
        yield f"It ended early ({run.failure.kind}): {run.failure.message.partition(chr(10))[0]}."
    if run.scores:
        yield (
            "Validation images chose the best epoch too, so these scores are a little bright; "
            "`archforge evaluate` scores it on others."
        )


def _scores(run: Run) -> Iterator[Table]:
    if not run.scores:
        return
    rows, numbers = [], [["metric", "value", "low", "high", "otsu"]]
    for name, value in run.scores.items():
        ends = run.intervals.get(name)
        floor = run.baseline.get(name)
        rows.append([
            title(name) if not name.endswith("_pooled") else f"{title(name)} ({name})",
            f"{value:.4f}",
            "-" if ends is None else f"{ends[0]:.4f} to {ends[1]:.4f}",
            "-" if floor is None else f"{floor:.4f}",
        ])  # fmt: skip
        numbers.append([name, repr(value), *(("", "") if ends is None else map(repr, ends)),
                        "" if floor is None else repr(floor)])  # fmt: skip
    yield Table(
        "Scores of the validation images", ["metric", "value", "95 % interval", OTSU], rows, numbers
    )


def _images(run: Run, details: Mapping[str, Any]) -> Iterator[Figure]:
    rows = details.get("images", [])
    if run.task == "classification":
        sure = {row["id"]: row["score_of_truth"] for row in rows if "score_of_truth" in row}
        if sure:
            yield distributions({"true class": sure}, "Probability of the true class")
        return
    name = MAIN[run.task][0]
    scores = {row["id"]: row[name] for row in rows if name in row}
    if scores:
        yield distributions({run.architecture: scores}, title(name))
    names = names_of(run)
    by_class = {
        class_name(index, names): {row["id"]: row[kind] for row in rows if kind in row}
        for kind, index in class_metrics(rows).items()
    }
    if by_class:
        yield distributions(by_class, title(name), "class")


def _sheet(run: Run) -> Iterator[Figure]:
    words = (
        "Images that it did not learn from, the worst first and the best last: the image, its "
        "truth, the prediction, and where the two differ."
        if run.task == "segmentation"
        else "The images whose true class was given the least probability, the worst first."
    )
    yield from picture_in(run.folder, run.predictions.name, "Predictions", words)


def _confusion(run: Run, details: Mapping[str, Any]) -> Iterator[Table]:
    table = details.get("confusion", [])
    if len(table) < 2:
        return
    names = names_of(run)
    known = [class_name(at, names) for at in range(len(table))]
    what = "images" if run.task == "classification" else "pixels"
    rows = [[f"truly {name}", *(f"{count:,}" for count in row)]
            for name, row in zip(known, table, strict=True)]  # fmt: skip
    numbers = [["truth", *known], *([name, *row] for name, row in zip(known, table, strict=True))]
    yield Table(f"Counts of {what}", ["", *(f"taken for {name}" for name in known)], rows, numbers)


def _curves(run: Run) -> Iterator[Figure]:
    options = run.data.get("options") or {}
    place = (options.get("fold", 0) if options.get("folds") else None, run.seed)
    scores = learned(run)
    if scores:
        yield learning_curves({run.architecture: {place: scores}}, LEARNED[run.task])
    losses = learned(run, "loss")
    if losses:
        yield learning_curves({run.architecture: {place: losses}}, "Loss", "training images")
