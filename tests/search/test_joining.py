"""``archforge worker``: several coordinators on one study."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from archforge.cli import run
from archforge.errors import ProblemError
from archforge.search import Event, Study, join, joining, read_study
from archforge.search.nodes import Node
from archforge.train import Settings
from tests.search.conftest import NO_DROPOUT, Searching, StartWorker
from tests.search.test_death import wait_for

RANGES = ["depth=1..2", "filters=8..64:8"]


def trained(study: Study) -> Counter[str]:
    return Counter(each.fingerprint for each in study.trials if each.trained)


def test_two_nodes_make_exactly_the_trials_that_are_wanted_and_no_network_twice(
    searching: Searching, tmp_path: Path, start_worker: StartWorker
) -> None:
    folder = tmp_path / "study"
    workers: list[subprocess.Popen[bytes]] = []

    def begin(event: Event) -> None:
        if not workers:
            workers.append(start_worker("leaves_its_pid"))

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
    searching: Searching, tmp_path: Path, start_worker: StartWorker
) -> None:
    folder = tmp_path / "study"
    searching("hill", trials=1, ranges=RANGES, given=NO_DROPOUT, pruner="none")
    record = json.loads((folder / "study.json").read_text())
    record["sessions"][-1]["trials"] = 2  # a worker reads how many are wanted
    (folder / "study.json").write_text(json.dumps(record))

    worker = start_worker("tells_its_pid")
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


def test_a_trial_that_its_node_ends_while_another_looks_for_work_stays_ended(
    searching: Searching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave_it_running(event: Event) -> None:
        if event.what == "epoch":
            raise KeyboardInterrupt

    def end_it_first(node: Node, numbers: Iterable[int]) -> int | None:
        storage = RDBStorage(f"sqlite:///{tmp_path / 'study' / 'study.db'}")
        plain = optuna.load_study(study_name="archforge", storage=storage)
        if plain.trials[0].state is TrialState.RUNNING:
            plain.tell(0, 0.25)
        storage.remove_session()
        storage.engine.dispose()
        return adopt(node, numbers)

    small = {"ranges": RANGES, "given": NO_DROPOUT, "pruner": "none"}
    with pytest.raises(KeyboardInterrupt):
        searching("hill", trials=2, on_event=leave_it_running, **small)
    adopt = Node.adopt
    monkeypatch.setattr(Node, "adopt", end_it_first)
    study = searching("hill", trials=2, **small)

    assert study.counts()["complete"] == 2
    assert study.trials[0].value == 0.25


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


def test_a_worker_holds_as_much_memory_as_its_search_lets_it_and_has_gpus_of_its_own(
    searching: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    study = searching(trials=1, memory="3GiB")
    monkeypatch.setattr(joining, "search", lambda *_, **more: asked.append(more))

    join(study.folder, gpus=["1"])
    join(study.folder, memory="1GiB")

    assert [(each["gpus"], each["memory"]) for each in asked] == [(["1"], "3GiB"), ((), "1GiB")]
