"""A toy network, a few drawn images, and a search of the one on the other."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archforge.catalog import Architecture
from archforge.data import write_synth
from archforge.schema import check_form
from archforge.search import Study, search
from archforge.spec import parse_spec, read_text
from archforge.train import Settings
from tests.search.services import URL_FILE, Nodes, Server

TOY = """\
archforge: 1
name: toy
task: segmentation
hyperparameters:
  size: 16
  channels: 1
  classes: 1
  depth: {default: 1, min: 1, max: 8, search: {int: [1, 2]}}
  filters: {default: 8, min: 1, search: {int: [8, 24], step: 8}}
  dropout: {default: 0.0, min: 0, max: 0.9, each: =depth + 1, search: {float: [0.0, 0.4]}}
  kernel: {default: 3, min: 1}
inputs:
  image: [=size, =size, =channels]
graph:
  - for: {i: =range(depth)}
    steps:
      - {layer: Conv2D, filters: =filters, kernel_size: =kernel, padding: same, activation: relu}
      - {layer: Dropout, rate: =dropout@i, if: =dropout@i > 0}
      - {layer: MaxPooling2D, pool_size: 2}
  - {layer: Dropout, rate: =dropout@depth, if: =dropout@depth > 0}
  - for: {i: =range(depth)}
    steps:
      - {layer: Conv2DTranspose, filters: =filters, kernel_size: 2, strides: 2}
  - {block: segmentation_head, name: mask, classes: =classes}
expect:
  - {outputs: {mask: [16, 16, 1]}}
"""


def architecture(text: str = TOY) -> Architecture:
    tree = read_text(text, "toy.yaml")
    assert not check_form(tree).problems
    return Architecture(parse_spec(tree, "toy.yaml"), text)


@pytest.fixture(scope="session")
def nuclei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_synth(tmp_path_factory.mktemp("data") / "nuclei", count=6, size=48)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.getbasetemp() / "cache-of-search"
    monkeypatch.setenv("ARCHFORGE_CACHE", str(home))


Searching = Callable[..., Study]
SMALL = ["depth=1..1", "filters=8..24:8"]
NO_DROPOUT = {"dropout": 0.0}


def run_search(
    data: Path, work: str = "hill", *, trials: int = 3, text: str = TOY, **more: Any
) -> Study:
    """``search`` with a stand-in for training, by name; everything else may be given."""
    settings = more.pop("settings", Settings(epochs=4))
    return search(
        architecture(text),
        data=data,
        trials=trials,
        settings=replace(settings, patience=100),
        work=f"tests.search.objectives:{work}",
        **{"workers": 1, **more},
    )


# A worker as a process of its own; it ends by itself, or by what a test does to it.
WORKER = """
import sys
from pathlib import Path
from archforge.search import join

if __name__ == "__main__":
    join(Path(sys.argv[1]), work=sys.argv[2], workers=1)
"""
StartWorker = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    """Starts another node on the test's study, by the name of its work; none outlives the test."""
    program = tmp_path / "worker.py"
    program.write_text(WORKER)
    begun: list[subprocess.Popen[bytes]] = []

    def start(work: str) -> "subprocess.Popen[bytes]":
        words = [sys.executable, str(program), str(tmp_path / "study"),
                 f"tests.search.objectives:{work}"]  # fmt: skip
        begun.append(subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(Path.cwd())}))
        return begun[-1]

    yield start
    for each in begun:
        each.kill()
        each.wait()


@pytest.fixture
def searching(nuclei: Path, tmp_path: Path) -> Searching:
    """A search in a folder of the test's own."""
    return partial(run_search, nuclei, folder=tmp_path / "study")


@pytest.fixture(scope="module")
def known(nuclei: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A finished study that no test changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHFORGE_CACHE", str(tmp_path_factory.getbasetemp() / "cache-of-search"))
        folder = tmp_path_factory.mktemp("known") / "study"
        return run_search(nuclei, folder=folder, trials=4)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """Its password stands in the environment, as a person may have it."""
    url = os.environ.get("ARCHFORGE_TEST_POSTGRESQL", "")
    if not url and URL_FILE.exists():
        url = URL_FILE.read_text().strip()
    if not url:
        pytest.skip("there is no PostgreSQL: `make services` starts one")
    found = Server(url)
    monkeypatch.setenv("PGPASSWORD", found.password)
    return found


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    found = Nodes(tmp_path)
    yield found
    found.close()
