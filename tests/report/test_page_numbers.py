"""Scores, costs and counts on pages: those of the records, and what is said of them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from archforge.compare.reading import read_comparison
from archforge.compare.rows import Failed, Row, Speed
from archforge.report.comparison_page import cost_words, score_tables
from archforge.report.page import html
from archforge.report.reporting import page_of
from archforge.search.table import table_text
from tests.compare.rows import comparison, row, training
from tests.report.byhand import (
    EVIL,
    PLAIN,
    Read,
    a_run_folder,
    a_study,
    rows_of,
)


def test_the_numbers_behind_a_study_s_curves_and_importances_are_those_that_are_drawn(
    texts: dict[str, str],
) -> None:
    tables = {name: rows_of(text) for name, text in Read(texts["study"]).tables().items()}

    assert tables["what-mattered.csv"] == [
        ["hyperparameter", "share"], ["filters", "0.75"], [EVIL, "0.25"],
    ]  # fmt: skip
    header, first, second, *_ = tables["how-the-trials-learned.csv"]
    assert header == ["trial", "state", "epoch", "dice"]
    assert (first, second) == (["0", "complete", "1", "0.25"], ["0", "complete", "2", "0.5"])


def test_a_score_has_an_interval_on_the_page_of_a_run_only_where_the_record_has_one(
    home: Path,
) -> None:
    points = page_of(home / "run").sections[0].points

    assert points[0] == (
        "Dice 0.6251 on 3 validation images (95 % interval 0.5000 to 0.7500, images drawn anew)."
    )
    assert points[1] == "IoU 0.5000 on 3 validation images."
    assert points[2] == "Its Dice is above that of Otsu's threshold on the same images: 0.4000."


def test_scores_of_test_images_stand_on_the_page_of_a_run_where_there_are_any(
    home: Path, tmp_path: Path
) -> None:
    run = a_run_folder(tmp_path / "run")
    facts = {"scores": {"dice": 0.5, "dice_class_1": 0.25, "iou_class_9_pooled": 0.125},
             "intervals": {"dice": [0.25, 0.75]}, "images": [{"id": "t", "dice": 0.5}]}  # fmt: skip
    run.test_scores.write_text(json.dumps(facts))

    page, without = Read(html(page_of(run.folder))), Read(html(page_of(home / "run")))

    said = " ".join(page.said("li"))
    assert "Dice 0.5000 on 0 test images (95 % interval 0.2500 to 0.7500" in said
    assert "nothing was chosen by the test images" in said
    assert "archforge evaluate" not in said
    assert "archforge evaluate" in " ".join(without.said("li"))
    tables = page.tables()
    assert rows_of(tables["scores-of-the-test-images.csv"])[1:] == [
        ["dice", "0.5", "0.25", "0.75"], ["dice_class_1", "0.25", "", ""],
        ["iou_class_9_pooled", "0.125", "", ""],
    ]  # fmt: skip
    assert {f"Dice of {EVIL}", "IoU of class 9 (iou_class_9_pooled)"} <= set(page.said("th"))
    assert rows_of(tables["dice-of-each-test-image.csv"]) == [["image", "toy"], ["t", "0.5"]]
    assert "dice-of-each-validation-image.csv" in tables


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "[]",
        '{"scores": 3}',
        '{"scores": {"dice": "much"}}',
        '{"scores": {"dice": 1}, "intervals": {"dice": 3}}',
    ],
)
def test_damaged_scores_of_test_images_are_not_shown(tmp_path: Path, damaged: str) -> None:
    run = a_run_folder(tmp_path / "run")
    run.test_scores.write_text(damaged)

    titles = [part.title for section in page_of(run.folder).parts for part in section.parts]

    assert "Scores of the validation images" in titles
    assert not any("test image" in title for title in titles)


def test_a_network_without_a_training_has_no_score_in_the_numbers(tmp_path: Path) -> None:
    failed = Failed(None, 0, "diverged", "the loss is no number")
    none = Row(architecture="none", score="dice", failed=(failed,), macs=5)
    otsu = Row(architecture="otsu", score="dice", floor={"dice": 0.25})
    found = comparison([row("toy", {"a": 0.5, "b": 0.75}), none, otsu])

    table = next(score_tables(found))

    lines = {line[0]: line[1:4] for line in rows_of(table.csv)}
    assert lines["none"] == ["", "", ""]
    assert lines["otsu"] == ["0.25", "", ""]
    assert lines["toy"] == ["0.625", "0.5", "0.75"]


def test_what_a_difference_rests_on_can_be_read(home: Path, texts: dict[str, str]) -> None:
    (pair,) = read_comparison(home / "comparison")[0].pairs

    table = Read(texts["comparison"]).said("td")

    place = table.index(f"{pair.mean:.4f}")
    assert table[place : place + 6] == [
        "0.0310", f"{pair.low:.4f} to {pair.high:.4f}", f"{pair.images_p:.2g}", f"{pair.p:.2g}",
        "1.00", "better",
    ]  # fmt: skip
    assert f"{EVIL} over {PLAIN}" in Read(texts["comparison"]).said("th")
    _, line = rows_of(Read(texts["comparison"]).tables()["pairs-of-networks.csv"])
    assert line[:3] == [EVIL, PLAIN, repr(pair.mean)]


def test_words_about_costs_stand_where_the_columns_do_that_they_are_about() -> None:
    toy = row("toy", {"a": 0.5})
    timed = replace(toy, speeds=(Speed(1, 2.0, 3.0),))
    held = replace(toy, trainings=(replace(toy.trainings[0], peak_memory=2**30),))
    named = replace(timed, timed_on={"processor": "a CPU", "threads": 4})

    words = [" ".join(cost_words(comparison([each]))) for each in (toy, timed, held, named)]
    tables = {table.title: table.header for table in score_tables(comparison([timed]))}

    assert [("ms; its energy" in each, "Peak memory" in each) for each in words] == [
        (False, False), (True, False), (False, True), (True, False),
    ]  # fmt: skip
    assert "the whole process of a training held: Keras and the scoring" in words[2]
    assert words[3].endswith("Timed on a CPU, 4 threads.")
    # The column is called by its name: which one is the last is another in each table.
    assert "“s to best” is seconds until the best epoch" in words[1]
    assert tables["Time and memory of one image"][-1] == "s to best"
    assert "s to best" not in tables["Networks, the best first"]
    assert "the last column" not in "".join(words)


def test_every_training_stands_on_the_page_with_its_score(tmp_path: Path) -> None:
    folds = [training({"a": 0.5}, 0, 1), training({"b": 0.25}, 1, 0)]
    lost = (Failed(0, 0, "diverged", "the loss is no number"),)
    toy = Row(architecture="toy", score="dice", trainings=tuple(folds), failed=lost)
    once = row("toy", {"a": 0.5})
    otsu = Row(architecture="otsu", score="dice", floor={"dice": 0.25})

    _, table = score_tables(comparison([toy, otsu], folds=2))
    alone = [each.title for each in score_tables(comparison([once, otsu]))]

    assert table.title == "Dice of each training"
    assert table.header == ["architecture", "fold 0, seed 0", "fold 0, seed 1", "fold 1, seed 0"]
    assert table.rows == [["toy", "failed", "0.2500", "0.5000"]]
    assert rows_of(table.csv)[1] == ["toy", "", "0.25", "0.5"]
    assert alone == ["Networks, the best first"]


def test_the_numbers_of_a_comparison_are_those_of_its_record(
    home: Path, texts: dict[str, str]
) -> None:
    facts = json.loads((home / "comparison" / "comparison.json").read_text())

    tables = {name: rows_of(text) for name, text in Read(texts["comparison"]).tables().items()}

    _, *scores = tables["networks-the-best-first.csv"]
    for line, each in zip(scores, facts["rows"], strict=True):
        dice = each["scores"]["dice"]
        assert line[0] == each["architecture"]
        ends = [dice["low"], dice["high"]] if each["runs"] else []  # a floor has no interval
        assert [float(one) for one in line[1:4] if one] == [dice["mean"], *ends]
        assert [int(one) for one in line[4:6]] == [each["parameters"], each["macs"]]
    _, *times = tables["time-and-memory-of-one-image.csv"]
    told = [speed for each in facts["rows"] for speed in each["predict"]]
    assert [float(line[2]) for line in times] == [speed["median_ms"] for speed in told]
    _, *pairs = tables["differences-between-networks.csv"]
    assert [[float(one) for one in line[2:5]] for line in pairs] == [
        [each["mean"], each["low"], each["high"]] for each in facts["pairs"]
    ]
    header, *images = tables["dice-of-each-image-by-network.csv"]
    first = facts["trainings"][PLAIN]
    for line in images:
        values = [each["images"][line[0]] for each in first]
        assert float(line[header.index(PLAIN)]) == pytest.approx(sum(values) / 3, abs=1e-15)
    assert len(images) == 12
    assert tables["predictions-with-their-errors.csv"][1][:2] == ["best", f"best {EVIL}"]
    assert tables["dice-after-each-epoch.csv"][1:3] == [
        [facts["rows"][0]["architecture"], "", "0", "1", "0.25"],
        [facts["rows"][0]["architecture"], "", "0", "2", "0.5"],
    ]


def test_the_numbers_of_a_run_and_of_a_study_are_those_of_their_records(
    home: Path, texts: dict[str, str]
) -> None:
    of_run = {name: rows_of(text) for name, text in Read(texts["run"]).tables().items()}
    of_study = Read(texts["study"]).tables()

    assert of_run["scores-of-the-validation-images.csv"][1:] == [
        ["dice", "0.62512345", "0.5", "0.75", "0.4"], ["iou", "0.5", "", "", ""],
    ]  # fmt: skip
    assert sorted(of_run["dice-of-each-validation-image.csv"][1:]) == sorted(
        [["a", "0.25"], [EVIL, "0.5"], ["c", "0.7512345678"]]
    )
    assert of_run["counts-of-pixels.csv"] == [
        ["truth", "ground", EVIL], ["ground", "400", "20"], [EVIL, "30", "62"],
    ]  # fmt: skip
    assert ["learning rate", "0.00123456789"] in of_run["recipe.csv"]
    assert of_study["trials-the-best-first.csv"] == table_text(a_study(home / "again"))
