"""What mattered: the share of each hyperparameter in the way to good scores."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.ticker import PercentFormatter

from archforge.search.pictures.style import (
    BLUE,
    WIDTH,
    Room,
    completed,
    heading,
    name_of,
    new_figure,
    panels,
    save,
)
from archforge.search.records import Study

FEW = 20
"""Below this many complete trials a share changes much with each new one."""
MOST = 20
LETTER = 0.085
"""Inches that a letter of a name takes."""


def draw_importance(study: Study, shares: Mapping[str, float], path: Path) -> Path:
    """A bar for each hyperparameter, the most important on top.

    Source: PED-ANOVA, Watanabe, Bansal and Hutter 2023, arXiv:2304.10255.
    """
    rows = sorted(shares.items(), key=lambda row: row[1])[-MOST:]
    left = 0.35 + LETTER * max(len(name) for name, _ in rows)
    figure = new_figure(WIDTH, Room.above + 0.34 * len(rows) + 0.75)
    (axes,) = panels(figure, 1, 1, Room(left=left), same_y=False)
    bars = axes.barh([name for name, _ in rows], [share for _, share in rows], color=BLUE)
    axes.bar_label(bars, [f"{share:.0%}" for _, share in rows], padding=3, fontsize="small")
    axes.set_xlim(0, (max(share for _, share in rows) or 1.0) * 1.12)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    where = "the front" if len(study.goals) > 1 else f"the best tenth by {study.goals[0].title}"
    axes.set_xlabel(f"share in reaching {where} (PED-ANOVA)")
    words = trust_words(len(completed(study)))
    heading(figure, f"What mattered in the search of {name_of(study)}", words)
    return save(figure, path)


def trust_words(count: int) -> str:
    """How far shares from ``count`` complete trials can be trusted."""
    if count < FEW:
        return f"only {count} complete trials: shares are rough, a few more may turn them over"
    return f"{count} complete trials"
