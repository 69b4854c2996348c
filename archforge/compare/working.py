"""The trainings, timings and pictures of one comparison: each done once, in processes of a crew."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from archforge.analysis import costs, memory
from archforge.compare.choosing import chosen
from archforge.compare.entries import Entry
from archforge.compare.folder import read_json
from archforge.compare.progress import Progress
from archforge.compare.records import OTSU, Failed, Row, Shown, Speed
from archforge.compare.trainings import Cell, failure_of, find_done, halved, training_of
from archforge.crew.failures import failure_kind, first_words
from archforge.crew.jobs import Job
from archforge.crew.running import run_all
from archforge.crew.workers import Message, Pool, begin_server, worker_count
from archforge.errors import ProblemError
from archforge.files import said_if_unwritable, write_whole
from archforge.runs import Run, read_run

# Named, not imported: they bring Keras, and only processes of jobs need it.
TRAIN = "archforge.crew.training:train_whole"
MEASURE = "archforge.compare.measuring:measure"
SHOW = "archforge.compare.showing:show"
MEASURED = "measured.json"


class Work:
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
        kept = read_json(path)
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
    return "killed", f"its process died several times, with exit code {code}"


def _clear(cell: Cell) -> None:
    """Remove what another recipe has left in the place of a training."""
    try:
        other = not cell.is_of(read_run(cell.folder))
    except ProblemError:
        other = True
    if other:
        with said_if_unwritable(cell.folder):
            shutil.rmtree(cell.folder, ignore_errors=True)


def _sorted(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.mean, row.macs, row.architecture)))
