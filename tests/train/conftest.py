"""Twenty-four drawn nuclei, a small U-Net from the zoo, and a training many tests look at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archforge.catalog import read_architecture
from archforge.data import Dataset, open_dataset, write_synth
from archforge.expand import expand
from archforge.graph import Graph
from archforge.runs import Run
from archforge.spec import parse_spec, read_text
from archforge.train import Epoch, Settings, train

SIZE = 32
TINY = """
archforge: 1
name: tiny
task: segmentation
inputs: {image: [%s, %s, 1]}
graph:
  - {layer: Conv2D, filters: 2, kernel_size: 3, padding: same, activation: relu}
  - {block: segmentation_head, name: mask, classes: 1}
"""


@pytest.fixture(scope="session")
def nuclei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of images of 48 x 48 pixels."""
    return write_synth(tmp_path_factory.mktemp("data") / "nuclei", count=24, size=48)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's cache."""
    monkeypatch.setenv("ARCHFORGE_CACHE", str(cache))


@pytest.fixture(scope="session")
def dataset(nuclei: Path, cache: Path) -> Dataset:
    """At 32 x 32, so that scores are brought back to 48 x 48."""
    return open_dataset(nuclei, size=(SIZE, SIZE), cache=cache)


@pytest.fixture(scope="session")
def unet() -> Callable[..., Graph]:
    """Expands a U-Net of depth 1 with 8 filters, one class, 32 x 32, unless given otherwise."""

    def small(**given: Any) -> Graph:
        plain = {"size": SIZE, "depth": 1, "filters": 8, "classes": 1, "padding": "same"}
        return read_architecture("unet").graph("paper", {**plain, **given})

    return small


@pytest.fixture(scope="session")
def graph(unet: Callable[..., Graph]) -> Graph:
    return unet()


@pytest.fixture(scope="session")
def tiny() -> Graph:
    """One convolution and a head: for what has nothing to do with learning."""
    text = TINY % (SIZE, SIZE)
    return expand(parse_spec(read_text(text, "tiny.yaml"), "tiny.yaml"))


@pytest.fixture(scope="session")
def trained(
    graph: Graph, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, list[Epoch]]:
    """A run of eight epochs, and what was told while it went."""
    told: list[Epoch] = []
    folder = tmp_path_factory.mktemp("runs") / "first"
    settings = Settings(epochs=8, batch_size=8, learning_rate=5e-3)
    run = train(graph, "the spec", dataset, settings, folder,
                fixed={"filters": 8}, on_epoch=told.append)  # fmt: skip
    return run, told


@pytest.fixture
def three_classes(tmp_path: Path) -> Callable[[], Path]:
    """Writes a folder of images whose third is each of three classes."""

    def write() -> Path:
        root = tmp_path / "three"
        for part in ("images", "masks"):
            (root / part).mkdir(parents=True)
        rng = np.random.default_rng(0)
        for index in range(6):
            mask = np.roll(np.repeat([0, 1, 2], 16), index)[np.newaxis].repeat(40, 0)
            image = mask * 90 + rng.integers(0, 20, mask.shape)
            Image.fromarray(image.astype(np.uint8)).save(root / f"images/{index}.png")
            Image.fromarray(mask.astype(np.uint8)).save(root / f"masks/{index}.png")
        return root

    return write
