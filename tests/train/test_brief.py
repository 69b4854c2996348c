"""A training that is scored by what is asked for, and made complete afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from archforge.catalog import read_architecture
from archforge.data import Dataset, open_dataset
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.predict import open_predictor
from archforge.runs import read_run
from archforge.search.writing import spec_with
from archforge.train import Settings, evaluate, open_together, train
from archforge.train.finishing import complete
from tests.runs.records import written

pytestmark = pytest.mark.keras


# Averaged, what is scored is not what goes on learning; at a rate of 1 the last epoch is not best.
@pytest.mark.parametrize("more", [{}, {"ema": 0.9}, {"ema": 0, "learning_rate": 1.0}], ids=str)
@pytest.mark.parametrize("sampling", ["resize", "patches"])
def test_a_brief_end_has_the_scores_of_a_full_one_and_draws_nothing(
    graph: Graph, nuclei: Path, cache: Path, tmp_path: Path, sampling: str, more: Any
) -> None:
    native: Any = open_dataset(nuclei, cache=cache, channels=1)
    settings = Settings(
        epochs=3, batch_size=8, sampling=sampling, warmup=0, schedule="none", **more
    )  # fmt: skip

    run = train(graph, "the spec", native, settings, tmp_path / "run", briefly=["iou", "dice"])

    assert (run.status, set(run.scores)) == ("done", {"iou", "dice"})
    assert not run.predictions.exists()
    rows = json.loads(run.image_scores.read_text())["images"]
    assert [row["id"] for row in rows] == list(native.validation.ids)
    assert all({"iou", "dice"} < row.keys() for row in rows)
    full = evaluate(run, native.validation)
    assert run.scores["dice"] == pytest.approx(full.scores["dice"], abs=1e-6)
    assert run.scores["iou"] == pytest.approx(full.scores["iou"], abs=1e-6)


def test_a_trial_of_a_preset_sees_images_as_any_training_does(nuclei: Path, tmp_path: Path) -> None:
    read = read_architecture("unet")
    given = {"size": 32, "depth": 1, "filters": 4, "padding": "same"}
    settings = Settings(epochs=1, batch_size=8)
    opened = open_together(read, "paper", given, nuclei, settings=settings)
    text = spec_with(read.standalone, opened.graph.hyperparameters)  # it has no presets any more

    run, trial = (
        train(opened.graph, spec, opened.dataset, settings, tmp_path / name, fixed=opened.fixed,
              briefly=("dice",))
        for name, spec in (("run", read.standalone), ("trial", text))
    )  # fmt: skip

    assert trial.scores == run.scores
    tiles = [open_predictor(each).geometry.tile for each in (run, trial)]
    assert tiles[0] == tiles[1] > (32, 32)


def test_a_brief_run_is_made_complete(graph: Graph, dataset: Dataset, tmp_path: Path) -> None:
    settings = Settings(epochs=2, batch_size=8)
    brief = train(graph, "the spec", dataset, settings, tmp_path / "run", briefly=["dice"])

    run = complete(brief, dataset)

    assert run == read_run(tmp_path / "run")
    assert run.scores["dice"] == pytest.approx(brief.scores["dice"], abs=1e-6)
    assert {"iou", "hausdorff_95"} <= run.scores.keys()
    assert run.baseline
    assert all(path.exists() for path in (run.curves, run.predictions))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file or directory"),
        ("epoch,loss\n1,0.5\n", "'history.csv' is no history: 'score'"),
        (
            "epoch,loss,score,second,rate,seconds\n",
            "it ends before epoch 2, whose weights are kept",
        ),
    ],
)
def test_a_run_whose_history_is_lost_or_damaged_is_told_and_left_as_it_is(
    tmp_path: Path, dataset: Dataset, text: str | None, why: str
) -> None:
    run = written(tmp_path / "run", status="done", epochs=2, best_epoch=2)
    if text is not None:
        run.history.write_text(text)

    with pytest.raises(ProblemError, match=r"AF501 the history 'history.csv' of") as caught:
        complete(run, dataset)

    assert caught.value.problems[0].why == why
    assert read_run(run.folder) == run
