"""Runs handed on to MLflow, read back from its database."""

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from archforge.cli import run as archforge
from archforge.data import Dataset
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.runs import Failure, Run, write_run
from archforge.train import Settings, train
from archforge.train.handing import hand_on
from archforge.train.tracked import files_of, metrics_of, params_of
from tests.runs.records import written

# MLflow 3.17 warns of itself where SQLAlchemy 2.1 is installed.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
Said = pytest.CaptureFixture[str]
HISTORY = """\
epoch,loss,score,second,rate,seconds
1,0.75,0.5,0.25,0.001,2.0
2,0.5,0.625,0.375,0.0,1.5
"""


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    """A run that is done, a trial that was stopped, and one that is still running."""
    root = tmp_path / "runs"
    done = written(
        root / "a", status="done", epochs=2, best_epoch=2, best_score=0.625, seconds=4.0,
        scores={"dice": 0.6}, baseline={"dice": 0.4}, settings={"epochs": 2, "ema": 0.9},
        data={"folder": "/data/nuclei", "fingerprint": "77fe"},
    )  # fmt: skip
    done.history.write_text(HISTORY)
    done.spec.write_text("the spec")
    (done.folder / "curves.png").write_bytes(b"a picture")
    done.model.write_bytes(b"a network")
    stopped = written(root / "search/trials/0000", status="stopped", epochs=1,
                      failure=Failure("pruned", "ended after epoch 1"))  # fmt: skip
    (root / "search/study.json").touch()
    return [done, stopped, written(root / "c")]


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Reads what is in the store, by the names of the runs."""
    pytest.importorskip("mlflow")
    from mlflow.tracking import MlflowClient

    def read() -> dict[str, Any]:
        client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'runs/mlflow.db'}")
        numbers = [each.experiment_id for each in client.search_experiments()]
        return {each.info.run_name: each for each in client.search_runs(numbers)}

    return read


def test_runs_that_have_ended_are_in_the_store_and_never_twice(
    runs: list[Run], tmp_path: Path, stored: Callable[[], dict[str, Any]]
) -> None:
    root = tmp_path / "runs"

    first, second = (hand_on(root, runs) for _ in range(2))

    assert (first.new, first.known, first.running) == (2, 0, 1)
    assert (second.new, second.known, second.running) == (0, 2, 1)
    found = stored()
    assert set(found) == {"a", "search/0000"}
    assert (found["a"].info.status, found["search/0000"].info.status) == ("FINISHED", "KILLED")
    assert found["a"].info.end_time - found["a"].info.start_time == 4000
    assert found["a"].data.params == {
        "filters": "8", "dropout": "[0.0, 0.1]", "epochs": "2", "ema": "0.9",
    }  # fmt: skip
    values = {name: found["a"].data.metrics[name] for name in ("loss", "val_score", "dice")}
    assert values == {"loss": 0.5, "val_score": 0.625, "dice": 0.6}
    assert found["a"].data.metrics["otsu.dice"] == 0.4
    tags = found["a"].data.tags
    names = ("architecture", "fingerprint", "data", "status", "version.keras")
    assert [tags[f"archforge.{name}"] for name in names] == ["unet", "ab12", "77fe", "done", "3"]


def test_files_are_handed_on_and_the_network_where_it_is_asked_for(
    runs: list[Run], tmp_path: Path, stored: Callable[[], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def files() -> set[str]:
        hand_on(tmp_path / "runs", runs[:1], models=models)
        place = Path(stored()["a"].info.artifact_uri.removeprefix("file://"))
        return {path.name for path in place.iterdir()}

    models = False
    without = files()
    models = True
    with_it = files()

    assert without == {"run.json", "spec.yaml", "history.csv", "curves.png"}
    assert with_it == without | {"model.keras"}
    assert not list((tmp_path / "elsewhere").iterdir())  # all of it lies beside the runs
    assert len(stored()) == 1


def test_a_record_that_changed_is_brought_up_to_date(
    runs: list[Run], tmp_path: Path, stored: Callable[[], dict[str, Any]]
) -> None:
    hand_on(tmp_path / "runs", runs[:1])
    later = replace(runs[0], scores={"dice": 0.55, "iou": 0.5}, seconds=5.0)
    write_run(later)

    done = hand_on(tmp_path / "runs", [later])

    assert done.new == 1
    found = stored()
    assert len(found) == 1
    assert (found["a"].data.metrics["dice"], found["a"].data.metrics["iou"]) == (0.55, 0.5)


@pytest.mark.keras
def test_a_training_that_was_told_while_it_went_is_completed_and_not_doubled(
    tiny: Graph, dataset: Dataset, tmp_path: Path, stored: Callable[[], dict[str, Any]]
) -> None:
    mlflow = pytest.importorskip("mlflow")
    run = train(tiny, "", dataset, Settings(epochs=2, logger="mlflow"), tmp_path / "runs/live")
    before = stored()["live"]

    done = hand_on(tmp_path / "runs", [run])

    after = stored()["live"]
    assert done.new == 1
    assert len(stored()) == 1
    assert "dice" not in before.data.metrics
    assert after.data.metrics["dice"] == run.scores["dice"]
    client = mlflow.tracking.MlflowClient(tracking_uri=done.store)
    history = client.get_metric_history(after.info.run_id, "loss")
    assert [metric.step for metric in history] == [1, 2]


def test_the_command_says_what_it_did(
    runs: list[Run], tmp_path: Path, capsys: Said, stored: Callable[[], dict[str, Any]]
) -> None:
    root = str(tmp_path / "runs")

    first = archforge(["runs", root, "--to", "mlflow", "--status", "done"])
    said = capsys.readouterr()
    second = archforge(["runs", root, "--to", "mlflow", "--json"])
    facts = json.loads(capsys.readouterr().out)

    store = f"sqlite:///{tmp_path / 'runs/mlflow.db'}"
    assert (first, second) == (0, 0)
    assert said.out.splitlines() == [
        "1 run handed on, 0 were there",
        f"look at them:  mlflow ui --backend-store-uri {store}",
    ]
    assert said.err.splitlines() == [f"{runs[0].folder}: handed on"]
    assert facts == {"store": store, "new": 1, "known": 1, "running": 1}
    assert len(stored()) == 2


@pytest.mark.parametrize(
    ("store", "kind"),
    [
        ("file:///tmp/x", "file://..."),
        ("mlruns", "mlruns"),
        ("postgresql://a:b@c/d", "postgresql://"),
    ],
)
def test_a_store_that_cannot_be_is_refused_without_its_password(
    tmp_path: Path, store: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archforge.train.handing.find_spec", lambda name: name)

    with pytest.raises(ProblemError, match=f"AF532 MLflow's store cannot be '{kind}"):
        hand_on(tmp_path, [], store)


def test_a_file_that_is_no_database_is_a_problem(tmp_path: Path, runs: list[Run]) -> None:
    pytest.importorskip("mlflow")
    (tmp_path / "text.db").write_text("no database, and long enough to be read as one" * 99)

    with pytest.raises(ProblemError, match=r"AF532 MLflow's store at sqlite://\.\.\. cannot be"):
        hand_on(tmp_path / "runs", runs, f"sqlite:///{tmp_path / 'text.db'}")


@pytest.mark.skipif(find_spec("mlflow") is not None, reason="MLflow is installed")
def test_without_mlflow_the_command_that_installs_it_is_said(
    runs: list[Run], tmp_path: Path, capsys: Said
) -> None:
    status = archforge(["runs", str(tmp_path / "runs"), "--to", "mlflow"])

    said = capsys.readouterr().err
    assert status == 1
    assert "AF440 handing runs on needs the package 'mlflow'" in said
    assert "pip install 'archforge[mlflow]'" in said


def test_what_belongs_to_handing_on_alone_is_wrong_usage(tmp_path: Path, capsys: Said) -> None:
    assert archforge(["runs", str(tmp_path), "--models"]) == 2
    assert "--uri and --models belong to --to mlflow" in capsys.readouterr().err


def test_a_hyperparameter_with_the_name_of_a_setting_is_told_apart(runs: list[Run]) -> None:
    run = replace(runs[0], hyperparameters={"loss": 3}, settings={"loss": "dice"})

    assert params_of(run) == {"hyperparameter.loss": "3", "loss": "dice"}


def test_epochs_have_the_moments_at_which_they_ended(runs: list[Run]) -> None:
    moments = [moment for name, _, moment, _ in metrics_of(runs[0]) if name == "loss"]

    start = 1767323045000  # 2026-01-02T03:04:05Z
    assert moments == [start + 2000, start + 3500]
    assert metrics_of(runs[2]) == []


def test_a_link_in_a_run_from_somebody_else_hands_on_no_file_of_mine(
    runs: list[Run], tmp_path: Path
) -> None:
    folder = runs[0].folder
    (tmp_path / "secret").write_text("my key")
    runs[0].spec.unlink()
    for name in ("spec.yaml", "scores.json", "x.png"):
        (folder / name).symlink_to(tmp_path / "secret")
    (folder / "folder.png").mkdir()
    runs[0].model.unlink()
    runs[0].model.symlink_to(folder / "history.csv")

    names = [path.name for path in files_of(runs[0], models=True)]

    assert names == ["run.json", "history.csv", "curves.png"]


@pytest.mark.parametrize("line", ["3,nan,0.6,0.4,0.0,1.5", "3,0.5,0.6,0.4,0.0,inf", "3,0.5", "3"])
def test_a_damaged_history_hands_on_nothing_of_the_epochs(runs: list[Run], line: str) -> None:
    runs[0].history.write_text(HISTORY + line)

    assert metrics_of(runs[0]) == []


def test_epochs_of_a_record_that_says_longer_than_a_century_are_told_all_the_same(
    runs: list[Run],
) -> None:
    runs[0].history.write_text(HISTORY + "3,0.5,0.6,0.4,0.0,1e308\n4,0.5,0.6,0.4,0.0,1e308\n")

    moments = [moment for name, _, moment, _ in metrics_of(runs[0]) if name == "loss"]

    assert len(moments) == 4
    assert all(moment < 2**63 for moment in moments)


def test_a_run_keeps_its_identity_wherever_it_lies(runs: list[Run]) -> None:
    moved = replace(runs[0], folder=Path("elsewhere"), status="failed", seconds=9.0)

    assert moved.identity == runs[0].identity
    assert replace(runs[0], seed=1).identity != runs[0].identity
