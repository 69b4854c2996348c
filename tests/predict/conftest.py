"""Runs that were not trained: networks with weights at random, saved as a training saves them."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.catalog import read_architecture
from archforge.data.normalize import Preparation
from archforge.graph import fingerprint
from archforge.predict import Network, Predictor, open_geometry
from archforge.predict.region import at_size
from archforge.runs import Run, write_run

HEAD = "  - {block: segmentation_head, name: mask, classes: %s}\n"
TOP = "archforge: 1\nname: small\ntask: segmentation\ninputs: {image: %s}\ngraph:\n"
CONV = "  - {layer: Conv2D, filters: 3, kernel_size: 3, padding: same, activation: relu}\n"
SAME = TOP % "[32, 32, 1]" + CONV + HEAD % 1
MakeRun = Callable[..., Run]
Made = tuple[Predictor, Any]


def loud(model: Any) -> Any:
    """The model with biases that keep ReLUs alive, so that a padded zero shows in the scores."""
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if weight.name in {"bias", "beta", "gamma", "moving_variance"}:
            weight.assign(rng.uniform(0.3, 1, weight.shape))
        elif weight.name == "kernel":
            weight.assign(
                rng.normal(0.1, 1, weight.shape) * np.sqrt(1 / np.prod(weight.shape[:-1]))
            )
    return model


@pytest.fixture(scope="session")
def predictor_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """A predictor of a spec with open sizes, and its model; each is built once."""
    from archforge.build import build_model

    @cache
    def parts(spec: str, given: tuple[tuple[str, Any], ...]) -> Any:
        path = tmp_path_factory.mktemp("spec") / "spec.yaml"
        path.write_text(spec)
        architecture = read_architecture(str(path) if "\n" in spec else spec)
        graph = architecture.graph(None, dict(given))
        (image,) = graph.inputs.values()
        network = Network.of(graph, image.shape[:-1], resize=False)  # type: ignore[arg-type]  # known
        geometry, opened = open_geometry(architecture, graph, network) or (None, graph)
        return network, geometry, loud(build_model(opened))

    @cache
    def predictor(spec: str, tile: int | None = None, **given: Any) -> Made:
        network, geometry, model = parts(spec, tuple(given.items()))
        if tile is not None:
            geometry = replace(geometry, tile=(tile,) * len(geometry.tile))
        return Predictor(model, network, geometry), model

    return predictor


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Saves a run of a spec."""
    from archforge.build import build_model

    def make(
        spec: str = SAME,
        name: str = "run",
        preparation: Preparation | None = None,
        *,
        resize: bool = False,
        **data: Any,
    ) -> Run:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "spec.yaml").write_text(spec)
        graph = read_architecture(str(folder / "spec.yaml")).graph()
        size = tuple(side or 32 for side in next(iter(graph.inputs.values())).shape[:-1])
        graph = at_size(graph, size)
        run = Run(
            folder=folder, name=name, architecture=graph.name, preset=None, task=graph.task,
            hyperparameters={}, fixed={}, fingerprint=fingerprint(graph), parameters=0, macs=0,
            network=Network.of(graph, size, preparation, resize=resize).facts(), settings={},
            data=data, seed=0, versions={}, started="", status="done",
        )  # fmt: skip
        loud(build_model(graph)).save(run.model)
        write_run(run)
        return run

    return make
