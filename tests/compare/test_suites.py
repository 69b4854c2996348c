"""Shipped benchmarks: every network of one takes its images, and nothing is done twice."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from archforge.catalog import named, read_architecture, shipped, summary
from archforge.cli import USAGE, run
from archforge.compare import SUITES, Suite
from archforge.compare.suites import DrawnSet
from archforge.data import KINDS, open_dataset
from archforge.errors import ProblemError
from archforge.train import open_together
from tests.compare.toy import SPEC

EVERY = [(suite, spec) for suite, one in SUITES.items() for spec in one.specs]


def names(suite: str) -> set[str]:
    return {named(spec)[0] for spec in SUITES[suite].specs}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few images of each suite, as large as its own."""
    folder = tmp_path_factory.mktemp("suites")
    for suite in SUITES.values():
        DrawnSet(suite.kind, 8, suite.size, 0).draw(folder)
    return folder


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A suite of two networks that train in a moment."""
    path = tmp_path / "toy.yaml"
    path.write_text(SPEC)
    suite = Suite(
        title="two toys", task="segmentation", specs=(f"{path}:wide", str(path)), kind="nuclei",
        count=6, size=48, folds=2, epochs=1,
    )  # fmt: skip
    monkeypatch.setitem(SUITES, "toys", suite)
    return suite


@pytest.mark.parametrize(("suite", "spec"), EVERY)
def test_a_network_of_a_suite_has_its_preset_and_takes_the_drawn_images(
    suite: str, spec: str, drawn: Path
) -> None:
    name, preset = named(spec)
    one = SUITES[suite]
    data = DrawnSet(one.kind, 8, one.size, 0).path(drawn)

    opened = open_together(read_architecture(name), preset, {}, data)

    assert preset == "small"
    assert opened.graph.task == opened.dataset.task == one.task
    (image,) = opened.graph.inputs.values()
    assert image.shape[:2] == (one.size, one.size)


def test_a_suite_has_every_network_of_its_task_that_has_the_preset_and_takes_images() -> None:
    small = {
        task: {
            name
            for name, path in shipped().items()
            if path.parent.name == task and "small" in preset_names(name)
        }
        for task in SUITES
    }

    assert names("segmentation") == small["segmentation"] - {"unet_3d"}
    assert names("classification") == small["classification"]


def preset_names(name: str) -> set[str]:
    return {*summary(shipped()[name]).presets, *read_architecture(name).spec.presets}


def test_the_numbers_of_a_suite_stand_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())

    for name, suite in SUITES.items():
        assert (
            f"`{name}` {len(suite.specs)} networks on {suite.count} images of {suite.kind}, "
            f"{suite.size} x {suite.size} pixels, over {suite.folds} folds of {suite.epochs} epochs"
        ) in text


def test_each_suite_has_a_line_of_text_and_draws_a_kind_that_there_is() -> None:
    assert all(suite.title for suite in SUITES.values())
    assert {suite.kind for suite in SUITES.values()} <= set(KINDS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--suite", "segmentaton"], "no suite is called 'segmentaton': did you mean"),
        (["--suite", "segmentation", "--preset", "small"], "leave --preset out"),
        (["--suite", "segmentation", "--no-drawn"], "with --no-drawn give the folder of images"),
        (
            ["--suite", "segmentation", "--no-drawn", "--drawn-size", "64", "--data", "x"],
            "with --no-drawn --drawn-size says nothing",
        ),
        (["unet", "--no-drawn", "--data", "x"], "--no-drawn belongs to --suite"),
        (["unet", "--drawn-count", "9", "--data", "x"], "--drawn-count belongs to --suite"),
        (["--data", "x"], "name the networks to compare"),
    ],
)
def test_what_a_suite_cannot_be_asked_is_wrong_usage(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)

    assert run(["compare", *words]) == USAGE

    assert said in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_a_set_is_drawn_once_and_whole(tmp_path: Path) -> None:
    images = DrawnSet("cells", 4, 48, 3)

    first = images.draw(tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    again = images.draw(tmp_path)
    replace(images, seed=4).draw(tmp_path)

    assert (first, again) == (True, False)
    assert len(stamps) == 4
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    assert len(list(tmp_path.glob("*/*"))) == 2
    assert open_dataset(images.path(tmp_path), rank=2).task == "classification"


def test_a_set_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("mine")

    with pytest.raises(ProblemError, match="AF419"):
        DrawnSet("nuclei", 1, 48, 0).draw(tmp_path / "note")


@pytest.mark.keras
def test_the_same_suite_twice_draws_and_trains_nothing_twice(
    toy: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "table"
    words = ["compare", "--suite", "toys", "-o", str(folder), "--workers", "1", "--json"]

    first = run(words)
    rows = json.loads(capsys.readouterr().out)
    before = made(folder)
    second = run([*words, toy.specs[0]])
    printed = capsys.readouterr()

    assert (first, second) == (0, 0)
    assert {row["architecture"] for row in rows} == {*toy.specs, "otsu"}
    assert [len(row["runs"]) for row in rows if row["runs"]] == [2, 2]
    assert len([path for path in before if path.suffix == ".png"]) == 3 * toy.count
    assert made(folder) == before
    assert "4 of 4 trainings are there already" in printed.err
    assert "are drawn" not in printed.err
    assert (folder / "drawn-nuclei-6-48px-seed0" / "comparison.csv").is_file()


def made(folder: Path) -> dict[Path, int]:
    """Drawn images and records of runs, and when they were written."""
    found = [*folder.glob("images-drawn/**/*.png"), *folder.rglob("run.json")]
    return {path: path.stat().st_mtime_ns for path in found}
