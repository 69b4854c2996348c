"""The folder of a comparison: held by one process at a time, for one comparison alone."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archforge.compare.entries import Asked, Entry
from archforge.compare.trainings import options_of
from archforge.compare.writing import RECORD
from archforge.errors import Mark, refuse
from archforge.files import locked, read_json, said_if_unwritable
from archforge.train import Settings

LOCK = "comparison.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one comparison at a time writes a folder.

    Raises:
        ProblemError: Another process compares there, or the folder cannot be made.
    """
    with ExitStack() as stack:
        with said_if_unwritable(folder):
            ours = stack.enter_context(locked(folder / LOCK))
        if not ours:
            refuse(
                "AF623",
                f"another comparison is running in '{folder}'",
                mark=Mark(str(folder)),
                why="two would train the same networks into the same places",
                fix="wait for it, or give another folder with `-o`",
            )
        yield


def name_of(data: Path) -> str:
    """Of a folder of images; a link has its own, so that it tells two folders of one name apart."""
    return Path(os.path.normpath(data.absolute())).name


def identity_of(entries: Sequence[Entry], asked: Asked, score: str) -> dict[str, Any]:
    """What must be the same for all runs in a folder; networks and seeds may be added."""
    found = {
        "data": entries[0].opened.dataset.fingerprint,
        "options": asdict(asked.options),
        "settings": asked.settings.facts(),
        "recipes": "own" if asked.own else "one",
        "score": score,
    }
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def check_folder(folder: Path, what: Mapping[str, Any]) -> None:
    """See that the folder is empty, or that of this comparison.

    Raises:
        ProblemError: It holds another one; with what differs.
    """
    path = folder / RECORD
    if not path.exists():
        return
    before = read_kept(path).get("identity")
    if not isinstance(before, dict) or not isinstance(before.get("settings"), dict):
        return  # it was damaged: each training says by itself what it is of
    # What an older version did not know has its default.
    before = {**before, "options": options_of(before.get("options")),
              "settings": Settings.read(before["settings"]).facts()}  # fmt: skip
    different = [name for name, value in what.items() if before.get(name) != value]
    if different:
        differences = "; ".join(_differences(different, before, what))
        refuse(
            "AF622",
            f"'{folder}' holds another comparison: {differences}",
            mark=Mark(str(path)),
            why="scores from other images or other settings do not belong in one table",
            fix="give another folder with `-o`, or the command that this folder was made with",
        )


def _differences(
    names: Sequence[str], before: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[str]:
    for name in names:
        old, new = before.get(name), now[name]
        if isinstance(old, dict) and isinstance(new, dict):
            keys = [key for key in new if old.get(key) != new[key]]
            yield ", ".join(f"{key} was {old.get(key)!r}, is {new[key]!r}" for key in keys)
        elif name == "data":
            yield "the images are not the same"
        else:
            yield f"{name} was {old!r}, is {new!r}"


def read_kept(path: Path) -> dict[str, Any]:
    """A mapping that is there to save work: empty where it is missing or damaged."""
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
