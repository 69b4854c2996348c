"""How many processes a machine is given, and how much of it each may have."""

import os
from pathlib import Path

import pytest

from archforge.crew import workers
from archforge.crew.workers import share_of_memory, worker_count


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight, and no GPU."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(workers, "NVIDIA", Path("there/is/none"))


@pytest.mark.usefixtures("cores")
@pytest.mark.parametrize(
    ("asked", "trials", "found"),
    [
        ("auto", 100, (4, 2)),  # more would draw before others have ended
        ("auto", 2, (2, 4)),
        (1, 100, (1, 8)),
        (3, 100, (3, 2)),
        (8, 100, (8, 1)),
        (16, 100, (16, 1)),
        (4, 0, (1, 8)),
    ],
)
def test_cores_are_shared_out_among_processes(
    asked: int | str, trials: int, found: tuple[int, int]
) -> None:
    assert worker_count(asked, trials) == found


@pytest.mark.usefixtures("cores")
def test_auto_is_one_process_where_there_is_a_gpu(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(workers, "NVIDIA", tmp_path)

    assert worker_count("auto", 100) == (1, 8)
    assert worker_count(2, 100) == (2, 4)


def test_processes_together_leave_a_tenth_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "machine_bytes", lambda: 1000)

    assert share_of_memory(1) == 900
    assert share_of_memory(3) == 300
