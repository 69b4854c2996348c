"""Histograms as data for the template: bars in shares of the highest, and words for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from archforge.data.summary import percent, summarize
from archforge.data.survey import Survey

BINS = 48


@dataclass(frozen=True)
class Chart:
    """One picture of bars.

    Args:
        title: What is counted.
        words: What it shows, for those who do not see it.
        bars: Height of each, 0 to 1.
        left: The lowest value, in words.
        right: The highest value, in words.
        labels: Of each bar, where bars have names.
    """

    title: str
    words: str
    bars: tuple[float, ...]
    left: str = ""
    right: str = ""
    labels: tuple[str, ...] = ()


def value_chart(read: Survey) -> Chart:
    """Pixel values of all images together, each put in the middle of its step."""
    low = min(row.low for row in read.readings)
    high = max(row.high for row in read.readings)
    total = np.zeros(BINS)
    for row in read.readings:
        edges = np.linspace(row.low, row.high, len(row.histogram) + 1)
        middles = (edges[1:] + edges[:-1]) / 2
        total += np.histogram(middles, BINS, (low, high), weights=row.histogram)[0]
    top = low + (high - low) * (int(total.argmax()) + 0.5) / BINS
    words = (
        f"Values from {low:g} to {high:g}, most often near {top:.3g}. Heights are the roots of "
        "counts, so that the background leaves the rest to be seen."
    )
    return Chart("Pixel values", words, _bars(np.sqrt(total)), f"{low:g}", f"{high:g}")


def object_chart(read: Survey) -> Chart:
    """Diameters of all objects; the largest of a hundred stand in the last bar."""
    sizes = np.array([size for row in read.readings for size in row.diameters])
    low, middle, high, last = np.percentile(sizes, (5, 50, 95, 99))
    counts, _ = np.histogram(np.minimum(sizes, last), BINS, (0, last))
    words = (
        f"Diameters of {len(sizes):,} objects: half below {middle:.0f} pixels, nine of ten between "
        f"{low:.0f} and {high:.0f}; the last bar holds all that are larger."
    )
    return Chart("Object diameters in pixels", words, _bars(counts), "0", f"{last:.0f}")


def share_chart(read: Survey) -> Chart:
    """Share of each class."""
    summary = summarize(read)
    shares = summary.shares
    names = tuple(summary.class_name(index) for index in range(len(shares)))
    rows = [f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True)]
    return Chart("Class shares", f"{', '.join(rows)}.", _bars(shares), labels=tuple(rows))


def _bars(counts: ArrayLike) -> tuple[float, ...]:
    heights = np.asarray(counts, dtype=np.float64)
    return tuple((heights / max(float(heights.max()), 1e-12)).round(4).tolist())
