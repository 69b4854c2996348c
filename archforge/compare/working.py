"""The trainings, timings and pictures of one comparison: each done once, in processes of a crew."""

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

from archforge.analysis import costs, memory
from archforge.compare.budgets import costs_apart, ended_early
from archforge.compare.choosing import chosen, chosen_answers
from archforge.compare.entries import Entry
from archforge.compare.folder import read_kept
from archforge.compare.progress import Progress
from archforge.compare.records import Shown
from archforge.compare.rows import OTSU, Failed, Row, Speed, ordered
from archforge.compare.trainings import (
    Cell,
    batch_size,
    failure_of,
    find_done,
    find_unscored,
    options_of,
    scored,
    training_of,
)
from archforge.crew.failures import failure_kind, first_words
from archforge.crew.jobs import Job
from archforge.crew.means import Means
from archforge.crew.running import run_all
from archforge.crew.workers import Message, Pool, begin_server, worker_count
from archforge.errors import Mark, ProblemError, refuse
from archforge.files import new_folder, said_if_unwritable, write_whole
from archforge.runs import RECORD, Run, read_run
from archforge.runs.class_names import all_names

# Named, not imported: they bring Keras, and only processes of jobs need it.
TRAIN = "archforge.crew.training:train_whole"
MEASURE = "archforge.compare.measuring:measure"
SHOW = "archforge.compare.showing:show"
MEASURED = "measured.json"
LACKS_MEMORY = "the memory did not suffice"


class Work:
    """The trainings and timings of one comparison."""

    def __init__(
        self,
        entries: Sequence[Entry],
        folder: Path,
        score: str,
        cells: Sequence[Cell],
        means: Means,
        progress: Progress,
    ) -> None:
        self.entries, self.folder, self.score = entries, folder, score
        dataset = entries[0].opened.dataset
        self.part = "test" if len(dataset.test) else "validation"
        # With folds each image is validated on once.
        parts = (
            ("train", "validation")
            if self.part == "validation" and dataset.options.folds
            else (self.part,)
        )
        self.groups = dataset.together(*parts)
        self.cells = [replace(cell, folder=folder / cell.folder) for cell in cells]
        self.means, self._progress = means, progress
        self.workers, self.threads = means.count(len(self.cells))
        self._failed: dict[int, Failed] = {}
        self.notes: list[str] = []

    def rows(self, known: Sequence[Run]) -> tuple[Row, ...]:
        """Train and measure what is not yet, and give a row for each network."""
        runs = find_done(self.cells, known, self.score, self.part)
        self._failed = self._failures(runs)
        left = [cell for cell in self.cells if cell.number not in {*runs, *self._failed}]
        self._progress.begun(len(self.cells), len(self.cells) - len(left))
        if left:
            self._train(left, known)
            runs |= find_done(left, (), self.score, self.part)
            self._failed = {**self._failures(runs), **self._failed}
        self._check_images(runs)
        rows = [self._row(entry, runs) for entry in self.entries]
        self.notes += costs_apart(list(runs.values()))
        return ordered([*rows, *self._floor(runs)])

    def _failures(self, runs: Mapping[int, Run]) -> dict[int, Failed]:
        """Of the trainings that have no run, those that would come to nothing again."""
        return {
            cell.number: failed
            for cell in self.cells
            if cell.number not in runs
            and (failed := failure_of(cell, self.score, self.part)) is not None
        }

    def _check_images(self, runs: Mapping[int, Run]) -> None:
        """See that all networks were scored on the same images of a fold.

        Runs of another version may have divided the same images in another way.

        Raises:
            ProblemError: One was not.
        """
        first: dict[int | None, frozenset[str]] = {}
        for cell in self.cells:
            if cell.number not in runs:
                continue
            run = runs[cell.number]
            images = scored(run, self.part)
            if images != first.setdefault(cell.fold, images):
                refuse(
                    "AF622",
                    f"the run '{run.name}' was scored on other images than its like",
                    mark=Mark(str(run.folder)),
                    why="another version of archforge has divided the images in another way",
                    fix="move its folder away, or leave out the `--reuse` that brings it, and give "
                    "the command again",
                )

    def _train(self, cells: Sequence[Cell], known: Sequence[Run]) -> None:
        begin_server(TRAIN, self.threads)
        for cell in cells:
            self._make_place(cell, known)
        again = self._round([cell.job(self.threads) for cell in cells])
        if again:
            self._round(again)

    def _make_place(self, cell: Cell, known: Sequence[Run]) -> None:
        """Clear it, but for a run that only has to be scored: one from elsewhere is copied."""
        run = find_unscored(cell, known, self.score) if self.part == "test" else None
        if run is None:
            _clear(cell)
        elif run.folder != cell.folder:
            _copy(run.folder, cell.folder)

    def _round(self, jobs: Sequence[Job]) -> list[Job]:
        """Train, and give back those that are to be tried with half the batch."""
        cells = {cell.number: cell for cell in self.cells}
        pool = self.means.pool(TRAIN, self.workers)
        again = []
        for job, message in run_all(pool, jobs, self._told(cells), self._progress.ending):
            cell = cells[job.number]
            place = (cell.entry.name, cell.fold, cell.settings.seed)
            if message.what == "outcome":
                _check_unchanged(cell)
                self._progress.ended(*place, f"{message.content.value:.4f}")
                continue
            kind, why = _failure(message)
            if kind == "out-of-memory" and job.settings == cell.settings and _can_halve(job):
                # Its checkpoint has the whole batch.
                shutil.rmtree(job.folder, ignore_errors=True)
                again.append(job.halved())
                self._progress.again(*place, f"{why}; it is tried once more with half the batch")
                continue
            self._failed[cell.number] = Failed(cell.fold, cell.settings.seed, kind, why)
            self._progress.ended(*place, why)
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
        half = [cell for cell, run in done if batch_size(run) < cell.settings.batch_size]
        if half:
            self.notes.append(
                f"{entry.name} needed half the batch for {len(half)} of its trainings: two batches "
                "made a step."
            )
        self.notes += ended_early(entry.name, [run for _, run in done])
        speeds, timed_on = self._speeds(entry) if done else ((), {})
        return Row(
            architecture=entry.name, score=self.score, same=entry.same,
            trainings=tuple(training_of(*each, self.score, self.part) for each in done),
            failed=tuple(self._failed[cell.number] for cell in mine if cell.number in self._failed),
            parameters=total.parameters.total, macs=total.macs,
            activation_bytes=memory(graph).training,
            speeds=speeds, timed_on=timed_on, fingerprint=entry.mark,
            groups=self.groups,
        )  # fmt: skip

    def _speeds(self, entry: Entry) -> tuple[tuple[Speed, ...], Mapping[str, Any]]:
        """Measured alone, with all threads, once for each network of a comparison on a machine."""
        path = self.folder / MEASURED
        kept = read_kept(path)
        # Of the machine no more than whether it is another one: folders are handed on.
        machine = hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()
        _, threads = worker_count(1, 1)
        here = f"{entry.mark} on {machine}, {threads} threads"
        here += "".join(f", GPU {gpu}" for gpu in self.means.gpus[:1])
        known = _known_speeds(kept.get(here))
        old = _known_speeds(kept.get(f"{entry.mark} on {machine}"))  # before threads were told
        if not known[0] and not self.means.gpus and old[1].get("threads") == threads:
            known = old
        if known[0]:
            return known
        self._progress.measuring(entry.name)
        job = next(cell for cell in self.cells if cell.entry is entry).job(threads)
        for _, message in self._alone(MEASURE, [job]):
            if message.what != "outcome":
                self.notes.append(f"{entry.name} could not be timed: {_failure(message)[1]}.")
                return (), {}
            kept[here] = message.content.facts
        with said_if_unwritable(path):
            write_whole(path, json.dumps(kept, indent=1) + "\n")
        return _known_speeds(kept[here])

    def _alone(self, work: str, jobs: Sequence[Job]) -> Iterator[tuple[Job, Message]]:
        """One after the other, for as long as each takes; on the first GPU that was given."""
        return run_all(Pool(work, 1, gpus=self.means.gpus[:1]), jobs, ending=self._progress.ending)

    def shown(self, rows: Sequence[Row]) -> tuple[Shown, ...]:
        """The best, the median and the worst image, drawn for each network by its own run."""
        trained = [row for row in rows if row.trainings]
        dataset = self.entries[0].opened.dataset
        whole = dataset.task == "classification"
        classes = all_names(dataset.classes, dataset.train.rule.names)
        found = chosen_answers(trained, self.part) if whole else chosen(trained, classes)
        jobs: list[Job] = []
        planned: set[str] = set()
        for row in trained:
            jobs += list(self._looks(row, found, planned, len(jobs)))
        for job, message in self._alone(SHOW, jobs):
            if message.what != "outcome":
                # Whatever it is, such as a network that was removed: scores stand without pictures.
                problem = message.what == "problem"
                why = first_words(message.content) if problem else _failure(message)[1]
                self.notes.append(
                    f"The predictions of {job.folder.name} could not be drawn: {why}."
                )
        return found

    def _looks(
        self, row: Row, found: Sequence[Shown], planned: set[str], first: int
    ) -> Iterator[Job]:
        """A job for each run of a network that must draw something which no other one draws."""
        entry = next(each for each in self.entries if each.name == row.architecture)
        wanted: dict[Path, dict[str, Sequence[str]]] = {}
        for each in found:
            files = each.files(row.architecture)
            run = next((one.run for one in row.scored_on(each.image)), None)
            done = files[-1] in planned or (self.folder / files[-1]).exists()
            if run is not None and not done:
                planned.add(files[-1])
                wanted.setdefault(run, {})[each.image] = files
        for number, (run, images) in enumerate(wanted.items(), start=first):
            cell = next(cell for cell in self.cells if cell.entry is entry)
            options = replace(
                cell.options, fold=options_of(read_run(run).data.get("options"))["fold"]
            )
            values = {"part": self.part, "pictures": {
                name: [str(self.folder / file) for file in files]
                for name, files in images.items()
            }}  # fmt: skip
            yield replace(
                cell.job(self.threads), number=number, folder=run, options=options, values=values
            )

    def _floor(self, runs: Mapping[int, Run]) -> Iterator[Row]:
        """Otsu's threshold on the same images, where they are validation images.

        Any run on a fold knows it; of folds the mean is over images, as that of a network.
        """
        found: dict[int | None, tuple[int, Mapping[str, float]]] = {}
        for cell in self.cells:
            run = runs.get(cell.number)
            if run is not None and self.score in run.baseline and "validation" in run.data:
                found.setdefault(cell.fold, (int(run.data["validation"]), run.baseline))
        wanted = {cell.fold for cell in self.cells}
        if self.part == "validation" and found.keys() == wanted:
            images = [count for count, _ in found.values()]
            scores = [each for _, each in found.values()]
            names = [name for name in scores[0] if all(name in each for each in scores)]
            floor = {name: fmean([each[name] for each in scores], images) for name in names}
            yield Row(architecture=OTSU, score=self.score, floor=floor)


def _known_speeds(kept: Any) -> tuple[tuple[Speed, ...], Mapping[str, Any]]:
    """As they were measured, and on what; none where that was not done, or is damaged."""
    try:
        return tuple(Speed(**each) for each in kept["speeds"]), dict(kept["machine"])
    except (LookupError, TypeError, ValueError):
        return (), {}


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
        return "out-of-memory", ": ".join(filter(None, [LACKS_MEMORY, message.content]))
    if message.what == "timeout":
        return "timeout", "it took longer than a training may; the same command goes on with it"
    code, oom = message.content
    if oom:
        return "out-of-memory", "the system killed its process for memory"
    return "killed", f"its process died several times, with exit code {code}"


def _clear(cell: Cell) -> None:
    """Remove what another recipe has left in the place of a training, or what has lost a part."""
    try:
        run = read_run(cell.folder)
    except ProblemError:
        run = None
    if run is None or run.status == "done" or not cell.is_of(run):
        with said_if_unwritable(cell.folder):
            shutil.rmtree(cell.folder, ignore_errors=True)


def _copy(run: Path, target: Path) -> None:
    """The record last: it says what there is. Nothing is written into a folder from elsewhere."""
    with said_if_unwritable(target):
        shutil.rmtree(target, ignore_errors=True)
        with new_folder(target) as part:
            shutil.copytree(run, part, ignore=_foreign, dirs_exist_ok=True)
            shutil.copy2(run / RECORD, part)


def _foreign(folder: str, names: Sequence[str]) -> set[str]:
    """What is not copied: the record, and whatever leads elsewhere or is no file."""
    found = {name: Path(folder, name) for name in names}
    return {
        name
        for name, path in found.items()
        if name == RECORD or path.is_symlink() or not (path.is_file() or path.is_dir())
    }


def _check_unchanged(cell: Cell) -> None:
    """See that a training had the images that the comparison was begun with.

    Raises:
        ProblemError: Somebody has changed them meanwhile.
    """
    dataset = cell.entry.opened.dataset
    if read_run(cell.folder).data.get("fingerprint") != dataset.fingerprint:
        refuse(
            "AF622",
            f"the images in '{dataset.summary.folder}' were changed while networks were trained",
            mark=Mark(str(cell.folder)),
            why="scores from other images do not belong in one table",
            fix="leave the images as they are, and give the command again with another folder (-o)",
        )
