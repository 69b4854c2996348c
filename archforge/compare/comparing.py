"""Trains every architecture with every seed on one split; finished runs are taken as they are."""

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from scipy.stats import bootstrap  # type: ignore[import-untyped]  # scipy has no types

from archforge.catalog import named, read_architecture
from archforge.compare.opening import open_sized
from archforge.compare.records import OTSU, Comparison, Difference, Row
from archforge.compare.writing import RECORD, write_comparison
from archforge.data import DataOptions
from archforge.data.resize import resize_image
from archforge.errors import Mark, ProblemError, refuse
from archforge.files import said_if_unwritable
from archforge.graph import fingerprint
from archforge.predict import open_predictor
from archforge.runs import Run, read_run
from archforge.train import Epoch, Opened, Settings, evaluate, train

OnEpoch = Callable[[str, int, Epoch], None]
REPEATS = 5
BATCH = 8


@dataclass(frozen=True, eq=False)
class Entry:
    """One architecture that takes part."""

    name: str
    opened: Opened

    @property
    def mark(self) -> str:
        """The fingerprint of its graph."""
        return fingerprint(self.opened.graph)


def compare(  # noqa: PLR0913 - the room's one door: each is a part of a comparison
    specs: Sequence[str],
    *,
    data: Path | str,
    folder: Path | None = None,
    given: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    seeds: int = 1,
    options: DataOptions | None = None,
    on_epoch: OnEpoch | None = None,
) -> Comparison:
    """Train architectures on the same split with the same seeds, and put them in one table.

    Args:
        specs: Names or paths, each with ``:PRESET`` behind it where a preset is meant.
        data: The folder of images.
        folder: Of the comparison; ``runs/compare-DATA`` by default.
        given: Hyperparameters fixed for all of them.
        settings: Of each training; its seed is the first, and that of the split.
        seeds: Trainings of each architecture.
        options: How masks are understood and parts are made; their seed is that of the settings.
        on_epoch: Told the architecture, the seed and each epoch.

    Raises:
        ProblemError: What cannot be compared, before anything is trained; later, a training that
            cannot go on. Finished runs are kept, and the same call goes on.
    """
    settings = settings or Settings()
    options = replace(options or DataOptions(), seed=settings.seed)
    _check(specs, seeds)
    entries = [
        Entry(name, _open(name, Path(data), given or {}, settings, options)) for name in specs
    ]
    where = folder or Path("runs") / f"compare-{Path(data).resolve().name}"
    what = _identity(entries[0], settings, options)
    _check_folder(where, what)
    with _without_retracing_words():
        runs = {
            entry.name: [
                _trained(entry, replace(settings, seed=settings.seed + number), where, on_epoch)
                for number in range(seeds)
            ]
            for entry in entries
        }
        rows = [_row(entry, runs[entry.name]) for entry in entries]
        comparison = Comparison(
            folder=where,
            rows=_sorted([*rows, *_otsu(runs[entries[0].name])]),
            seeds=seeds,
            difference=_difference(rows, entries, runs),
            notes=tuple(dict.fromkeys(note for entry in entries for note in entry.opened.notes)),
        )
    return write_comparison(comparison, what)


@contextmanager
def _without_retracing_words() -> Iterator[None]:
    """TensorFlow warns that a function is traced often; here each network has one of its own."""
    logger = logging.getLogger("tensorflow")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _check(specs: Sequence[str], seeds: int) -> None:
    if not specs:
        refuse("AF621", "there is nothing to compare", fix="name at least one architecture")
    twice = next((name for name in specs if list(specs).count(name) > 1), None)
    if twice is not None:
        refuse("AF621", f"'{twice}' is named twice", fix="name each architecture once")
    if seeds < 1:
        refuse("AF621", f"seeds cannot be {seeds}", fix="give a whole number of at least 1")


def _open(
    text: str, data: Path, given: Mapping[str, Any], settings: Settings, options: DataOptions
) -> Opened:
    name, preset = named(text)
    return open_sized(
        read_architecture(name), preset, given, data, settings=settings, options=options
    )


def _identity(entry: Entry, settings: Settings, options: DataOptions) -> dict[str, Any]:
    """What must be the same for all runs in a folder."""
    return {
        "data": entry.opened.dataset.fingerprint,
        "options": asdict(options),
        "settings": settings.facts(),
    }


def _check_folder(folder: Path, what: Mapping[str, Any]) -> None:
    path = folder / RECORD
    if not path.exists():
        return
    try:
        before = json.loads(path.read_text("utf-8"))["identity"]
    except (OSError, ValueError, KeyError, TypeError):
        before = {}
    different = [name for name, value in what.items() if before.get(name) != value]
    if different:
        refuse(
            "AF622",
            f"'{folder}' holds another comparison: {', '.join(different)} differ",
            mark=Mark(str(path)),
            why="scores from other images or other settings do not belong in one table",
            fix="give another folder with `-o`, or the command that this folder was made with",
        )


def _trained(entry: Entry, settings: Settings, folder: Path, on_epoch: OnEpoch | None) -> Run:
    """The finished run of an architecture and a seed, trained now if there is none."""
    clean = "".join(letter if letter.isalnum() else "-" for letter in entry.name).strip("-")
    place = folder / "runs" / f"{clean}-{entry.mark[:8]}-seed{settings.seed}"
    known = _finished(place)
    # The record of the comparison is written last, so a first session may have left other runs.
    if known is not None and known.settings == settings.facts() and _same_data(known, entry):
        return known

    def tell(epoch: Epoch) -> None:
        if on_epoch is not None:
            on_epoch(entry.name, settings.seed, epoch)

    with said_if_unwritable(place):
        shutil.rmtree(place, ignore_errors=True)  # a run of ours that was cut off
        place.mkdir(parents=True)
    opened = entry.opened
    return train(
        opened.graph,
        opened.architecture.standalone,
        opened.dataset,
        settings,
        place,
        fixed=opened.fixed,
        on_epoch=tell,
    )


def _finished(place: Path) -> Run | None:
    try:
        run = read_run(place)
    except ProblemError:
        return None
    return run if run.status == "done" and run.model.is_file() else None


def _same_data(run: Run, entry: Entry) -> bool:
    dataset = entry.opened.dataset
    return (run.data["fingerprint"], run.data["validation"]) == (
        dataset.fingerprint,
        len(dataset.validation),
    )


def _row(entry: Entry, runs: Sequence[Run]) -> Row:
    return Row(
        architecture=entry.name,
        scores={
            name: tuple(run.scores[name] for run in runs)
            for name in runs[0].scores
            if all(name in run.scores for run in runs)
        },
        parameters=runs[0].parameters,
        macs=runs[0].macs,
        train_seconds=tuple(run.seconds for run in runs),
        predict_ms=_predict_ms(runs[0], entry),
        fingerprint=runs[0].fingerprint,
        runs=tuple(run.folder for run in runs),
    )


def _predict_ms(run: Run, entry: Entry) -> float:
    """The median of some batches, after one that is not counted: it is traced."""
    predictor = open_predictor(run)
    part, size = entry.opened.dataset.validation, predictor.network.region.image
    batch = np.stack([resize_image(part.image(row % len(part)), size) for row in range(BATCH)])
    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        for _ in predictor.scores(batch):
            pass
        times.append(time.perf_counter() - start)
    return 1000 * median(times[1:]) / BATCH


def _otsu(runs: Sequence[Run]) -> Iterable[Row]:
    if runs[0].baseline:
        scores = {name: (value,) for name, value in runs[0].baseline.items()}
        yield Row(architecture=OTSU, scores=scores)


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.mean(), row.macs, row.architecture)))


def _difference(
    rows: Sequence[Row], entries: Sequence[Entry], runs: Mapping[str, Sequence[Run]]
) -> Difference | None:
    """Between the best two, by the bootstrap over images.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentiles).
    """
    if len(rows) < 2:
        return None
    better, worse = _sorted(rows)[:2]
    by_name = {entry.name: entry for entry in entries}
    ours, theirs = (
        _dice(runs[row.architecture][0], by_name[row.architecture]) for row in (better, worse)
    )
    gaps = np.array([ours[name] - theirs[name] for name in ours])
    low = high = float(gaps.mean())
    if len(set(gaps)) > 1:
        found = bootstrap(
            (gaps,), np.mean, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
        ).confidence_interval
        low, high = float(found.low), float(found.high)
    return Difference(
        better.architecture, worse.architecture, float(gaps.mean()), low, high, len(gaps)
    )


def _dice(run: Run, entry: Entry) -> dict[str, float]:
    found = evaluate(run, entry.opened.dataset.validation, ["dice"])
    return {row["id"]: row["dice"] for row in found.rows}
