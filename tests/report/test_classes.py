"""What a comparison's page says of each class, from the scores of images that its runs keep."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archforge.report.classes import by_class, class_metrics, details_of
from archforge.report.page import Figure, Table
from archforge.runs import Run
from archforge.runs.class_names import names_of
from tests.compare.rows import comparison, row
from tests.report.byhand import a_run_folder, rows_of


def trained(folder: Path, images: Sequence[dict[str, Any]], **more: Any) -> Run:
    run = a_run_folder(folder, **more)
    run.image_scores.write_text(json.dumps({"images": images, "confusion": []}))
    return run


def test_each_class_is_a_figure_of_all_networks_with_the_mean_over_their_trainings(
    tmp_path: Path,
) -> None:
    names = {"data": {"names": ["ground", "nuclei"]}}
    first = trained(tmp_path / "a", [{"id": "x", "dice_class_0": 0.5, "dice_class_1": 0.25},
                                     {"id": "y", "dice_class_0": 1.0}], **names)  # fmt: skip
    second = trained(tmp_path / "b", [{"id": "x", "dice_class_0": 1.0, "dice_class_1": 0.75}],
                     **names)  # fmt: skip
    other = trained(tmp_path / "c", [{"id": "x", "dice_class_0": 0.125}], **names)
    found = comparison([row("A", {"x": 0.5}), row("B", {"x": 0.25})])

    figures = list(by_class(found, {"A": [first, second], "B": [other]}))

    assert [each.title for each in figures] == [
        "Dice of ground of each image, by network", "Dice of nuclei of each image, by network",
    ]  # fmt: skip
    assert all(isinstance(each, Figure) for each in figures)
    assert rows_of(figures[0].csv) == [
        ["image", "A", "B"], ["x", "0.75", "0.125"], ["y", "1.0", ""],
    ]  # fmt: skip
    # B has seen no image with nuclei.
    assert rows_of(figures[1].csv) == [["image", "A"], ["x", "0.5"]]


def test_images_of_one_class_have_no_figure_of_it(tmp_path: Path) -> None:
    run = trained(tmp_path / "a", [{"id": "x", "dice": 0.5}])

    assert not list(by_class(comparison([row("A", {"x": 0.5})]), {"A": [run]}))
    assert not list(by_class(comparison([row("A", {"x": 0.5})]), {"A": []}))


def test_of_classifiers_right_answers_are_counted_for_each_class(tmp_path: Path) -> None:
    facts: dict[str, Any] = {"task": "classification", "data": {"names": ["round", "long"]}}
    first = trained(tmp_path / "a", [{"id": "x", "truth": 0, "predicted": 0},
                                     {"id": "y", "truth": 0, "predicted": 1},
                                     {"id": "z", "truth": 1, "predicted": 1}], **facts)  # fmt: skip
    second = trained(tmp_path / "b", [{"id": "x", "truth": 0, "predicted": 1}], **facts)
    found = comparison([row("A", {"x": 1.0}), row("B", {"x": 0.0})])

    (table,) = by_class(found, {"A": [first], "B": [second]})

    assert isinstance(table, Table)
    assert table.header == ["architecture", "round", "long"]
    assert table.rows == [["A", "50.0 %", "100.0 %"], ["B", "0.0 %", "-"]]
    assert rows_of(table.csv)[1:] == [["A", "0.5", "1.0"], ["B", "0.0", ""]]


def test_of_classifiers_it_is_drawn_how_sure_they_are_of_the_true_class(tmp_path: Path) -> None:
    """Right and wrong alone are two lines of dots, whatever the network."""
    facts: dict[str, Any] = {"task": "classification", "data": {"names": ["round", "long"]}}
    rows = [{"id": "x", "truth": 0, "predicted": 0, "score_of_truth": 0.75},
            {"id": "y", "truth": 1, "predicted": 0, "score_of_truth": 0.25}]  # fmt: skip
    runs = [trained(tmp_path / name, rows, **facts) for name in "ab"]

    figure, _ = by_class(comparison([row("A", {"x": 1.0, "y": 0.0})]), {"A": runs})

    assert figure.title == "Probability of the true class of each image, by network"
    assert rows_of(figure.csv) == [["image", "A"], ["x", "0.75"], ["y", "0.25"]]


def test_scores_of_a_test_part_are_read_from_its_file(tmp_path: Path) -> None:
    run = trained(tmp_path / "a", [{"id": "x", "dice_class_0": 0.5, "dice_class_1": 0.5}])
    run.test_scores.write_text(json.dumps({"images": [{"id": "t", "dice_class_1": 0.25}]}))
    found = replace(comparison([row("A", {"t": 0.5})]), part="test")

    (figure,) = by_class(found, {"A": [run]})

    assert rows_of(figure.csv)[1:] == [["t", "0.25"]]


def test_classes_stand_in_the_order_of_their_numbers() -> None:
    rows = [{"id": "x", "dice_class_10": 1.0, "dice_class_2": 1.0, "dice_class_2_pooled": 1.0}]

    assert list(class_metrics(rows).items()) == [("dice_class_2", 2), ("dice_class_10", 10)]


@pytest.mark.parametrize("names", [None, 3, "ab", {"a": 1}])
def test_damaged_names_are_no_names(tmp_path: Path, names: Any) -> None:
    run = a_run_folder(tmp_path / "a", data={"names": names})

    assert names_of(run) == []
    assert details_of(run)["images"]
