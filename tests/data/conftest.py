"""Small folders of images and masks, written to disk and read as a person's would be."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PIL import Image

Save = Callable[[str, ArrayLike], Path]


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's cache."""
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("ARCHFORGE_CACHE", str(cache))
    return cache


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cells"


@pytest.fixture
def save(root: Path) -> Save:
    """Saves values as a picture below ``root``; the suffix says how."""

    def write(name: str, values: ArrayLike) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        array = np.asarray(values)
        kind = array.dtype if array.dtype in (np.uint8, np.uint16) else np.dtype(np.uint8)
        Image.fromarray(array.astype(kind)).save(path)
        return path

    return write


@pytest.fixture
def pair(save: Save) -> Callable[..., None]:
    """Saves a 4x6 image, bright on its left half, and its mask."""

    def write(stem: str, *, part: str = "", value: int = 255) -> None:
        image = np.full((4, 6), 20)
        image[:, :3] = 200
        mask = np.zeros((4, 6))
        mask[:, :3] = value
        save(f"{part}images/{stem}.png", image)
        save(f"{part}masks/{stem}.png", mask)

    return write
