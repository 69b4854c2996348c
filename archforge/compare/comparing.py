"""The whole way of a comparison: open all, train what is not trained, measure, say what it means.

Trainings run side by side in processes of their own, as a search's trials do. What is done is not
done again: a killed comparison goes on with the same call, in the middle of its trainings, and runs
from elsewhere are taken where they are the same training.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from archforge.analysis import costs, memory
from archforge.compare.choosing import chosen
from archforge.compare.entries import Asked, Entry, open_entries
from archforge.compare.progress import Progress
from archforge.compare.records import OTSU, SCORES, Comparison, Failed, Row, Shown, Speed
from archforge.compare.trainings import (
    Cell,
    failure_of,
    find_done,
    halved,
    make_cells,
    training_of,
)
from archforge.compare.verdicts import compared, verdict_words
from archforge.compare.writing import RECORD, write_comparison
from archforge.crew.failures import failure_kind, first_words
from archforge.crew.jobs import Job
from archforge.crew.running import run_all
from archforge.crew.workers import Message, Pool, begin_server, worker_count
from archforge.data import DataOptions
from archforge.errors import Mark, ProblemError, did_you_mean, refuse
from archforge.files import locked, said_if_unwritable, write_whole
from archforge.metrics import METRICS
from archforge.runs import Run, list_runs, read_run
from archforge.train import Settings

# Named, not imported: they bring Keras, and only processes of jobs need it.
TRAIN = "archforge.crew.training:train_whole"
MEASURE = "archforge.compare.measuring:measure"
SHOW = "archforge.compare.showing:show"
MEASURED = "measured.json"
LOCK = "comparison.lock"


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
    work = _Work(
        entries,
        folder or Path("runs") / f"compare-{Path(data).resolve().name}",
        _score(score, entries[0].opened.dataset.task),
        "test" if len(entries[0].opened.dataset.test) else "validation",
        make_cells(entries, Path(), options, seeds),
        progress,
    )
    what = _identity(entries, asked, work.score)
    count = worker_count(workers, len(work.cells))
    with _alone(work.folder):
        _check_folder(work.folder, what)
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


class _Work:
    """The trainings and timings of one comparison."""

    def __init__(
        self,
        entries: Sequence[Entry],
        folder: Path,
        score: str,
        part: str,
        cells: Sequence[Cell],
        progress: Progress,
    ) -> None:
        self.entries, self.folder, self.score, self.part = entries, folder, score, part
        self.cells = [replace(cell, folder=folder / cell.folder) for cell in cells]
        self._progress = progress
        self._failed: dict[int, Failed] = {}
        self.notes: list[str] = []

    def rows(self, workers: int, threads: int, known: Sequence[Run]) -> tuple[Row, ...]:
        """Train and measure what is not yet, and give a row for each network."""
        runs = find_done(self.cells, known, self.score, self.part)
        self._failed = {
            cell.number: failed
            for cell in self.cells
            if cell.number not in runs and (failed := failure_of(cell)) is not None
        }
        left = [cell for cell in self.cells if cell.number not in {*runs, *self._failed}]
        self._progress.begun(len(self.cells), len(self.cells) - len(left))
        if left:
            self._train(left, workers, threads)
            runs |= find_done(left, (), self.score, self.part)
        rows = [self._row(entry, runs) for entry in self.entries]
        return _sorted([*rows, *self._floor(runs)])

    def _train(self, cells: Sequence[Cell], workers: int, threads: int) -> None:
        begin_server(TRAIN, threads)
        for cell in cells:
            _clear(cell)
        again = self._round([cell.job(threads) for cell in cells], workers)
        if again:
            self._round(again, workers)

    def _round(self, jobs: Sequence[Job], workers: int) -> list[Job]:
        """Train, and give back those that are to be tried with half the batch."""
        cells = {cell.number: cell for cell in self.cells}
        again = []
        for job, message in run_all(Pool(TRAIN, workers), jobs, self._told(cells)):
            cell = cells[job.number]
            if message.what == "outcome":
                words = f"{message.content.value:.4f}"
            else:
                kind, why = _failure(message)
                words = why
                if kind == "out-of-memory" and job.settings == cell.settings and _can_halve(job):
                    again.append(replace(job, settings=halved(job.settings)))
                    words = f"{why}; it is tried once more with half the batch"
                else:
                    self._failed[cell.number] = Failed(cell.fold, cell.settings.seed, kind, why)
            self._progress.ended(cell.entry.name, cell.fold, cell.settings.seed, words)
        return again

    def _told(self, cells: Mapping[int, Cell]) -> Callable[[Job, int, float], None]:
        def tell(job: Job, epoch: int, value: float) -> None:
            cell = cells[job.number]
            self._progress.epoch(cell.entry.name, cell.fold, cell.settings.seed, epoch, value)

        return tell

    def _row(self, entry: Entry, runs: Mapping[int, Run]) -> Row:
        graph = entry.opened.graph
        mine = [cell for cell in self.cells if cell.entry is entry]
        total = costs(graph)
        done = [(cell, runs[cell.number]) for cell in mine if cell.number in runs]
        half = [cell for cell, run in done if run.settings["batch_size"] < cell.settings.batch_size]
        if half:
            self.notes.append(
                f"{entry.name} needed half the batch for {len(half)} of its trainings: two batches "
                "made a step."
            )
        return Row(
            architecture=entry.name, score=self.score, same=entry.same,
            trainings=tuple(training_of(*each, self.score, self.part) for each in done),
            failed=tuple(self._failed[cell.number] for cell in mine if cell.number in self._failed),
            parameters=total.parameters.total, macs=total.macs,
            activation_bytes=memory(graph).training,
            speeds=self._speeds(entry) if done else (), fingerprint=entry.mark,
        )  # fmt: skip

    def _speeds(self, entry: Entry) -> tuple[Speed, ...]:
        """Measured alone, with all threads, once for each network in a comparison."""
        path = self.folder / MEASURED
        kept = _read(path)
        if entry.mark not in kept:
            self._progress.measuring(entry.name)
            _, threads = worker_count(1, 1)
            job = next(cell for cell in self.cells if cell.entry is entry).job(threads)
            for _, message in run_all(Pool(MEASURE, 1), [job]):
                if message.what != "outcome":
                    self.notes.append(f"{entry.name} could not be timed: {_failure(message)[1]}.")
                    return ()
                kept[entry.mark] = message.content.facts["speeds"]
            with said_if_unwritable(path):
                write_whole(path, json.dumps(kept, indent=1) + "\n")
        return tuple(Speed(**each) for each in kept[entry.mark])

    def shown(self, rows: Sequence[Row], threads: int) -> tuple[Shown, ...]:
        """The best, the median and the worst image, drawn for each network by its own run."""
        if self.entries[0].opened.dataset.task != "segmentation":
            return ()
        found = chosen([row for row in rows if row.trainings])
        jobs: list[Job] = []
        for row in rows:
            entry = next((each for each in self.entries if each.name == row.architecture), None)
            if entry is not None:
                jobs += list(self._looks(entry, row, found, threads, len(jobs)))
        for job, message in run_all(Pool(SHOW, 1), jobs):
            if message.what != "outcome":
                name, why = job.folder.name, _failure(message)[1]
                self.notes.append(f"The predictions of {name} could not be drawn: {why}.")
        return found

    def _looks(
        self, entry: Entry, row: Row, found: Sequence[Shown], threads: int, first: int
    ) -> Iterator[Job]:
        """A job for each of its runs that must draw something."""
        wanted: dict[Path, dict[str, Shown]] = {}
        for each in found:
            run = next((one.run for one in row.trainings if each.image in one.images), None)
            if run is not None and not (self.folder / each.networks[row.architecture]).exists():
                wanted.setdefault(run, {})[each.image] = each
        for number, (run, images) in enumerate(wanted.items(), start=first):
            cell = next(cell for cell in self.cells if cell.entry is entry)
            options = replace(cell.options, fold=read_run(run).data["options"]["fold"])
            values = {"part": self.part, "pictures": {
                name: [str(self.folder / file)
                       for file in (each.plain, each.truth, each.networks[row.architecture])]
                for name, each in images.items()
            }}  # fmt: skip
            yield replace(
                cell.job(threads), number=number, folder=run, options=options, values=values
            )

    def _floor(self, runs: Mapping[int, Run]) -> Iterator[Row]:
        """Otsu's threshold on the same images, where they are validation images."""
        first = self.entries[0]
        mine = [runs[cell.number] for cell in self.cells
                if cell.entry is first and cell.number in runs]  # fmt: skip
        found = [run.baseline for run in mine if self.score in run.baseline]
        if found and self.part == "validation":
            names = [name for name in found[0] if all(name in each for each in found)]
            floor = {name: fmean(each[name] for each in found) for name in names}
            yield Row(architecture=OTSU, score=self.score, floor=floor)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one comparison at a time writes a folder.

    Raises:
        ProblemError: Another process compares there, or the folder cannot be made.
    """
    with ExitStack() as stack:
        with said_if_unwritable(folder):
            ours = stack.enter_context(locked(folder / LOCK))
        if not ours:
            refuse(
                "AF623",
                f"another comparison is running in '{folder}'",
                mark=Mark(str(folder)),
                why="two would train the same networks into the same places",
                fix="wait for it, or give another folder with `-o`",
            )
        yield


def _can_halve(job: Job) -> bool:
    return job.settings.batch_size > 1


def _failure(message: Message) -> tuple[str, str]:
    """The kind of a training's end that is none, and why, in words.

    Raises:
        ProblemError: Every other training would meet the same, such as a full disk.
    """
    if message.what == "problem":
        kind = failure_kind(message.content)
        if not kind:
            raise message.content
        return kind, first_words(message.content)
    if message.what == "memory":
        return "out-of-memory", f"the memory did not suffice {message.content}".strip()
    code, oom = message.content
    if oom:
        return "out-of-memory", "the system killed its process for memory"
    return "killed", f"its process ended with {code}, {'' if code is None else 'several times'}"


def _clear(cell: Cell) -> None:
    """Remove what another recipe has left in the place of a training."""
    try:
        other = not cell.is_of(read_run(cell.folder))
    except ProblemError:
        other = True
    if other:
        with said_if_unwritable(cell.folder):
            shutil.rmtree(cell.folder, ignore_errors=True)


def _runs_in(folders: Sequence[Path]) -> Iterator[Run]:
    for folder in folders:
        yield from list_runs(folder)[0]


def _score(asked: str | None, task: str) -> str:
    score = asked or SCORES[task]
    known = (
        [SCORES[task]]
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


def _identity(entries: Sequence[Entry], asked: Asked, score: str) -> dict[str, Any]:
    """What must be the same for all runs in a folder; networks and seeds may be added."""
    found = {
        "data": entries[0].opened.dataset.fingerprint,
        "options": asdict(asked.options),
        "settings": asked.settings.facts(),
        "recipes": "own" if asked.own else "one",
        "score": score,
    }
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def _check_folder(folder: Path, what: Mapping[str, Any]) -> None:
    path = folder / RECORD
    if not path.exists():
        return
    before = _read(path).get("identity", {})
    if not isinstance(before, dict):
        before = {}
    different = [name for name, value in what.items() if before.get(name) != value]
    if different:
        differences = "; ".join(_differences(different, before, what))
        refuse(
            "AF622",
            f"'{folder}' holds another comparison: {differences}",
            mark=Mark(str(path)),
            why="scores from other images or other settings do not belong in one table",
            fix="give another folder with `-o`, or the command that this folder was made with",
        )


def _differences(
    names: Sequence[str], before: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[str]:
    for name in names:
        old, new = before.get(name), now[name]
        if isinstance(old, dict) and isinstance(new, dict):
            keys = [key for key in new if old.get(key) != new[key]]
            yield ", ".join(f"{key} was {old.get(key)!r}, is {new[key]!r}" for key in keys)
        elif name == "data":
            yield "the images are not the same"
        else:
            yield f"{name} was {old!r}, is {new!r}"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sorted(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.mean, row.macs, row.architecture)))


def _caveats(comparison: Comparison) -> Iterator[str]:
    if comparison.part == "validation":
        yield (
            "Scores are of validation images, which chose the best epoch of each network too: "
            "differences are fair, absolute values a little bright; `--test 0.2` keeps images for "
            "the end."
        )
