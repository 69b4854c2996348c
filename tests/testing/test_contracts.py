"""The contract kit: it passes what is right, and says what is wrong in words that help."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.packages import LAB, lab_paths, metadata

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
TESTS = (LAB / "tests" / "test_lab.py").read_text()
NAME = "SpaceToDepth"


def pytest_in(folder: Path, paths: list[str]) -> str:
    """What pytest prints of the test files in ``folder``, in a process of its own."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]
    done = subprocess.run(
        [*words, f"--rootdir={folder}", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(ROOT)])},
    )
    return done.stdout + done.stderr


def test_a_plug_in_inherits_the_contract_and_meets_it(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_lab.py").write_text(TESTS)

    told = pytest_in(folder, lab_paths(tmp_path / "site"))

    assert re.search(r"^\d\d passed in", told, re.MULTILINE), told


WRONG = {
    "default": (
        ("block_size: int = arg(BLOCK, 2)", "block_size: int = arg(BLOCK, 3)"),
        "default of 'block_size': the record says 3, Keras has 2",
    ),
    "shape": (
        ("channels * self.block_size**2)", "channels * self.block_size)"),
        "its record says 4x3x8, its Keras class gives 4x3x16",
    ),
    "parameters": (
        ("Parameters(self.shape(inputs)[2] or 0)", "Parameters(7)"),
        "its record says 7 parameters, its Keras class has 16",
    ),
    "macs": (
        ("    def _cut", "    def macs(self, inputs, output):\n        return 5\n\n    def _cut"),
        "MACs: the record says 5, Keras has 0",
    ),
    "reads": (
        ("(span[1] + 1) * self.block_size - 1)", "span[1] * self.block_size)"),
        "`reads` says input rows [(0, 0)], the gradient says [(0, 1)]",
    ),
    "sides": (
        ('= ("block_size",)', "= ()"),
        "'block_size' is not in `shaped_by()`, and 3 makes it refuse its inputs",
    ),
    "keeps": (
        ("RANK: ClassVar[int | None] = 3", "RANK = 3\n    KEEPS = True"),
        "it says that it keeps the shape, and makes 4x3x16",
    ),
    "name": (
        ('"lab/SpaceToDepth"\n', '"lab/Other"\n'),
        "a spec that says `layer: name/Other` gets None",
    ),
}


@pytest.fixture(scope="module")
def told_of_wrong(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints of all wrong layers, each in a package of its own, on one line."""
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("tests")
    for package, ((right, wrong), _) in WRONG.items():
        metadata(site, package, {"archforge.layers": {NAME: f"{package}.layers:{NAME}"}})
        (site / package).mkdir()
        for path in (LAB / "src" / "lab").glob("*.py"):
            text = path.read_text()
            if path.name == "layers.py":
                assert right in text
                text = text.replace(right, wrong)
            (site / package / path.name).write_text(re.sub(r"\blab\b", package, text))
        tests = TESTS.split("class TestGate")[0]
        (folder / f"test_{package}.py").write_text(re.sub(r"\blab\b", package, tests))
    return " ".join(pytest_in(folder, [str(site)]).split())


@pytest.mark.parametrize("package", WRONG)
def test_a_wrong_layer_fails_with_what_is_wrong(package: str, told_of_wrong: str) -> None:
    _, message = WRONG[package]

    assert f"test_{package}.py::TestSpaceToDepth::" in told_of_wrong
    assert message in told_of_wrong
