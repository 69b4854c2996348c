"""The page of the same networks on several data sets: their ranks, then each data set in short."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archforge.compare.reading import read_several
from archforge.compare.records import Comparison, Several
from archforge.compare.writing import rank_numbers, title
from archforge.report.comparison_page import cost_words, lead, runs_of, score_tables
from archforge.report.making import how_it_was_made
from archforge.report.page import Figure, Page, Section, Table
from archforge.report.plots import score_against_cost
from archforge.report.rank_plots import ranks_with_critical_difference, scores_on_each

RANKS = (
    "On each data set the best network has rank 1, the next one 2; equals share theirs. Friedman's "
    "test says whether any networks differ; where some do, mean ranks that differ by less than the "
    "critical difference are not distinguishable (Nemenyi's test). A network that failed on one "
    "data set has no rank."
)


def several_page(folder: Path) -> Page:
    """The page of a comparison over several data sets.

    Raises:
        ProblemError: There is none in the folder, or it cannot be read.
    """
    found, record = read_several(folder)
    return Page(
        f"{len(found.ranks())} networks on {len(found.comparisons)} data sets",
        f"{', '.join(each.data for each in found.comparisons)}; `archforge report` of the folder "
        "of each makes its page, with every image.",
        [
            Section("What the numbers carry", points=found.notes),
            Section("Ranks", [RANKS] if found.ranking else [], parts=[*_ranks(found)]),
            *(_data_set(number, each)
              for number, each in enumerate(found.comparisons, start=1)),
            Section("How this was made", code=str(record.get("command", ""))),
        ],
    )  # fmt: skip


def _ranks(found: Several) -> Iterator[Table | Figure]:
    header = ["architecture", "mean rank", *(each.data for each in found.comparisons)]
    rows = [[name, _digits(rank, 2), *(_digits(score, 4) for score in scores)]
            for name, rank, scores in found.ranks()]  # fmt: skip
    yield Table(
        f"Mean rank, and {title(found.comparisons[0].score)} on each data set", header, rows,
        list(rank_numbers(found)),
    )  # fmt: skip
    if found.ranking is not None:
        yield ranks_with_critical_difference(found.ranking)
    if any(each.trained for each in found.comparisons):
        yield scores_on_each(found)


def _digits(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _data_set(number: int, found: Comparison) -> Section:
    runs = [run for row in found.trained for run in runs_of(found, row)]
    parts: list[Table | Figure] = [*score_tables(found)]
    if found.trained:
        parts.append(score_against_cost(found))
    if runs:
        parts += how_it_was_made(runs)
    return Section(
        f"Data set {number}: {found.data}",
        [lead(found), *cost_words(found)],
        found.notes,
        # Each title once: the file of its numbers is called after it.
        [replace(part, title=f"{part.title} (data set {number})") for part in parts],
    )
