"""The table of a comparison, and the facts of its rows."""

import json

import pytest

from archforge.compare.rows import Failed, Row
from archforge.compare.writing import table_rows, title
from tests.compare.rows import comparison, row, training


def test_a_row_has_the_mean_and_every_value_of_its_trainings() -> None:
    facts = row("toy", {"a": 0.5}, {"a": 0.75}).facts()

    assert facts["scores"]["dice"]["values"] == [0.5, 0.75]
    assert facts["scores"]["dice"]["mean"] == 0.625
    assert facts["scores"]["iou"] == {
        "mean": 0.3125, "low": 0.25, "high": 0.375, "values": [0.25, 0.375],
    }  # fmt: skip
    assert json.loads(json.dumps(facts)) == facts


def test_a_network_that_failed_takes_no_column_from_the_others() -> None:
    lost = Failed(None, 0, "diverged", "the loss is no number")
    none = Row(architecture="none", score="dice", failed=(lost,))

    header, one, other = table_rows(comparison([row("toy", {"a": 0.5, "b": 0.7}), none]))

    assert header[3] == "IoU"
    assert one[:4] == ("toy", "0.6000", "0.5000 to 0.7000", "0.3000")
    assert other[:4] == ("none", "failed", "-", "-")


@pytest.mark.parametrize(("places", "said"), [
    ([(0, 0), (1, 0), (2, 0)], "2 of 3 folds"), ([(None, 0), (None, 1)], "1 of 2 trainings"),
    ([(0, 0), (0, 1), (1, 0)], "2 of 3 trainings"),
])  # fmt: skip
def test_a_network_that_lost_a_training_says_so_beside_its_score(
    places: list[tuple[int | None, int]], said: str
) -> None:
    """Its mean is over other images, or fewer trainings, than those of the others."""
    *whole, (fold, seed) = places
    trainings = tuple(training({"a": 0.5}, each, of) for of, each in whole)
    lost = (Failed(fold, seed, "diverged", "the loss is no number"),)
    toy = Row(architecture="toy", score="dice", trainings=trainings, failed=lost)

    _, line = table_rows(comparison([toy]))

    assert line[1] == f"0.5000 ({said})"


@pytest.mark.parametrize(("metric", "said"), [
    ("iou", "IoU"), ("ece", "expected calibration error"), ("brier", "Brier score"),
    ("balanced_accuracy", "balanced accuracy"),
])  # fmt: skip
def test_a_metric_is_called_what_it_is_for_masks_and_for_whole_images(
    metric: str, said: str
) -> None:
    assert title(metric) == said


def test_the_table_shows_the_mean_and_its_interval() -> None:
    header, line = table_rows(comparison([row("toy", {"a": 0.5, "b": 0.7})]))

    assert header[:4] == ("architecture", "validation Dice", "95 % over images", "IoU")
    assert line[:5] == ("toy", "0.6000", "0.5000 to 0.7000", "0.3000", "1,234")
