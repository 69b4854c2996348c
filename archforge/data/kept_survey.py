"""What each example holds, kept beside the cache's arrays, so that a folder is measured once.

The readings are kept, not what follows from them: other options give another rule at once.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archforge.data.measure import Reading
from archforge.data.options import DataOptions
from archforge.data.source import Listing
from archforge.data.survey import Progress, Survey, examine, joined
from archforge.errors import Problem, ProblemError
from archforge.files import write_whole

# A new number makes old readings unread, never misread.
VERSION = 4


def kept_survey(
    found: Listing,
    content: str,
    cache: Path,
    progress: Progress | None = None,
    options: DataOptions | None = None,
) -> Survey:
    """The survey of a folder, from the cache where the same content was measured before.

    Args:
        found: The files.
        content: Their hash.
        cache: Where readings are kept.
        progress: Called with files done and files in all.
        options: What the person says of the masks.

    Raises:
        ProblemError: With every problem of the folder; then nothing is kept.
    """
    read, problems = kept_examination(found, content, cache, progress, options)
    if problems or read is None:
        raise ProblemError(problems)
    return read


def kept_examination(
    found: Listing,
    content: str,
    cache: Path,
    progress: Progress | None = None,
    options: DataOptions | None = None,
) -> tuple[Survey | None, list[Problem]]:
    """As ``examine``, from the cache where the same content was measured before."""
    path = cache / "surveys" / f"{content}-v{VERSION}.json"
    kept = None if found.problems else _load(path)
    if kept is not None and len(kept) == len(found.sources):
        pairs = list(zip(found.sources, kept, strict=True))
        return joined(found, pairs, options or DataOptions())
    read, problems = examine(found, progress, options)
    if read and not problems:
        write_whole(path, json.dumps([asdict(row) for row in read.readings]))
    return read, problems


def _load(path: Path) -> list[Reading] | None:
    try:
        return [_reading(row) for row in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # missing or broken
        return None


def _reading(row: dict[str, Any]) -> Reading:
    lists = {name: tuple(value) for name, value in row.items() if isinstance(value, list)}
    pixels = {int(value): count for value, count in row["pixels"].items()}
    return Reading(**{**row, **lists, "pixels": pixels})
