"""Figures of networks on several data sets: their ranks, and their score on each."""

from matplotlib.figure import Figure as Canvas

from archforge.compare.records import Several
from archforge.compare.statistics import LEVEL, Ranking
from archforge.compare.writing import ends, label, title
from archforge.report.page import Figure
from archforge.report.plots import GREY, drawing, legend, looks, plain, svg


@drawing
def ranks_with_critical_difference(ranking: Ranking) -> Figure:
    """Mean ranks over data sets, each in the middle of a bar that is one critical difference long.

    Two bars that do not meet are two networks that differ, if Friedman's test says that any do.
    """
    ranks, half = ranking.ranks, ranking.critical / 2
    canvas = Canvas(figsize=(9.0, 0.4 * len(ranks) + 1.2), layout="constrained")
    axes = canvas.subplots()
    look = looks(list(ranks))
    for place, (name, rank) in enumerate(ranks.items()):
        axes.errorbar(rank, place, xerr=half, fmt=look[name][1], color=look[name][0], capsize=3,
                      markersize=7)  # fmt: skip
    # A bar that meets that of the best ends beyond this line.
    axes.axvline(min(ranks.values()) + half, color=GREY, linestyle=":")
    axes.set_yticks(range(len(ranks)), map(label, ranks))
    axes.set_ylim(len(ranks) - 0.5, -0.5)
    axes.set_xlabel("mean rank (1 is the best)")
    plain(axes)
    words = (
        f"Bars are as long as the critical difference, {ranking.critical:.2f}. Friedman's test "
        f"over {ranking.datasets} data sets: p = {ranking.p:.2g}. {_alike(ranking)}"
    )
    numbers = [["architecture", "mean rank", "critical difference"]]
    numbers += [[name, repr(rank), repr(ranking.critical)] for name, rank in ranks.items()]
    return Figure("Mean ranks with their critical difference", words, svg(canvas), numbers=numbers)


def _alike(ranking: Ranking) -> str:
    """Nemenyi's test is one for after Friedman's, where that has found a difference."""
    ranks = ranking.ranks
    if ranking.p > LEVEL:
        return "It finds no difference: no two networks are distinguishable, whatever their bars."
    first = next(iter(ranks))
    near = [name for name in ranks if name != first
            and ranks[name] - ranks[first] <= ranking.critical]  # fmt: skip
    return (
        f"Networks whose bars meet are not distinguishable. Not distinguishable from {first}: "
        f"{', '.join(near) or 'none'}."
    )


@drawing
def scores_on_each(several: Several) -> Figure:
    """The score of every network on every data set, with its interval over images."""
    names = [name for name, _, _ in several.ranks()]
    canvas = Canvas(figsize=(9.0, 0.6 * len(names) + 1.5), layout="constrained")
    axes = canvas.subplots()
    numbers = [["data set", "architecture", "score", "low", "high"]]
    count = len(several.comparisons)
    for number, (data, look) in enumerate(
        looks([each.data for each in several.comparisons]).items()
    ):
        axes.plot([], [], look[1], color=look[0], label=label(data))
        for row in several.comparisons[number].trained:
            # Data sets stand below one another within the place of the network.
            place = names.index(row.architecture) + 0.6 * ((number + 0.5) / count - 0.5)
            axes.errorbar(row.mean, place, xerr=ends(*row.interval), fmt=look[1], color=look[0],
                          capsize=2, markersize=6)  # fmt: skip
            numbers.append([data, row.architecture, *map(repr, row.interval)])
    axes.set_yticks(range(len(names)), map(label, names))
    axes.set_ylim(len(names) - 0.5, -0.5)
    name = title(several.comparisons[0].score)
    axes.set_xlabel(f"{name}, mean over images")
    plain(axes)
    legend(canvas, axes)
    words = "A mark for each data set, with the 95 % interval of the mean over its images."
    return Figure(f"{name} on each data set", words, svg(canvas), numbers=numbers)
