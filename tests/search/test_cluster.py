"""Searches with a real PostgreSQL, and on a real Dask cluster of two nodes."""

import json
import subprocess
from pathlib import Path

import optuna
import pytest
from distributed import Client
from optuna.storages import RDBStorage

from archforge.crew.jobs import Job
from archforge.data import DataOptions
from archforge.errors import ProblemError
from archforge.search import Event, read_study
from archforge.search.clusters import Cluster
from archforge.search.places import DRIVER
from archforge.train import Settings
from tests.search.conftest import NO_DROPOUT, TOY, Searching, StartWorker, architecture
from tests.search.services import Nodes, Server
from tests.search.test_death import wait_for
from tests.search.test_joining import RANGES, trained

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


def test_two_nodes_share_a_study_in_postgresql_through_a_restart_of_its_server(
    searching: Searching, tmp_path: Path, server: Server, start_worker: StartWorker
) -> None:
    folder = tmp_path / "study"
    workers: list[subprocess.Popen[bytes]] = []
    restarted: list[int] = []

    def watch(event: Event) -> None:
        if not workers:
            workers.append(start_worker("leaves_its_pid"))
        if event.done >= 3 and not restarted:
            restarted.append(event.done)
            server.restart()

    study = searching(
        "leaves_its_pid", trials=12, ranges=RANGES, given=NO_DROPOUT, pruner="none",
        storage=server.url, on_event=watch,
    )  # fmt: skip
    status = workers[0].wait(300)

    assert status == 0
    assert study.counts()["complete"] == 12
    assert max(trained(study).values()) == 1
    assert len({path.read_text() for path in folder.glob("parents/*")}) == 2
    assert read_study(folder, server.url).trials == study.trials
    assert restarted


def test_a_study_in_postgresql_opens_in_plain_optuna_and_keeps_no_password(
    searching: Searching, tmp_path: Path, server: Server
) -> None:
    folder = tmp_path / "study"
    searching(trials=1, ranges=RANGES, given=NO_DROPOUT, storage=server.url)
    study = searching(trials=2, ranges=RANGES, given=NO_DROPOUT)  # it knows where its trials are

    record = (folder / "study.json").read_text()
    database = RDBStorage(server.url.replace("postgresql:", f"{DRIVER}:"))
    name = json.loads(record)["storage"]["study"]
    plain = optuna.load_study(study_name=name, storage=database).trials
    database.engine.dispose()

    assert [each.params for each in plain] == [dict(each.values) for each in study.trials]
    assert name.startswith("study-")
    assert server.password not in record
    assert not (folder / "study.db").exists()


def test_a_wrong_password_is_told_at_once(
    searching: Searching, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "wrong")

    with pytest.raises(ProblemError, match="AF631"):
        searching(trials=1, storage=server.url.replace(f":{server.password}@", "@"))


def test_a_search_goes_on_when_a_node_of_its_dask_cluster_is_removed(
    searching: Searching, nodes: Nodes
) -> None:
    most: set[int] = set()
    running: set[int] = set()

    def watch(event: Event) -> None:
        if event.what == "start":
            running.add(event.trial.number)
        if event.what == "end":
            running.discard(event.trial.number)
        most.add(len(running))
        if event.done == 2 and event.what == "end":
            nodes.remove_one()

    study = searching(
        "slow_hill", trials=6, ranges=RANGES, given=NO_DROPOUT, pruner="none", workers="auto",
        engine="dask", scheduler=nodes.address, resources={"GPU": 0.5}, on_event=watch,
    )  # fmt: skip

    assert study.counts()["complete"] == 6
    assert max(trained(study).values()) == 1
    assert max(most) == 2
    assert all(len(each.epochs) == 4 for each in study.trials if each.state == "complete")


def test_the_end_of_a_trial_is_known_although_its_node_is_removed_before_anyone_has_asked(
    nodes: Nodes, tmp_path: Path
) -> None:
    job = Job(
        number=7, graph=architecture().graph(), values={}, fixed={}, spec_text=TOY, data=tmp_path,
        options=DataOptions(), settings=Settings(batch_size=8), folder=tmp_path,
    )  # fmt: skip
    cluster = Cluster("tests.search.objectives:needs_small_batches", 1, scheduler=nodes.address)
    cluster.start(job)

    with Client(nodes.address, set_as_default=False) as client:
        assert wait_for(lambda: any(client.has_what().values()))  # the trial is over
        nodes.remove_one()
        nodes.remove_one()
        assert wait_for(lambda: not client.scheduler_info()["workers"])
    told = list(cluster.messages())
    cluster.close()

    assert [(each.number, each.what, each.content.value) for each in told] == [(7, "outcome", 0.5)]


def test_a_dask_cluster_of_this_machine_needs_no_scheduler_and_tells_how_a_trial_failed(
    searching: Searching,
) -> None:
    study = searching(
        "dies_above_16", trials=3, ranges=["depth=1..1", "filters=8..24:8"], given=NO_DROPOUT,
        sampler="grid", workers=2, engine="dask",
    )  # fmt: skip

    (failed,) = [each for each in study.trials if each.state == "failed"]
    assert failed.message == "its process ended with status -9, 3 times in the same epoch"
    assert study.counts()["complete"] == 2


def test_a_scheduler_that_does_not_answer_is_refused(searching: Searching) -> None:
    with pytest.raises(ProblemError, match="AF632"):
        searching(trials=1, engine="dask", scheduler="tcp://127.0.0.1:1")


def test_resources_that_no_worker_has_are_refused_however_many_trials_are_to_run(
    searching: Searching, nodes: Nodes
) -> None:
    asked = {"engine": "dask", "scheduler": nodes.address, "resources": {"FPGA": 2}}

    for workers in ("auto", 2):
        with pytest.raises(ProblemError, match=r"AF632(.|\n)*no worker of it has FPGA=2"):
            searching(trials=1, workers=workers, **asked)
