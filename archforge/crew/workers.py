"""One process for each trial, and the pipe to it.

Memory that a training leaks ends with its process, and a crash ends one trial. Processes are forked
from a server that has imported TensorFlow and touched no tensor, so a trial does not wait for the
import. A child reads its pipe in a thread: when the parent is gone, killed or not, the pipe ends
and the child ends at once, so no orphan goes on training.
"""

import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import connection, context, forkserver, get_all_start_methods, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from archforge.crew.jobs import Job, Work
from archforge.errors import ProblemError

# The driver of a GPU does not survive a fork once TensorFlow has listed its devices.
NVIDIA = Path("/proc/driver/nvidia/version")
# Where Linux shows control groups, which containers and job schedulers are made of.
CGROUPS = Path("/sys/fs/cgroup")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PATIENCE_S = 5.0
MOST_AUTO = 4


@dataclass(frozen=True)
class Message:
    """Something that a trial's process said, or its end.

    Args:
        number: Of the trial.
        what: ``epoch``, ``outcome``, ``problem``, ``memory``, ``bug``, ``death`` or ``timeout``.
        content: The epoch and its value; the outcome; the ``ProblemError``; words; the traceback;
            the exit code and whether the system killed something for memory meanwhile.
    """

    number: int
    what: str
    content: Any = None


@dataclass
class _Child:
    job: Job
    process: Any
    pipe: Connection
    started: float
    oom_kills: int
    gpu: str | None


class Pool:
    """Trials that run at the same time.

    Args:
        work: ``module:function`` of the function that trains a trial; its module is imported once,
            in the server.
        workers: Processes at once.
        timeout_s: After which a trial is ended; ``None`` for never.
        memory_bytes: That a trial may hold; ``None`` for any.
        gpus: Numbers of the GPUs, one for each worker; none to leave the choice to TensorFlow.
    """

    def __init__(
        self,
        work: str,
        workers: int,
        timeout_s: float | None = None,
        memory_bytes: float | None = None,
        gpus: tuple[str, ...] = (),
    ) -> None:
        self._work = work
        self._workers = workers
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._gpus = gpus
        self._context: Any = _context(work.partition(":")[0])
        self._children: dict[int, _Child] = {}

    @property
    def free(self) -> bool:
        """Whether one more trial may start."""
        return len(self._children) < self._workers

    @property
    def busy(self) -> bool:
        """Whether a trial is running."""
        return bool(self._children)

    def start(self, job: Job) -> None:
        """Start a trial."""
        assert self.free
        gpu = self._free_gpu()
        ours, theirs = self._context.Pipe()
        with _threads_in_environment(job.threads):
            process = self._started(theirs, job if gpu is None else replace(job, device=gpu))
        theirs.close()
        self._children[job.number] = _Child(job, process, ours, time.monotonic(), oom_kills(), gpu)

    def _started(self, pipe: Connection, job: Job) -> Any:
        """A process; again for a while where the server of processes was killed.

        The next start brings another server, once the system has told that the old one is dead.
        """
        end = time.monotonic() + PATIENCE_S
        while True:
            process = self._context.Process(
                target=run_child, args=(pipe, self._work, job), daemon=True
            )
            try:
                with _no_script():
                    process.start()
            except (OSError, EOFError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return process

    def _free_gpu(self) -> str | None:
        """A GPU that no running trial has."""
        taken = {child.gpu for child in self._children.values()}
        return next((gpu for gpu in self._gpus if gpu not in taken), None)

    def answer(self, number: int, *, go_on: bool) -> None:
        """Tell a trial that waits after an epoch whether to go on."""
        try:
            self._children[number].pipe.send(go_on)
        except OSError:  # it died while we thought; its end is read next
            return

    def stop(self, number: int) -> None:
        """End one trial."""
        child = self._children[number]
        child.process.terminate()
        self._remove(child)

    def messages(self, wait_s: float = 0.5) -> Iterator[Message]:
        """What trials have said; a trial that ended is out of the pool when its end is given."""
        handles: dict[Any, _Child] = {child.pipe: child for child in self._children.values()}
        ready = connection.wait(list(handles), wait_s)
        for handle in ready:
            child = handles[handle]
            message = self._read(child)
            if message.what != "epoch":
                self._remove(child)
            yield message
        yield from self._late()

    def close(self) -> None:
        """End every trial, without grace for those that do not listen."""
        for child in self._children.values():
            child.process.terminate()
        for child in list(self._children.values()):
            self._remove(child)

    def _read(self, child: _Child) -> Message:
        try:
            what, content = child.pipe.recv()
        except (EOFError, OSError):
            child.process.join(PATIENCE_S)
            status = child.process.exitcode
            killed = status == -signal.SIGKILL and oom_kills() > child.oom_kills
            return Message(child.job.number, "death", (status, killed))
        return Message(child.job.number, what, content)

    def _late(self) -> Iterator[Message]:
        """Ends those that took too long or grew too large."""
        for child in list(self._children.values()):
            number = child.job.number
            if self._timeout_s and time.monotonic() - child.started > self._timeout_s:
                self.stop(number)
                yield Message(number, "timeout")
            elif self._memory_bytes and resident_bytes(child.process.pid) > self._memory_bytes:
                self.stop(number)
                held = f"its process held more than {self._memory_bytes / 2**30:.3g} GiB"
                yield Message(number, "memory", held)

    def _remove(self, child: _Child) -> None:
        self._children.pop(child.job.number, None)
        child.pipe.close()
        child.process.join(PATIENCE_S)
        if child.process.is_alive():
            child.process.kill()
            child.process.join()
        child.process.close()


def begin_server(work: str, threads: int) -> None:
    """Have the server of processes import what a trial needs, while the caller does other things.

    Args:
        work: As for ``Pool``.
        threads: Of each trial; the server reads its environment once.
    """
    made = _context(work.partition(":")[0])
    if made.get_start_method() == "forkserver":
        with _threads_in_environment(threads):
            forkserver.ensure_running()


def run_child(pipe: Connection, work: str, job: Job) -> None:
    """The life of a trial's process."""
    # Ctrl-C goes to every process of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(dict.fromkeys(THREADS, str(job.threads)))
    if job.device:  # before TensorFlow looks for one
        os.environ["CUDA_VISIBLE_DEVICES"] = job.device
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, answers), daemon=True).start()

    def report(epoch: int, value: float) -> bool:
        pipe.send(("epoch", (epoch, value)))
        return answers.get()

    try:
        pipe.send(("outcome", _find(work)(job, report)))
    except ProblemError as error:
        pipe.send(("problem", error))
    except MemoryError as error:
        pipe.send(("memory", str(error)))
    except Exception:  # noqa: BLE001 (the parent stops the search and shows it)
        pipe.send(("bug", traceback.format_exc()))


def _listen(pipe: Connection, answers: "queue.SimpleQueue[bool]") -> None:
    while True:
        try:
            answers.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(1)  # the parent is gone; nobody would read what comes


def _find(work: str) -> Work:
    module, name = work.split(":")
    found: Work = getattr(import_module(module), name)
    return found


def worker_count(asked: int | str, trials: int) -> tuple[int, int]:
    """Processes and threads of each, for ``auto`` or a number.

    Several processes with one thread each train more than one with several threads. ``auto`` takes
    a process for each core, 4 at most: a sampler learns from trials that have ended. With a GPU it
    takes one.
    """
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    auto = 1 if NVIDIA.exists() else min(cores, MOST_AUTO)
    workers = min(auto if asked == "auto" else int(asked), max(trials, 1))
    return workers, max(1, cores // workers)


def resident_bytes(pid: int | None) -> int:
    """Memory that a process holds, as Linux says it; 0 where nobody says."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def oom_kills() -> int:
    """Processes that Linux has killed for memory: of our own control group, or else of the machine.

    0 where it does not say.
    """
    for path in (*(group / "memory.events" for group in _groups()[:1]), Path("/proc/vmstat")):
        try:
            lines = path.read_text("ascii").splitlines()
        except OSError:
            continue
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
    return 0


def _groups() -> list[Path]:
    """The folders of our control group and of those around it, the innermost first."""
    try:
        lines = Path("/proc/self/cgroup").read_text("utf-8").splitlines()
    except OSError:
        return []
    own = next((line.partition("::")[2] for line in lines if line.startswith("0::")), None)
    if own is None:
        return []
    inner = CGROUPS / own.lstrip("/")
    return [each for each in (inner, *inner.parents) if each.is_relative_to(CGROUPS)]


def _context(preload: str) -> context.BaseContext:
    if "forkserver" not in get_all_start_methods() or NVIDIA.exists():
        return get_context("spawn")
    made = get_context("forkserver")
    # This module too: its imports take longer than a small trial.
    made.set_forkserver_preload([__name__, preload])
    return made


@contextmanager
def _no_script() -> Iterator[None]:
    """Nothing of a trial lies in the caller's script, so its process need not run it once more.

    It would up to ``if __name__ == "__main__"``: half a second where much is imported, and without
    end where that line is missing.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


@contextmanager
def _threads_in_environment(threads: int) -> Iterator[None]:
    """The server of the processes reads the environment once, when it starts."""
    before: Mapping[str, str | None] = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def machine_bytes() -> int:
    """Physical memory, or what a container may have of it.

    Without an answer of the system, so much that nothing is too large.
    """
    try:
        most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        most = 2**63
    for group in _groups():
        try:
            said = (group / "memory.max").read_text("ascii").strip()
        except OSError:
            continue
        most = min(most, int(said)) if said.isdigit() else most
    return most


def share_of_memory(workers: int) -> float:
    """Bytes that each of several processes may hold: the system and its caches need some, too."""
    return 0.9 * machine_bytes() / workers
