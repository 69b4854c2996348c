"""A search under fire: workers and the coordinator are killed all the time, and nothing is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from archforge.search import read_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes come from /proc"),
]
TRIALS = 60
PROGRAM = """
import sys
from pathlib import Path

from archforge.search import search
from archforge.train import Settings
from tests.search.conftest import architecture

if __name__ == "__main__":
    search(
        architecture(),
        data=sys.argv[1],
        trials=int(sys.argv[3]),
        folder=Path(sys.argv[2]),
        ranges=["depth=1..2", "filters=8..64:8", "train.learning_rate=1e-4..1e-2:log"],
        settings=Settings(epochs=4, patience=100),
        workers=2,
        work="tests.search.objectives:climbs_with_a_checkpoint",
    )
"""


def family(root: int) -> list[int]:
    """The living descendants of a process."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            facts = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        if facts[0] != "Z":
            parents[int(path.parent.name)] = int(facts[1])
    found: set[int] = set()
    new = {root}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return sorted(found)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def hit(coordinator: "subprocess.Popen[bytes]", chance: random.Random, kills: Counter[str]) -> None:
    """Kill workers of a coordinator for some seconds, then the coordinator itself."""
    until = time.monotonic() + chance.uniform(8, 14)
    while coordinator.poll() is None and time.monotonic() < until:
        time.sleep(chance.uniform(0.5, 2.0))
        workers = family(coordinator.pid)[1:]
        if workers:
            kill(chance.choice(workers))
            kills["worker"] += 1
    if coordinator.poll() is None:
        coordinator.kill()
        kills["coordinator"] += 1


def weather(command: list[str], kills: Counter[str]) -> bool:
    """Start the same command again and again under fire; whether it comes to its end."""
    chance = random.Random(0)  # noqa: S311 (a storm that can be had again)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    end = time.monotonic() + 900
    while time.monotonic() < end:
        coordinator = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        hit(coordinator, chance, kills)
        _, said = coordinator.communicate()
        if coordinator.returncode == 0:
            return True
        assert coordinator.returncode == -signal.SIGKILL, said.decode()
    return False


def test_sixty_trials_survive_a_storm_of_kills(nuclei: Path, tmp_path: Path) -> None:
    program, folder = tmp_path / "program.py", tmp_path / "study"
    program.write_text(PROGRAM)
    kills: Counter[str] = Counter()

    ended = weather([sys.executable, str(program), str(nuclei), str(folder), str(TRIALS)], kills)

    study = read_study(folder)
    states = Counter(each.state for each in study.trials)
    assert ended
    assert min(kills["worker"], kills["coordinator"]) >= 3
    assert states["complete"] + states["pruned"] == TRIALS
    assert states.keys() <= {"complete", "pruned", "infeasible", "duplicate"}, states
    assert len({each.mark for each in study.trials if each.counts}) == TRIALS
    # What was cut off went on: each has the epochs that it was given, no more.
    complete = [each for each in study.trials if each.state == "complete"]
    assert {len(each.epochs) for each in complete} == {4}
    assert {(each.folder or folder).joinpath("epoch").read_text() for each in complete} == {"4"}
