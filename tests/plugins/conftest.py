"""The package ``lab``, installed for a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.packages import lab_paths, on_path

# A package of its own, with tests of its own: ``tests/testing`` runs them where it is installed.
collect_ignore = ["lab"]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[list[str]]:
    """``lab`` installed; the value is what a process of its own needs on its path."""
    paths = lab_paths(tmp_path / "site")
    with on_path(*paths):
        yield paths
