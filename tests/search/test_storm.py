"""A search under fire: workers and the coordinator are killed all the time, and nothing is lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from archforge.search import read_study
from tests.search.services import Nodes, Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes come from /proc"),
]
TRIALS = 60
PROGRAM = """
import json
import sys
from pathlib import Path

from archforge.search import search
from archforge.train import Settings
from tests.search.conftest import architecture

if __name__ == "__main__":
    search(
        architecture(),
        data=sys.argv[1],
        folder=Path(sys.argv[2]),
        ranges=["depth=1..2", "filters=8..64:8", "train.learning_rate=1e-4..1e-2:log"],
        settings=Settings(epochs=4, patience=100),
        work="tests.search.objectives:climbs_with_a_checkpoint",
        **json.loads(sys.argv[3]),
    )
"""
Lives = list[int]


def family(root: int) -> Lives:
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


@dataclass
class Storm:
    """Kills that hit one command, which is started again after each of its deaths.

    The coordinator dies after some seconds, or sooner, when the study has got on by a fifth of
    its trials: a fast machine must not come through before the storm has begun.

    Args:
        study: The folder of the study, which says how far it is.
        targets: The processes of workers, of the coordinator with this pid.
        pause_s: Between two kills, from and to.
        blow: What happens once, in the middle.
    """

    study: Path
    targets: Callable[[int], Lives] = family
    pause_s: tuple[float, float] = (0.5, 2.0)
    blow: Callable[[], object] | None = None
    kills: Counter[str] = field(default_factory=Counter)
    # A storm that can be had again.
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311

    def over(self, command: list[str]) -> bool:
        """Whether the command comes to its end."""
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        end = time.monotonic() + 900
        while time.monotonic() < end:
            coordinator = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
            self._hit(coordinator)
            _, said = coordinator.communicate()
            if coordinator.returncode == 0:
                return True
            assert coordinator.returncode == -signal.SIGKILL, said.decode()
        return False

    def _hit(self, coordinator: "subprocess.Popen[bytes]") -> None:
        """Kill workers of a coordinator for some seconds, then the coordinator itself."""
        until = time.monotonic() + self.chance.uniform(8, 14)
        enough = self._trained() + TRIALS // 5
        while coordinator.poll() is None and time.monotonic() < until and self._trained() < enough:
            time.sleep(self.chance.uniform(*self.pause_s))
            if self.blow and self.kills["coordinator"] == 2:
                self.blow()
                self.blow = None
            workers = self.targets(coordinator.pid)
            if workers:
                kill(self.chance.choice(workers))
                self.kills["worker"] += 1
        if coordinator.poll() is None:
            coordinator.kill()
            self.kills["coordinator"] += 1

    def _trained(self) -> int:
        """How many trials have an epoch behind them."""
        return sum("epoch" in files for _, _, files in os.walk(self.study))


@dataclass
class Ship:
    """A study that is out in a storm.

    Args:
        data: Its images.
        home: A folder of the test's own.
    """

    data: Path
    home: Path

    @property
    def study(self) -> Path:
        return self.home / "study"

    def meet(self, storm: Storm, **more: Any) -> None:
        """All its trials end as they should, and none is trained twice."""
        program, folder = self.home / "program.py", self.study
        program.write_text(PROGRAM)
        asked = json.dumps({"trials": TRIALS, "workers": 2, **more})

        ended = storm.over([sys.executable, str(program), str(self.data), str(folder), asked])

        study = read_study(folder, more.get("storage"))
        states = Counter(each.state for each in study.trials)
        assert ended
        assert min(storm.kills["worker"], storm.kills["coordinator"]) >= 3
        assert storm.blow is None
        assert states["complete"] + states["pruned"] == TRIALS
        assert states.keys() <= {"complete", "pruned", "infeasible", "duplicate"}, states
        assert len({each.mark for each in study.trials if each.counts}) == TRIALS
        # What was cut off went on: each has the epochs that it was given, no more.
        complete = [each for each in study.trials if each.state == "complete"]
        assert {len(each.epochs) for each in complete} == {4}
        assert {(each.folder or folder).joinpath("epoch").read_text() for each in complete} == {"4"}


@pytest.fixture
def ship(nuclei: Path, tmp_path: Path) -> Ship:
    return Ship(nuclei, tmp_path)


def test_sixty_trials_survive_a_storm_of_kills(ship: Ship) -> None:
    ship.meet(Storm(ship.study))


@pytest.mark.cluster
def test_sixty_trials_survive_it_while_their_postgresql_is_restarted(
    ship: Ship, server: Server
) -> None:
    ship.meet(Storm(ship.study, blow=server.restart), storage=server.url)


@pytest.mark.cluster
def test_sixty_trials_survive_it_while_a_node_of_their_cluster_is_removed(
    ship: Ship, nodes: Nodes
) -> None:
    def targets(_: int) -> Lives:
        return [pid for node in nodes.pids for pid in family(node)]

    # Dask itself gives a task up whose machine died four times.
    storm = Storm(ship.study, targets, pause_s=(1.5, 3.0), blow=nodes.remove_one)
    ship.meet(storm, engine="dask", scheduler=nodes.address)
