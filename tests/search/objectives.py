"""Small stand-ins for a training, imported by a trial's process: a score in milliseconds."""

import math
import os
import signal
import time
from pathlib import Path

from archforge.analysis import costs
from archforge.crew.jobs import Job, Outcome, Report
from archforge.errors import refuse
from archforge.files import write_whole


def hill(job: Job, report: Report) -> Outcome:
    """Best at 16 filters without dropout; three epochs that rise to the value."""
    return _climb(job, report, _height(job), epochs=job.settings.epochs)


def slow_hill(job: Job, report: Report) -> Outcome:
    """The same, a quarter of a second for each epoch."""
    return _climb(job, report, _height(job), epochs=job.settings.epochs, pause_s=0.25)


def diverges_above_16(job: Job, report: Report) -> Outcome:
    if job.graph.hyperparameters["filters"] > 16:  # type: ignore[operator]  # whole numbers here
        refuse("AF509", "the loss is no number")
    return hill(job, report)


def dies_above_16(job: Job, report: Report) -> Outcome:
    if job.graph.hyperparameters["filters"] > 16:  # type: ignore[operator]  # whole numbers here
        os.kill(os.getpid(), signal.SIGKILL)
    return hill(job, report)


def crashes_above_16(job: Job, report: Report) -> Outcome:
    """As a faulty kernel does: not what the system does for want of memory."""
    if job.graph.hyperparameters["filters"] > 16:  # type: ignore[operator]  # whole numbers here
        os.kill(os.getpid(), signal.SIGSEGV)
    return hill(job, report)


def hangs_above_16(job: Job, report: Report) -> Outcome:
    if job.graph.hyperparameters["filters"] > 16:  # type: ignore[operator]  # whole numbers here
        time.sleep(600)
    return hill(job, report)


def is_no_number(job: Job, report: Report) -> Outcome:
    return Outcome(float("nan"))


def runs_out_of_memory(job: Job, report: Report) -> Outcome:
    raise MemoryError


def needs_small_batches(job: Job, report: Report) -> Outcome:
    if job.settings.batch_size > 8:
        raise MemoryError
    facts = {"batch_size": job.settings.batch_size, "accumulate": job.settings.accumulate}
    return Outcome(0.5, facts)


def train_trial_itself(job: Job, report: Report) -> Outcome:
    from archforge.crew.training import train_trial

    return train_trial(job, report)


def dies_once_in_epoch_3(job: Job, report: Report) -> Outcome:
    """A real training that is killed from outside, once, before it tells its third epoch."""
    return _dies_once(job, report, share_left=1.0)


def loses_its_power_in_epoch_3(job: Job, report: Report) -> Outcome:
    """The same, with half of its last checkpoint on the disk."""
    return _dies_once(job, report, share_left=0.5)


def loses_its_history_in_epoch_3(job: Job, report: Report) -> Outcome:
    """The same, with half of its history on the disk, and all of its checkpoint."""
    return _dies_once(job, report, share_left=0.5, lost="history.csv")


def _dies_once(
    job: Job, report: Report, share_left: float, lost: str = "checkpoint.npz"
) -> Outcome:
    from archforge.crew.training import train_trial

    def told(epoch: int, value: float) -> bool:
        if epoch == 3 and not (job.folder.parent / "died").exists():
            (job.folder.parent / "died").touch()
            kept = job.folder / lost
            kept.write_bytes(kept.read_bytes()[: int(kept.stat().st_size * share_left)])
            os.kill(os.getpid(), signal.SIGKILL)
        with (job.folder.parent / "told").open("a") as file:
            print(epoch, file=file)
        return report(epoch, value)

    return train_trial(job, told)


def has_a_bug(job: Job, report: Report) -> Outcome:
    raise KeyError("a slip of ours")


def has_no_disk(job: Job, report: Report) -> Outcome:
    refuse("AF502", "the run cannot be written")


def saves_a_model(job: Job, report: Report) -> Outcome:
    job.folder.mkdir(parents=True)
    (job.folder / "model.keras").write_text("weights")
    return hill(job, report)


def tells_its_pid(job: Job, report: Report) -> Outcome:
    """Leaves a file with its process's id, then takes long."""
    _pids(job).mkdir(parents=True, exist_ok=True)
    (_pids(job) / str(os.getpid())).touch()
    return _climb(job, report, 0.5, epochs=1000, pause_s=0.05)


def leaves_its_pid(job: Job, report: Report) -> Outcome:
    """The hill, half a second an epoch; it writes which process started it."""
    parents = job.folder.parent.parent / "parents"
    parents.mkdir(exist_ok=True)
    (parents / f"{job.number}").write_text(str(_grandparent()))
    return _climb(job, report, _height(job), epochs=job.settings.epochs, pause_s=0.2)


def _grandparent() -> int:
    """Of a forked trial: the coordinator, past the server of the forks."""
    return int(Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1])


def deeper_is_better(job: Job, report: Report) -> Outcome:
    """Best at the greatest depth that builds, and at 40 filters."""
    depth, filters = (job.graph.hyperparameters[name] for name in ("depth", "filters"))
    assert isinstance(depth, int)
    assert isinstance(filters, int)
    return Outcome(0.2 * depth - 0.001 * abs(filters - 40))


def lucky_hill(job: Job, report: Report) -> Outcome:
    """Half of the value is the luck of the seed."""
    return Outcome(_height(job) / 2 + job.settings.seed / 2**33)


def tells_its_settings(job: Job, report: Report) -> Outcome:
    """The faster the better."""
    rate = job.settings.learning_rate
    return Outcome(rate, {"learning_rate": rate})


def climbs_with_a_checkpoint(job: Job, report: Report) -> Outcome:
    """Goes on after the last epoch that it wrote, as a training does."""
    job.folder.mkdir(parents=True, exist_ok=True)
    kept = job.folder / "epoch"
    done = int(kept.read_text()) if kept.exists() else 0
    top = _height(job)
    for epoch in range(1, job.settings.epochs + 1):
        if epoch > done:
            time.sleep(0.2)
            write_whole(kept, str(epoch))
        if not report(epoch, top * epoch / job.settings.epochs):
            return Outcome(None)
    return Outcome(top)


def slower_with_filters(job: Job, report: Report) -> Outcome:
    """A millisecond for each filter, which is measured before anything is trained."""
    filters = job.graph.hyperparameters["filters"]
    assert isinstance(filters, int)
    facts = {"predict_ms": float(filters)}
    return Outcome(None if filters > job.most_ms else _height(job), facts)


def sees_its_gpu(job: Job, report: Report) -> Outcome:
    time.sleep(0.3)
    return Outcome(0.5, {"gpu": os.environ.get("CUDA_VISIBLE_DEVICES", "all")})


def holds_half_a_gibibyte(job: Job, report: Report) -> Outcome:
    """Unless its batch is small."""
    held = bytearray(2**29 if job.settings.batch_size > 8 else 2**10)
    held[:: 2**12] = b"1" * len(held[:: 2**12])
    time.sleep(3)
    return Outcome(0.5)


def not_twice(job: Job, report: Report) -> Outcome:
    """What is trained again comes to nothing."""
    return Outcome(None) if "retrain" in job.folder.parts else hill(job, report)


def fails_later(job: Job, report: Report) -> Outcome:
    """A bug that shows when the best are trained again."""
    if "retrain" in job.folder.parts:
        raise RuntimeError("of the test")
    return hill(job, report)


def larger_is_better(job: Job, report: Report) -> Outcome:
    parameters = costs(job.graph).parameters.total
    return Outcome(1 - 1 / math.log(parameters))


def _pids(job: Job) -> Path:
    return job.folder.parent.parent / "pids"


def _height(job: Job) -> float:
    filters = job.graph.hyperparameters["filters"]
    assert isinstance(filters, int)
    dropout = sum(value for key, value in job.values.items() if key.startswith("dropout"))
    return 0.9 - 0.01 * abs(filters - 16) - 0.2 * float(dropout)


def _climb(job: Job, report: Report, top: float, *, epochs: int, pause_s: float = 0.0) -> Outcome:
    for epoch in range(1, epochs + 1):
        time.sleep(pause_s)
        if not report(epoch, top * epoch / epochs):
            return Outcome(None)
    return Outcome(top, {"seed": job.settings.seed})
