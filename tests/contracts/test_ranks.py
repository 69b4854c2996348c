"""Networks of signals and of volumes go the whole way: check, figures, picture, model, file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.analysis import costs
from archforge.analysis.draw.lettering import show
from archforge.catalog import check, read_architecture
from archforge.cli import run

UNET = """\
archforge: 1
name: u
task: segmentation
hyperparameters: {depth: 2, filters: {default: 2, search: {int: [2, 4]}}}
inputs: {image: [6, 10, 2]}
graph:
  - for: {i: =range(depth)}
    steps:
      - {layer: Conv2D, name: skip@i, filters: =filters * 2**i, kernel_size: 3, padding: same}
      - {layer: MaxPooling2D}
  - {layer: Conv2D, name: bridge, filters: =channels(skip@1) * 2, kernel_size: 3, padding: same}
  - for: {i: =reversed(range(depth))}
    steps:
      - {layer: Conv2DTranspose, name: up@i, filters: =filters * 2**i, kernel_size: 2, strides: 2}
      - {layer: Concatenate, name: join@i, from: [prev, skip@i], align: crop}
      - {layer: SpatialDropout2D, rate: 0.1}
  - {block: segmentation_head, name: mask, classes: 2}
"""
CLASSIFIER = """\
archforge: 1
name: heartbeat
task: classification
inputs: {signal: [64, 2]}
graph:
  - {layer: ZeroPadding1D, padding: [2, 0]}
  - {layer: Conv1D, filters: 4, kernel_size: 3, strides: 2, activation: relu}
  - {layer: SeparableConv1D, filters: 6, kernel_size: 3, padding: same}
  - {layer: AveragePooling1D, pool_size: 2}
  - {block: classification_head, name: label, classes: 5}
"""
SPECS = {
    "signals": UNET.replace("2D", "1D").replace("[6, 10, 2]", "[22, 2]"),
    "volumes": UNET.replace("2D", "3D").replace("[6, 10, 2]", "[6, 10, 9, 1]"),
    "labels": CLASSIFIER,
}


@pytest.fixture(params=SPECS)
def spec(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    file = tmp_path / "spec.yaml"
    file.write_text(SPECS[request.param])
    return str(file)


def shown(spec: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["show", spec, "--json"]) == 0
    known: dict[str, Any] = json.loads(capsys.readouterr().out)
    return known


def test_it_has_no_problem_and_builds_in_its_whole_space(
    spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check(spec)

    assert run(["check", spec, "--space"]) == 0
    assert "does not build" not in capsys.readouterr().out


def test_its_figures_have_a_number_for_each_axis(
    spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known = shown(spec, capsys)

    (shape,) = known["inputs"].values()
    (field,) = known["receptive_field"].values()
    assert len(field) == len(known["accepted_sizes"]["minimum"]) == len(shape) - 1
    assert all(seen <= side for seen, side in zip(field, shape, strict=False))


def test_its_picture_tells_every_level(spec: str, tmp_path: Path) -> None:
    assert run(["draw", spec, "-o", str(tmp_path / "picture.svg")]) == 0

    picture = (tmp_path / "picture.svg").read_text()
    (image,) = read_architecture(spec).graph().inputs.values()
    assert f">{show(image.shape[:-1])}</text>" in picture
    assert f">{show(image.shape)}</text>" in picture


@pytest.mark.keras
# Keras 3.15 stores weights through an `__array__` that NumPy 2 finds old-fashioned.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_its_model_costs_what_is_said_and_survives_its_file(spec: str, tmp_path: Path) -> None:
    from archforge.build import build_model, load_saved, model_facts

    graph = read_architecture(spec).graph()
    (image,) = graph.inputs.values()
    sizes = [side or 1 for side in image.shape]
    batch = np.random.default_rng(0).uniform(size=(2, *sizes)).astype("float32")

    model = build_model(graph)
    model.save(tmp_path / "model.keras")
    loaded = load_saved(tmp_path / "model.keras")

    total = costs(graph)
    assert model_facts(model) == {
        "trainable": total.parameters.trainable,
        "non_trainable": total.parameters.non_trainable,
        "macs": total.macs,
    }
    np.testing.assert_array_equal(np.asarray(loaded(batch)), np.asarray(model(batch)))
    (output,) = graph.outputs.values()
    assert model.output.shape[1:] == graph.nodes[output].shape


def test_the_first_halving_of_uneven_planes_is_a_level_of_the_picture(tmp_path: Path) -> None:
    text = SPECS["volumes"].replace("{layer: MaxPooling3D}", "{layer: MaxPooling3D, pool_size: P}")
    file = tmp_path / "spec.yaml"
    file.write_text(text.replace("P}", "[1, 2, 2]}").replace("strides: 2", "strides: [1, 2, 2]"))

    assert run(["draw", str(file), "-o", str(tmp_path / "picture.svg")]) == 0

    picture = (tmp_path / "picture.svg").read_text()
    assert f">{show((6, 5, 4))}</text>" in picture
    assert f">{show((6, 2, 2))}</text>" in picture
