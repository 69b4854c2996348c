"""The trainings of a comparison: which there are, which are done, and what came of them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, NoReturn

from archforge.compare.entries import Entry
from archforge.compare.rows import Failed, Training
from archforge.crew.jobs import Job, halved
from archforge.data import DataOptions
from archforge.errors import Mark, ProblemError, refuse
from archforge.files import read_json
from archforge.runs import Run, read_run
from archforge.train import Settings
from archforge.train.history import read_history

FOLDER = "runs"


@dataclass(frozen=True, eq=False)
class Cell:
    """One training: a network, a fold and a seed.

    Args:
        entry: The network.
        number: Of its job.
        fold: From 0; ``None`` where there are no folds.
        options: Of the data, with the fold.
        settings: Of the training, with the seed.
        folder: Where it is kept if it is made here.
    """

    entry: Entry
    number: int
    fold: int | None
    options: DataOptions
    settings: Settings
    folder: Path

    def job(self, threads: int) -> Job:
        """What its process is given."""
        opened = self.entry.opened
        return Job(
            number=self.number, graph=opened.graph, values={}, fixed=opened.fixed,
            spec_text=opened.architecture.standalone, data=Path(opened.dataset.summary.folder),
            options=self.options, settings=self.settings, folder=self.folder, threads=threads,
        )  # fmt: skip

    def is_of(self, run: Run) -> bool:
        """Whether a run is this training: the network, the images, the split and the recipe.

        One that had to be done with half the batch is, too: it took two batches for a step.
        """
        dataset = self.entry.opened.dataset
        recipes = [recipe_of(self.settings.facts()), recipe_of(halved(self.settings).facts())]
        return (
            run.fingerprint == self.entry.mark
            and run.data.get("fingerprint") == dataset.fingerprint
            and options_of(run.data.get("options")) == options_of(asdict(self.options))
            and recipe_of(run.settings) in recipes
        )


def make_cells(
    entries: Sequence[Entry], folder: Path, options: DataOptions, seeds: int
) -> list[Cell]:
    """Every training: all networks on one fold before the next, so that a table grows evenly."""
    folds: Sequence[int | None] = range(options.folds) if options.folds else [None]
    places = [(seed, fold, entry) for seed in range(seeds) for fold in folds for entry in entries]
    marks = [entry.mark for entry in entries]
    return [
        Cell(
            entry, number, fold, replace(options, fold=fold or 0),
            replace(entry.settings, seed=entry.settings.seed + seed),
            folder / FOLDER / _name(entry, fold, entry.settings.seed + seed, marks),
        )
        for number, (seed, fold, entry) in enumerate(places)
    ]  # fmt: skip


def _name(entry: Entry, fold: int | None, seed: int, marks: Sequence[str]) -> str:
    clean = "".join(letter if letter.isalnum() else "-" for letter in entry.name).strip("-")
    place = "" if fold is None else f"fold{fold}-"
    # One network with two recipes has two trainings.
    recipe = f"{_recipe_mark(entry)}-" if marks.count(entry.mark) > 1 else ""
    return f"{clean}-{entry.mark[:8]}-{recipe}{place}seed{seed}"


def _recipe_mark(entry: Entry) -> str:
    text = json.dumps(entry.settings.facts(), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def find_done(cells: Sequence[Cell], known: Sequence[Run], score: str, part: str) -> dict[int, Run]:
    """The run of each training that there is already, by its number.

    Args:
        cells: All trainings.
        known: Runs from elsewhere.
        score: That each image must have.
        part: On which it must have it.
    """
    found = {}
    for cell in cells:
        for run in (*_at(cell.folder), *known):
            if run.status == "done" and cell.is_of(run) and _is_whole(run, score, part):
                found[cell.number] = run
                break
    return found


def find_unscored(cell: Cell, known: Sequence[Run], score: str) -> Run | None:
    """A run of the training that is done and lacks nothing but the scores of its test images.

    Such is one that was killed before they were scored, and each of ``archforge train``.

    Args:
        cell: The training.
        known: Runs from elsewhere.
        score: That each validation image must have.
    """
    for run in (*_at(cell.folder), *known):
        done = run.status == "done" and cell.is_of(run) and _is_whole(run, score, "validation")
        if done and _can_move(run, cell.folder) and not run.test_scores.exists():
            return run
    return None


def _can_move(run: Run, place: Path) -> bool:
    """Whether its files are its own: of one from elsewhere links are not copied."""
    files = [run.model, run.history, run.spec, run.split, run.image_scores]
    here = run.folder == place
    return run.model.is_file() and (here or not any(path.is_symlink() for path in files))


def _is_whole(run: Run, score: str, part: str) -> bool:
    """Whether all that a table needs is still there: a run from elsewhere may have lost some."""
    try:
        epochs = read_history(run.history)
    except (OSError, LookupError, TypeError, ValueError):
        return False
    return bool(epochs and "scores" in _details(run, part) and image_scores(run, score, part))


def failure_of(cell: Cell, score: str, part: str) -> Failed | None:
    """Why the training failed, where it would do so again.

    Args:
        cell: The training.
        score: That an image must have; one that ended well and has none is no row of a table.
        part: Whose images.
    """
    for run in _at(cell.folder):
        if run.status == "done" and cell.is_of(run) and _details(run, part).get("images"):
            if not image_scores(run, score, part):
                why = f"no {part} image of it has the score '{score}'"
                return Failed(cell.fold, cell.settings.seed, "no score", why)
            return None
        if run.status == "failed" and run.failure is not None and cell.is_of(run):
            kind = run.failure.kind
            # A whole batch that was too large has a second try with half of it.
            smallest = halved(cell.settings).batch_size
            again = kind == "out-of-memory" and batch_size(run) != smallest
            if kind in {"diverged", "out-of-memory"} and not again:
                first = run.failure.message.splitlines()[0]
                return Failed(cell.fold, cell.settings.seed, kind, first)
    return None


def batch_size(run: Run) -> int:
    """Images in a batch of its training."""
    return Settings.read(run.settings).batch_size


def scored(run: Run, part: str) -> frozenset[str]:
    """The images of a part, those without a score of some kind, too."""
    return frozenset(row["id"] for row in _details(run, part).get("images", []))


def training_of(cell: Cell, run: Run, score: str, part: str) -> Training:
    """What a finished run says."""
    history = read_history(run.history)
    seconds = [row["seconds"] for row in history]
    facts = _details(run, part)
    return Training(
        fold=cell.fold, seed=cell.settings.seed, run=run.folder, scores=facts["scores"],
        images=image_scores(run, score, part), seconds=run.seconds,
        epoch_seconds=median(seconds), best_seconds=sum(seconds[: run.best_epoch]),
        epochs=run.epochs, best_epoch=run.best_epoch,
        peak_memory=run.peak_memory,
    )  # fmt: skip


def image_scores(run: Run, score: str, part: str) -> dict[str, float]:
    """The score of each image of a part; empty where it is not known.

    A classifier is right about an image or it is not.
    """
    rows = _details(run, part).get("images", [])
    try:
        if run.task == "classification":
            return {row["id"]: float(row["predicted"] == row["truth"]) for row in rows}
        return {row["id"]: float(row[score]) for row in rows if row.get(score) is not None}
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        _refuse_scores(run, _scores_of(run, part), f"a value cannot be read: {error}")


def answers_of(run: Run, part: str) -> Sequence[Mapping[str, Any]]:
    """What a classifier said of each image: ``truth``, ``predicted`` and ``score_of_truth``."""
    rows: Sequence[Mapping[str, Any]] = _details(run, part).get("images", [])
    return [row for row in rows if row.get("score_of_truth") is not None]


def _details(run: Run, part: str) -> Mapping[str, Any]:
    path = _scores_of(run, part)
    try:
        found = read_json(path)
        rows = found.get("images", [])
        if not all(isinstance(row["id"], str) for row in rows):
            raise ValueError("an image has no name")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        _refuse_scores(run, path, str(getattr(error, "strerror", None) or error))
    whole: Mapping[str, Any] = found
    return whole


def _scores_of(run: Run, part: str) -> Path:
    return run.test_scores if part == "test" else run.image_scores


def _refuse_scores(run: Run, path: Path, why: str) -> NoReturn:
    refuse(
        "AF501",
        f"the scores '{path.name}' of the run '{run.name}' are damaged",
        mark=Mark(str(path)),
        why=why,
        fix="remove the file, or the run's folder, and give the command again",
    )


def _at(folder: Path) -> Iterator[Run]:
    try:
        yield read_run(folder)
    except ProblemError:  # none, or a part of one: it is trained anew
        return


def recipe_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """All settings that matter to the result; what an older record lacks has its default."""
    return {name: value for name, value in Settings.read(facts).facts().items() if name != "logger"}


def options_of(facts: Any) -> dict[str, Any]:
    """Options of the data as a record keeps them; what an older one lacks has its default."""
    known = facts if isinstance(facts, Mapping) else {}
    plain: dict[str, Any] = json.loads(json.dumps({**asdict(DataOptions()), **known}))
    return plain
