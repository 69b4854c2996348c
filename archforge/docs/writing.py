"""Writes the pages: the folder is there whole, or as it was before.

A folder that holds anything but pages of an earlier run is never touched: a list of what was
written lies in it.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from archforge.errors import Mark, refuse
from archforge.files import PART, new_folder, said_if_unwritable

WRITTEN = ".archforge-docs"


def write_docs(out: Path, pages: Mapping[str, str]) -> None:
    """Write ``pages`` into ``out``.

    Args:
        out: A new folder, an empty one, or one that this function wrote before.
        pages: Texts by their path.

    Raises:
        ProblemError: ``out`` holds other files, or cannot be written.
    """
    with said_if_unwritable(out):
        _check_ours(out)
        with new_folder(out) as part:
            for path, text in {**pages, WRITTEN: "\n".join(pages) + "\n"}.items():
                file = part / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            old = _aside(out, part)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)


def _aside(out: Path, part: Path) -> Path | None:
    """Move the pages of an earlier run away at the last moment."""
    return out.rename(part.with_suffix(f".old{PART}")) if out.is_dir() else None


def _check_ours(out: Path) -> None:
    if not out.is_dir():
        if out.exists():
            raise NotADirectoryError(f"'{out}' is a file")
        return
    record = out / WRITTEN
    ours = set(record.read_text("utf-8").split("\n")) | {WRITTEN} if record.is_file() else set()
    there = (path.relative_to(out).as_posix() for path in sorted(out.rglob("*")) if path.is_file())
    foreign = next((path for path in there if path not in ours), None)
    if foreign is not None:
        refuse(
            "AF418",
            f"'{out}' is there already, with files that `archforge docs` did not write",
            mark=Mark(str(out)),
            why=f"'{foreign}' is one, and it would be lost",
            fix="give a new folder, or move your files out of this one",
        )
