"""The whole way of a comparison: open all, train what is not trained, measure, say what it means.

Trainings run side by side in processes of their own, as a search's trials do. What is done is not
done again: a killed comparison goes on with the same call, in the middle of its trainings, and runs
from elsewhere are taken where they are the same training.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

from archforge.compare.entries import Asked, open_entries
from archforge.compare.folder import alone, check_folder, identity_of, name_of
from archforge.compare.progress import Progress
from archforge.compare.records import Comparison
from archforge.compare.trainings import FOLDER, make_cells
from archforge.compare.verdicts import compared, verdict_words
from archforge.compare.working import Work
from archforge.compare.writing import RECORD, write_comparison
from archforge.crew.means import Means
from archforge.data import DataOptions, Dataset
from archforge.errors import Problem, ProblemError, did_you_mean, refuse
from archforge.files import said_if_unwritable, write_whole
from archforge.metrics import METRICS
from archforge.runs import Run, list_runs
from archforge.runs.choosing import MAIN
from archforge.train import Settings


class Wish(TypedDict, total=False):
    """What may be asked of a comparison, each with a default.

    Args:
        preset: Of each spec that names none.
        given: Hyperparameters fixed for each spec that has them.
        settings: Of each training; its seed is the first, and that of the split where there are no
            options.
        own_recipes: Whether runs and studies keep the settings that they were trained with, but for
            how long they train.
        seeds: Trainings of each architecture on each fold; 1 by default.
        options: How masks are understood and parts are made, how many folds there are, and the seed
            of the split.
        score: By which architectures are ranked: a metric that each image has; Dice by default,
            accuracy of whole images.
        workers: Trainings at once, or ``auto``.
        gpus: As of ``Means``, like ``memory`` and ``timeout_s``.
        reuse: Folders whose runs are taken where they are trainings of this comparison.
        progress: Told what happens.
    """

    preset: str | None
    given: Mapping[str, Any] | None
    settings: Settings | None
    own_recipes: bool
    seeds: int
    options: DataOptions | None
    score: str | None
    workers: int | str
    gpus: tuple[str, ...] | None
    memory: Any
    timeout_s: float | None
    reuse: Sequence[Path]
    progress: Progress | None


@dataclass(frozen=True)
class Ready:
    """A comparison that can be made: everything is opened, nothing is trained.

    Args:
        work: Its trainings.
        asked: What all share.
        seeds: Trainings of each architecture on each fold.
        what: What must be the same for all runs in its folder.
        notes: What a person must know of the networks.
        wish: The rest of what was asked.
    """

    work: Work
    asked: Asked
    seeds: int
    what: Mapping[str, Any]
    notes: tuple[str, ...]
    wish: Wish


def compare(
    specs: Sequence[str], *, data: Path | str, folder: Path | None = None, **wish: Unpack[Wish]
) -> Comparison:
    """Train architectures on the same splits with the same seeds, and say how they differ.

    Args:
        specs: Names or paths, each with ``:PRESET`` behind it where a preset is meant; folders of
            runs; folders of studies, for their best networks.
        data: The folder of images.
        folder: Of the comparison; ``runs/compare-DATA`` by default.
        wish: As of ``Wish``.

    Raises:
        ProblemError: What cannot be compared, before anything is trained; later, what every
            training would meet. Finished runs are kept, and the same call goes on.
        TrialBugError: A training met a bug of ours.
    """
    return finish(make_ready(specs, data=data, folder=folder, **wish))


def make_ready(
    specs: Sequence[str], *, data: Path | str, folder: Path | None = None, **wish: Unpack[Wish]
) -> Ready:
    """Open everything that ``compare`` takes.

    Raises:
        ProblemError: What cannot be compared.
        TypeError: There is no such wish.
    """
    if unknown := wish.keys() - Wish.__annotations__.keys():
        raise TypeError(f"compare() got an unexpected keyword argument '{min(unknown)}'")
    settings, seeds = wish.get("settings") or Settings(), wish.get("seeds", 1)
    options = wish.get("options") or DataOptions(seed=settings.seed)
    means = Means(
        workers=wish.get("workers", "auto"), gpus=wish.get("gpus") or (), memory=wish.get("memory"),
        timeout_s=wish.get("timeout_s"),
    )  # fmt: skip
    _check_counts(seeds, means, options)
    asked = Asked(
        Path(data), wish.get("preset"), wish.get("given") or {}, settings,
        wish.get("own_recipes", False), options,
    )  # fmt: skip
    entries, notes = open_entries(specs, asked)
    work = Work(
        entries,
        folder or Path("runs") / f"compare-{name_of(asked.data)}",
        _score(wish.get("score"), entries[0].opened.dataset),
        make_cells(entries, Path(), options, seeds),
        means,
        wish.get("progress") or Progress(),
    )
    what = identity_of(entries, asked, work.score)
    check_folder(work.folder, what)
    return Ready(work, asked, seeds, what, notes, wish)


def finish(ready: Ready) -> Comparison:
    """Train what is not trained, measure, write, and give it all.

    Raises:
        ProblemError: As ``compare``.
        TrialBugError: A training met a bug of ours.
    """
    work, what = ready.work, ready.what
    with alone(work.folder):
        check_folder(work.folder, what)
        with said_if_unwritable(work.folder):
            # What an earlier session found stands until there is something better.
            if not (work.folder / RECORD).exists():
                write_whole(work.folder / RECORD, json.dumps({"identity": what}, indent=2) + "\n")
        # Its own, too: a training made under another name of the same network is kept.
        found, problems = _runs_in([work.folder / FOLDER, *ready.wish.get("reuse", ())])
        known = [*(run for entry in work.entries for run in entry.runs), *found]
        rows = work.rows(known)
        comparison = Comparison(
            folder=work.folder, data=name_of(ready.asked.data), score=work.score,
            part=work.part, folds=ready.asked.options.folds, seeds=ready.seeds, rows=rows,
            groups=work.groups, fingerprint=what["data"],
        )  # fmt: skip
        pairs = compared(comparison.trained, _share(work))
        comparison = replace(comparison, pairs=pairs)
        shown = work.shown(rows)
        said = (
            *verdict_words(comparison),
            *_caveats(comparison),
            *ready.notes,
            *problems,
            *work.notes,
        )
        return write_comparison(replace(comparison, notes=said, shown=shown), what)


def _check_counts(seeds: int, means: Means, options: DataOptions) -> None:
    problems = list(means.problems("AF621"))
    if seeds < 1:
        fix = "give a whole number of at least 1"
        problems.append(Problem("AF621", f"seeds cannot be {seeds}", fix=fix))
    if options.fold:
        words = f"every fold is trained, not fold {options.fold} alone"
        problems.append(Problem("AF621", words, fix="leave `--fold` out"))
    if problems:
        raise ProblemError(problems)


def _share(work: Work) -> float:
    """With folds, images that each fold leaves out for each that it learns from.

    Also where test images are scored, which are no fold: what correlates trainings is that they
    learn from mostly the same images.
    """
    dataset: Dataset = work.entries[0].opened.dataset
    if not dataset.options.folds:
        return 0.0
    return len(dataset.validation) / len(dataset.train)


def _runs_in(folders: Sequence[Path]) -> tuple[list[Run], list[str]]:
    """Runs that are there, and words of those that cannot be read."""
    runs: list[Run] = []
    words: list[str] = []
    for folder in folders:
        found, problems = list_runs(folder)
        runs += found
        words += [f"{each.mark.file}: not taken, {each.message}." for each in problems if each.mark]
    return runs, words


def _score(asked: str | None, dataset: Dataset) -> str:
    task = dataset.task
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
    if task == "segmentation" and METRICS[score].needs == "labels" and not dataset.has_instances:
        refuse(
            "AF621",
            f"architectures cannot be ranked by '{score}'",
            why="it counts objects, and these masks do not tell objects apart",
            fix="give masks with numbered objects, or rank by dice or iou",
        )
    return score


def _caveats(comparison: Comparison) -> Iterator[str]:
    if comparison.part == "validation":
        yield (
            "Scores are of validation images, which chose the best epoch of each network too: "
            "differences are fair, absolute values a little bright; `--test 0.2` keeps images for "
            "the end."
        )
    if comparison.of_one_group:
        yield (
            "All these images belong together, such as planes of one stack: intervals speak of it "
            "alone, and differences say nothing of other ones."
        )
    elif comparison.groups:
        yield (
            "Images that belong together (planes of a stack, a group, near duplicates) are drawn "
            "and compared as one."
        )
