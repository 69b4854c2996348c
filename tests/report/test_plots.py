"""Figures of pages."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from archforge.compare import Pair
from archforge.compare.rows import Failed, Speed
from archforge.compare.statistics import Ranking
from archforge.compare.writing import label
from archforge.report.page import Figure, Page, Section, html
from archforge.report.plots import (
    MANY,
    Curves,
    differences,
    distributions,
    learning_curves,
    score_against_cost,
)
from archforge.report.rank_plots import ranks_with_critical_difference
from tests.compare.rows import comparison, row
from tests.report.byhand import (
    rows_of,
)

SVG = "{http://www.w3.org/2000/svg}"


def test_names_in_figures_are_short_and_can_be_drawn() -> None:
    assert label("a/b" * 30) == "…" + ("a/b" * 30)[-31:]
    assert label("_own") == " _own"
    assert label("a\x00\x1b\udcff") == "a???"


@pytest.mark.parametrize(
    "name", ["$", "$\\frac$", "_own", "核", "\x00<!-- -->", "\udcff", "x" * 300]
)
def test_a_figure_has_every_name_and_is_a_picture(name: str) -> None:
    images = {name: 0.5, "b": 0.75}
    pairs = [Pair(ahead=name, behind="b", mean=0.1, low=0.11, high=0.2, images=2, groups=2,
                  trainings=1, effect=1.0, images_p=0.01, p=None)]  # fmt: skip

    drawn = [
        distributions({name: images, "b": images}, "Dice", "network"),
        differences(pairs, "dice"),
        learning_curves(
            {name: {(None, 0): [0.5, 0.6], (None, 1): [0.5]}, "b": {(None, 0): [0.1]}}, "Dice"
        ),
    ]

    for figure in drawn:
        ElementTree.fromstring(figure.picture)  # noqa: S314 - our own
        assert name.encode("utf-8", "replace").decode() in figure.csv.replace('""', '"')
    assert html(Page("x", name, [Section("All", parts=drawn)]))


def test_more_pairs_than_are_drawn_stand_in_the_numbers() -> None:
    found = comparison(
        [row(str(each), {"a": each / 10, "b": 0.1 + each / 10}) for each in range(9)]
    )

    figure = differences(found.pairs, "dice", most=28)

    assert len(rows_of(figure.csv)) == 1 + 36
    assert "36 (the first 28 are drawn)" in figure.words


def test_a_network_of_which_a_training_failed_is_hollow_and_on_no_front() -> None:
    """Its fold may have been the hard one: it is cheaper and scores higher, on easier images."""
    whole = replace(row("whole", {"a": 0.5, "b": 0.7}, macs=9), speeds=(Speed(1, 2.0, 3.0),))
    lost = (Failed(None, 1, "diverged", "the loss is no number"),)
    lucky = replace(row("lucky", {"a": 0.9}, macs=3), failed=lost)

    figure = score_against_cost(comparison([lucky, whole]))
    alone = score_against_cost(comparison([lucky]))

    assert "By MACs these are whole. Hollow" in figure.words
    assert figure.words.endswith("as trainings failed: lucky (1 of 2 trainings).")
    assert "By MACs these are none." in alone.words


def lines(figure: Figure) -> list[list[tuple[float, float]]]:
    """Points of each line that is drawn within the axes, in those of the picture."""
    root = ElementTree.fromstring(figure.picture)  # noqa: S314 - our own
    paths = [each.attrib["d"] for group in root.iter(f"{SVG}g")
             if group.attrib.get("id", "").startswith("line2d_")
             for each in group.findall(f"{SVG}path") if "clip-path" in each.attrib]  # fmt: skip
    return [[(float(x), float(y)) for x, y in re.findall(r"[ML] (\S+) (\S+)", path)]
            for path in paths]  # fmt: skip


def test_a_mean_over_trainings_does_not_bend_where_one_of_them_ends() -> None:
    """The worse one stops early: the mean over those that are left would leap up."""
    trainings: Curves = {(0, 7): [0.2, 0.3], (1, 7): [0.8, 0.8, 0.8, 0.8]}

    figure = learning_curves({"toy": trainings}, "Dice")

    short, long, mean = lines(figure)[-3:]
    assert [len(each) for each in (short, long, mean)] == [2, 4, 2]
    assert [x for x, _ in mean] == [x for x, _ in short]
    assert [y for _, y in mean] == pytest.approx(
        [(low + high) / 2 for (_, low), (_, high) in zip(short, long, strict=False)], abs=1e-5
    )
    assert figure.words == (
        "Thin lines are trainings, marked ones their mean, up to the end of the shortest. "
        "toy: trainings end at 0.550 in the mean, after 2 to 4 epochs."
    )
    assert rows_of(figure.csv)[:4] == [
        ["network", "fold", "seed", "epoch", "Dice"], ["toy", "0", "7", "1", "0.2"],
        ["toy", "0", "7", "2", "0.3"], ["toy", "1", "7", "1", "0.8"],
    ]  # fmt: skip


def test_a_single_training_is_one_line_up_to_its_end() -> None:
    figure = learning_curves({"toy": {(None, 3): [0.25, 0.5, 0.5]}}, "Dice")

    assert len(lines(figure)[-1]) == 3
    assert figure.words == "toy ends at 0.500."
    assert rows_of(figure.csv)[1] == ["toy", "", "3", "1", "0.25"]


@pytest.mark.parametrize("rows", [1, 4])
def test_thousands_of_dots_are_one_picture_within_the_figure_whatever_rows_they_are_in(
    rows: int,
) -> None:
    """As shapes they would be megabytes that a browser is slow to draw."""
    few = {str(row): {str(image): 0.5 for image in range(MANY // rows)} for row in range(rows)}
    many = {**few, "more": {"0": 0.25}}

    figures = [distributions(each, "Dice", "network") for each in (few, many)]

    pictures = [len(list(ElementTree.fromstring(figure.picture).iter(f"{SVG}image")))  # noqa: S314 - our own
                for figure in figures]  # fmt: skip
    assert pictures[0] == 0
    assert pictures[1] > 0
    assert len(figures[1].picture) < len(figures[0].picture) / 2
    assert len(rows_of(figures[1].csv)) == 1 + MANY // rows


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.01, "Not distinguishable from a: b."),
        (0.2, "no two networks are distinguishable, whatever their bars."),
    ],
)
def test_ranks_tell_networks_apart_only_where_friedmans_test_has_found_a_difference(
    p: float, words: str
) -> None:
    """Demsar 2006, section 3.2.2: Nemenyi's test is one for after it."""
    ranking = Ranking({"a": 1.0, "b": 2.0, "c": 4.5}, p, 2.0, 5)

    figure = ranks_with_critical_difference(ranking)

    assert figure.words.endswith(words)
    assert f"p = {p}" in figure.words
