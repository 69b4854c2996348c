"""Specs spoilt at random: a graph or problems with places, never another error, never a hang."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from archforge.catalog import check
from archforge.errors import ProblemError
from tests.contracts.mutations import survive

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("block", range(5))
def test_a_spoilt_spec_is_a_graph_or_problems(block: int, tmp_path: Path) -> None:
    survive(range(block * 60, block * 60 + 60), tmp_path)


@pytest.mark.slow
def test_ten_thousand_spoilt_specs_take_no_second_each_and_no_500_mb() -> None:
    # A process of its own, so that what is measured is the check alone; its own seconds, so that
    # a busy machine is no failure.
    ran = subprocess.run(
        [sys.executable, "-m", "tests.contracts.mutations", "10000", "20000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-2_000:]
    measured = json.loads(ran.stdout)
    assert measured["slowest_s"] <= 1, measured
    assert measured["peak_mb"] <= 500, measured


@pytest.mark.soak
def test_spoilt_specs_for_hours(tmp_path: Path) -> None:
    survive(range(100_000, 1_000_000), tmp_path)


def test_thousands_of_wrong_steps_are_told_each_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    head = "archforge: 1\nname: x\ntask: segmentation\ninputs: {image: [8, 8, 1]}\ngraph:\n"
    file.write_text(head + "  - {layer: Conv2D, filter: 4, kernel_size: 3}\n" * 5_000)

    with pytest.raises(ProblemError) as caught:
        check(str(file))

    assert sum(problem.code == "AF101" for problem in caught.value.problems) == 5_000
