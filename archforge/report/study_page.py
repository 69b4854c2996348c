"""The page of a search: what it found, what it tried, and what mattered."""

import csv
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archforge.errors import ProblemError
from archforge.report.making import as_recorded, how_it_was_made, network_figure, picture_in, worded
from archforge.report.page import Figure, Page, Section, Table
from archforge.runs import Run, read_run
from archforge.search import Study, Trial, read_study
from archforge.search.pictures import FOLDER, PICTURES, SHARES, draw_importance, read_shares
from archforge.search.records import RUNNING
from archforge.search.table import table_rows, table_text, values_words

CURVES = "curves.png"
# Of pictures that are drawn from trials: what they show, in a title and in words.
SHOWN: dict[str, tuple[str, str]] = {
    "history.png": (
        "How the search went",
        "The value of each trial in the order in which they ran, and the best so far.",
    ),
    CURVES: (
        "How the trials learned",
        "The score after each epoch; pruned and failed trials end with a mark.",
    ),
    "front.png": (
        "What a better score costs",
        "Each complete trial, with those that no cheaper one equals.",
    ),
    "slices.png": (
        "What each value gave",
        "The score over each hyperparameter that was searched.",
    ),
    "parallel.png": (
        "Every trial at once",
        "A line for each trial through all its values.",
    ),
}
MASKS = "masks.png"
MOST = 20
GOING_ON = "The best spec and its recipe of training lie in the study's folder:"


def study_page(folder: Path, storage: str | None = None) -> Page:
    """The page of the study in a folder.

    Args:
        folder: Of the study.
        storage: The URL of its database, where a server has it.

    Raises:
        ProblemError: There is none, or it cannot be read.
    """
    return page_of_study(read_study(folder, storage))


def page_of_study(study: Study) -> Page:
    """The page of a study that was read."""
    best = [(trial, _run(trial.folder)) for trial in study.leading[:3]]
    known = [(trial, run) for trial, run in best if run is not None]
    data = Path(str(study.recorded.get("folder", ""))).name
    running = sum(each.state == RUNNING for each in study.trials)
    counts = ", ".join(f"{count} {state}" for state, count in
                       {**study.counts(), RUNNING: running}.items() if count)  # fmt: skip
    return Page(
        f"A search of {study.architecture}{f':{study.preset}' if study.preset else ''}"
        f"{f' on {data}' if data else ''}",
        f"{len(study.trials)} trials: {counts}." if counts else "No trial has begun.",
        [
            Section("What it found", points=study.words()),
            Section("The best trials", parts=[*_tables(study)]),
            Section("What was searched", parts=[*_space(study)]),
            Section("How it went", parts=[*_drawn(study)]),
            Section("What mattered", parts=[*_importance(study)]),
            Section("The best networks", parts=[*_networks(known)]),
            Section("Images and predictions", parts=[*_masks(study)]),
            _going_on(study.folder / "best-experiment.yaml"),
            Section("How this was made", code="\n".join(study.commands)),
            _made(study, known[:1]),
        ],
    )  # fmt: skip


def _made(study: Study, best: list[tuple[Trial, Run]]) -> Section:
    """By the best trial, where its run is there."""
    title = "Images, recipe and machine"
    for trial, run in best:
        words = f"Those of trial {trial.number}, the best that is there."
        return Section(title, [words], parts=[*how_it_was_made([run])])
    return Section(title, parts=[*as_recorded(study.recorded)])


def _going_on(recipe: Path) -> Section:
    if not recipe.is_file():  # no trial has ended
        return Section("How to go on")
    return Section("How to go on", [GOING_ON], code=shlex.join(["archforge", "train", str(recipe)]))


def _run(folder: Path | None) -> Run | None:
    try:
        return None if folder is None else read_run(folder)
    except ProblemError:  # somebody moved it
        return None


def _tables(study: Study) -> Iterator[Table]:
    header, *rows = table_rows(study, MOST)
    if rows:
        yield Table("Trials, the best first", header, rows, _numbers(study))
    if study.retrained:
        again = [
            [f"trial {row.trial}", f"{row.mean:.4f}",
             f"{row.interval[0]:.4f} to {row.interval[1]:.4f}",
             ", ".join(f"{value:.4f}" for value in row.values), f"{row.p:.2g}"]
            for row in study.retrained
        ]  # fmt: skip
        over = "images" if study.retrained[0].images else "seeds"
        header = ("trial", "mean", f"95 % interval over {over}", "seeds", "p against the best")
        numbers: list[list[Any]] = [["trial", "mean", "low", "high", "p", "seeds"]]
        numbers += [[row.trial, *map(repr, (row.mean, *row.interval, row.p)),
                     " ".join(map(repr, row.values))] for row in study.retrained]  # fmt: skip
        yield Table("The best, trained again on other seeds", header, again, numbers)


def _numbers(study: Study) -> list[list[Any]]:
    return [list(row) for row in csv.reader(table_text(study).splitlines())]


def _space(study: Study) -> Iterator[Table]:
    rows = [[name, words] for name, words in study.ranges.items()]
    if rows:
        yield Table("Ranges", ["hyperparameter", "range"], rows)
    if study.fixed:
        fixed = [[name, str(value)] for name, value in study.fixed.items()]
        yield Table("Fixed", ["hyperparameter", "value"], fixed)
    methods = [[name, worded(flags)] for name, flags in
               (("sampler", study.sampler), ("pruner", study.pruner)) if flags]  # fmt: skip
    if methods:
        yield Table("Sampler and pruner", ["what", "which"], methods)
    if study.limits:
        limits = [[name, f"{most:g}"] for name, most in study.limits.items()]
        yield Table("Limits", ["cost", "most"], limits)


def _drawn(study: Study) -> Iterator[Figure]:
    """The pictures of the study once more, as vectors."""
    if not study.trials:
        return
    numbers = _numbers(study)
    with tempfile.TemporaryDirectory() as folder:
        for name, (title, words) in SHOWN.items():
            path = PICTURES[name](study, Path(folder) / f"{Path(name).stem}.svg")
            if path is not None:
                mine = _epochs(study) if name == CURVES else numbers
                yield Figure(title, words, path.read_bytes(), numbers=mine)


def _epochs(study: Study) -> list[list[Any]]:
    return [
        ["trial", "state", "epoch", study.goals[0].name],
        *([trial.number, trial.state, epoch, repr(value)]
          for trial in study.trials for epoch, value in enumerate(trial.epochs, start=1)),
    ]  # fmt: skip


def _importance(study: Study) -> Iterator[Figure]:
    words = (
        "The share of each hyperparameter in reaching the best tenth of the trials (PED-ANOVA). "
        "With few trials it is a hint, no more."
    )
    shares = read_shares(study.folder / FOLDER / SHARES)
    if shares:
        with tempfile.TemporaryDirectory() as folder:
            path = draw_importance(study, shares, Path(folder) / "importance.svg")
            numbers = [["hyperparameter", "share"], *([name, repr(share)]
                       for name, share in shares.items())]  # fmt: skip
            yield Figure("What mattered", words, path.read_bytes(), numbers=numbers)


def _networks(best: list[tuple[Trial, Run]]) -> Iterator[Figure]:
    for trial, run in best:
        values = f"{values_words(trial) or 'Defaults'}; "
        drawn = network_figure(run, f"of trial {trial.number}", values)
        if drawn is not None:
            yield drawn


def _masks(study: Study) -> Iterator[Figure]:
    words = "Images that the three best did not learn from, with truth, prediction and errors."
    yield from picture_in(study.folder, f"{FOLDER}/{MASKS}", "Predictions of the best", words)
