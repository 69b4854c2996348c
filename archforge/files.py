"""Files and folders that are there whole or not at all, also after a kill or with two writers.

Everything is written beside its place, on the same file system, and renamed into it.
"""

import fcntl
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EFBIG, EINVAL, ENOTDIR
from pathlib import Path
from typing import Any, NoReturn

from archforge.errors import Mark, refuse

PART = ".part"
# A part folder this old was left by a process that was killed.
LEFT_AFTER_S = 24 * 3600
# Scores of a million images are less.
MOST_BYTES = 512 * 2**20


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, renamed to ``target`` at the end, removed when the filling fails.

    Raises:
        FileExistsError: ``target`` was filled by someone else in the meantime; it stays theirs.
    """
    if target.parent.exists() and not target.parent.is_dir():
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(target.parent))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f"{target.name}.", suffix=PART, dir=target.parent))
    try:
        part.chmod(0o777 & ~_umask())  # mkdtemp gives rights to its owner alone
        yield part
        _rename(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write, of the same ending, renamed to ``path`` at the end; the last writer wins.

    Raises:
        OSError: The file cannot be written there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.stem}.", suffix=f"{PART}{path.suffix}", dir=path.parent
    )
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())  # mkstemp gives rights to its owner alone
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file by renaming."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def said_if_unwritable(path: Path) -> Iterator[None]:
    """A file of the user's choice that cannot be written is a problem, not a bug.

    Raises:
        ProblemError: AF009, in place of the ``OSError``.
    """
    try:
        yield
    except OSError as error:
        refuse(
            "AF009",
            f"'{path}' cannot be written: {(error.strerror or str(error)).lower()}",
            mark=Mark(str(path)),
            fix="choose another place, or mend its permissions",
        )


def check_regular(path: Path) -> None:
    """See that reading a file ends: a pipe waits for ever, and a device has no end.

    Raises:
        OSError: It is not there, not a file of its own, or larger than anything of ours.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(EINVAL, "it is no regular file", str(path))
    if found.st_size > MOST_BYTES:
        raise OSError(EFBIG, os.strerror(EFBIG), str(path))


def read_json(path: Path) -> Any:
    """A file of JSON.

    Raises:
        OSError: As ``check_regular``, or it cannot be read.
        ValueError: It is no JSON.
    """
    check_regular(path)
    try:
        return json.loads(path.read_text("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def read_mapping(path: Path, damaged: Callable[[str], NoReturn]) -> dict[str, Any]:
    """A record of ours: a JSON file that holds one mapping.

    Args:
        path: The file.
        damaged: Refuses it, given why it cannot be read.

    Raises:
        FileNotFoundError: It is not there.
    """
    try:
        found = read_json(path)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        damaged(str(getattr(error, "strerror", None) or error))
    if not isinstance(found, dict):
        damaged("it is not a mapping")
    return found


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a file for this process alone; a killed one holds nothing back.

    Yields:
        Whether it is ours: ``False`` where another process holds it.

    Raises:
        OSError: It cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what killed writers left in ``folder``, one of ours, more than a day ago."""
    for left in folder.glob(f"*{PART}*"):
        if _age_s(left) <= LEFT_AFTER_S:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _rename(part: Path, target: Path) -> None:
    try:
        part.rename(target)
    except OSError as error:
        if target.is_dir():
            raise FileExistsError(str(target)) from error
        raise


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # its writer has renamed it just now
        return 0.0


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
