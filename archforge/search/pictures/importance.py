"""What mattered: the share of each hyperparameter in the way to good scores."""

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path

from matplotlib.ticker import PercentFormatter

from archforge.compare.writing import label
from archforge.files import check_regular, write_whole
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
    names = [label(name) for name, _ in rows]
    left = 0.35 + LETTER * max(map(len, names))
    figure = new_figure(WIDTH, Room.above + 0.34 * len(rows) + 0.75)
    (axes,) = panels(figure, 1, 1, Room(left=left), same_y=False)
    bars = axes.barh(range(len(rows)), [share for _, share in rows], color=BLUE)
    axes.set_yticks(range(len(rows)), names, parse_math=False)  # two long names may end alike
    axes.bar_label(bars, [f"{share:.0%}" for _, share in rows], padding=3, fontsize="small")
    axes.set_xlim(0, (max(share for _, share in rows) or 1.0) * 1.12)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    where = "the front" if len(study.goals) > 1 else f"the best tenth by {study.goals[0].title}"
    axes.set_xlabel(f"share in reaching {where} (PED-ANOVA)")
    words = trust_words(len(completed(study)))
    heading(figure, f"What mattered in the search of {name_of(study)}", words)
    return save(figure, path)


def write_shares(shares: Mapping[str, float], path: Path) -> None:
    """The numbers of the picture, as CSV beside it.

    Raises:
        OSError: It cannot be written.
    """
    text = io.StringIO()
    rows = [("hyperparameter", "share"), *((name, repr(share)) for name, share in shares.items())]
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_whole(path, text.getvalue())


def read_shares(path: Path) -> dict[str, float]:
    """What ``write_shares`` wrote; nothing where it is not there, or damaged."""
    try:
        check_regular(path)
        _, *rows = csv.reader(path.read_text("utf-8").splitlines())
        shares = {name: float(share) for name, share in rows}
    except (OSError, ValueError, csv.Error):
        return {}
    return shares if all(map(math.isfinite, shares.values())) else {}


def trust_words(count: int) -> str:
    """How far shares from ``count`` complete trials can be trusted."""
    if count < FEW:
        return f"only {count} complete trials: shares are rough, a few more may turn them over"
    return f"{count} complete trials"
