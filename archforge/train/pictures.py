"""The two pictures of a run: how it learned, and what it says about images it did not learn from.

Matplotlib by its objects, without pyplot: nothing global is changed and no window is asked for.

Source of the colours, which colour-blind people tell apart: Okabe and Ito 2008, "Color Universal
Design".
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from archforge.files import whole_file
from archforge.train.scoring import Prediction
from archforge.train.settings import Epoch

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
CLASSES = (BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE)
MOST = 6
DPI = 120


def write_curves(path: Path, title: str, history: Sequence[Epoch], best: int) -> None:
    """Loss and Dice over the epochs, the best epoch marked."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [epoch.epoch for epoch in history]
    lines = [
        (left, [epoch.loss for epoch in history], BLUE, "loss (training images)"),
        (right, [epoch.val_dice for epoch in history], VERMILION, "Dice (validation images)"),
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
    _mark_best(right, best, history[best - 1].val_dice)
    figure.suptitle(title, fontsize=10)
    _save(figure, path)


def _mark_best(axes: Axes, best: int, dice: float) -> None:
    axes.plot([best], [dice], marker="o", markersize=9, markerfacecolor="none",
              markeredgecolor=BLACK, markeredgewidth=1.4)  # fmt: skip
    axes.set_title(f"best: epoch {best}, Dice {dice:.3f}", fontsize=9, loc="right")


def chosen(dices: Sequence[float]) -> list[int]:
    """Rows to show: the worst first, the best last, others evenly between them."""
    order = sorted(range(len(dices)), key=lambda row: (dices[row], row))
    places = np.linspace(0, len(order) - 1, min(MOST, len(order))).round().astype(int)
    return [order[place] for place in places]


def write_predictions(path: Path, title: str, shown: Sequence[Prediction], classes: int) -> None:
    """A sheet with a row for each prediction: image, truth, prediction, and where they differ."""
    tall = [one.truth.shape[0] / one.truth.shape[1] for one in shown]
    row = 2.2 * float(np.clip(max(tall), 0.4, 2)) + 0.1
    figure = Figure(figsize=(9.2, row * len(shown) + 1.0), layout="constrained")
    grid = figure.subplots(len(shown), 4, squeeze=False)
    for axes, name in zip(grid[0], ("image", "truth", "prediction", "errors"), strict=True):
        axes.set_title(name, fontsize=10)
    for line, one in zip(grid, shown, strict=True):
        _row(line, one, classes)
    handles = _legend(classes)
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 6),
                  fontsize=9, frameon=False)  # fmt: skip
    figure.suptitle(title, fontsize=10)
    _save(figure, path)


def _row(row: Sequence[Axes], one: Prediction, classes: int) -> None:
    image = stretched(one.image)
    colours = ListedColormap(["black", "white"] if classes == 1 else _palette(classes))
    for axes in row:
        axes.set_xticks([])
        axes.set_yticks([])
    row[0].imshow(image)
    for axes, mask in zip(row[1:3], (one.truth, one.predicted), strict=True):
        axes.imshow(mask, cmap=colours, vmin=0, vmax=colours.N - 1, interpolation="nearest")
    row[3].imshow(image * 0.65)
    for wrong, colour in _errors(one, classes):
        _paint(row[3], wrong, colour)
    name = one.id if len(one.id) <= 22 else f"{one.id[:19]}..."
    row[0].set_ylabel(f"{name}\nDice {one.dice(classes):.3f}", fontsize=9)


def _errors(one: Prediction, classes: int) -> list[tuple[NDArray[np.bool_], str]]:
    if classes > 1:
        return [(one.truth != one.predicted, VERMILION)]
    return [(one.truth > one.predicted, ORANGE), (one.truth < one.predicted, SKY)]


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


def _legend(classes: int) -> list[Line2D]:
    if classes == 1:
        return [_patch(ORANGE, "missed"), _patch(SKY, "too much")]
    palette = _palette(classes)
    return [
        *(_patch(colour, f"class {index}") for index, colour in enumerate(palette)),
        _patch(VERMILION, "error: wrong class", hollow=True),
    ]


def _patch(colour: str, label: str, *, hollow: bool = False) -> Line2D:
    face = "none" if hollow else colour
    return Line2D([], [], linestyle="none", marker="s", markersize=9, label=label,
                  markerfacecolor=face, markeredgecolor=colour, markeredgewidth=1.6)  # fmt: skip


def _palette(classes: int) -> list[str]:
    return [CLASSES[index % len(CLASSES)] for index in range(classes)]


def stretched(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The image as RGB from 0 to 1, its contrast stretched so that dark ones are seen.

    Shape: height x width x channels (1 or 3) to height x width x 3.
    """
    low, high = np.percentile(image, (0.5, 99.5))
    scaled = np.clip((image - low) / max(float(high - low), 1.0), 0, 1)
    return np.asarray(np.broadcast_to(scaled, (*scaled.shape[:2], 3)), dtype=np.float64)


def _save(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure)
    with whole_file(path) as part:
        figure.savefig(part, dpi=DPI, format="png")
