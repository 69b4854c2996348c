"""The page of a run: its scores, every image, how it learned, the network, and how it was made."""

import shlex
from collections.abc import Iterator
from pathlib import Path

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
from archforge.report.scores import OTSU, Scores, score_table, score_words, tested, validated
from archforge.runs import Run, read_run
from archforge.runs.class_names import class_name, names_of

MAIN = {"segmentation": ("dice", "iou"), "classification": ("accuracy", "balanced_accuracy")}


def run_page(folder: Path) -> Page:
    """The page of the run in a folder.

    Raises:
        ProblemError: There is none, or it cannot be read.
    """
    run = read_run(folder)
    network = network_figure(run, run.architecture)
    return Page(
        f"{run.architecture}{f' ({run.preset})' if run.preset else ''} on "
        f"{Path(str(run.data.get('folder', 'images'))).name}",
        f"One training, {run.status}: {run.epochs} epochs in {run.seconds:.0f} s.",
        [
            Section("What it came to", points=list(_words(run))),
            Section("Scores", parts=[*score_table(run, validated(run)),
                                     *score_table(run, tested(run))]),
            Section("Every image", parts=[*_images(run, "validation"), *_images(run, "test")]),
            Section("Images and predictions", parts=[*_sheet(run)]),
            Section("Which classes are confused", parts=[*_confusion(run)]),
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
    test = tested(run)
    yield from _main(run, validated(run))
    first = MAIN[run.task][0]
    if first in run.baseline and first in run.scores:
        verdict = "above" if run.scores[first] > run.baseline[first] else "not above"
        yield (
            f"Its {title(first)} is {verdict} that of {OTSU} on the same images: "
            f"{run.baseline[first]:.4f}."
        )
    yield from _main(run, test)
    if run.best_epoch:
        yield f"The weights are those of epoch {run.best_epoch} of {run.epochs}."
    yield f"{run.parameters:,} parameters, {run.macs:,} MACs for one image."
    if run.failure is not None:
        yield f"It ended early ({run.failure.kind}): {run.failure.message.partition(chr(10))[0]}."
    if run.scores:
        yield _brightness(test)


def _main(run: Run, found: Scores) -> Iterator[str]:
    for name in MAIN[run.task]:
        if name in found.values:
            yield score_words(found, name, run.data.get(found.part, "?"))


def _brightness(test: Scores) -> str:
    """How far validation images can be believed, and what to do about it where nobody has."""
    why = "Validation images chose the best epoch too, so"
    if test.values:
        return f"{why} their scores are a little bright; nothing was chosen by the test images."
    return f"{why} these scores are a little bright; `archforge evaluate` scores it on others."


def _images(run: Run, part: str) -> Iterator[Figure]:
    rows, what = details_of(run, part).get("images", []), f"{part} image"
    if run.task == "classification":
        sure = {row["id"]: row["score_of_truth"] for row in rows if "score_of_truth" in row}
        if sure:
            yield distributions({"true class": sure}, "Probability of the true class", image=what)
        return
    name = MAIN[run.task][0]
    scores = {row["id"]: row[name] for row in rows if name in row}
    if scores:
        yield distributions({run.architecture: scores}, title(name), image=what)
    names = names_of(run)
    by_class = {
        class_name(index, names): {row["id"]: row[kind] for row in rows if kind in row}
        for kind, index in class_metrics(rows).items()
    }
    if by_class:
        yield distributions(by_class, title(name), "class", what)


def _sheet(run: Run) -> Iterator[Figure]:
    words = (
        "Images that it did not learn from, the worst first and the best last: the image, its "
        "truth, the prediction, and where the two differ."
        if run.task == "segmentation"
        else "The images whose true class was given the least probability, the worst first."
    )
    yield from picture_in(run.folder, run.predictions.name, "Predictions", words)


def _confusion(run: Run) -> Iterator[Table]:
    table = details_of(run).get("confusion", [])
    if len(table) < 2:
        return
    names = names_of(run)
    known = [class_name(at, names) for at in range(len(table))]
    what = "images" if run.task == "classification" else "pixels"
    rows = [[f"truly {name}", *(f"{count:,}" for count in row)]
            for name, row in zip(known, table, strict=True)]  # fmt: skip
    numbers = [["truth", *known], *([name, *row] for name, row in zip(known, table, strict=True))]
    header = ["truth (row), answer (column)", *(f"taken for {name}" for name in known)]
    yield Table(f"Counts of {what}", header, rows, numbers)


def _curves(run: Run) -> Iterator[Figure]:
    options = run.data.get("options") or {}
    place = (options.get("fold", 0) if options.get("folds") else None, run.seed)
    scores = learned(run)
    if scores:
        yield learning_curves({run.architecture: {place: scores}}, LEARNED[run.task])
    losses = learned(run, "loss")
    if losses:
        yield learning_curves({run.architecture: {place: losses}}, "Loss", "training images")
