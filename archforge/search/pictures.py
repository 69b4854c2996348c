"""Pictures of a search, with matplotlib's objects: no state, no window.

Colours: Okabe and Ito 2008, Color Universal Design, told apart by most colour-blind people; marks
differ too.
"""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from archforge.files import whole_file
from archforge.search.records import COMPLETE, FAILED, PRUNED, Study, Trial

BLUE, ORANGE, RED, BLACK, GREY = "#0072B2", "#E69F00", "#D55E00", "#000000", "#767676"
DPI = 120


def draw_history(study: Study, path: Path) -> Path:
    """Value over trial, the best so far, and what was stopped or failed."""
    figure = Figure(figsize=(7.2, 4.2))
    axes = figure.add_axes((0.1, 0.13, 0.88, 0.79))  # a layout engine draws everything twice
    done = [each for each in study.trials if each.state == COMPLETE and each.value is not None]
    pruned = [each for each in study.trials if each.state == PRUNED and each.epochs]
    failed = [each for each in study.trials if each.state == FAILED]
    _points(axes, [(each.number, each.value or 0.0) for each in done], BLUE, "o", "complete")
    _points(
        axes,
        [(each.number, each.epochs[-1]) for each in pruned],
        ORANGE,
        "v",
        "pruned (value when it was stopped)",
    )
    lowest = axes.get_ylim()[0]
    _points(axes, [(each.number, lowest) for each in failed], RED, "x", "failed (no value)")
    _best_so_far(axes, done)
    if "dice" in study.baseline:
        _level(axes, study.baseline["dice"], GREY, ":", "Otsu's threshold")
    axes.set_xlabel("trial (0 has the defaults)")
    axes.set_ylabel(f"{study.goals[0].title}, mean over validation images")
    axes.set_title(f"Search of {_name(study)}: {len(done)} complete, {len(pruned)} pruned")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(fontsize="small", loc="best")
    return _save(figure, path)


def draw_importance(study: Study, shares: Mapping[str, float], path: Path) -> Path:
    """A bar for each hyperparameter, the most important on top."""
    rows = sorted(shares.items(), key=lambda row: row[1])
    figure = Figure(figsize=(7.2, 1.6 + 0.36 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    bars = axes.barh([name for name, _ in rows], [share for _, share in rows], color=BLUE)
    axes.bar_label(bars, [f"{share:.0%}" for _, share in rows], padding=3, fontsize="small")
    axes.set_xlim(0, max(share for _, share in rows) * 1.12)
    axes.set_xlabel(f"share of the spread of {study.goals[0].title} (PED-ANOVA)")
    axes.set_title(f"What mattered in the search of {_name(study)}")
    axes.grid(visible=True, axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    return _save(figure, path)


def _name(study: Study) -> str:
    return f"{study.architecture} ({study.preset})" if study.preset else study.architecture


def _points(
    axes: Axes, points: list[tuple[int, float]], colour: str, mark: str, label: str
) -> None:
    if points:
        xs, ys = zip(*points, strict=True)
        axes.scatter(xs, ys, color=colour, marker=mark, s=42, label=label, zorder=3)


def _best_so_far(axes: Axes, done: list[Trial]) -> None:
    if not done:
        return
    ordered = sorted(done, key=lambda each: each.number)
    best: list[float] = []
    for each in ordered:
        best.append(max([*best[-1:], each.value or 0.0]))
    numbers = [each.number for each in ordered]
    axes.step(numbers, best, where="post", color=BLACK, linewidth=1.2, label="best so far")


def _level(axes: Axes, value: float, colour: str, style: str, label: str) -> None:
    axes.axhline(value, color=colour, linestyle=style, linewidth=1.4, label=label)


def _save(figure: Figure, path: Path) -> Path:
    FigureCanvasAgg(figure)
    with whole_file(path) as part:
        figure.savefig(part, dpi=DPI, format="png")
    return path
