"""A comparison as files: ``comparison.json``, ``comparison.csv`` and a picture."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from archforge.compare.records import OTSU, Comparison, Row
from archforge.files import said_if_unwritable, whole_file, write_whole

RECORD = "comparison.json"
TABLE = "comparison.csv"
PICTURE = "comparison.png"
# Okabe and Ito 2008, Color Universal Design.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
MARKS = "osD^vP"


def write_comparison(comparison: Comparison, identity: Mapping[str, Any]) -> Comparison:
    """Write everything, and say what was drawn.

    Raises:
        ProblemError: The folder cannot be written.
    """
    folder = comparison.folder
    difference = comparison.difference
    facts = {
        "identity": identity,
        "seeds": comparison.seeds,
        "rows": comparison.facts(),
        "difference": None if difference is None else asdict(difference),
    }
    with said_if_unwritable(folder):
        write_whole(folder / RECORD, json.dumps(facts, indent=2) + "\n")
        write_whole(folder / TABLE, _csv(comparison))
        picture = _draw(comparison, folder / PICTURE)
    return replace(comparison, pictures=(picture,))


def table_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """The table as text, with a header."""
    yield ("architecture", "val Dice", "IoU", "parameters", "MACs", "train s", "predict ms")
    for row in comparison.rows:
        trained = row.architecture != OTSU
        yield (
            row.architecture,
            _values(row, "dice"),
            _values(row, "iou"),
            f"{row.parameters:,}" if trained else "-",
            f"{row.macs:,}" if trained else "-",
            f"{sum(row.train_seconds):.0f}" if trained else "-",
            "-" if row.predict_ms is None else f"{row.predict_ms:.1f}",
        )


def _values(row: Row, metric: str) -> str:
    values = row.scores[metric]
    if len(values) == 1:
        return f"{values[0]:.4f}"
    return f"{row.mean(metric):.4f} ({', '.join(f'{value:.4f}' for value in values)})"


def _csv(comparison: Comparison) -> str:
    """A line for each architecture and seed; Otsu's threshold has no score of objects, say."""
    metrics = list(dict.fromkeys(name for row in comparison.rows for name in row.scores))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["architecture", "number", *metrics, "parameters", "macs", "train_seconds", "predict_ms"]
    )
    for row in comparison.rows:
        for number in range(len(row.scores["dice"])):
            seconds = f"{row.train_seconds[number]:.1f}" if row.train_seconds else ""
            speed = "" if row.predict_ms is None else f"{row.predict_ms:.2f}"
            scores = [repr(row.scores[name][number]) if name in row.scores else ""
                      for name in metrics]  # fmt: skip
            costs = [row.parameters, row.macs, seconds, speed]
            writer.writerow([row.architecture, number, *scores, *costs])
    return text.getvalue()


def _draw(comparison: Comparison, path: Path) -> Path:
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True)
    trained = [row for row in comparison.rows if row.architecture != OTSU]
    floor = [row for row in comparison.rows if row.architecture == OTSU]
    for axes, label in ((left, "parameters"), (right, "MACs for one image")):
        for index, row in enumerate(trained):
            cost = row.parameters if axes is left else row.macs
            _point(axes, row, cost, index)
        for row in floor:
            axes.axhline(row.mean(), color="#767676", linestyle=":", label="Otsu's threshold")
        axes.set_xscale("log")
        # 200 k, 500 k, 1 M: few enough not to run into each other, within one decade too.
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(EngFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.margins(x=0.25)
        axes.set_xlabel(label)
        axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)
        axes.set_axisbelow(True)
    left.set_ylabel("Dice, mean over validation images")
    right.legend(fontsize="small", loc="best")
    figure.suptitle("Score against cost" + (", every seed" if comparison.seeds > 1 else ""))
    with whole_file(path) as part:
        figure.savefig(part, dpi=120, format="png")
    return path


def _point(axes: Axes, row: Row, cost: int, index: int) -> None:
    values = row.scores["dice"]
    axes.scatter(
        [cost] * len(values),
        values,
        s=60,
        color=COLOURS[index % len(COLOURS)],
        marker=MARKS[index % len(MARKS)],
        label=row.architecture,
        zorder=3,
    )
