"""What a folder's files are, as hashes of their bytes, remembered by size and time of change.

A file that was changed within the last two seconds is hashed again next time: a second change in
the same tick of the file system's clock would not show (git calls such entries racy).
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from archforge.data.files import on_disk
from archforge.data.source import Listing
from archforge.files import write_whole

RACY_NS = 2_000_000_000
Entry = tuple[int, int, str]
Known = dict[str, Entry]


def content_hash(found: Listing, cache: Path) -> str:
    """The identity of a folder's examples: format, splits, ids and the bytes of all files.

    What a manifest says of each beside its files counts too, as parts are made by it.
    """
    paths = [file for source in found.sources for path in source.files for file in _files(path)]
    digests = _digests(found.root, paths, cache)
    lines = [found.format]
    for source in found.sources:
        files = [digests[str(file)] for path in source.files for file in _files(path)]
        lines.append(json.dumps([source.split, source.id, *files, *source.columns]))
    return short_hash("\n".join(lines))


def short_hash(text: str) -> str:
    """32 hexadecimal digits of a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _digests(root: Path, paths: Iterable[Path], cache: Path) -> dict[str, str]:
    index = cache / "index" / f"{short_hash(str(root.resolve()))}.json"
    known = _load(index)
    fresh: Known = {}
    for path in paths:
        with suppress(OSError):  # a file that cannot be read is the survey's to report
            fresh[str(path)] = _entry(path, known.get(str(path)))
    settled = time.time_ns() - RACY_NS
    kept = {name: entry for name, entry in fresh.items() if entry[1] < settled}
    if kept != known:
        write_whole(index, json.dumps(kept))
    return defaultdict(str, {name: entry[2] for name, entry in fresh.items()})


def _files(path: Path) -> list[Path]:
    """The files that a path stands for: the one it lies in, or all of an OME-Zarr folder."""
    home = on_disk(path)
    return sorted(part for part in home.rglob("*") if part.is_file()) if home.is_dir() else [home]


def _entry(path: Path, known: Entry | None) -> Entry:
    state = path.stat()
    if known and known[:2] == (state.st_size, state.st_mtime_ns):
        return known
    return state.st_size, state.st_mtime_ns, _hash_file(path)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _load(index: Path) -> Known:
    try:
        rows = json.loads(index.read_text("utf-8"))
        return {name: (int(row[0]), int(row[1]), str(row[2])) for name, row in rows.items()}
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ):  # missing or broken: hash again
        return {}
