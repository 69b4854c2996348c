"""Figures of pages."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from archforge.compare import Pair
from archforge.compare.rows import Failed, Speed
from archforge.compare.writing import label
from archforge.report.page import Page, Section, html
from archforge.report.plots import (
    differences,
    distributions,
    learning_curves,
    score_against_cost,
)
from tests.compare.rows import comparison, row
from tests.report.byhand import (
    rows_of,
)


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
        learning_curves({name: [[0.5, 0.6], [0.5]], "b": [[0.1]]}, "Dice"),
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
