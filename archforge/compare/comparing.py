"""The whole way of a comparison: open all, train what is not trained, measure, say what it means.

Trainings run side by side in processes of their own, as a search's trials do. What is done is not
done again: a killed comparison goes on with the same call, in the middle of its trainings, and runs
from elsewhere are taken where they are the same training.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from archforge.compare.entries import Asked, open_entries
from archforge.compare.folder import alone, check_folder, identity_of
from archforge.compare.progress import Progress
from archforge.compare.records import Comparison
from archforge.compare.trainings import make_cells
from archforge.compare.verdicts import compared, verdict_words
from archforge.compare.working import Work
from archforge.compare.writing import RECORD, write_comparison
from archforge.crew.workers import worker_count
from archforge.data import DataOptions
from archforge.errors import did_you_mean, refuse
from archforge.files import said_if_unwritable, write_whole
from archforge.metrics import METRICS
from archforge.runs import Run, list_runs
from archforge.runs.choosing import MAIN
from archforge.train import Settings


def compare(  # noqa: PLR0913 - the room's one door: each is a part of a comparison
    specs: Sequence[str],
    *,
    data: Path | str,
    folder: Path | None = None,
    preset: str | None = None,
    given: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    own_recipes: bool = False,
    seeds: int = 1,
    options: DataOptions | None = None,
    score: str | None = None,
    workers: int | str = "auto",
    reuse: Sequence[Path] = (),
    progress: Progress | None = None,
) -> Comparison:
    """Train architectures on the same splits with the same seeds, and say how they differ.

    Args:
        specs: Names or paths, each with ``:PRESET`` behind it where a preset is meant; folders of
            runs; folders of studies, for their best networks.
        data: The folder of images.
        folder: Of the comparison; ``runs/compare-DATA`` by default.
        preset: Of each spec that names none.
        given: Hyperparameters fixed for each spec that has them.
        settings: Of each training; its seed is the first, and that of the split.
        own_recipes: Whether runs and studies keep the settings that they were trained with, but for
            how long they train.
        seeds: Trainings of each architecture on each fold.
        options: How masks are understood and parts are made, and how many folds there are; their
            seed is that of the settings.
        score: By which architectures are ranked: a metric that each image has; Dice by default,
            accuracy of whole images.
        workers: Trainings at once, or ``auto``.
        reuse: Folders whose runs are taken where they are trainings of this comparison.
        progress: Told what happens.

    Raises:
        ProblemError: What cannot be compared, before anything is trained; later, what every
            training would meet. Finished runs are kept, and the same call goes on.
        TrialBugError: A training met a bug of ours.
    """
    settings, progress = settings or Settings(), progress or Progress()
    if seeds < 1:
        refuse("AF621", f"seeds cannot be {seeds}", fix="give a whole number of at least 1")
    if options is not None and options.fold:
        fold = options.fold
        refuse("AF621", f"every fold is trained, not fold {fold} alone", fix="leave `--fold` out")
    options = replace(options or DataOptions(), seed=settings.seed)
    asked = Asked(Path(data), preset, given or {}, settings, own_recipes, options)
    entries, notes = open_entries(specs, asked)
    work = Work(
        entries,
        folder or Path("runs") / f"compare-{Path(data).resolve().name}",
        _score(score, entries[0].opened.dataset.task),
        "test" if len(entries[0].opened.dataset.test) else "validation",
        make_cells(entries, Path(), options, seeds),
        progress,
    )
    what = identity_of(entries, asked, work.score)
    count = worker_count(workers, len(work.cells))
    with alone(work.folder):
        check_folder(work.folder, what)
        with said_if_unwritable(work.folder):
            # What an earlier session found stands until there is something better.
            if not (work.folder / RECORD).exists():
                write_whole(work.folder / RECORD, json.dumps({"identity": what}, indent=2) + "\n")
        known = [*(entry.run for entry in entries if entry.run), *_runs_in(reuse)]
        rows = work.rows(*count, known)
        comparison = Comparison(
            folder=work.folder, data=Path(data).resolve().name, score=work.score, part=work.part,
            folds=options.folds, seeds=seeds, rows=rows,
        )  # fmt: skip
        pairs = compared(comparison.trained, options.folds)
        comparison = replace(comparison, pairs=pairs)
        shown = work.shown(rows, count[1])
        said = (*verdict_words(comparison), *_caveats(comparison), *notes, *work.notes)
        return write_comparison(replace(comparison, notes=said, shown=shown), what)


def _runs_in(folders: Sequence[Path]) -> Iterator[Run]:
    for folder in folders:
        yield from list_runs(folder)[0]


def _score(asked: str | None, task: str) -> str:
    score = asked or MAIN[task]
    known = (
        [MAIN[task]]
        if task == "classification"
        else [
            name
            for name, metric in METRICS.items()
            if not metric.pooled and metric.higher_is_better
        ]
    )
    if score not in known:
        refuse(
            "AF621",
            f"architectures cannot be ranked by '{score}'",
            why="images are compared one by one, so each must have a value, and more must be "
            "better",
            fix=did_you_mean(score, known),
        )
    return score


def _caveats(comparison: Comparison) -> Iterator[str]:
    if comparison.part == "validation":
        yield (
            "Scores are of validation images, which chose the best epoch of each network too: "
            "differences are fair, absolute values a little bright; `--test 0.2` keeps images for "
            "the end."
        )
