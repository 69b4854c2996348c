"""Another node for a study that is there: what it does stands in ``study.json``.

The same draws, limits and trainings as those of the command that began the study, on images with
the same fingerprint; else its values could not be ranked with the others.
"""

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archforge.catalog import Architecture
from archforge.data import DataOptions
from archforge.errors import Mark, refuse
from archforge.runs.study import RECORD
from archforge.search.identity import read_record
from archforge.search.places import DATABASE, find_place
from archforge.search.plan import OnEvent
from archforge.search.records import Study
from archforge.search.request import WORK
from archforge.search.study import search
from archforge.spec import parse_spec, read_text
from archforge.train import Settings


def join(  # noqa: PLR0913 - what may differ from machine to machine
    folder: Path,
    *,
    data: Path | str | None = None,
    workers: int | str = "auto",
    gpus: Sequence[str] = (),
    memory: Any = None,
    storage: str | None = None,
    on_event: OnEvent | None = None,
    work: str = WORK,
) -> Study:
    """Draw and train trials of a study beside its other nodes, until it has as many as it wants.

    Args:
        folder: Of the study, on a file system that all nodes see.
        data: The images, where this machine has them elsewhere than that of the study.
        workers: Processes at the same time, or ``auto``.
        gpus: Numbers of this machine's GPUs: a worker each.
        memory: That a training may hold here; by default as much as the search lets it.
        storage: The URL of the study's database, where its password or host is another one.
        on_event: Told what happens.
        work: ``module:function`` that trains a trial.

    Returns:
        The study with the trials of all nodes.

    Raises:
        ProblemError: There is no study, its database cannot be reached, or images differ.
        TrialBugError: A trial met a bug of ours.
        KeyboardInterrupt: After the running epochs; other nodes go on with the trials.
    """
    record = read_record(folder)
    session = record["sessions"][-1]
    _check_reach(folder, session, storage)
    asked = session["asked"]
    return search(
        _architecture(record, folder),
        data=data or asked["data"],
        trials=session["trials"],
        folder=folder,
        preset=record["preset"],
        given=asked["given"],
        ranges=asked["ranges"],
        repeats=asked["repeats"],
        settings=Settings.read(record["settings"]),
        workers=workers,
        gpus=gpus,
        memory=asked.get("memory") if memory is None else memory,
        seed=record["seed"],
        sampler=record["sampler"],
        pruner=record["pruner"],
        options=DataOptions(**record["options"]),
        timeout_s=session["timeout_s"],
        goals=record["goals"],
        limits=record["limits"],
        storage=storage,
        on_event=on_event,
        work=work,
        joins=True,
    )


def _architecture(record: dict[str, Any], folder: Path) -> Architecture:
    """As the record has it; the file that it came from may have changed."""
    text, file = record["spec"], str(folder / RECORD)
    return Architecture(parse_spec(read_text(text, file), file), text)


def _check_reach(folder: Path, session: dict[str, Any], storage: str | None) -> None:
    mark = Mark(str(folder / RECORD))
    if "asked" not in session:
        refuse(
            "AF610",
            "the study's record does not say how it was begun",
            mark=mark,
            why="an earlier version of archforge wrote it",
            fix="give the command of `archforge search` once more, then start the worker",
        )
    host = session["asked"]["host"]
    if not find_place(folder, storage).server and host != platform.node():
        refuse(
            "AF608",
            f"the trials lie in '{DATABASE}', and the search runs on another machine, '{host}'",
            mark=mark,
            why="SQLite loses writes where several machines share its file",
            fix="begin the study with `--storage postgresql://USER@HOST/DATABASE`",
        )
