"""Does a long search stay as fast and as small as it began?

200 trials of a training that takes a moment, in one study, drawn at random, nothing pruned. Printed
are the memory of the coordinator after trial 20 and at the end, the trials a second of the first
and the last 50, and what is left over.

    python benchmarks/search_many.py

Exit status 1 if memory grew by 2 % or more, the last 50 were slower by 10 % or more, or a process
or a file that does not belong to the study is left over.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archforge.crew.jobs import Job, Outcome, Report
from archforge.crew.workers import resident_bytes
from archforge.data import write_synth
from archforge.search import Event, search
from archforge.train import Settings

TRIALS, PART, SETTLED = 200, 50, 20
KEPT = {"best-experiment.yaml", "best.yaml", "study.db", "study.json", "study.lock", "trials",
        "trials.csv"}  # fmt: skip


def moment(job: Job, report: Report) -> Outcome:
    """A training of three epochs that learns nothing, and takes a twentieth of a second."""
    for epoch in range(1, job.settings.epochs + 1):
        time.sleep(0.05 / job.settings.epochs)
        report(epoch, 0.1 * epoch)
    return Outcome(job.settings.learning_rate)


def watch(ends: list[float], sizes: list[int]) -> Callable[[Event], None]:
    """Notes the time and the coordinator's memory after each trial."""

    def hear(event: Event) -> None:
        if event.what == "end":
            ends.append(time.perf_counter())
            sizes.append(resident_bytes(os.getpid()))

    return hear


def run(folder: Path) -> None:
    """The search; prints what was noted, as JSON."""
    ends: list[float] = []
    sizes: list[int] = []
    data = write_synth(folder / "images", count=6, size=48)
    study = search(
        "unet", preset="tutorial", data=data, trials=TRIALS, folder=folder / "study",
        given={"size": 32, "depth": 1, "dropout": 0.1, "filters": 4},
        ranges=["train.learning_rate=1e-5..1e-1:log"],
        settings=Settings(epochs=3), sampler="random", pruner="none",
        on_event=watch(ends, sizes), work="search_many:moment",
    )  # fmt: skip
    pictures = {path.relative_to(study.folder).parts[0] for path in study.pictures}
    left = {path.name for path in study.folder.iterdir()} - KEPT - pictures
    print(json.dumps({"ends": ends, "sizes": sizes, "left": sorted(left)}))


def session(leader: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            facts = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        if int(facts[3]) == leader and facts[0] != "Z":
            found.append(int(path.parent.name))
    return found


def main() -> int:
    """Search in a process of its own, print and judge."""
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, folder]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        said, _ = child.communicate()
        time.sleep(1)
        orphans = session(child.pid)
    facts = json.loads(said)
    ends, sizes, left = facts["ends"], facts["sizes"], facts["left"]
    first, last = (PART / (ends[end] - ends[end - PART]) for end in (PART, TRIALS - 1))
    growth = sizes[-1] / sizes[SETTLED] - 1
    print(f"{TRIALS} trials; memory {sizes[SETTLED] / 2**20:.1f} MiB after trial {SETTLED}, "
          f"{sizes[-1] / 2**20:.1f} MiB at the end: {growth:+.2%} (bound +2 %)")  # fmt: skip
    print(f"{first:.1f} trials a second in the first {PART}, {last:.1f} in the last: "
          f"{last / first - 1:+.1%} (bound -10 %)")  # fmt: skip
    print(f"left over: {len(orphans)} processes, {len(left)} files {' '.join(left)}")
    return int(growth >= 0.02 or last < 0.9 * first or bool(orphans or left))


if __name__ == "__main__":
    sys.exit(main())
