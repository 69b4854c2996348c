"""Pages of folders that were moved, or have lost, or never had, a part of what they held."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archforge.compare.reading import read_comparison
from archforge.compare.writing import write_comparison
from archforge.report.making import how_it_was_made
from archforge.report.markdown import write_markdown
from archforge.report.page import Figure, Sheet, html
from archforge.report.reporting import page_of
from archforge.report.study_page import page_of_study
from archforge.search.retrained import Retrained
from tests.compare.rows import comparison, row
from tests.refusals import refusal
from tests.report.byhand import (
    EVIL,
    IDENTITY,
    PLAIN,
    Read,
    a_comparison,
    a_run_folder,
    a_study,
)


def test_a_comparison_reads_back_as_it_was_written(tmp_path: Path) -> None:
    written = a_comparison(tmp_path / "table")

    read, record = read_comparison(tmp_path / "table")

    assert read == written
    assert record["identity"] == IDENTITY


def test_a_comparison_that_was_moved_still_finds_its_runs(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    moved = table.rename(tmp_path / "elsewhere" / "moved")
    monkeypatch.chdir(tmp_path)

    found, _ = read_comparison(Path("elsewhere/moved"))

    runs = [each.run for row in found.trained for each in row.trainings]
    assert len(runs) == 6
    assert all(each.resolve().is_relative_to(moved) and each.is_dir() for each in runs)


def test_a_page_is_made_of_what_is_left_where_runs_and_pictures_were_removed(table: Path) -> None:
    found, _ = read_comparison(table)
    for each in found.trained[0].trainings:
        shutil.rmtree(each.run)
    for each in found.trained[1].trainings:
        each.run.joinpath("history.csv").write_text("epoch,score\n1,much\n")
        each.run.joinpath("spec.yaml").unlink()
    (table / "picture.png").unlink()

    titles = [section.title for section in page_of(table).parts]

    assert "Scores and costs" in titles
    assert "Images, recipe and machine" in titles
    assert not {"How they learned", "The networks", "Best, median and worst images"} & set(titles)


def test_a_picture_that_is_missing_leaves_its_place_empty(table: Path, tmp_path: Path) -> None:
    """The others stay under the names of their networks."""
    found, _ = read_comparison(table)
    first, second = (row.architecture for row in found.trained)
    shown = replace(found.shown[1], networks={first: "gone.png", second: "picture.png"})
    write_comparison(replace(found, shown=(shown,)), IDENTITY)

    page = page_of(table)
    (sheet,) = (part for section in page.parts for part in section.parts if isinstance(part, Sheet))
    write_markdown(page, tmp_path / "page.md")

    ((_, figures),) = sheet.rows
    assert list(sheet.columns[3:]) == [first, second]
    assert figures[2] is None
    assert figures[3] is not None
    assert figures[3].words.startswith(f"{second} on 5")
    assert "no picture" in Read(html(page)).said("td")
    assert "| no picture | ![" in (tmp_path / "page.md").read_text()


def test_networks_of_a_study_stand_beside_their_own_values_where_a_run_was_moved(
    tmp_path: Path,
) -> None:
    study = a_study(tmp_path / "study")
    best = study.ranked[0].folder
    assert best is not None
    shutil.rmtree(best)
    again = Retrained(trial=1, values=(0.9, 0.9), images={}, macs=1001)

    moved, retrained = page_of_study(study), page_of_study(replace(study, retrained=(again,)))

    titles = [[part.title for section in page.parts if section.title == "The best networks"
               for part in section.parts if isinstance(part, Figure)]
              for page in (moved, retrained)]  # fmt: skip
    assert titles == [
        ["The network of trial 4", "The network of trial 3"],
        ["The network of trial 1", "The network of trial 4"],
    ]


def test_a_record_shows_no_file_from_outside_its_folder(table: Path, tmp_path: Path) -> None:
    found, _ = read_comparison(table)
    (tmp_path / "secret.png").write_text("secret")
    shown = replace(found.shown[0], plain="../secret.png", truth=str(tmp_path / "secret.png"))
    write_comparison(replace(found, shown=(shown,)), IDENTITY)

    text = html(page_of(table))

    assert "c2VjcmV0" not in text  # its base64
    assert "Predictions with their errors" in text


def test_a_run_shows_no_picture_from_outside_its_folder(tmp_path: Path) -> None:
    found = a_run_folder(tmp_path / "run")
    (tmp_path / "secret.png").write_text("secret")
    found.predictions.unlink()
    found.predictions.symlink_to(tmp_path / "secret.png")

    page = page_of(tmp_path / "run")

    assert "c2VjcmV0" not in html(page)  # its base64
    assert "Images and predictions" not in [section.title for section in page.parts]


def test_a_record_shows_no_run_from_outside_its_folder_but_those_that_it_tells_of(
    table: Path, tmp_path: Path
) -> None:
    """What `--reuse` took lies elsewhere; whatever else lies there is nobody's business."""
    mark = "c0ffee00c0ffee00c0ffee00c0ffee00"
    mine = a_run_folder(tmp_path / "mine", seed=0, machine={"processor": "a secret"})
    record = json.loads((table / "comparison.json").read_text())
    record["identity"]["data"] = mark
    record["trainings"][PLAIN][0] |= {"run": str(mine.folder), "seed": 0}

    texts = []
    for fingerprint in ("another", mine.fingerprint):
        for each in record["rows"]:
            each["fingerprint"] = fingerprint
        (table / "comparison.json").write_text(json.dumps(record))
        texts.append(html(page_of(table)))

    assert ["a secret" in text for text in texts] == [False, True]


def put(facts: Any, where: str, value: Any) -> None:
    """Change a record at a place such as ``rows.0.macs``."""
    *way, last = [int(each) if each.isdigit() else each for each in where.split(".")]
    for each in way:
        facts = facts[PLAIN if each == "plain" else each]
    facts[last] = value


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("rows.0.macs", 1e999),
        ("rows.0.architecture", EVIL),
        ("pairs.0.mean", None),
        ("pairs.0.p", "small"),
        ("pairs.0.trainings", True),
        ("trainings.plain.0.epoch_seconds", None),
        ("trainings.plain.0.seed", 0.5),
        ("trainings.plain.0.peak_memory", float("inf")),
        ("trainings.plain.0.images", {"a": None}),
        ("shown.0.plain", 3),
    ],
)
def test_a_value_that_cannot_be_is_a_damaged_record(table: Path, where: str, value: Any) -> None:
    record = json.loads((table / "comparison.json").read_text())
    record["rows"].sort(key=lambda each: each["architecture"] != PLAIN)
    put(record, where, value)
    (table / "comparison.json").write_text(json.dumps(record))

    assert "AF624 the record 'comparison.json'" in refusal(lambda: page_of(table))


@pytest.mark.parametrize("name", ["picture.png\0", "p" * 300, "loop.png", "pipe.png"])
def test_a_picture_that_cannot_be_read_leaves_its_place_empty(table: Path, name: str) -> None:
    (table / "loop.png").symlink_to(table / "loop.png")
    os.mkfifo(table / "pipe.png")
    found, _ = read_comparison(table)
    write_comparison(replace(found, shown=(replace(found.shown[0], plain=name),)), IDENTITY)

    assert "Predictions with their errors" in html(page_of(table))


@pytest.mark.parametrize("name", ["history.csv", "spec.yaml", "scores.json"])
def test_a_pipe_among_the_files_of_a_run_keeps_nobody_waiting(tmp_path: Path, name: str) -> None:
    found = a_run_folder(tmp_path / "run")
    (found.folder / name).unlink()
    os.mkfifo(found.folder / name)

    assert "Scores" in [section.title for section in page_of(found.folder).parts]


def test_a_comparison_without_its_runs_says_how_it_was_made(table: Path) -> None:
    shutil.rmtree(table / "runs")
    record = json.loads((table / "comparison.json").read_text())
    record["identity"] |= {"options": {"folds": 3}, "settings": {"loss": "focal", "seed": 4}}
    (table / "comparison.json").write_text(json.dumps(record))

    text = html(page_of(table))

    assert all(f"<td>{each}</td>" in text for each in ("c0ffee", "3", "focal", "4"))


def test_a_study_whose_best_runs_are_gone_says_how_it_was_made(tmp_path: Path) -> None:
    recorded = {"folder": "images/nuclei", "data": "c0ffee", "settings": {"loss": "focal"},
                "options": {}, "seed": 4, "versions": {"keras": "3.99"}}  # fmt: skip
    study = replace(a_study(tmp_path / "study"), recorded=recorded)
    shutil.rmtree(tmp_path / "study" / "trials")

    page = page_of_study(study)

    assert page.title.endswith(" on nuclei")
    assert all(f"<td>{each}</td>" in html(page) for each in ("c0ffee", "focal", "4", "3.99"))


def test_whose_a_setting_is_stands_beside_it(tmp_path: Path) -> None:
    """With --own-recipes networks have settings of their own."""
    runs = [a_run_folder(tmp_path / name, settings={"loss": loss, "epochs": 3})
            for name, loss in (("a", "dice"), ("b", "focal"), ("c", "dice"))]  # fmt: skip

    _, recipe, _ = how_it_was_made(runs, ["unet", "resunet", "unet"])

    assert [tuple(row) for row in recipe.rows] == [
        ("loss", "dice (unet); focal (resunet)"),
        ("epochs", "3"),
    ]


@pytest.mark.parametrize("details", ["", "[]", '{"images": [{"dice": 1}]}', '{"images": 3}',
                                     '{"confusion": [1, 2]}'])  # fmt: skip
def test_a_run_whose_details_were_damaged_has_a_page_without_them(
    tmp_path: Path, details: str
) -> None:
    found = a_run_folder(tmp_path / "run")
    found.image_scores.write_text(details)

    titles = [section.title for section in page_of(tmp_path / "run").parts]

    assert "Scores" in titles
    assert not {"Every image", "Which classes are confused"} & set(titles)


def test_a_comparison_in_which_every_training_failed_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "table").mkdir()
    found = replace(comparison([replace(row("toy", {"a": 0.5}), trainings=())]),
                    folder=tmp_path / "table", notes=("All failed.",))  # fmt: skip
    write_comparison(found, IDENTITY)

    page = page_of(tmp_path / "table")

    assert [section.title for section in page.parts] == [
        "What the numbers carry",
        "Scores and costs",
        "Images, recipe and machine",
    ]
    assert "All failed." in html(page)
