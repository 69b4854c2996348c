"""Figures of pages, drawn by matplotlib's objects as SVG, each with its numbers.

Colours are those of Okabe and Ito, with a mark of its own for each network, so that no figure needs
colours to be read.

Source: Okabe and Ito 2008, Color Universal Design.
"""

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from itertools import cycle
from math import ceil
from statistics import fmean, median
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullFormatter, ScalarFormatter

from archforge.compare.records import BETTER, HERE, Comparison, Pair
from archforge.compare.rows import Place, Row
from archforge.compare.writing import LONGEST, ends, label, title
from archforge.report.page import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKS = "osD^vPX*<>"
LINES = ("-", "--", "-.", ":")
GREY, GRID = "#6b6b6b", "#dddddd"
# A verdict's colour and mark.
VERDICTS = {BETTER: ("#D55E00", "o"), HERE: ("#E69F00", "s")}
ALIKE_LOOK = (GREY, "D")
# Inches of a letter, of a mark with the room around it, and of a line of a legend.
LETTER, MARK, LINE = 0.085, 0.55, 0.22
# With more dots than this in all, rows of them are pictures: thousands of shapes are slow.
MANY = 2000
# Where the largest cost is less than so many times the smallest, equal steps are read better.
NARROW = 5
MILLISECONDS = "ms for one prediction"
# A name is text, never a formula: a ``$`` in it is a dollar.
SETTINGS: Any = {"text.parse_math": False, "svg.hashsalt": "archforge", "svg.fonttype": "path"}

Costs = Mapping[str, Mapping[str, float]]
"""By the name of the cost, that of each network."""
Curves = Mapping[Place, Sequence[float]]
"""By fold and seed of the training, a number after each of its epochs."""
P = ParamSpec("P")


def drawing(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a function draw with ``SETTINGS``."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with mpl.rc_context(SETTINGS):
            return draw(*args, **kwargs)

    return drawn


def looks(names: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Colour, mark and line of each network, the same in every figure of a page."""
    triples = zip(names, cycle(COLOURS), cycle(MARKS), cycle(LINES), strict=False)
    return {name: (colour, mark, line) for name, colour, mark, line in triples}


def costs_of(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """What each network costs, as far as all of them say it."""
    found = {
        "parameters": {row.architecture: float(row.parameters) for row in rows},
        "MACs for one image": {row.architecture: float(row.macs) for row in rows},
        MILLISECONDS: {row.architecture: row.speeds[0].median_ms for row in rows if row.speeds},
    }
    return {name: each for name, each in found.items() if len(each) == len(rows)}


def front_names(scores: Mapping[str, float], costs: Mapping[str, float]) -> set[str]:
    """Networks that no cheaper one equals."""
    return {
        name
        for name, score in scores.items()
        if not any(
            scores[other] >= score
            and costs[other] <= costs[name]
            and (scores[other], -costs[other]) != (score, -costs[name])
            for other in scores
        )
    }


@drawing
def score_against_cost(comparison: Comparison) -> Figure:
    """A panel for each cost; those that no cheaper network equals are joined by a line.

    Networks of which a training failed have a mean over other images, and are none of those.
    """
    rows = comparison.trained
    costs, look = costs_of(rows), looks([row.architecture for row in rows])
    scores = {row.architecture: row.mean for row in rows if not row.failed}
    canvas = Canvas(figsize=(4.0 * len(costs) + 0.4, 4.3), layout="constrained")
    panels = canvas.subplots(1, len(costs), sharey=True, squeeze=False)[0]
    for axes, (name, each) in zip(panels, costs.items(), strict=True):
        for row in rows:
            _point(axes, row, each[row.architecture], look[row.architecture])
        best = sorted(front_names(scores, each), key=each.__getitem__)
        axes.plot([each[key] for key in best], [scores[key] for key in best], color=GREY,
                  linewidth=1, zorder=1)  # fmt: skip
        for row in comparison.rows:
            if row.floor:
                axes.axhline(row.mean, color=GREY, linestyle=":", label="Otsu's threshold")
        _cost_axis(axes, name, list(each.values()))
    panels[0].set_ylabel(f"{title(comparison.score)}, mean over images")
    legend(canvas, panels[0])
    front = front_names(scores, costs["MACs for one image"])
    words = (
        f"Each point is a network with the 95 % interval of its mean over images; the line joins "
        f"those that no cheaper network equals. By MACs these are "
        f"{', '.join(sorted(front)) or 'none'}.{_hollow_words(rows)}"
    )
    numbers = [["architecture", title(comparison.score), "low", "high", *costs]]
    numbers += [[row.architecture, *map(repr, row.interval),
                 *(repr(each[row.architecture]) for each in costs.values())]
                for row in rows]  # fmt: skip
    numbers += [[row.architecture, repr(row.mean), "", "", *[""] * len(costs)]
                for row in comparison.rows if row.floor]  # fmt: skip
    return Figure("Score against cost", words, svg(canvas), numbers=numbers)


def _hollow_words(rows: Sequence[Row]) -> str:
    names = ", ".join(f"{row.architecture} ({row.ended})" for row in rows if row.failed)
    return f" Hollow, and not joined, as trainings failed: {names}." if names else ""


def _point(axes: Axes, row: Row, cost: float, look: tuple[str, str, str]) -> None:
    mean, low, high = row.interval
    axes.errorbar(cost, mean, yerr=ends(mean, low, high), fmt=look[1], markersize=7,
                  capsize=3, color=look[0], label=label(row.architecture), zorder=3,
                  fillstyle="none" if row.failed else "full")  # fmt: skip


def _cost_axis(axes: Axes, name: str, costs: Sequence[float]) -> None:
    axes.margins(x=0.25)
    if min(costs) > 0 and max(costs) > NARROW * min(costs):
        axes.set_xscale("log")
        # 200 k, 500 k, 1 M within a decade and a half; more would run into each other.
        few = max(costs) > 30 * min(costs)
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    # 0.5 ms are not 500 m.
    axes.xaxis.set_major_formatter(ScalarFormatter() if name == MILLISECONDS else EngFormatter())
    axes.set_xlabel(name)
    plain(axes)


def legend(canvas: Canvas, axes: Axes) -> None:
    """Below the figure, which grows by what it takes."""
    handles, labels = axes.get_legend_handles_labels()
    width, height = canvas.get_size_inches()
    columns = max(1, min(4, int(width / (LETTER * max(map(len, labels)) + MARK))))
    canvas.set_size_inches(width, height + LINE * (ceil(len(labels) / columns) - 1))
    canvas.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)


@drawing
def differences(pairs: Sequence[Pair], score: str, most: int = 28) -> Figure:
    """How much better one network of a pair is than the other, with the interval over images.

    Args:
        pairs: All of them; the CSV has them all.
        score: The metric.
        most: So many of them are drawn, the first.
    """
    every, pairs = pairs, pairs[:most]
    canvas = Canvas(figsize=(9.0, 0.45 * len(pairs) + 1.5), layout="constrained")
    axes = canvas.subplots()
    for place, pair in enumerate(pairs):
        colour, mark = VERDICTS.get(pair.verdict, ALIKE_LOOK)
        axes.errorbar(pair.mean, place, xerr=ends(pair.mean, pair.low, pair.high),
                      fmt=mark, color=colour, capsize=3, markersize=7)  # fmt: skip
    axes.axvline(0, color="#000000", linewidth=0.8)
    names = [(label(pair.ahead), label(pair.behind)) for pair in pairs]
    between = "\n" if max(len(one) + len(other) for one, other in names) > LONGEST else " "
    axes.set_yticks(range(len(pairs)), [f"{one}{between}over {other}" for one, other in names],
                    fontsize="small" if between == "\n" else "medium")  # fmt: skip
    axes.set_ylim(len(pairs) - 0.5, -0.5)
    axes.set_xlabel(f"difference in {title(score)}, mean over images")
    plain(axes)
    for name, (colour, mark) in (*VERDICTS.items(), ("not distinguishable", ALIKE_LOOK)):
        axes.plot([], [], mark, color=colour, label=name)
    legend(canvas, axes)
    clear = sum(pair.verdict == BETTER for pair in every)
    drawn = "" if len(pairs) == len(every) else f" (the first {len(pairs)} are drawn)"
    words = (
        f"Pairs of networks: {len(every)}{drawn}, each with the 95 % interval of its difference "
        f"over images. Better over images and trainings both: {clear}; “better here” holds for "
        "these trainings alone."
    )
    numbers = [["ahead", "behind", "difference", "low", "high", "p over images", "p", "effect",
                "verdict"]]  # fmt: skip
    numbers += [[pair.ahead, pair.behind, repr(pair.mean), repr(pair.low), repr(pair.high),
                 repr(pair.images_p), "" if pair.p is None else repr(pair.p), repr(pair.effect),
                 pair.verdict] for pair in every]  # fmt: skip
    return Figure("Differences between networks", words, svg(canvas), numbers=numbers)


@drawing
def distributions(
    scores: Mapping[str, Mapping[str, float]], name: str, what: str = "", image: str = "image"
) -> Figure:
    """The score of every image, a row for each network or class.

    Args:
        scores: By the name of the row, the score of each image.
        name: Of the score.
        what: What the rows are, where there are several: ``network`` or ``class``.
        image: What the images are, each of them.
    """
    canvas = Canvas(figsize=(9.0, 0.62 * len(scores) + 1.2), layout="constrained")
    axes = canvas.subplots()
    look = looks(list(scores))
    many = sum(map(len, scores.values())) > MANY
    for place, (row, values) in enumerate(scores.items()):
        every = sorted(values.values())
        spread = [place + 0.32 * (((index * 7) % 11) / 10 - 0.5) for index in range(len(every))]
        axes.scatter(every, spread, s=9, color=look[row][0], alpha=0.55, linewidths=0, zorder=2,
                     rasterized=many)  # fmt: skip
        axes.boxplot([every], positions=[place], orientation="horizontal", widths=0.55,
                     showfliers=False, medianprops={"color": "#000000", "linewidth": 1.6},
                     zorder=3)  # fmt: skip
    axes.set_yticks(range(len(scores)), map(label, scores))
    axes.set_ylim(len(scores) - 0.5, -0.5)
    axes.set_xlabel(f"{name} of each {image}")
    plain(axes)
    parts = [f"{row}: median {median(values.values()):.3f}, lowest {min(values.values()):.3f}"
             for row, values in scores.items()]  # fmt: skip
    words = (
        f"A dot for each {image}; boxes hold the middle half of them, with the median. "
        f"{'; '.join(parts)}."
    )
    images = sorted({image for values in scores.values() for image in values})
    numbers: list[list[Any]] = [["image", *scores]]
    numbers += [[image, *(repr(values[image]) if image in values else ""
                          for values in scores.values())] for image in images]  # fmt: skip
    by = f", by {what}" if what else ""
    return Figure(f"{name} of each {image}{by}", words, svg(canvas), numbers=numbers)


@drawing
def learning_curves(
    histories: Mapping[str, Curves], score: str, of: str = "validation images"
) -> Figure:
    """A number after each epoch: of each training, and the mean over those of a network.

    The mean ends with the first training that does: over those that are left it would bend where
    nothing was learned or forgotten.

    Args:
        histories: By the name of the network, its trainings, each of at least one number.
        score: The name of the number.
        of: What it is of.
    """
    canvas = Canvas(figsize=(9.0, 4.2), layout="constrained")
    axes = canvas.subplots()
    look = looks(list(histories))
    numbers = [["network", "fold", "seed", "epoch", score]]
    for name, trainings in histories.items():
        _curves(axes, name, list(trainings.values()), look[name])
        numbers += [[name, "" if fold is None else str(fold), str(seed), str(epoch), repr(value)]
                    for (fold, seed), each in trainings.items()
                    for epoch, value in enumerate(each, start=1)]  # fmt: skip
    axes.set_xlabel("epoch")
    axes.set_ylabel(f"{score} of {of}")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    plain(axes)
    legend(canvas, axes)
    many = any(len(trainings) > 1 for trainings in histories.values())
    lines = "Thin lines are trainings, marked ones their mean, up to the end of the shortest. "
    ends = "; ".join(_end_words(name, list(each.values())) for name, each in histories.items())
    words = f"{lines if many else ''}{ends}."
    return Figure(f"{score} after each epoch", words, svg(canvas), numbers=numbers)


def _curves(
    axes: Axes, name: str, trainings: Sequence[Sequence[float]], look: tuple[str, str, str]
) -> None:
    colour, mark, line = look
    if len(trainings) > 1:
        for each in trainings:
            # A training of one epoch is a dot, as a line would not be seen.
            axes.plot(range(1, len(each) + 1), each, color=colour, linestyle=line, linewidth=0.8,
                      alpha=0.5, marker="." if len(each) == 1 else "")  # fmt: skip
    # Up to the end of the shortest.
    means = [fmean(values) for values in zip(*trainings, strict=False)]
    axes.plot(range(1, len(means) + 1), means, color=colour, linestyle=line, marker=mark,
              markersize=4, label=label(name))  # fmt: skip


def _end_words(name: str, trainings: Sequence[Sequence[float]]) -> str:
    last = fmean(each[-1] for each in trainings)
    if len(trainings) == 1:
        return f"{name} ends at {last:.3f}"
    fewest, most = min(map(len, trainings)), max(map(len, trainings))
    epochs = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{name}: trainings end at {last:.3f} in the mean, after {epochs} epochs"


def plain(axes: Axes) -> None:
    """A grid behind, and no box around."""
    axes.grid(visible=True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def svg(canvas: Canvas) -> bytes:
    """The figure as a file, the same for the same numbers."""
    FigureCanvasSVG(canvas)
    out = io.BytesIO()
    with warnings.catch_warnings():
        # A letter that the font lacks is a box in the picture, which says enough.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        canvas.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
