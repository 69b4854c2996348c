"""The page of a comparison: what the numbers carry, then the numbers, then how they were made."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from archforge.compare.reading import read_comparison
from archforge.compare.records import Comparison
from archforge.compare.rows import Place, Row, place_of
from archforge.compare.writing import pair_numbers, table_rows, timed_words, title
from archforge.errors import ProblemError
from archforge.report.classes import by_class
from archforge.report.looking import sheet_of
from archforge.report.making import LEARNED, as_recorded, how_it_was_made, learned, network_figure
from archforge.report.page import Figure, Page, Section, Table
from archforge.report.plots import (
    differences,
    distributions,
    learning_curves,
    score_against_cost,
)
from archforge.runs import Run, read_run

# A page of many networks is drawn all the same, but a forest of all pairs is not read.
MOST_PAIRS = 28
TO_BEST = "s to best"
TIMES = (
    "Predictions are timed in calls of a batch of images: the median of the calls and what 95 of "
    "100 of them stay below, for one image, in ms; its energy in mJ where the processor tells it. "
    f"Activations are foretold for training; “{TO_BEST}” is seconds until the best epoch."
)
HELD = (
    "Peak memory is the most that the whole process of a training held: Keras and the scoring at "
    "its end count, too."
)


def comparison_page(folder: Path) -> Page:
    """The page of the comparison in a folder.

    Raises:
        ProblemError: There is none, or it cannot be read.
    """
    found, record = read_comparison(folder)
    runs = {row.architecture: list(runs_of(found, row)) for row in found.trained}
    every = [run for each in runs.values() for run in each]
    return Page(
        f"{len(found.trained)} networks on {found.data}",
        lead(found),
        [
            Section("What the numbers carry", points=found.notes),
            Section("Scores and costs", cost_words(found),
                    parts=[*score_tables(found)]),
            Section("Which network for which cost", parts=[score_against_cost(found)]
                    if found.trained else []),
            Section("Which differences are real", _test_words(found),
                    parts=[differences(found.pairs, found.score, MOST_PAIRS), pair_table(found)]
                    if found.pairs else []),
            Section("Every image", parts=[*_images(found, runs)]),
            Section("Best, median and worst images", parts=[*sheet_of(found)]),
            Section("How they learned", parts=[*_curves(found, runs)]),
            Section("The networks", parts=[*_networks(runs)]),
            Section("How this was made", code=str(record.get("command", ""))),
            Section("Images, recipe and machine", parts=[
                *(how_it_was_made(every, [name for name, each in runs.items() for _ in each])
                  if every else as_recorded(_recorded(record)))
            ]),
        ],
    )  # fmt: skip


def _recorded(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the comparison's own record says of how it was made."""
    found = record.get("identity")
    known = found if isinstance(found, dict) else {}
    kinds = {"data": str, "options": dict, "settings": dict}
    return {name: known[name] for name, kind in kinds.items() if isinstance(known.get(name), kind)}


def cost_words(found: Comparison) -> list[str]:
    """How predictions were timed, and on what; and what memory is, where a column has it."""
    words = []
    if any(row.speeds for row in found.rows):
        named = timed_words(found)
        words.append(f"{TIMES} Timed {named}." if named else TIMES)
    if any(row.peak_memory for row in found.rows):
        words.append(HELD)
    return words


def lead(found: Comparison) -> str:
    """How much was trained, and what it was scored on, in a sentence."""
    trainings = sum(len(row.trainings) for row in found.trained)
    folds = f", {found.folds} folds" if found.folds else ""
    images = max((len(row.images) for row in found.trained), default=0)
    seeds = f"{found.seeds} seed{'' if found.seeds == 1 else 's'}"
    return (
        f"{trainings} trainings{folds}, {seeds}; {title(found.score)} of {images} {found.part} "
        "images."
    )


def runs_of(found: Comparison, row: Row) -> Iterator[Run]:
    """Those of a network that are still there.

    One that lies elsewhere, as `--reuse` takes them, must be the training that the record tells of:
    a folder from a stranger must not show what else lies on this machine.
    """
    home = found.folder.resolve()
    for training in row.trainings:
        try:
            run = read_run(training.run)
            outside = not run.folder.resolve().is_relative_to(home)
        except (ProblemError, OSError, ValueError, RuntimeError):
            continue  # somebody moved it; the numbers stand in the record
        known = (row.fingerprint, found.fingerprint, training.seed)
        if not outside or (run.fingerprint, run.data.get("fingerprint"), run.seed) == known:
            yield run


def score_tables(found: Comparison) -> Iterator[Table]:
    """A row for each network, with each of its trainings, and with each size of a batch."""
    header, *rows = table_rows(found)
    numbers: list[list[Any]] = [[
        "architecture", "score", "low", "high", "parameters", "macs", "activation_bytes",
        "epoch_seconds", "best_seconds", "peak_memory_bytes", "predict_ms", "predict_p95_ms",
        "trainings", "failed",
    ]]  # fmt: skip
    for row in found.rows:
        speed = row.speeds[0] if row.speeds else None
        # What has no interval, as it was not trained or came to nothing, has none in the file.
        mean, *ends = row.interval
        known = [
            mean if row.trainings or row.floor else None,
            *(ends if row.trainings else (None, None)),
        ]
        numbers.append([
            row.architecture, *(repr(each) if isinstance(each, float) else "" for each in known),
            row.parameters, row.macs,
            row.activation_bytes, row.epoch_seconds, row.best_seconds, row.peak_memory,
            speed and speed.median_ms, speed and speed.p95_ms, len(row.trainings), len(row.failed),
        ])  # fmt: skip
    yield Table("Networks, the best first", header, rows, numbers)
    yield from _trainings(found)
    if any(row.speeds for row in found.rows):
        yield _speeds(found)


def _trainings(found: Comparison) -> Iterator[Table]:
    """The score of each, where networks were trained several times: how much they vary."""
    every = {place for row in found.rows for place in row.places}
    places = sorted(every, key=lambda place: (place[0] or 0, place[1]))
    if len(places) < 2:
        return
    header = ["architecture", *(place_of(*place) for place in places)]
    rows, numbers = [], [header]
    for row in found.rows:
        if row.floor:
            continue
        scores = {(each.fold, each.seed): each.value for each in row.trainings}
        known = [scores.get(place) for place in places]
        rows.append([row.architecture,
                     *("failed" if each is None else f"{each:.4f}" for each in known)])  # fmt: skip
        numbers.append([row.architecture, *("" if each is None else repr(each) for each in known)])
    yield Table(f"{title(found.score)} of each training", header, rows, numbers)


def _speeds(found: Comparison) -> Table:
    header = ["architecture", "batch", "ms", "95 % below", "mJ", "activations", TO_BEST]
    numbers: list[list[Any]] = [[
        "architecture", "batch", "median_ms", "p95_ms", "joules", "activation_bytes",
        "best_seconds",
    ]]  # fmt: skip
    rows = []
    for row in found.trained:
        best = "-" if row.best_seconds is None else f"{row.best_seconds:.1f}"
        for speed in row.speeds:
            joules = "not told" if speed.joules is None else f"{1000 * speed.joules:.1f}"
            rows.append([row.architecture, str(speed.batch), f"{speed.median_ms:.2f}",
                         f"{speed.p95_ms:.2f}", joules,
                         f"{row.activation_bytes / 2**20:.1f} MiB", best])  # fmt: skip
            numbers.append([row.architecture, speed.batch, speed.median_ms, speed.p95_ms,
                            speed.joules, row.activation_bytes, row.best_seconds])  # fmt: skip
    return Table("Time and memory of one image", header, rows, numbers)


def pair_table(found: Comparison) -> Table:
    """The difference of each two networks, how sure it is, and what is said of it."""
    header = ["pair", "difference", "95 % over images", "p over images", "p over both", "effect",
              "verdict"]  # fmt: skip
    rows = [
        [f"{pair.ahead} over {pair.behind}", f"{pair.mean:.4f}",
         f"{pair.low:.4f} to {pair.high:.4f}", f"{pair.images_p:.2g}",
         "-" if pair.p is None else f"{pair.p:.2g}", f"{pair.effect:.2f}", pair.verdict]
        for pair in found.pairs
    ]  # fmt: skip
    return Table("Pairs of networks", header, rows, list(pair_numbers(found)))


def _test_words(found: Comparison) -> list[str]:
    if not found.pairs:
        return []
    words = (
        "Networks are compared image by image (signed rank test; exact test of right answers) and "
        "training by training (t-test; with folds, of the means of their seeds, and corrected for "
        "the images that folds share). Chances are corrected after Holm for all pairs, here "
        f"{len(found.pairs)}; p over both is that of images and trainings together, and unknown "
        "where each network was trained once, or trainings differ by the very same. A network is "
        "called better where both hold at 5 %; where most images speak for the one behind, whose "
        "mean a few have lowered, p is 1. "
        "Effects are rank-biserial correlations, from -1 to 1."
    )
    return [words]


def _images(found: Comparison, runs: Mapping[str, list[Run]]) -> Iterator[Any]:
    if not found.trained:
        return
    scores: Mapping[str, Mapping[str, float]] = {
        row.architecture: row.images for row in found.trained
    }
    whole = any(run.task == "classification" for each in runs.values() for run in each)
    if not whole:  # of answers that are right or wrong, boxes say nothing
        yield distributions(scores, title(found.score), "network")
    yield from by_class(found, runs)


def _curves(found: Comparison, runs: Mapping[str, list[Run]]) -> Iterator[Figure]:
    histories = {
        row.architecture: dict(_learned(row, runs[row.architecture])) for row in found.trained
    }
    known = {name: each for name, each in histories.items() if each}
    if known:
        task = runs[next(iter(known))][0].task
        yield learning_curves(known, LEARNED[task])


def _learned(row: Row, runs: Iterable[Run]) -> Iterator[tuple[Place, list[float]]]:
    """What trainings of a network had learned after each epoch, by their folds and seeds."""
    places = {each.run: (each.fold, each.seed) for each in row.trainings}
    for run in runs:
        scores = learned(run)
        if scores:
            yield places[run.folder], scores


def _networks(runs: Mapping[str, list[Run]]) -> Iterator[Any]:
    for name, each in runs.items():
        drawn = network_figure(each[0], name) if each else None
        if drawn is not None:
            yield drawn
