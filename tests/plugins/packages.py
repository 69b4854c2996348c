"""Packages for tests: on the path as if pip had installed them, without pip."""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from archforge.plugins import forget

LAB = Path(__file__).parent / "lab"
Entries = Mapping[str, Mapping[str, str]]


def metadata(folder: Path, name: str, entries: Entries) -> None:
    """What pip leaves behind of a package in ``folder``: its name and its entry points."""
    info = folder / f"{name.replace('-', '_')}-0.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n")
    groups = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in rows.items())
        for group, rows in entries.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups))


def lab_paths(folder: Path) -> list[str]:
    """What to put on the path, so that ``tests/plugins/lab`` is installed."""
    project = tomllib.loads((LAB / "pyproject.toml").read_text())["project"]
    metadata(folder, project["name"], project["entry-points"])
    return [str(folder), str(LAB / "src")]


@contextmanager
def on_path(*paths: str) -> Iterator[None]:
    """``paths`` in front of the path, and archforge looking anew."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        for path in paths:
            patch.syspath_prepend(path)
        forget()
        yield
    forget()
    for name in set(sys.modules) - before:
        if name.partition(".")[0].startswith("broken_"):
            del sys.modules[name]
