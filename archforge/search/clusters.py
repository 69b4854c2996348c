"""Trials as tasks of a Dask cluster, with the doors of ``workers.Pool``.

Where a task runs it starts its trial as one machine alone does: a process of its own, forked from a
server. A Dask worker so stays small and outlives what a trial does to its process. Epochs come to
the coordinator as events; its answer goes back by a queue of this very run of the task: Dask begins
a task again where its machine was lost, and the second run must not read answers to the first. The
end comes as an event too: what a task returns stays on its machine, and would be lost with it.
"""

import itertools
import logging
import os
import queue
import secrets
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import current_process
from typing import Any

from distributed import Client, Event, Future, KilledWorker, LocalCluster, Queue, get_worker
from distributed.protocol.pickle import dumps, loads

from archforge.crew.jobs import Job
from archforge.crew.workers import Message, Pool, worker_count
from archforge.errors import refuse

GPU = "GPU"
VISIBLE = "CUDA_VISIBLE_DEVICES"
_WAIT_S = 30
_LOOK_S = 1.0
_ROOM_S = 5.0
_DEVICES: Counter[str] = Counter()
_LOCK = threading.Lock()
# The machine took its process with it, and what its status was.
_DEATH = ("death", ("unknown", False))


@dataclass
class _Task:
    job: Job
    future: Any
    # Of the run of the task that spoke last.
    run: str = ""


class Cluster:
    """Trials that run at the same time, on machines that Dask knows.

    Args:
        work: ``module:function`` of the function that trains a trial.
        workers: Trials at once; ``auto`` for as many as the cluster has room for.
        timeout_s: After which a trial is ended; ``None`` for never.
        scheduler: Its address; ``None`` for a cluster of processes on this machine alone.
        resources: Of the cluster's workers, what each trial takes; of ``GPU`` it may be a share.

    Raises:
        ProblemError: There is no scheduler, or it has no workers.
    """

    def __init__(
        self,
        work: str,
        workers: int | str,
        timeout_s: float | None = None,
        scheduler: str | None = None,
        resources: Mapping[str, float] | None = None,
    ) -> None:
        self._work = work
        self._timeout_s = timeout_s
        self._resources = dict(resources or {})
        self._topic = f"archforge-{secrets.token_hex(8)}"
        self._starts = itertools.count()
        self._tasks: dict[int, _Task] = {}
        self._heard: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        self._local = None if scheduler else _local(int(workers))
        self._client = _client(scheduler or self._local)
        self._client.subscribe_topic(self._topic, self._hear)
        self._grows = workers == "auto"
        room = self._room()
        if room < 1:
            self.close()
            _refuse(f"no worker of it has {_shares(self._resources)}")
        self._workers = room if workers == "auto" else int(workers)
        self._looked = time.monotonic()

    @property
    def free(self) -> bool:
        """Whether one more trial may start; workers of a cluster come and go."""
        if self._grows and time.monotonic() > self._looked + _ROOM_S:
            self._looked = time.monotonic()
            self._workers = self._room()
        return len(self._tasks) < self._workers

    @property
    def busy(self) -> bool:
        """Whether a trial is running."""
        return bool(self._tasks)

    def start(self, job: Job) -> None:
        """Hand a trial to the cluster; it waits there where the room has shrunk meanwhile."""
        key = f"{self._topic}-{job.number}-{next(self._starts)}"
        # A task runs in another folder than the coordinator.
        found = replace(job, data=job.data.resolve(), folder=job.folder.resolve())
        if self._local is None:  # the machine where it runs has cores of its own
            found = replace(found, threads=0)
        future = self._client.submit(
            run_task, self._work, found, self._timeout_s, self._topic, self._resources.get(GPU, 0),
            key=key, pure=False, retries=0, resources=self._resources or None,
        )  # fmt: skip
        self._tasks[job.number] = _Task(job, future)
        future.add_done_callback(lambda done: self._heard.put((job.number, done.key)))

    def answer(self, number: int, *, go_on: bool) -> None:
        """Tell a trial that waits after an epoch whether to go on."""
        task = self._tasks[number]
        Queue(task.run, client=self._client).put(go_on)
        Event(task.run, client=self._client).set()

    def stop(self, number: int) -> None:
        """End one trial."""
        self._tasks.pop(number).future.cancel()

    def messages(self, wait_s: float = 0.5) -> Iterator[Message]:
        """What trials have said; a trial that ended is out of the pool when its end is given.

        Raises:
            ProblemError: The cluster has gone.
        """
        try:
            said = [self._heard.get(timeout=wait_s)]
        except queue.Empty:
            return
        while not self._heard.empty():
            said.append(self._heard.get())
        for number, key, *content in said:
            task = self._tasks.get(number)
            if task is None or task.future.key != key:  # it was stopped meanwhile
                continue
            if content:
                yield self._said(number, *content)
            else:
                del self._tasks[number]
                yield _failure(number, task.future)

    def close(self) -> None:
        """End every trial; a cluster of this machine ends with them."""
        for number in list(self._tasks):
            self.stop(number)
        self._client.close()
        if self._local is not None:
            self._local.close()

    def _hear(self, event: tuple[float, Any]) -> None:
        self._heard.put(tuple(event[1]))

    def _said(self, number: int, run: str, what: str, packed: bytes) -> Message:
        if what == "epoch":
            self._tasks[number].run = run
        else:
            del self._tasks[number]
        return Message(number, what, loads(packed))

    def _room(self) -> int:
        """Trials that the cluster's workers take at once, by threads and by resources."""
        total = 0
        for each in self._client.scheduler_info(n_workers=-1)["workers"].values():
            shares = [
                int(each["resources"].get(name, 0) / share)
                for name, share in self._resources.items()
            ]
            total += min([each["nthreads"], *shares])
        return total


def run_task(work: str, job: Job, timeout_s: float | None, topic: str, gpu: float) -> None:
    """The life of a trial on the machine where it runs."""
    # Dask's workers are daemons to Python, which lets no daemon have children, lest they outlive
    # it. A trial's process ends by itself when its pipe does.
    current_process().daemon = False
    worker = get_worker()
    key = worker.get_current_task()
    slots = worker.state.nthreads
    threads = job.threads or worker_count(slots, slots)[1]
    with _device(worker, gpu) as device:
        pool = Pool(work, 1, timeout_s)
        pool.start(replace(job, threads=threads, device=device))
        try:
            _relay(pool, job.number, worker, key, topic)
        finally:
            pool.close()


def _relay(pool: Pool, number: int, worker: Any, key: str, topic: str) -> None:
    run = f"{key}-{secrets.token_hex(8)}"
    told, answers = Event(run), Queue(run)
    while _is_wanted(worker, key):
        for message in pool.messages(_LOOK_S):
            packed = dumps(message.content)
            worker.log_event(topic, (number, key, run, message.what, packed))
            if message.what != "epoch":
                return
            # A queue would wait by itself, and log a traceback whenever its time is up.
            while not told.wait(_LOOK_S):
                if not _is_wanted(worker, key):
                    return
            told.clear()
            pool.answer(number, go_on=answers.get())


def _is_wanted(worker: Any, key: str) -> bool:
    """Whether nobody cancelled the task, and its coordinator lives: Dask lets its thread go on."""
    state = worker.state.tasks.get(key)
    return state is not None and state.state == "executing"


@contextmanager
def _device(worker: Any, share: float) -> Iterator[str]:
    """The GPU of this Dask worker with the fewest trials; none where no share of one is taken."""
    if not share:
        yield ""
        return
    visible = os.environ.get(VISIBLE, "")
    count = max(1, int(worker.state.total_resources.get(GPU, 1)))
    devices = visible.split(",") if visible else [str(index) for index in range(count)]
    with _LOCK:
        device = min(devices, key=lambda each: _DEVICES[each])
        _DEVICES[device] += 1
    try:
        yield device
    finally:
        with _LOCK:
            _DEVICES[device] -= 1


def _failure(number: int, future: "Future[Any]") -> Message:
    """The end of a task that told none: its process went, or the cluster."""
    if future.status == "cancelled":
        _refuse(f"trial {number} was cancelled there")
    if future.status != "error":
        return Message(number, *_DEATH)
    error = future.exception()
    if isinstance(error, KilledWorker):  # several times, else Dask began it again
        return Message(number, *_DEATH)
    return Message(number, "bug", "".join(traceback.format_exception(error)))


def _shares(resources: Mapping[str, float]) -> str:
    return " and ".join(f"{name}={share:g}" for name, share in resources.items()) or "a thread"


def _local(workers: int) -> LocalCluster:
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )


def _client(address: Any) -> Client:
    try:
        client = Client(address, timeout=_WAIT_S, set_as_default=False)
        client.wait_for_workers(1, timeout=_WAIT_S)
    except (OSError, TimeoutError, ValueError) as error:
        _refuse(" ".join(str(error).split())[:200] or type(error).__name__)
    return client


def _refuse(why: str) -> Any:
    refuse(
        "AF632",
        "the Dask cluster cannot be used",
        why=why,
        fix="look at `--scheduler` and at its workers; the same command goes on where it stopped",
    )
