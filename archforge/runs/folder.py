"""A folder of its own for every run."""

import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from archforge.errors import Mark, refuse


def new_run_folder(root: Path, name: str) -> Path:
    """Make and return ``root/NAME-DATE-TIME``, in UTC.

    Two processes in one second get two folders: making the folder is the claim to its name.

    Args:
        root: Where runs lie; made if it is missing.
        name: What is trained; characters that do not belong in file names become ``-``.

    Raises:
        ProblemError: It cannot be made.
    """
    clean = re.sub(r"[^\w.+-]+", "-", name).strip("-.") or "run"
    stem = f"{clean}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        return _first_free(root, stem)
    except OSError as error:
        refuse(
            "AF502",
            f"no run folder can be made in '{root}': {(error.strerror or 'error').lower()}",
            mark=Mark(str(root)),
            why="the operating system refused it",
            fix="give a folder that you may write to with `-o`",
        )


def _first_free(root: Path, stem: str) -> Path:
    for number in count(1):
        folder = root / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("count() ends")  # pragma: no cover
