"""What is imported when."""

import subprocess
import sys

import pytest


def loaded(code: str) -> set[str]:
    """Which of the heavy packages a fresh Python has after ``code``."""
    heavy = ("tensorflow", "keras", "optuna", "matplotlib", "scipy.stats")
    program = f"import sys\n{code}\nprint(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return set(done.stdout.decode().split())


def test_samplers_and_pruners_are_listed_without_optuna() -> None:
    assert loaded("from archforge.search import PRUNERS, SAMPLERS") == set()


@pytest.mark.parametrize(
    "module", ["search.study", "search.engine", "crew.workers", "compare.comparing"]
)
def test_the_coordinator_never_loads_keras(module: str) -> None:
    assert not loaded(f"import archforge.{module}") & {"tensorflow", "keras"}
