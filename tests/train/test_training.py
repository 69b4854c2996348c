"""A training as a whole: what it learns, what it tells, and what is on disk when it ends."""

import gc
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.catalog import read_architecture
from archforge.data import DataOptions, Dataset, open_dataset
from archforge.errors import ProblemError
from archforge.expand import expand
from archforge.graph import Graph, fingerprint
from archforge.runs import Run, read_run
from archforge.spec import parse_spec, read_text
from archforge.train import Epoch, Settings, read_history, train

pytestmark = pytest.mark.keras
Unet = Callable[..., Graph]
ONE = Settings(epochs=1, batch_size=8)

DEEP = """
archforge: 1
name: deep
task: segmentation
inputs: {image: [32, 32, 1]}
graph:
  - {layer: Conv2D, name: low, filters: 4, kernel_size: 3, activation: relu}
  - {block: segmentation_head, name: mask@1, classes: 1}
  - {layer: MaxPooling2D, name: down, from: low, pool_size: 2}
  - {block: segmentation_head, name: mask@2, classes: 1}
outputs: [mask@*]
"""


def test_a_small_unet_learns_nuclei(trained: tuple[Run, list[Epoch]]) -> None:
    run, told = trained

    assert run.status == "done"
    assert told[-1].loss < told[0].loss
    assert run.best_score == max(epoch.score for epoch in told)
    assert run.best_score > told[0].score
    assert run.best_score > 0.5


def test_every_epoch_is_told_with_the_time_left(trained: tuple[Run, list[Epoch]]) -> None:
    _, told = trained

    assert [epoch.epoch for epoch in told] == list(range(1, 9))
    assert {epoch.total for epoch in told} == {8}
    assert all(epoch.eta == epoch.seconds * (8 - epoch.epoch) for epoch in told)
    assert all(0 <= epoch.second <= epoch.score <= 1 for epoch in told)
    assert max(epoch.rate for epoch in told) < 5e-3  # it rises, then falls


def test_the_record_says_what_was_trained_on_what(
    trained: tuple[Run, list[Epoch]], graph: Graph, dataset: Dataset, nuclei: Path
) -> None:
    run, _ = trained

    assert (run.name, run.architecture, run.preset, run.epochs) == ("first", "unet", "paper", 8)
    assert run.fixed == {"filters": 8}
    assert run.hyperparameters["filters"] == 8
    assert run.fingerprint == fingerprint(graph)
    assert run.parameters == sum(node.parameters.total for node in graph)
    assert run.data == {
        "folder": str(nuclei.resolve()), "fingerprint": dataset.fingerprint, "train": 19,
        "validation": 5, "test": 0, "channels": 1, "classes": 1, "names": [],
        "options": asdict(DataOptions()),
    }  # fmt: skip
    assert Settings.read(run.settings) == Settings(epochs=8, batch_size=8, learning_rate=5e-3)
    assert run.network["size"] == run.network["seen"] == [32, 32]
    assert set(run.versions) == {"archforge", "python", "tensorflow", "keras", "numpy"}
    assert run.started.endswith("Z")
    assert run.seconds > 0
    assert set(run.machine) == {
        "processor", "cores", "memory_bytes", "system", "gpus", "threads", "rewrites",
    }  # fmt: skip
    assert 1 <= run.machine["threads"] <= run.machine["cores"]
    assert run.peak_memory is not None
    assert 2**27 < run.peak_memory < run.machine["memory_bytes"]  # TensorFlow alone takes more


def test_the_folder_holds_all_that_the_record_names(trained: tuple[Run, list[Epoch]]) -> None:
    run, told = trained

    assert read_run(run.folder) == run
    assert run.spec.read_text() == "the spec"
    assert {path.name for path in run.folder.iterdir()} == {
        "run.json", "spec.yaml", "model.keras", "history.csv", "curves.png", "predictions.png",
        "split.csv", "scores.json",
    }  # fmt: skip
    rows = read_history(run.history)
    assert [row["score"] for row in rows] == [epoch.score for epoch in told]
    assert len(run.split.read_text().splitlines()) == 1 + 24


def test_scores_and_otsu_are_of_the_same_images(trained: tuple[Run, list[Epoch]]) -> None:
    run, _ = trained

    assert {"dice", "iou", "dice_pooled"} <= set(run.baseline) < set(run.scores)
    assert run.best_score is not None
    assert run.scores["dice"] != run.best_score  # 48 x 48 originals, not 32 x 32
    assert run.scores["dice"] == pytest.approx(run.best_score, abs=0.1)
    assert all(low <= run.scores[name] <= high for name, (low, high) in run.intervals.items())
    assert 0.5 < run.baseline["dice"] < 1


def test_the_same_seed_gives_the_same_history(
    graph: Graph, dataset: Dataset, tmp_path: Path, trained: tuple[Run, list[Epoch]]
) -> None:
    settings = Settings(epochs=8, batch_size=8, learning_rate=5e-3)
    told: list[Epoch] = []

    def two(epoch: Epoch) -> bool:
        told.append(epoch)
        return len(told) < 2

    train(graph, "", dataset, settings, tmp_path / "again", on_epoch=two)

    assert [epoch.loss for epoch in told] == pytest.approx(
        [epoch.loss for epoch in trained[1][:2]], rel=1e-4
    )


def test_another_seed_gives_another_history(
    graph: Graph, dataset: Dataset, tmp_path: Path, trained: tuple[Run, list[Epoch]]
) -> None:
    settings = Settings(epochs=1, batch_size=8, learning_rate=5e-3, seed=1)
    told: list[Epoch] = []

    run = train(graph, "", dataset, settings, tmp_path / "other", on_epoch=told.append)

    assert run.seed == 1
    assert told[0].loss != pytest.approx(trained[1][0].loss, rel=1e-4)


def test_a_run_that_is_going_on_can_be_read_and_has_its_best_network(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    folder, seen = tmp_path / "run", []

    def look(epoch: Epoch) -> None:
        run = read_run(folder)
        parts = [path.name for path in folder.iterdir() if ".part" in path.name]
        seen.append((run.status, run.epochs, run.model.is_file(), parts))

    train(tiny, "", dataset, Settings(epochs=2), folder, on_epoch=look)

    assert seen == [("running", 1, True, []), ("running", 2, True, [])]


def test_no_object_is_left_behind_by_an_epoch(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    counts: list[int] = []

    def count(epoch: Epoch) -> None:
        gc.collect()
        counts.append(len(gc.get_objects()))

    settings = Settings(epochs=7, batch_size=8, patience=9)
    train(tiny, "", dataset, settings, tmp_path / "run", on_epoch=count)

    # The history grows by an epoch, and an epoch is a handful of objects.
    assert counts[-1] - counts[2] < 60


def test_a_batch_of_another_size_is_not_traced_anew(graph: Graph) -> None:
    from archforge.build import build_model
    from archforge.losses import parse_loss
    from archforge.train.step import make_optimizer, make_step

    step = make_step(build_model(graph), {"mask": 1.0}, parse_loss("auto", 1), make_optimizer(ONE))

    for images in (8, 8, 3, 1):
        step(np.zeros((images, 32, 32, 1), np.float32), (np.zeros((images, 32, 32), np.uint8),))

    assert step.experimental_get_tracing_count() == 1


def test_the_loss_of_each_output_counts_what_the_spec_says() -> None:
    import keras

    from archforge.train.step import make_optimizer, make_step

    image = keras.Input((1,), name="image")
    model = keras.Model(image, {"mask": image * 2.0, "aid": image * 3.0})

    def mean(mask: Any, score: Any) -> Any:
        return keras.ops.mean(score)

    step = make_step(model, {"mask": 1.0, "aid": 0.25}, mean, make_optimizer(ONE))
    mask = np.zeros((1, 1, 1), np.uint8)

    assert float(step(np.full((1, 1), 4, np.float32), (mask, mask))) == 4 * (2 + 0.25 * 3)


def test_three_classes_are_trained_with_a_softmax(
    three_classes: Callable[[], Path], cache: Path, tmp_path: Path, unet: Unet
) -> None:
    data = open_dataset(
        three_classes(), size=(32, 32), cache=cache, options=DataOptions(validation=0.34)
    )
    settings = Settings(epochs=12, batch_size=2, learning_rate=1e-2)

    run = train(unet(classes=3), "", data, settings, tmp_path / "run")

    assert run.data["classes"] == 3
    assert run.baseline == {}
    assert run.scores["dice"] > 0.8


def test_a_network_that_loses_its_rim_is_scored_on_its_middle(
    nuclei: Path, cache: Path, tmp_path: Path, unet: Unet
) -> None:
    data = open_dataset(nuclei, size=(34, 34), cache=cache)

    run = train(unet(size=34, padding="valid"), "", data, ONE, tmp_path / "run")

    assert (run.network["size"], run.network["seen"]) == ([34, 34], [18, 18])
    assert set(run.baseline) < set(run.scores)


def test_several_outputs_learn_from_one_mask(dataset: Dataset, tmp_path: Path) -> None:
    graph = expand(parse_spec(read_text(DEEP, "deep.yaml"), "deep.yaml"))
    told: list[Epoch] = []

    run = train(graph, DEEP, dataset, Settings(epochs=2), tmp_path / "run", on_epoch=told.append)

    # 30 x 30 scores at full size and 15 x 15 at half: bce + dice of each.
    assert run.network["output"] == "mask.1"
    assert run.network["seen"] == [30, 30]
    assert 1.5 < told[0].loss < 6


def test_what_an_output_counts_may_be_said_for_one_training(
    dataset: Dataset, tmp_path: Path
) -> None:
    graph = expand(parse_spec(read_text(DEEP, "deep.yaml"), "deep.yaml"))
    told: list[Epoch] = []
    weights = {"mask@1": 0.0, "mask@2": 0.0}

    train(graph, DEEP, dataset, Settings(epochs=1, output_weights=weights), tmp_path / "run",
          on_epoch=told.append)  # fmt: skip

    assert told[0].loss == 0


def test_a_weight_of_an_output_that_is_none_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    graph = expand(parse_spec(read_text(DEEP, "deep.yaml"), "deep.yaml"))

    with pytest.raises(ProblemError, match="AF503 output_weights names 'mask@3'"):
        train(graph, DEEP, dataset, Settings(output_weights={"mask@3": 1}), tmp_path / "run")


def test_class_weights_that_are_not_one_for_each_class_are_refused(
    tiny: Graph, dataset: Dataset, tmp_path: Path
) -> None:
    with pytest.raises(
        ProblemError, match="AF503 class_weights has 3 numbers, there are 2 classes"
    ):
        train(tiny, "", dataset, Settings(class_weights=(1, 2, 3)), tmp_path / "run")


def test_a_network_of_open_size_takes_the_size_of_the_data(
    dataset: Dataset, tmp_path: Path
) -> None:
    text = DEEP.replace("[32, 32, 1]", "[null, null, 1]").replace("outputs: [mask@*]", "")
    text = "\n".join(line for line in text.splitlines() if "down" not in line and "@2" not in line)
    graph = expand(parse_spec(read_text(text, "open.yaml"), "open.yaml"))

    run = train(graph, text, dataset, ONE, tmp_path / "run")

    assert run.network["size"] == [32, 32]
    assert run.status == "done"


@pytest.mark.parametrize(
    ("settings", "classes", "code"),
    [(Settings(loss="crossentropy"), 1, "AF505"), (ONE, 2, "AF506")],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    dataset: Dataset, tmp_path: Path, settings: Settings, classes: int, code: str, unet: Unet
) -> None:
    with pytest.raises(ProblemError, match=code):
        train(unet(classes=classes), "", dataset, settings, tmp_path / "run")

    assert not (tmp_path / "run").exists()


def test_a_data_set_without_validation_images_is_refused(
    nuclei: Path, cache: Path, tmp_path: Path, tiny: Graph
) -> None:
    data = open_dataset(nuclei, size=(32, 32), cache=cache, options=DataOptions(validation=0.0))

    with pytest.raises(ProblemError, match="AF508 there are no validation images"):
        train(tiny, "", data, ONE, tmp_path / "run")


def test_a_run_is_never_written_over_another(
    trained: tuple[Run, list[Epoch]], tiny: Graph, dataset: Dataset
) -> None:
    with pytest.raises(ProblemError, match=r"AF502 .* holds a run already"):
        train(tiny, "", dataset, ONE, trained[0].folder)


def test_a_folder_that_cannot_be_made_is_refused(
    tmp_path: Path, tiny: Graph, dataset: Dataset
) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(ProblemError, match="AF502 the run folder cannot be made"):
        train(tiny, "", dataset, ONE, tmp_path / "file" / "run")


def test_a_data_set_of_another_size_is_a_wrong_argument(
    dataset: Dataset, tmp_path: Path, unet: Unet
) -> None:
    with pytest.raises(ValueError, match="dataset must have size and channels"):
        train(unet(size=64), "", dataset, ONE, tmp_path / "run")


@pytest.mark.slow
def test_the_tutorial_s_network_beats_otsu_on_drawn_nuclei(cache: Path, tmp_path: Path) -> None:
    from archforge.data import write_synth

    folder = write_synth(tmp_path / "nuclei", count=64, size=128)
    data = open_dataset(folder, size=(128, 128), channels=1, cache=cache)
    graph = read_architecture("unet").graph("tutorial", {"channels": 1, "filters": 8})

    run = train(graph, "", data, Settings(epochs=30, batch_size=4), tmp_path / "run")

    assert run.scores["dice"] > run.baseline["dice"]
    assert json.loads((run.folder / "run.json").read_text())["status"] == "done"
    assert np.isfinite(run.seconds)
