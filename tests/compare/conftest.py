"""What tests of comparisons share."""

from pathlib import Path

import pytest

from archforge.data import write_synth
from tests.compare.toy import SPEC


@pytest.fixture(scope="module")
def nuclei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_synth(tmp_path_factory.mktemp("data") / "nuclei", count=8, size=48)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.getbasetemp() / "cache-of-compare"
    monkeypatch.setenv("ARCHFORGE_CACHE", str(home))


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "toy.yaml"
    path.write_text(SPEC)
    return str(path)
