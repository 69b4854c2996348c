"""``archforge worker``: several coordinators on one study."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest

from archforge.cli import run
from archforge.errors import ProblemError
from archforge.search import Event, Study, join, read_study
from archforge.train import Settings
from tests.search.test_death import wait_for

Searching = Callable[..., Study]
RANGES = ["depth=1..2", "filters=8..64:8"]
NO_DROPOUT = {"dropout": 0.0}
# A worker as a process of its own; it ends by itself, or by what a test does to it.
WORKER = """
import sys
from pathlib import Path
from archforge.search import join

if __name__ == "__main__":
    join(Path(sys.argv[1]), work=sys.argv[2], workers=1)
"""


def start_worker(program: Path, folder: Path, work: str) -> "subprocess.Popen[bytes]":
    program.write_text(WORKER)
    words = [sys.executable, str(program), str(folder), f"tests.search.objectives:{work}"]
    return subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(Path.cwd())})


def trained(study: Study) -> Counter[str]:
    return Counter(each.fingerprint for each in study.trials if each.trained)


def test_two_nodes_make_exactly_the_trials_that_are_wanted_and_no_network_twice(
    searching: Searching, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    workers: list[subprocess.Popen[bytes]] = []

    def begin(event: Event) -> None:
        if not workers:
            workers.append(start_worker(tmp_path / "worker.py", folder, "leaves_its_pid"))

    study = searching(
        "leaves_its_pid", trials=10, ranges=RANGES, given=NO_DROPOUT, pruner="none", on_event=begin
    )
    status = workers[0].wait(400)

    nodes = {path.read_text() for path in folder.glob("parents/*")}
    assert status == 0
    assert study.counts()["complete"] == 10
    assert max(trained(study).values()) == 1
    assert len(nodes) == 2  # each of them trained some
    assert read_study(folder).trials == study.trials
    plain = optuna.load_study(study_name="archforge", storage=f"sqlite:///{folder / 'study.db'}")
    assert plain.best_trial.value == study.best.value if study.best else None


def test_a_killed_worker_gives_its_trial_to_another_node_which_goes_on_with_it(
    searching: Searching, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    searching("hill", trials=1, ranges=RANGES, given=NO_DROPOUT, pruner="none")
    record = json.loads((folder / "study.json").read_text())
    record["sessions"][-1]["trials"] = 2  # a worker reads how many are wanted
    (folder / "study.json").write_text(json.dumps(record))

    worker = start_worker(tmp_path / "worker.py", folder, "tells_its_pid")
    started = wait_for(lambda: any(folder.glob("pids/*")), 400)
    started = started and wait_for(lambda: len(epochs(folder)) > 2, 400)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    before = read_study(folder)
    after = searching(trials=2, ranges=RANGES, given=NO_DROPOUT, pruner="none")

    assert started
    assert before.trials[-1].state == "running"
    assert (len(after.trials), after.counts()["complete"]) == (len(before.trials), 2)
    assert after.trials[-1].values == before.trials[-1].values
    assert after.trials[-1].epochs[:2] == before.trials[-1].epochs[:2]


def epochs(folder: Path) -> tuple[float, ...]:
    return read_study(folder).trials[-1].epochs


def test_a_worker_on_other_images_is_refused(
    searching: Searching, tmp_path: Path, nuclei: Path
) -> None:
    searching(trials=1)
    fewer = tmp_path / "fewer"
    for path in nuclei.rglob("*"):
        if path.is_file() and "1" not in path.stem:
            copy = fewer / path.relative_to(nuclei)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())

    with pytest.raises(ProblemError, match="AF606"):
        join(tmp_path / "study", data=fewer)


def test_a_worker_without_a_study_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(["worker", str(tmp_path)])

    assert status == 1
    assert "AF610 there is no study" in capsys.readouterr().err


def test_a_worker_of_another_machine_needs_a_server(searching: Searching, tmp_path: Path) -> None:
    searching(trials=1, settings=Settings(epochs=1))
    file = tmp_path / "study" / "study.json"
    record = json.loads(file.read_text())
    record["sessions"][-1]["asked"]["host"] = "elsewhere"
    file.write_text(json.dumps(record))

    with pytest.raises(ProblemError, match="begin the study with `--storage postgresql://"):
        join(tmp_path / "study")
