"""The two pictures of a run: how it learned, and what it says about images it did not learn from.

Matplotlib by its objects, without pyplot: nothing global is changed and no window is asked for.
"""

import warnings
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from archforge.data import IGNORED, Examples
from archforge.data.findings import short
from archforge.files import whole_file
from archforge.runs.class_names import class_name
from archforge.train.colours import BLACK, BLUE, ORANGE, SKY, VERMILION, palette
from archforge.train.scoring import Evaluation, Prediction
from archforge.train.settings import Epoch

# A ``$`` in the name of an image is a dollar, never a formula.
PLAIN_TEXT: Any = {"text.parse_math": False}
MOST = 6
MISTAKES = 12
DPI = 120
WIDTH = 9.2
# Inches of a letter of a legend, of a mark with the room around it, and of a line.
LETTER, MARK, LINE = 0.08, 0.5, 0.22


@mpl.rc_context(PLAIN_TEXT)
def write_curves(
    path: Path, title: str, history: Sequence[Epoch], best: int, task: str = "segmentation"
) -> None:
    """Loss and score over the epochs, the best epoch marked."""
    name = "accuracy" if task == "classification" else "Dice"
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [epoch.epoch for epoch in history]
    lines = [
        (left, [epoch.loss for epoch in history], BLUE, "loss (training images)"),
        (right, [epoch.score for epoch in history], VERMILION, f"{name} (validation images)"),
    ]
    for axes, values, colour, label in lines:
        axes.plot(epochs, values, color=colour, marker="o", markersize=3.5, linewidth=1.8)
        axes.axvline(best, color="0.55", linestyle="--", linewidth=1, zorder=0)
        axes.set_xlabel("epoch")
        axes.set_ylabel(label)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlim(min(0.5, epochs[0] - 0.5), epochs[-1] + 0.5)
        axes.grid(visible=True, color="0.9", linewidth=0.7)
        axes.spines[["top", "right"]].set_visible(False)
    left.set_ylim(bottom=min(0.0, *(epoch.loss for epoch in history)))
    right.set_ylim(-0.02, 1.02)
    _mark_best(right, best, f"{name} {history[best - 1].score:.3f}", history[best - 1].score)
    figure.suptitle(title, fontsize=10)
    _save(figure, path)


def _mark_best(axes: Axes, best: int, words: str, score: float) -> None:
    axes.plot([best], [score], marker="o", markersize=9, markerfacecolor="none",
              markeredgecolor=BLACK, markeredgewidth=1.4)  # fmt: skip
    axes.set_title(f"best: epoch {best}, {words}", fontsize=9, loc="right")


def chosen(dices: Sequence[float]) -> list[int]:
    """Rows to show: the worst first, the best last, others evenly between them."""
    order = sorted(range(len(dices)), key=lambda row: (dices[row], row))
    places = np.linspace(0, len(order) - 1, min(MOST, len(order))).round().astype(int)
    return [order[place] for place in places]


@mpl.rc_context(PLAIN_TEXT)
def write_predictions(
    path: Path,
    title: str,
    shown: Sequence[Prediction],
    classes: int,
    names: Sequence[str] = (),
) -> None:
    """A sheet with a row for each prediction: image, truth, prediction, and where they differ.

    Args:
        path: Of the picture.
        title: Above all.
        shown: At least one.
        classes: 1 for binary masks, else their number.
        names: Of the classes, as far as the images name them.
    """
    tall = [one.truth.shape[-2] / one.truth.shape[-1] for one in shown]
    row = 2.2 * float(np.clip(max(tall), 0.4, 2)) + 0.1
    handles = _legend(classes, names)
    longest = max(len(str(each.get_label())) for each in handles)
    columns = max(1, min(len(handles), int(WIDTH / (LETTER * longest + MARK))))
    below = LINE * (ceil(len(handles) / columns) - 1)
    figure = Figure(figsize=(WIDTH, row * len(shown) + 1.0 + below), layout="constrained")
    grid = figure.subplots(len(shown), 4, squeeze=False)
    for axes, name in zip(grid[0], ("image", "truth", "prediction", "errors"), strict=True):
        axes.set_title(name, fontsize=10)
    for line, one in zip(grid, shown, strict=True):
        _row(line, one, classes)
    figure.legend(handles=handles, loc="outside lower center", ncols=columns,
                  fontsize=9, frameon=False)  # fmt: skip
    figure.suptitle(title, fontsize=10)
    _save(figure, path)


@mpl.rc_context(PLAIN_TEXT)
def write_mistakes(path: Path, title: str, part: Examples, found: Evaluation) -> None:
    """The images whose true class was given the least probability, and the table of confusion."""
    rows = sorted(found.rows, key=lambda row: (row["score_of_truth"], row["id"]))[:MISTAKES]
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(3, 2))[0]
    grid = left.subplots(3, 4)
    places = {name: row for row, name in enumerate(part.ids)}
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, row in zip(grid.flat, rows, strict=False):
        axes.imshow(stretched(flat(part.original(places[row["id"]])[0])))
        axes.set_title(_answer(row, part.rule.names), fontsize=8)
    left.suptitle("least sure of the truth, the worst first (contrast stretched)", fontsize=9)
    _confusion(right.subplots(), found.confusion, part.rule.names)
    figure.suptitle(title, fontsize=10)
    _save(figure, path)


def _answer(row: Mapping[str, Any], names: Sequence[str]) -> str:
    """What an image is, and what it was taken for."""
    truth, said = (class_name(int(row[key]), names) for key in ("truth", "predicted"))
    verdict = "right" if truth == said else f"called {said}"
    return f"{truth}\n{verdict}, {row['score_of_truth']:.2f}"


def _confusion(axes: Axes, table: Sequence[Sequence[int]], names: Sequence[str]) -> None:
    counts = np.array(table)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    labels = [class_name(index, names) for index in range(len(counts))]
    axes.set_xticks(range(len(counts)), labels, fontsize=8)
    axes.set_yticks(range(len(counts)), labels, fontsize=8, rotation=90, va="center")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for (true, said), count in np.ndenumerate(counts):
        colour = "white" if shares[true, said] > 0.6 else "black"
        axes.text(said, true, f"{count}", ha="center", va="center", color=colour, fontsize=9)


def flat(image: NDArray[Any]) -> NDArray[Any]:
    """Of a volume its middle plane; of many channels the first three, or the first."""
    plane = image[len(image) // 2] if image.ndim == 4 else image
    return plane if plane.shape[-1] in {1, 3} else plane[..., : 3 if plane.shape[-1] > 3 else 1]


def _row(row: Sequence[Axes], one: Prediction, classes: int) -> None:
    image = stretched(flat(one.image))
    colours = ListedColormap(["black", "white"] if classes == 1 else palette(classes))
    for axes in row:
        axes.set_xticks([])
        axes.set_yticks([])
    row[0].imshow(image)
    truth, predicted = plane(one.truth), plane(one.predicted)
    for axes, mask in zip(row[1:3], (truth, predicted), strict=True):
        axes.imshow(mask, cmap=colours, vmin=0, vmax=colours.N - 1, interpolation="nearest")
    row[3].imshow(image * 0.65)
    for wrong, colour in _errors(one, classes):
        _paint(row[3], wrong, colour)
    name = one.id if len(one.id) <= 22 else f"{one.id[:19]}..."
    row[0].set_ylabel(f"{name}\nDice {one.dice(classes):.3f}", fontsize=9)


def _errors(one: Prediction, classes: int) -> list[tuple[NDArray[np.bool_], str]]:
    truth, predicted = plane(one.truth), plane(one.predicted)
    known = truth != IGNORED
    if classes > 1:
        return [((truth != predicted) & known, VERMILION)]
    return [((truth > predicted) & known, ORANGE), ((truth < predicted) & known, SKY)]


def plane(mask: NDArray[Any]) -> NDArray[Any]:
    """Of a volume its middle plane."""
    return mask[len(mask) // 2] if mask.ndim == 3 else mask


def _paint(axes: Axes, where: NDArray[np.bool_], colour: str) -> None:
    """Outlined where it is, and filled lightly, so that single pixels are seen too."""
    if not where.any():
        return
    filled = np.ma.masked_equal(where.astype(np.uint8), 0)
    axes.imshow(filled, cmap=ListedColormap([colour]), alpha=0.45, interpolation="nearest")
    # A rim of zeros closes outlines at the edge of the image.
    rim = np.pad(where.astype(np.float32), 1)
    rows, columns = (np.arange(side) - 1 for side in rim.shape)
    axes.contour(columns, rows, rim, levels=[0.5], colors=[colour], linewidths=1.1)
    axes.set_xlim(-0.5, where.shape[1] - 0.5)
    axes.set_ylim(where.shape[0] - 0.5, -0.5)


def _legend(classes: int, names: Sequence[str]) -> list[Line2D]:
    if classes == 1:
        return [_patch(ORANGE, "missed"), _patch(SKY, "too much")]
    return [
        *(
            _patch(colour, short(class_name(index, names)))
            for index, colour in enumerate(palette(classes))
        ),
        _patch(VERMILION, "error: wrong class", hollow=True),
    ]


def _patch(colour: str, label: str, *, hollow: bool = False) -> Line2D:
    face = "none" if hollow else colour
    return Line2D([], [], linestyle="none", marker="s", markersize=9, label=label,
                  markerfacecolor=face, markeredgecolor=colour, markeredgewidth=1.6)  # fmt: skip


def stretched(image: NDArray[Any]) -> NDArray[np.float64]:
    """The image as RGB from 0 to 1, its contrast stretched so that dark ones are seen.

    Shape: height x width x channels (1 or 3) to height x width x 3.
    """
    low, high = np.percentile(image, (0.5, 99.5))
    span = float(high - low) or 1.0
    scaled = np.clip((image - low) / span, 0, 1)
    return np.asarray(np.broadcast_to(scaled, (*scaled.shape[:2], 3)), dtype=np.float64)


def _save(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure)
    with whole_file(path) as part, warnings.catch_warnings():
        # A letter that the font lacks is a box in the picture, which says enough.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(part, dpi=DPI, format="png")
