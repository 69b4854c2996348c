"""``archforge train``, ``evaluate`` and ``predict`` as people meet them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archforge.cli import run as archforge
from archforge.cli.train import clock, epoch_line
from archforge.runs import Run, list_runs
from archforge.train import Epoch

pytestmark = pytest.mark.keras
Said = pytest.CaptureFixture[str]
SMALL = ["--preset", "paper", "--set", "size=32", "--set", "depth=1", "--set", "filters=8",
         "--set", "padding=same"]  # fmt: skip


@pytest.fixture
def command(nuclei: Path, tmp_path: Path) -> Callable[..., int]:
    """Runs ``archforge train`` on the nuclei; returns its exit status."""

    def call(*words: str) -> int:
        data = ["--data", str(nuclei), "-o", str(tmp_path / "runs")]
        return archforge(["train", "unet", *SMALL, *data, *words])

    return call


def test_train_says_what_it_does_and_ends_with_a_table(
    command: Callable[..., int], capsys: Said, tmp_path: Path
) -> None:
    status = command("--epochs", "2", "--batch-size", "8")

    said = capsys.readouterr()
    ((run,), _) = list_runs(tmp_path / "runs")
    assert status == 0
    assert run.fixed["channels"] == run.fixed["classes"] == 1
    lines = said.err.splitlines()
    assert lines[0] == "channels = 1, classes = 1 from the data"
    assert lines[1] == "19 images to train on, 5 to validate on"
    assert [line.split("  ")[0] for line in lines[2:]] == ["epoch 1/2", "epoch 2/2"]
    table = said.out.splitlines()
    assert table[0].startswith(f"unet: {run.parameters:,} parameters, best epoch ")
    assert table[1] == "metric             network  95 % interval         Otsu"
    low, high = run.intervals["dice"]
    ends = f"{low:.4f} to {high:.4f}"
    dice = f"{run.scores['dice']:.4f}  {ends}    {run.baseline['dice']:.4f}"
    assert table[2] == f"dice                {dice}"
    assert table[-2:] == [
        f"run       {run.folder}", f"pictures  {run.curves}  {run.predictions}",
    ]  # fmt: skip


def test_train_prints_its_record_as_json(command: Callable[..., int], capsys: Said) -> None:
    status = command("--epochs", "1", "--json", "--seed", "3")

    facts = json.loads(capsys.readouterr().out)
    assert status == 0
    assert (facts["status"], facts["seed"], facts["settings"]["epochs"]) == ("done", 3, 1)
    assert Path(facts["folder"]).is_dir()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--epochs", "0"], "AF503"),
        (["--loss", "dyce"], "AF504"),
        (["--loss", "crossentropy"], "AF505"),
        (["--set", "classes=2"], "AF506"),
        (["--validation", "0"], "AF508"),
    ],
)
def test_train_refuses_before_it_starts(
    command: Callable[..., int], capsys: Said, words: list[str], code: str
) -> None:
    status = command(*words)

    said = capsys.readouterr()
    assert status == 1
    assert f"{code} " in said.err
    assert said.out == ""


def test_a_training_that_diverges_says_so_and_where_the_run_is(
    command: Callable[..., int], capsys: Said, tmp_path: Path
) -> None:
    status = command("--learning-rate", "1e30", "--epochs", "9", "--batch-size", "2")

    ((run,), _) = list_runs(tmp_path / "runs")
    said = capsys.readouterr().err
    assert status == 1
    assert "AF509 the loss is" in said
    assert f"what there is of the run: {run.folder}" in said
    assert run.failure is not None
    assert run.failure.kind == "diverged"
    assert "--resume" not in said  # it would diverge again


def test_ctrl_c_keeps_the_best_weights_and_exits_with_130(
    command: Callable[..., int], capsys: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(epoch: Epoch) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("archforge.cli.train.epoch_line", press)

    status = command("--epochs", "3")

    ((run,), _) = list_runs(tmp_path / "runs")
    assert status == 130
    assert (run.status, run.epochs, run.model.is_file()) == ("stopped", 1, True)
    said = capsys.readouterr().err
    assert f"what there is of the run: {run.folder}" in said
    assert f"go on with it: archforge train --resume {run.folder}" in said


def test_a_terminal_gets_one_line_that_changes(
    command: Callable[..., int], capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")

    status = command("--epochs", "2")

    said = capsys.readouterr().err
    assert status == 0
    assert "epoch 2/2" in said
    assert "score 0." in said
    assert "\x1b[3" not in said  # no colours


def test_evaluate_scores_the_same_validation_images_again(
    trained: tuple[Run, list[Epoch]], nuclei: Path, capsys: Said
) -> None:
    run, _ = trained

    status = archforge(["evaluate", str(run.folder), "--data", str(nuclei), "--json"])

    assert status == 0
    assert json.loads(capsys.readouterr().out) == pytest.approx(run.scores)


def test_evaluate_takes_all_images_of_another_folder(
    trained: tuple[Run, list[Epoch]], nuclei: Path, tmp_path: Path, capsys: Said
) -> None:
    other = tmp_path / "other"
    for part in ("images", "masks"):
        (other / part).mkdir(parents=True)
        shutil.copy(nuclei / part / "nuclei_0003.png", other / part)

    status = archforge(["evaluate", str(trained[0].folder), "--data", str(other)])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert lines[0] == f"first on 1 image of {other} (all)"
    assert lines[1] == "metric             network  95 % interval         Otsu"


@pytest.mark.parametrize(("split", "count"), [("train", 19), ("validation", 5), ("all", 24)])
def test_evaluate_takes_the_part_that_is_asked_for(
    trained: tuple[Run, list[Epoch]], nuclei: Path, capsys: Said, split: str, count: int
) -> None:
    words = ["evaluate", str(trained[0].folder), "--data", str(nuclei), "--split", split]

    status = archforge(words)

    assert status == 0
    assert f"on {count} images of" in capsys.readouterr().out


def test_evaluate_refuses_an_empty_part_and_a_folder_without_a_run(
    trained: tuple[Run, list[Epoch]], nuclei: Path, tmp_path: Path, capsys: Said
) -> None:
    words = ["--data", str(nuclei)]

    empty = archforge(["evaluate", str(trained[0].folder), *words, "--split", "test"])
    nowhere = archforge(["evaluate", str(tmp_path), *words])

    said = capsys.readouterr().err
    assert (empty, nowhere) == (1, 1)
    assert "AF508" in said
    assert "AF501" in said


def test_predict_writes_masks_and_says_how_many(
    trained: tuple[Run, list[Epoch]], nuclei: Path, tmp_path: Path, capsys: Said
) -> None:
    images = [str(path) for path in sorted((nuclei / "images").iterdir())[:2]]
    out = tmp_path / "masks"

    status = archforge(["predict", str(trained[0].folder), *images, "-o", str(out)])

    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{out}: 2 masks", "  2 images brought to 32x32 as in the training",
    ]  # fmt: skip
    assert len(list(out.iterdir())) == 2


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (61, "1:01"), (3599.7, "1:00:00"), (3723, "1:02:03")]
)
def test_time_is_told_as_a_clock_does(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_log_has_one_line_for_an_epoch() -> None:
    facts = {"loss": 0.51234, "score": 0.75, "second": 0.6, "seconds": 1.25, "rate": 1e-3}

    line = epoch_line(Epoch(epoch=3, total=40, eta=46.25, **facts))

    assert line == "epoch 3/40  loss 0.5123  score 0.7500  1.2 s, 0:46 left"


def test_evaluate_says_how_many_images_were_learned_from(
    trained: tuple[Run, list[Epoch]], nuclei: Path, capsys: Said
) -> None:
    words = ["evaluate", str(trained[0].folder), "--data", str(nuclei), "--split"]

    archforge([*words, "all"])
    everything = capsys.readouterr().err
    archforge([*words, "validation"])
    held_out = capsys.readouterr().err

    assert "19 of 24 images were learned from: this is no fair score" in everything
    assert "learned from" not in held_out
