"""A comparison as files: its record, its tables and a picture.

``comparison.json`` is the record, ``comparison.csv`` a line for each training, ``images.csv`` a
line for each image, ``pairs.csv`` a line for each two networks; ``comparison.png`` is score against
cost. Of several data sets ``several.json`` says which there are, each of them a folder beside it,
and ``ranks.csv`` has a line for each network.
"""

import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from archforge.compare.records import Comparison, Several
from archforge.compare.rows import OTSU, Row
from archforge.compare.tables import csv_text
from archforge.errors import series
from archforge.files import said_if_unwritable, whole_file, write_whole
from archforge.metrics import CLASS_METRICS, METRICS
from archforge.runs.command import command_line

RECORD = "comparison.json"
TABLE = "comparison.csv"
IMAGES = "images.csv"
PAIRS = "pairs.csv"
PICTURE = "comparison.png"
SEVERAL = "several.json"
RANKS = "ranks.csv"
FORMAT = 1
# Okabe and Ito 2008, Color Universal Design.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
MARKS = "osD^vPX*<>"
# Letters of a name in a figure; the words below it and the CSV have it whole.
LONGEST = 32
# What stands beside the score in the table that is printed.
BESIDE = {"segmentation": "iou", "classification": "balanced_accuracy"}


def write_comparison(comparison: Comparison, identity: Mapping[str, Any]) -> Comparison:
    """Write everything, and say what was drawn.

    Raises:
        ProblemError: The folder cannot be written.
    """
    folder = comparison.folder
    facts = {
        **_made(),
        "identity": identity,
        "data": comparison.data,
        "score": comparison.score,
        "part": comparison.part,
        "folds": comparison.folds,
        "seeds": comparison.seeds,
        "rows": comparison.facts(),
        "trainings": {row.architecture: [_training(each, folder) for each in row.trainings]
                      for row in comparison.trained},
        "floors": {row.architecture: dict(row.floor) for row in comparison.rows if row.floor},
        "pairs": [{**asdict(pair), "verdict": pair.verdict} for pair in comparison.pairs],
        "notes": list(comparison.notes),
        "shown": [asdict(each) for each in comparison.shown],
        "groups": dict(comparison.groups),
    }  # fmt: skip
    with said_if_unwritable(folder):
        write_whole(folder / TABLE, csv_text(_trainings(comparison)))
        write_whole(folder / IMAGES, csv_text(_images(comparison)))
        write_whole(folder / PAIRS, csv_text(pair_numbers(comparison)))
        picture = draw_costs(comparison, folder / PICTURE)
        # The record last: it says that the rest is there.
        write_whole(folder / RECORD, json.dumps(facts, indent=2, default=str) + "\n")
    return replace(comparison, pictures=(picture,))


def write_several(several: Several) -> None:
    """Write which data sets there are, and the ranks over them.

    Raises:
        ProblemError: The folder cannot be written.
    """
    folder = several.folder
    facts = {**_made(), **several.facts(), "data": [each.data for each in several.comparisons]}
    with said_if_unwritable(folder):
        write_whole(folder / RANKS, csv_text(rank_numbers(several)))
        write_whole(folder / SEVERAL, json.dumps(facts, indent=2) + "\n")


def _made() -> dict[str, Any]:
    return {
        "format": FORMAT,
        "written": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "command": command_line(),
    }


def rank_numbers(several: Several) -> Iterator[Sequence[Any]]:
    """Mean rank of each network and its score on each data set, the best first, with a header."""
    yield ["architecture", "mean_rank", *(each.data for each in several.comparisons)]
    for name, rank, scores in several.ranks():
        yield [name, _blank(rank), *scores]


def _training(training: Any, folder: Path) -> dict[str, Any]:
    """Runs of the comparison's own by their place in it, so that the folder may be moved."""
    run, home = training.run.resolve(), folder.resolve()
    return {**vars(training), "run": str(run.relative_to(home) if home in run.parents else run)}


def table_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """The table as text, with a header."""
    rows = comparison.rows
    scored = [row for row in rows if row.metrics]
    beside = [name for name in BESIDE.values() if all(name in row.metrics for row in scored)]
    # What no row has is no column.
    timed = any(row.speeds for row in rows)
    held = any(row.peak_memory for row in rows)
    yield (
        "architecture",
        f"{comparison.part} {title(comparison.score)}",
        "95 % over images",
        *(title(name) for name in beside if name != comparison.score),
        "parameters",
        "MACs",
        "s/epoch",
        *(["predict ms"] if timed else []),
        *(["peak memory"] if held else []),
    )
    for row in rows:
        mean, low, high = row.interval
        trained = bool(row.trainings)
        known = trained or row.architecture == OTSU
        yield (
            row.architecture,
            _score(mean, row.ended) if known else "failed",
            f"{low:.4f} to {high:.4f}" if trained else "-",
            *(_mean(row, name) for name in beside if name != comparison.score),
            f"{row.parameters:,}" if row.parameters else "-",
            f"{row.macs:,}" if row.macs else "-",
            "-" if row.epoch_seconds is None else f"{row.epoch_seconds:.1f}",
            *([f"{row.speeds[0].median_ms:.1f}" if row.speeds else "-"] if timed else []),
            *([_bytes(row.peak_memory)] if held else []),
        )


def _score(mean: float, ended: str) -> str:
    return f"{mean:.4f} ({ended})" if ended else f"{mean:.4f}"


def timed_words(comparison: Comparison) -> str:
    """``on`` which machine predictions were timed; empty if unknown.

    It is its GPUs, or else its processor and threads. Networks of different ones are named.
    """
    machines: dict[str, list[str]] = {}
    for row in comparison.rows:
        if row.speeds and row.timed_on.get("processor"):
            machines.setdefault(_machine(row.timed_on), []).append(row.architecture)
    if len(machines) == 1:
        return f"on {next(iter(machines))}"
    return "; ".join(f"{series(names)} on {machine}" for machine, names in machines.items())


def _machine(facts: Mapping[str, Any]) -> str:
    gpus = [str(gpu) for gpu in facts.get("gpus") or ()]
    return ", ".join(gpus) or f"{facts['processor']}, {facts.get('threads', 0)} threads"


def title(metric: str) -> str:
    """How people write a metric: up to the comma of its title.

    Those of whole images have titles that explain them, and are called by their names.
    """
    if metric in METRICS:
        return METRICS[metric].title.partition(",")[0]
    return metric.replace("_", " ") if metric in CLASS_METRICS else metric


def label(name: str) -> str:
    """A name as it stands in a figure: its end where it is long, of letters that can be drawn."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    short = plain if len(plain) <= LONGEST else f"…{plain[1 - LONGEST :]}"
    # Matplotlib leaves names that begin with an underscore out of legends.
    return f" {short}" if short.startswith("_") else short


def _mean(row: Row, metric: str) -> str:
    if metric not in row.metrics:  # no training of it has a score
        return "-"
    return f"{fmean(row.values(metric)):.4f}"


def _bytes(count: int | None) -> str:
    return "-" if count is None else f"{count / 2**20:,.0f} MiB"


def _trainings(comparison: Comparison) -> Iterator[Sequence[Any]]:
    """A line for each training; Otsu's threshold has no score of objects, say."""
    metrics = list(dict.fromkeys(name for row in comparison.rows for name in row.metrics))
    yield [
        "architecture", "fold", "seed", *metrics, "parameters", "macs", "epochs", "best_epoch",
        "seconds", "epoch_seconds", "best_seconds", "peak_memory_bytes", "run",
    ]  # fmt: skip
    for row in comparison.rows:
        costs = [row.parameters, row.macs]
        for each in row.trainings:
            scores = [repr(each.scores[name]) if name in each.scores else "" for name in metrics]
            times = [f"{value:.3f}" for value in
                     (each.seconds, each.epoch_seconds, each.best_seconds)]  # fmt: skip
            where = os.path.relpath(each.run, comparison.folder)
            yield [row.architecture, _blank(each.fold), each.seed, *scores, *costs, each.epochs,
                   each.best_epoch, *times, _blank(each.peak_memory), where]  # fmt: skip
        if row.floor:
            scores = [repr(row.floor[name]) if name in row.floor else "" for name in metrics]
            yield [row.architecture, "", "", *scores, *[""] * 8, ""]


def _images(comparison: Comparison) -> Iterator[Sequence[Any]]:
    rows = comparison.trained
    names = sorted({name for row in rows for name in row.images})
    groups = comparison.groups
    yield ["image", *(["group"] if groups else []), *(row.architecture for row in rows)]
    for name in names:
        yield [
            name,
            *([groups.get(name, "")] if groups else []),
            *(repr(row.images[name]) if name in row.images else "" for row in rows),
        ]


def pair_numbers(comparison: Comparison) -> Iterator[Sequence[Any]]:
    """A line for each two networks, with a header."""
    yield ["ahead", "behind", "difference", "low", "high", "images", "groups", "trainings",
           "effect", "p_images", "p", "verdict"]  # fmt: skip
    for pair in comparison.pairs:
        yield [pair.ahead, pair.behind, repr(pair.mean), repr(pair.low), repr(pair.high),
               pair.images, pair.groups, pair.trainings, repr(pair.effect),
               repr(pair.images_p), _blank(pair.p), pair.verdict]  # fmt: skip


def _blank(value: Any) -> Any:
    return "" if value is None else value


def draw_costs(comparison: Comparison, path: Path) -> Path:
    """Score against parameters and MACs, with intervals over images."""
    figure = Figure(figsize=(9.6, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True)
    floor = [row for row in comparison.rows if row.floor]
    for axes, label in ((left, "parameters"), (right, "MACs for one image")):
        for index, row in enumerate(comparison.trained):
            _point(axes, row, row.parameters if axes is left else row.macs, index)
        for row in floor:
            axes.axhline(row.mean, color="#767676", linestyle=":", label="Otsu's threshold")
        axes.set_xscale("log")
        # 200 k, 500 k, 1 M: few enough not to run into each other, within one decade too.
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(EngFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.margins(x=0.25)
        axes.set_xlabel(label)
        axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)
        axes.set_axisbelow(True)
    left.set_ylabel(f"{title(comparison.score)}, mean over {comparison.part} images")
    handles, labels = right.get_legend_handles_labels()
    legend = figure.legend(handles, labels, fontsize="small", loc="outside right upper")
    for text in legend.get_texts():
        text.set_parse_math(False)  # a ``$`` in a name is a dollar, never a formula
    lacking = "; hollow: a training failed" if any(row.failed for row in comparison.trained) else ""
    figure.suptitle(f"Score against cost, with 95 % intervals over images{lacking}")
    with whole_file(path) as part, warnings.catch_warnings():
        # A letter that the font lacks is a box in the picture, which says enough.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(part, dpi=120, format="png")
    return path


def ends(mean: float, low: float, high: float) -> list[list[float]]:
    """Lengths of both ends; an interval of resampled images may leave out the mean itself."""
    return [[max(mean - low, 0.0)], [max(high - mean, 0.0)]]


def _point(axes: Axes, row: Row, cost: int, index: int) -> None:
    mean, low, high = row.interval
    axes.errorbar(
        cost, mean, yerr=ends(mean, low, high), fmt=MARKS[index % len(MARKS)], markersize=7,
        capsize=3, color=COLOURS[index % len(COLOURS)], label=label(row.architecture), zorder=3,
        fillstyle="none" if row.failed else "full",
    )  # fmt: skip
