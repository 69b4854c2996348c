"""What trackers are told, beside a run's own history."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from archforge.cli import run as archforge
from archforge.data import Dataset
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.train import Settings, read_history, train

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
