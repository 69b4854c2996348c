"""What a study is: ``study.json``, and whether the same command still means the same study.

Two sessions of one study must draw from one space and train in one way on the same images, or their
values cannot be ranked together. The number of trials, of workers and the time limit may change.
"""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from archforge import __version__
from archforge.errors import Mark, ProblemError, refuse
from archforge.files import locked, read_mapping, said_if_unwritable, write_whole
from archforge.runs.command import command_line
from archforge.runs.study import RECORD
from archforge.search.measures import DEFAULT_GOALS
from archforge.search.places import DATABASE, TRIALS
from archforge.spec import read_text
from archforge.train import Settings

LOCK = "study.lock"
# What a reader needs to make it again, beside the spec and its ranges.
RECORDED = ("folder", "data", "options", "settings", "seed")
FORMAT = 2


@dataclass(frozen=True, kw_only=True)
class Identity:
    """All that must stay the same.

    Args:
        architecture: The name that the spec gives itself.
        spec: Its text.
        preset: In force.
        fixed: Values that are not searched.
        ranges: What is searched, in words.
        data: Fingerprint of all files.
        folder: Of the images, as it was written; it may move.
        options: How masks are understood and parts are made.
        settings: Of each training.
        seed: Of the study.
        sampler: Its name.
        pruner: Its name.
        goals: Their names, in order.
        limits: The most of each cost.
    """

    architecture: str
    spec: str
    preset: str | None
    fixed: Mapping[str, Any]
    ranges: Mapping[str, str]
    data: str
    folder: str
    options: Mapping[str, Any]
    settings: Mapping[str, Any]
    seed: int
    sampler: str
    pruner: str
    goals: tuple[str, ...] = DEFAULT_GOALS
    limits: Mapping[str, float] = field(default_factory=dict)


def training_facts(settings: Settings) -> dict[str, Any]:
    """Settings without their seed: each trial has one of its own."""
    return {name: value for name, value in settings.facts().items() if name != "seed"}


def begin(
    folder: Path,
    identity: Identity,
    session: Mapping[str, Any],
    storage: Mapping[str, str] | None = None,
) -> None:
    """Write the record of a new study, or check that of one that is there.

    Args:
        folder: Of the study.
        identity: What the command means.
        session: Flags and numbers of this session, added to the record.
        storage: Where a new study has its trials, if not in the folder.

    Raises:
        ProblemError: Another study lies there, its record is damaged, or it cannot be written.
    """
    path = folder / RECORD
    if path.exists():
        record = read_record(folder)
        _check_same(folder, record, identity)
        _check_database(folder, record)
    else:
        if (folder / DATABASE).exists():
            _refuse_damaged(path, f"it is missing, and {DATABASE} is there")
        place = {} if storage is None else {"storage": dict(storage)}
        record = {"format": FORMAT, **asdict(identity), **place, "sessions": []}
    record["sessions"].append({**_session(), **session})
    with said_if_unwritable(path):
        write_whole(path, json.dumps(record, indent=2) + "\n")


def _check_database(folder: Path, record: Mapping[str, Any]) -> None:
    """A new database would number its trials from 0, beside folders that have these numbers."""
    if "storage" in record or (folder / DATABASE).exists():
        return
    if any((folder / TRIALS).glob("*")):
        _refuse_damaged(folder / DATABASE, "it is missing, and trials are there")


def check_joins(folder: Path, identity: Identity) -> None:
    """Look whether another node of a study means the same study.

    Raises:
        ProblemError: It does not.
    """
    _check_same(folder, read_record(folder), identity)


def read_record(folder: Path) -> dict[str, Any]:
    """What ``study.json`` says.

    Raises:
        ProblemError: It is missing, damaged or of a later version.
    """
    path = Path(folder) / RECORD
    try:
        record = read_mapping(path, partial(_refuse_damaged, path))
    except FileNotFoundError:
        refuse(
            "AF610",
            f"there is no study in '{path.parent}'",
            mark=Mark(str(path.parent)),
            why=f"a study's folder holds {RECORD} and {DATABASE}",
            fix="give the folder that `archforge search` named",
        )
    needed = {*Identity.__dataclass_fields__, "format", "sessions"}
    if needed - record.keys():
        _refuse_damaged(path, "it lacks what a study must say")
    if record["format"] != FORMAT:
        _refuse_damaged(path, f"it has format {record['format']}, this version reads {FORMAT}")
    for name, kinds in _KINDS.items():
        if name in record and not isinstance(record[name], kinds):
            _refuse_damaged(path, f"its '{name}' is {json.dumps(record[name])[:60]}")
    sessions = record["sessions"]
    if not sessions or not all(_is_session(each) for each in sessions):
        _refuse_damaged(path, "it does not say how it was begun")
    return record


def keep_notes(folder: Path, notes: Sequence[str]) -> None:
    """Have the record say what a person must know of the last session, for whoever reads later.

    Raises:
        ProblemError: The record is damaged, or cannot be written.
    """
    record = read_record(folder)
    record["sessions"][-1]["notes"] = list(notes)
    with said_if_unwritable(folder / RECORD):
        write_whole(folder / RECORD, json.dumps(record, indent=2) + "\n")


def read_notes(folder: Path) -> tuple[str, ...]:
    """What ``keep_notes`` kept; nothing of a session that has not ended."""
    kept = read_record(folder)["sessions"][-1].get("notes", [])
    return tuple(map(str, kept)) if isinstance(kept, list) else ()


_KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("architecture", "spec", "data", "folder", "sampler", "pruner"), (str,)),
    **dict.fromkeys(("fixed", "ranges", "options", "settings", "limits", "storage"), (dict,)),
    "preset": (str, type(None)),
    "seed": (int,),
    "goals": (list,),
    "sessions": (list,),
}


def _is_session(facts: Any) -> bool:
    needed = {"trials": int, "sampler": dict, "pruner": dict, "versions": dict}
    return isinstance(facts, dict) and all(
        isinstance(facts.get(name), kind) for name, kind in needed.items()
    )


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one search at a time writes a folder; a killed one holds nothing back.

    Raises:
        ProblemError: Another process searches there, or the folder cannot be made.
    """
    with ExitStack() as stack:
        with said_if_unwritable(folder):
            ours = stack.enter_context(locked(folder / LOCK))
        if not ours:
            refuse(
                "AF607",
                f"another search is running in '{folder}'",
                mark=Mark(str(folder)),
                why="one search says what a study is; more processes join as workers",
                fix="start `archforge worker` on it, wait, or give another folder with `-o`",
            )
        yield


def _check_same(folder: Path, record: Mapping[str, Any], identity: Identity) -> None:
    now = json.loads(json.dumps(asdict(identity)))
    before = {name: record[name] for name in now}
    for each in (now, before):
        each["spec"] = _meaning(each["spec"])
        # What an older version did not know has its default.
        each["settings"] = training_facts(Settings.read(each["settings"]))
        del each["folder"]  # the fingerprint is what counts
    different = [name for name in now if now[name] != before[name]]
    if different:
        refuse(
            "AF606",
            f"'{folder}' holds another search: {_words(different[0], before, now)}",
            mark=Mark(str(folder / RECORD)),
            why=f"{', '.join(_NAMES[name] for name in different)}: values of different searches "
            "cannot be ranked together",
            fix="give another folder with `-o`, or the command that this folder was made with",
        )


_NAMES = {
    "architecture": "another architecture",
    "spec": "the spec was changed",
    "preset": "another preset",
    "fixed": "other fixed values",
    "ranges": "other ranges",
    "data": "other images or masks",
    "options": "other options of the data",
    "settings": "other training settings",
    "seed": "another seed",
    "sampler": "another sampler",
    "pruner": "another pruner",
    "goals": "other goals",
    "limits": "other limits",
}


def _words(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if name in {"spec", "data"}:
        return _NAMES[name]
    if not isinstance(now[name], dict):
        return f"{name} was {before[name]}, is {now[name]}"
    keys = [key for key in {**before[name], **now[name]} if _differs(key, before[name], now[name])]
    key = keys[0]
    return f"{key} was {before[name].get(key, 'not there')}, is {now[name].get(key, 'not there')}"


def _differs(key: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return (key in before, before.get(key)) != (key in now, now.get(key))


def _meaning(text: str) -> Any:
    """What a spec says, its comments and layout left out."""
    try:
        return read_text(text, RECORD).plain
    except ProblemError:
        return text


def _session() -> dict[str, Any]:
    packages = {name: version(name) for name in ("tensorflow", "keras", "optuna", "numpy")}
    return {
        "started": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "command": command_line(),
        "versions": {"archforge": __version__, "python": platform.python_version(), **packages},
    }


def _refuse_damaged(path: Path, why: str) -> NoReturn:
    refuse(
        "AF610",
        f"the study's record '{path.name}' cannot be read",
        mark=Mark(str(path)),
        why=why,
        fix="bring it back from a copy, or give another folder with `-o`",
    )
