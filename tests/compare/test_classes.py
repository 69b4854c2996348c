"""Comparisons of classifiers: right or wrong about each image, and said so."""

from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binom  # type: ignore[import-untyped]  # scipy has no types

from archforge.compare import Comparison, Row, Training, compare
from archforge.compare.reading import read_comparison
from archforge.compare.records import BETTER
from archforge.compare.verdicts import compared, verdict_words
from archforge.compare.writing import table_rows
from archforge.data import DataOptions, write_synth
from archforge.report.looking import sheet_of
from archforge.train import Settings
from tests.compare.rows import share
from tests.report.byhand import rows_of

SPEC = """\
archforge: 1
name: tiny
task: classification
hyperparameters: {size: 48, channels: 1, classes: 4, filters: 2}
presets:
  wide: {filters: 4}
inputs:
  image: [=size, =size, =channels]
graph:
  - {layer: Conv2D, filters: =filters, kernel_size: 3, strides: 2, activation: relu}
  - {layer: MaxPooling2D, pool_size: 4}
  - {layer: Flatten}
  - {layer: Dense, name: label, units: =classes, activation: softmax}
"""


def answers(name: str, *folds: str) -> Row:
    """A network that was right (1) or wrong (0) about each image of each fold."""
    trainings = []
    for fold, marks in enumerate(folds):
        images = {f"{fold}-{number:02}": float(mark) for number, mark in enumerate(marks)}
        right = sum(images.values()) / len(images)
        scores = {"accuracy": right, "balanced_accuracy": right - 0.1}
        one = Training(fold=fold, seed=0, run=Path(name) / str(fold), scores=scores, images=images)
        trainings.append(one)
    return Row(architecture=name, score="accuracy", trainings=tuple(trainings), parameters=9)


def comparison(*rows: Row) -> Comparison:
    folds = len(rows[0].trainings)
    return Comparison(
        folder=Path("table"), data="cells", score="accuracy", part="validation", folds=folds,
        seeds=1, rows=rows, pairs=compared(rows, share(folds)),
    )  # fmt: skip


GOOD = answers("good", "1111111110", "1111111101", "1111111111")
BAD = answers("bad", "1110000001", "1110000010", "1110000001")


def test_the_table_names_accuracy_and_has_the_balanced_one_beside_it() -> None:
    header, line, _ = table_rows(comparison(GOOD, BAD))

    assert header[:5] == (
        "architecture", "validation accuracy", "95 % over images", "balanced accuracy",
        "parameters",
    )  # fmt: skip
    assert (line[0], line[1], line[3]) == ("good", "0.9333", "0.8333")


def test_right_answers_are_compared_by_the_exact_test_over_all_folds() -> None:
    """McNemar 1947: of 20 images that one alone has right it is 18 and 2."""
    (pair,) = comparison(GOOD, BAD).pairs

    assert pair.images == 30
    assert pair.mean == pytest.approx(16 / 30)
    assert pair.images_p == pytest.approx(2 * binom.cdf(2, 20, 0.5))
    assert pair.effect == pytest.approx((18 - 2) / 20)


def test_what_is_better_is_said_in_accuracy() -> None:
    made = comparison(GOOD, BAD)
    shaky = replace(made, pairs=tuple(replace(pair, p=0.2) for pair in made.pairs))

    assert made.pairs[0].verdict == BETTER
    (words,) = verdict_words(made)
    assert words.startswith("good is better than bad by 0.5333 accuracy (95 % interval ")
    assert "30 images" in words
    assert verdict_words(shaky)[0].endswith(
        "3 trainings of each are too few, or vary too much, to say it of the networks: more "
        "--folds would tell."
    )


def check_answers(found: Comparison) -> None:
    """The images that are shown have their class, what each network said, and a picture."""
    again, _ = read_comparison(found.folder)
    assert again.shown == found.shown
    for each in found.shown:
        assert (found.folder / each.plain).is_file()
        assert set(each.answers) == {row.architecture for row in found.rows}
    sure = [sum(one for _, one in each.answers.values()) for each in found.shown]
    assert sure[0] == max(sure)
    assert sure[2] == min(sure)
    (sheet,) = sheet_of(again)
    assert sheet.rows[0][0].startswith(f"best: {found.shown[0].image}, truly ")
    assert rows_of(sheet.csv)[1][2] == found.shown[0].truth


@pytest.mark.keras
def test_two_classifiers_are_compared_over_folds_without_a_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    cells = write_synth(tmp_path / "cells", "cells", count=16, size=48)
    (tmp_path / "tiny.yaml").write_text(SPEC)
    spec = str(tmp_path / "tiny.yaml")

    found = compare(
        [spec, f"{spec}:wide"], data=cells, folder=tmp_path / "table", settings=Settings(epochs=1),
        options=DataOptions(folds=2), workers=1,
    )  # fmt: skip

    assert found.score == "accuracy"
    assert {row.architecture for row in found.rows} == {spec, f"{spec}:wide"}
    for row in found.rows:
        assert len(row.images) == 16
        assert set(row.images.values()) <= {0.0, 1.0}
        assert [each.value for each in row.trainings] == pytest.approx(row.values("accuracy"))
        assert row.peak_memory
        assert row.speeds
    assert [each.place for each in found.shown][:3] == ["best", "median", "worst"]
    check_answers(found)
    header = next(iter(table_rows(found)))
    assert header[1:4] == ("validation accuracy", "95 % over images", "balanced accuracy")
    assert (tmp_path / "table" / "comparison.png").is_file()
