"""The sheets of images to look at: what stands below a picture is of that very picture."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from archforge.compare import Comparison, Row
from archforge.compare.records import Shown
from archforge.report.looking import sheet_of
from archforge.report.page import Figure, Sheet
from tests.compare.rows import comparison, row, training
from tests.report.byhand import a_picture, rows_of


def looked_at(folder: Path, shown: Shown, *rows: Row) -> Sheet:
    a_picture(folder / "picture.png")
    found: Comparison = replace(comparison(rows), folder=folder, shown=(shown,))
    (sheet,) = sheet_of(found)
    return sheet


def of_masks(*names: str) -> Shown:
    return Shown("a", "worst", "picture.png", "picture.png", dict.fromkeys(names, "picture.png"))


def last_figure(sheet: Sheet) -> Figure:
    ((_, figures),) = sheet.rows
    assert figures[-1] is not None
    return figures[-1]


def test_the_score_below_a_prediction_is_that_of_the_training_that_made_it(
    tmp_path: Path,
) -> None:
    """The first one that was scored on the image; on fold 0 there is another image."""
    folds = [training({"b": 0.9}, 0, 0), training({"a": 0.55}, 0, 1), training({"a": 0.95}, 1, 1)]
    toy = replace(row("toy", {"a": 1.0}), trainings=tuple(folds))

    sheet = looked_at(tmp_path, of_masks("toy"), toy)

    figure = last_figure(sheet)
    assert figure.title == "Dice 0.550 (mean of 2: 0.750)"
    assert figure.words == "toy on a: Dice 0.550 (mean of 2: 0.750), with its errors"
    assert "what is shown is of the first that was scored on the image" in sheet.words
    assert rows_of(sheet.csv) == [
        ["place", "image", "toy", "toy, mean over its trainings"],
        ["worst", "a", "0.55", "0.75"],
    ]


def test_of_a_single_training_nothing_is_said_of_a_mean(tmp_path: Path) -> None:
    sheet = looked_at(tmp_path, of_masks("toy"), row("toy", {"a": 0.55}))

    assert last_figure(sheet).title == "Dice 0.550"
    assert "several trainings" not in sheet.words


def test_colours_of_classes_are_named_where_pictures_have_them(tmp_path: Path) -> None:
    toy, shown = row("toy", {"a": 0.5}), of_masks("toy")

    older = looked_at(tmp_path, shown, toy)
    sheet = looked_at(tmp_path, replace(shown, classes=["ground", "pore", "clay"]), toy)

    assert sheet.legend == [
        ("#000000", "ground (black)"), ("#E69F00", "pore (orange)"), ("#56B4E9", "clay (sky blue)"),
    ]  # fmt: skip
    assert "stripes where they are wrong" in sheet.words
    assert not older.legend
    assert "vermilion is taken for another class" in older.words


def answered(folder: Path, means: Mapping[str, float], trainings: int) -> Sheet:
    shown = Shown("a", "worst", "picture.png", "long", answers={"toy": ("round", 0.25)},
                  means=means)  # fmt: skip
    return looked_at(folder, shown, row("toy", *[{"a": 0.0}] * trainings))


def test_the_probability_beside_an_answer_is_that_of_the_training_that_gave_it(
    tmp_path: Path,
) -> None:
    sheet = answered(tmp_path, {"toy": 0.375}, 2)
    alone = answered(tmp_path, {}, 1)

    start = "worst: a, truly long: 0 of 1 right; toy said round, probability of the truth 0.25"
    assert sheet.rows[0][0] == f"{start} (mean of 2: 0.38)"
    assert rows_of(sheet.csv)[1][3:] == ["round", "0.25", "0.375"]
    assert "what is shown is of the first" in sheet.words
    assert alone.rows[0][0] == start
    assert rows_of(alone.csv)[1][3:] == ["round", "0.25", "0.25"]


def test_an_older_record_that_has_the_mean_alone_is_shown_as_such(tmp_path: Path) -> None:
    sheet = answered(tmp_path, {}, 2)

    assert sheet.rows[0][0].endswith("said round, probability of the truth 0.25 (mean of 2)")
    assert rows_of(sheet.csv)[1][3:] == ["round", "", "0.25"]
