"""A run once more, from nothing but its record, and what differs.

On the same machine, with the same packages and as many threads, nothing does; where it does, the
report says what else differs.
"""

import json
from dataclasses import replace
from pathlib import Path

from archforge.errors import Mark, listing, refuse
from archforge.files import write_whole
from archforge.runs import Run, said_if_unwritten
from archforge.train.differing import differences
from archforge.train.fitting import OnEpoch, train
from archforge.train.history import read_history
from archforge.train.machine import work_as
from archforge.train.opening import changed_since, open_recorded
from archforge.train.replayed import Replay
from archforge.train.settings import Epoch, Settings

REPORT = "replay.json"


def replay(
    run: Run,
    folder: Path,
    *,
    data: Path | None = None,
    anyway: bool = False,
    on_epoch: OnEpoch | None = None,
) -> Replay:
    """Train a run again in a folder of its own, and compare the two.

    A run that did not end by itself is trained for as many epochs as it had. One that a time ends
    goes by the seconds that the epochs of the first took, which no machine takes twice. Threads and
    rewriting of graphs are those of the record, where TensorFlow has not begun to work yet.

    Args:
        run: With at least one epoch.
        folder: A new or empty one; ``replay.json`` in it keeps what was found.
        data: Where the images lie now; by default where they lay then.
        anyway: Whether to train on images, a split or a network that changed since.
        on_epoch: As for ``train``.

    Raises:
        ProblemError: AF531, there is nothing to compare with, nothing says how long the epochs of a
            run took that a time ends, or what it was trained on changed. As ``train``.
    """
    if not run.epochs:
        refuse(
            "AF531",
            f"the run '{run.name}' has no epoch to compare with",
            mark=Mark(str(run.folder)),
            why=f"it is {run.status}, and ended before its first epoch did",
            fix="replay a run that learned something: `archforge runs --where 'epochs > 0'`",
        )
    pace = _pace(run)
    work_as(run.machine)
    opened = open_recorded(run, data)
    changed = changed_since(run, opened)
    if changed and not anyway:
        refuse(
            "AF531",
            f"the {listing(changed)} of the run '{run.name}' changed since it was started",
            mark=Mark(str(run.folder)),
            why="every number would differ, and none for a reason that one looks for",
            fix="bring back what was there, name it with `--data`, or give `--anyway`",
        )
    after = train(
        opened.graph,
        opened.architecture.text,
        opened.dataset,
        replace(Settings.read(run.settings), logger="none"),  # a tracker has the run already
        folder,
        fixed=opened.fixed,
        on_epoch=_as_far(run, on_epoch),
        briefly=brief_metrics(run),
        pace=pace,
    )
    found = differences(run, after)
    with said_if_unwritten(folder):
        write_whole(folder / REPORT, json.dumps(found.facts(), indent=1) + "\n")
    return found


def brief_metrics(run: Run) -> tuple[str, ...]:
    """Those of a run that was scored briefly, as a search does; none of any other."""
    return () if run.intervals else tuple(run.scores)


def _pace(run: Run) -> tuple[float, ...]:
    """Seconds of the epochs of a run that a time ends: its learning rate follows them, too."""
    if not Settings.read(run.settings).seconds:
        return ()
    if run.pace:
        return run.pace
    try:
        found = tuple(row["seconds"] for row in read_history(run.history))[: run.epochs]
    except (OSError, ValueError):
        found = ()
    if len(found) < run.epochs:
        refuse(
            "AF531",
            f"nothing says how long the epochs of the run '{run.name}' took",
            mark=Mark(str(run.history)),
            why="a time ends it, and its learning rate follows the time that it spent",
            fix=f"bring back '{run.history.name}': it has the seconds of each epoch",
        )
    return found


def _as_far(run: Run, on_epoch: OnEpoch | None) -> OnEpoch:
    """Ends where the run did."""

    def tell(epoch: Epoch) -> bool | None:
        going = None if on_epoch is None else on_epoch(epoch)
        return False if run.status != "done" and epoch.epoch >= run.epochs else going

    return tell
