"""The tables of metrics: what each says of itself, and names that are not in them."""

import pytest

from archforge.errors import ProblemError
from archforge.metrics import CLASS_METRICS, METRICS, Confusion, Scorer, find_metric

TWO_OF_THREE = Confusion(3, ((2, 0, 0), (1, 3, 0), (0, 0, 0)))


def test_every_metric_has_a_title_and_a_source_and_says_what_it_needs() -> None:
    every = [*METRICS.values(), *CLASS_METRICS.values()]

    assert all(metric.title and metric.source for metric in every)
    assert {metric.needs for metric in METRICS.values()} == {"masks", "scores", "labels"}
    assert {metric.unit for metric in METRICS.values()} == {"", "pixels", "micrometres"}


def test_what_is_pooled_has_the_mean_over_images_beside_it() -> None:
    pooled = {name for name, metric in METRICS.items() if metric.pooled}

    assert {name for name in METRICS if name.endswith("_pooled")} == pooled - {"ece", "brier"}
    assert all(
        not METRICS[name.removesuffix("_pooled")].pooled for name in pooled - {"ece", "brier"}
    )


def test_only_distances_and_errors_are_better_when_low() -> None:
    low = {name for name, metric in METRICS.items() if not metric.higher_is_better}

    assert low == {name for name, metric in METRICS.items() if metric.unit} | {"ece", "brier"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("iou_class_1", 3 / 4), ("dice_class_1", 6 / 7), ("iou_class_0_pooled", 2 / 3)],
)
def test_a_class_has_a_score_of_its_own(name: str, expected: float) -> None:
    assert find_metric(name).function(TWO_OF_THREE) == pytest.approx(expected)


def test_the_title_of_a_class_names_it() -> None:
    assert find_metric("iou_class_12_pooled").title == "IoU of class 12, over all pixels"


@pytest.mark.parametrize(
    ("name", "task", "fix"),
    [
        ("dyce", "segmentation", "did you mean 'dice'?"),
        ("recall_class_1", "segmentation", "did you mean 'recall'?"),
        ("f1_makro", "classification", "did you mean 'f1_macro'?"),
    ],
)
def test_an_unknown_metric_is_refused_with_the_nearest(name: str, task: str, fix: str) -> None:
    with pytest.raises(ProblemError) as caught:
        find_metric(name, task=task)

    (problem,) = caught.value.problems
    assert (problem.code, problem.fix) == ("AF430", fix)
    assert problem.message == f"no metric is called '{name}'"


def test_a_class_that_the_masks_do_not_have_is_refused() -> None:
    with pytest.raises(ProblemError) as caught:
        Scorer(3, ["iou_class_3"])

    (problem,) = caught.value.problems
    assert (problem.code, problem.why) == ("AF430", "the classes are 0 to 2")
