"""What trackers are told, beside a run's own history."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from archforge.cli import run as archforge
from archforge.data import Dataset
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.runs import read_run
from archforge.train import Epoch, Settings, read_history, resume, train

pytestmark = pytest.mark.keras
NO_MLFLOW = pytest.mark.skipif(find_spec("mlflow") is not None, reason="MLflow is installed")


def test_tensorboard_shows_what_the_history_holds(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")

    from tensorflow import make_ndarray

    run = train(tiny, "", dataset, Settings(epochs=2, logger="tensorboard"), tmp_path / "run")

    events = accumulator.EventAccumulator(str(run.folder / "tensorboard"))
    events.Reload()
    rows = read_history(run.history)
    for shown, name in (("loss", "loss"), ("val_score", "score"), ("learning_rate", "rate")):
        tensors = events.Tensors(shown)
        assert [event.step for event in tensors] == [1, 2]
        values = [float(make_ndarray(event.tensor_proto)) for event in tensors]
        assert values == pytest.approx([row[name] for row in rows], rel=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow 3.17, of SQLAlchemy 2.1
def test_a_training_that_goes_on_after_a_break_is_one_run_of_mlflow(
    tiny: Graph, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def press(epoch: Epoch) -> None:
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tiny, "", dataset, Settings(epochs=3, logger="mlflow"), tmp_path / "run",
              on_epoch=press)  # fmt: skip

    resume(read_run(tmp_path / "run"), tiny, dataset)

    client = mlflow.tracking.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    experiments = [each.experiment_id for each in client.search_experiments()]
    (found,) = client.search_runs(experiments)
    assert (found.info.run_name, found.info.status) == ("run", "FINISHED")
    history = client.get_metric_history(found.info.run_id, "loss")
    assert sorted(metric.step for metric in history) == [1, 2, 3]
    assert not list((tmp_path / "elsewhere").iterdir())


@NO_MLFLOW
def test_a_logger_that_is_missing_is_told_before_anything_is_written(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    with pytest.raises(ProblemError, match="AF519 the logger 'mlflow' is not installed"):
        train(tiny, "", dataset, Settings(logger="mlflow"), tmp_path / "run")

    assert not (tmp_path / "run").exists()


@NO_MLFLOW
def test_a_refused_training_leaves_no_folder_and_is_not_to_be_gone_on_with(
    nuclei: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "unet", "--data", str(nuclei), "-o", str(tmp_path), "--logger", "mlflow"]

    status = archforge(words)

    said = capsys.readouterr().err
    assert status == 1
    assert "pip install 'archforge[mlflow]'" in said
    assert "--resume" not in said
    assert list(tmp_path.iterdir()) == []
