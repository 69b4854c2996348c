"""What is left when a search ends in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archforge.search import Event, read_study
from archforge.search.store import Store
from archforge.train import Settings
from tests.search.conftest import TOY, Searching

RANGES = ["depth=1..1", "filters=8..24:8"]
PROGRAM = """
import sys
from pathlib import Path
from typing import Any

from archforge.search import search
from archforge.train import Settings
from tests.search.conftest import architecture

if __name__ == "__main__":
    search(
        architecture(),
        data=sys.argv[1],
        trials=3,
        folder=Path(sys.argv[2]),
        given={"dropout": 0.0},
        ranges=["depth=1..1", "filters=8..24:8"],
        settings=Settings(epochs=4, patience=100),
        workers=2,
        work="tests.search.objectives:tells_its_pid",
    )
"""


def test_ctrl_c_keeps_finished_trials_and_the_next_session_goes_on_with_the_others(
    searching: Searching, tmp_path: Path
) -> None:
    def press(event: Event) -> None:
        if event.what == "start" and event.trial.number > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        searching(trials=3, ranges=RANGES, given={"dropout": 0.0}, on_event=press)
    cut = read_study(tmp_path / "study")
    study = searching(trials=3, ranges=RANGES, given={"dropout": 0.0}, pruner="median")

    (left,) = [each for each in cut.trials if each.kind == "interrupted"]
    assert cut.counts()["complete"] == 1
    assert cut.counts()["failed"] == 0
    assert "1 interrupted; the same command goes on with them." in cut.words()
    assert (study.trials[left.number].values, study.interrupted) == (left.values, 0)
    assert sum(each.counts for each in study.trials) == 3


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def wait_for(condition: Callable[[], bool], most_s: float = 60.0) -> bool:
    end = time.monotonic() + most_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.mark.keras
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_ctrl_c_in_a_terminal_ends_every_process_with_status_130(
    nuclei: Path, tmp_path: Path
) -> None:
    spec = tmp_path / "toy.yaml"
    spec.write_text(TOY)
    folder = tmp_path / "study"
    words = ["search", str(spec), "--data", str(nuclei), "--trials", "4", "--epochs", "5000"]
    words += ["--patience", "5000", "--pruner", "none", "--workers", "2", "-o", str(folder)]
    # Tests may run as a background job, which has Ctrl-C ignored; a terminal's program has not.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    run = f"{listening}from archforge.cli import main; main()"
    program = [sys.executable, "-c", run, *words]
    coordinator = subprocess.Popen(program, start_new_session=True, stderr=subprocess.PIPE)

    began = wait_for(lambda: len(list(folder.glob("trials/*/history.csv"))) == 2)
    os.killpg(coordinator.pid, signal.SIGINT)  # as a terminal does
    _, said = coordinator.communicate(timeout=60)
    ended = wait_for(lambda: not group(coordinator.pid), 20.0)

    assert began
    assert coordinator.returncode == 130
    assert ended
    assert said.decode().rstrip().endswith("interrupted")
    assert "Traceback" not in said.decode()
    assert [each.kind for each in read_study(folder).trials] == ["interrupted", "interrupted"]


def group(leader: int) -> list[int]:
    """Living processes of a group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            facts = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        if int(facts[2]) == leader and facts[0] != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_a_killed_coordinator_leaves_no_orphan_and_the_same_trials_go_on(
    searching: Searching, tmp_path: Path, nuclei: Path
) -> None:
    folder = tmp_path / "study"
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    coordinator = subprocess.Popen(
        [sys.executable, str(program), str(nuclei), str(folder)], env=environment
    )

    def pids() -> list[int]:
        return [int(path.name) for path in (folder / "pids").glob("*")]

    started = wait_for(lambda: len(pids()) == 2)
    coordinator.send_signal(signal.SIGKILL)
    coordinator.wait()
    ended = wait_for(lambda: not any(map(alive, pids())), 20.0)
    before = read_study(folder)
    study = searching(trials=3, ranges=RANGES, given={"dropout": 0.0}, settings=Settings(epochs=4))

    assert started
    assert ended
    assert [each.state for each in before.trials] == ["running", "running"]
    again = [each.values for each in study.trials[:2]]
    assert again == [each.values for each in before.trials]
    assert sum(each.counts for each in study.trials) == 3


def test_a_duplicate_that_was_cut_off_before_its_end_is_not_trained(
    searching: Searching, tmp_path: Path
) -> None:
    """The session was killed between what it kept of the draw and the word that it is one."""
    space: dict[str, Any] = {"given": {"dropout": 0.0}, "ranges": ["depth=1..1", "filters=8..16:8"]}
    before = searching(trials=2, pruner="none", **space)
    first = before.trials[0]
    store = Store(tmp_path / "study")
    store.enqueue(first.values)
    cut = store.ask().number
    store.keep(cut, {"mark": first.mark, "fingerprint": first.fingerprint})
    store.close()

    after = searching(trials=2, pruner="none", **space)

    assert after.trials[cut].state == "duplicate"
    assert after.trials[cut].twin == first.number
    assert after.counts()["complete"] == 2
