"""``run.json``, written whole or not at all, and read with suspicion."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, asdict, fields
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from archforge.errors import Mark, Problem, ProblemError, refuse
from archforge.files import read_mapping, write_whole
from archforge.runs.record import STATUSES, TASKS, Failure, Run

RECORD = "run.json"
# Where trackers keep copies of runs: ours and MLflow's own default.
COPIES = ("mlartifacts", "mlruns")
# A new number where old readers would misread; a new field with a default needs none.
FORMAT = 1
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(
        ("name", "architecture", "task", "fingerprint", "started", "status", "command"), (str,)
    ),
    **dict.fromkeys(
        ("hyperparameters", "fixed", "network", "settings", "data", "versions"), (dict,)
    ),
    **dict.fromkeys(("scores", "intervals", "baseline", "machine"), (dict,)),
    **dict.fromkeys(("parameters", "macs", "seed", "epochs", "best_epoch"), (int,)),
    "seconds": (int, float),
    "best_score": (int, float, type(None)),
    "peak_memory": (int, type(None)),
    "preset": (str, type(None)),
    "failure": (dict, type(None)),
    "pace": (list,),
}
# What readers take at its word of the mappings in a record; one that lacks it says nothing of it.
_INSIDE: dict[tuple[str, str], tuple[type, ...]] = {
    ("network", "channels"): (int,),
    **{("data", name): (int,) for name in ("train", "validation", "test", "channels", "classes")},
    **{("data", name): (str,) for name in ("folder", "fingerprint")},
    ("data", "options"): (dict,),
}
# Ours have three levels; hundreds would be more than Python's own stack takes when it copies them.
_DEEPEST = 32


def write_run(run: Run) -> None:
    """Write the record into the run's folder: beside its place, then renamed into it.

    Raises:
        ProblemError: The folder cannot be written.
    """
    facts = {"format": FORMAT, **asdict(run)}
    del facts["folder"]
    text = json.dumps(facts, indent=2, allow_nan=False) + "\n"
    with said_if_unwritten(run.folder):
        write_whole(run.folder / RECORD, text)


@contextmanager
def said_if_unwritten(folder: Path) -> Iterator[None]:
    """A file of a run that cannot be written is a problem, such as a disk that is full.

    Raises:
        ProblemError: AF502, in place of the ``OSError``.
    """
    try:
        yield
    except OSError as error:
        refuse(
            "AF502",
            f"the run cannot be written: {(error.strerror or str(error) or 'error').lower()}",
            mark=Mark(str(folder)),
            why="the operating system refused it",
            fix="make room on the disk, or give another folder with `-o`",
        )


def read_run(folder: Path) -> Run:
    """The record in ``folder``.

    Raises:
        ProblemError: It is missing, damaged or of a later version.
    """
    path = Path(folder) / RECORD
    try:
        facts = read_mapping(path, partial(_refuse_damaged, path))
    except FileNotFoundError:
        _refuse_missing(path)
    if isinstance(facts.get("format"), int) and facts["format"] > FORMAT:
        refuse(
            "AF501",
            f"the record has format {facts['format']}, this version reads {FORMAT}",
            mark=Mark(str(path)),
            why="it was written by a later archforge",
            fix="read it with that version",
        )
    return _run(path, facts)


def list_runs(folder: Path) -> tuple[list[Run], list[Problem]]:
    """Every run in and below ``folder``, the oldest first, and a problem for each damaged one.

    Copies that were handed on to a tracker are no runs of their own.
    """
    runs: list[Run] = []
    problems: list[Problem] = []
    for path in sorted(Path(folder).rglob(RECORD)):
        if not set(COPIES).isdisjoint(path.relative_to(folder).parts):
            continue
        try:
            runs.append(read_run(path.parent))
        except ProblemError as error:
            problems += error.problems
    return sorted(runs, key=lambda run: (run.started, run.name)), problems


def _run(path: Path, facts: Mapping[str, Any]) -> Run:
    known = {f.name: f for f in fields(Run) if f.name != "folder"}
    needed = {
        name for name, f in known.items() if f.default is MISSING and f.default_factory is MISSING
    }
    if missing := sorted(needed - facts.keys()):
        _refuse_damaged(path, f"it lacks '{missing[0]}'")
    values = {name: facts[name] for name in known if name in facts}
    for name, value in values.items():
        _check_numbers(path, name, value)
        _check_kind(path, name, value, _KINDS[name])
    _check_inside(path, values)
    if values.get("status", "done") not in STATUSES:
        _refuse_damaged(path, f"its status is '{values['status']}'")
    if values["task"] not in TASKS:
        _refuse_damaged(path, f"its task is '{values['task']}'")
    for name in ("scores", "baseline"):
        if not all(_is_number(each) for each in values.get(name, {}).values()):
            _refuse_damaged(path, f"its '{name}' are {json.dumps(values[name])[:60]}")
    kept = {
        "failure": _failure(path, values.get("failure")),
        "intervals": _intervals(path, values),
        "pace": _pace(path, values.get("pace", [])),
    }
    return Run(folder=path.parent, **{**values, **kept})


def _check_kind(path: Path, name: str, value: Any, kinds: tuple[type, ...]) -> None:
    if not isinstance(value, kinds) or isinstance(value, bool):
        _refuse_damaged(path, f"its '{name}' is {json.dumps(value)[:60]}")


def _check_numbers(path: Path, name: str, value: Any) -> None:
    """JSON of Python's own kind has NaN and Infinity, which no other program reads."""
    level = [value]
    for _ in range(_DEEPEST):
        for each in level:
            if _is_number(each) and not abs(each) <= sys.float_info.max:
                _refuse_damaged(path, f"its '{name}' holds {json.dumps(each)[:20]}")
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return
    _refuse_damaged(path, f"its '{name}' has more than {_DEEPEST} levels")


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _check_inside(path: Path, values: Mapping[str, Any]) -> None:
    for (name, key), kinds in _INSIDE.items():
        if key in values[name]:
            _check_kind(path, f"{name}.{key}", values[name][key], kinds)
    # Without a size there is no network to speak of: every record has had it.
    size = values["network"].get("size")
    if not isinstance(size, list) or not size or not all(_is_side(each) for each in size):
        _refuse_damaged(path, f"its 'network.size' is {json.dumps(size)[:60]}")


def _is_side(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _intervals(path: Path, values: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """JSON knows no tuples."""
    found = values.get("intervals", {})
    for ends in found.values():
        if not isinstance(ends, list) or len(ends) != 2 or not all(map(_is_number, ends)):
            _refuse_damaged(path, f"its 'intervals' are {json.dumps(found)[:60]}")
    return {name: (float(low), float(high)) for name, (low, high) in found.items()}


def _pace(path: Path, found: list[Any]) -> tuple[float, ...]:
    if not all(map(_is_number, found)):
        _refuse_damaged(path, f"its 'pace' is {json.dumps(found)[:60]}")
    return tuple(map(float, found))


def _failure(path: Path, facts: Mapping[str, Any] | None) -> Failure | None:
    if facts is None:
        return None
    if not all(isinstance(facts.get(key), str) for key in ("kind", "message")):
        _refuse_damaged(path, "its failure lacks kind or message")
    return Failure(facts["kind"], facts["message"])


def _refuse_missing(path: Path) -> NoReturn:
    refuse(
        "AF501",
        f"there is no run in '{path.parent}'",
        mark=Mark(str(path.parent)),
        why=f"a run's folder holds {RECORD}",
        fix="give the folder that `archforge train` named at its end",
    )


def _refuse_damaged(path: Path, why: str) -> NoReturn:
    refuse(
        "AF501",
        f"the record '{path.name}' is damaged",
        mark=Mark(str(path)),
        why=why,
        fix="train again, or bring the file back from a copy",
    )
