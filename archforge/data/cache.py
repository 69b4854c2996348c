"""Images and masks read once and kept as memory maps named by their content.

``ARCHFORGE_CACHE``, else ``XDG_CACHE_HOME`` or ``~/.cache`` with ``archforge``, holds ``index/``
(hashes of files), ``surveys/`` (what each example holds) and ``arrays/`` (stores). All of it may be
removed at any time.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from archforge.data.store import Entry, Store, read_store, write_store
from archforge.files import new_folder, sweep

# Part of every key: a new number makes old caches unread, never misread.
VERSION = 5
ATTEMPTS = 3


def cache_home() -> Path:
    """Where caches lie unless a place is given."""
    own = os.environ.get("ARCHFORGE_CACHE")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "archforge"


def kept_store(
    folder: Path, facts: Mapping[str, Any], entries: Callable[[], Iterable[Entry]]
) -> Store:
    """The store in ``folder``, filled from ``entries`` where it is not there.

    Args:
        folder: Named by the content; another process may fill it at the same time.
        facts: What must be in its index; another store is made anew.
        entries: Makes the arrays of each example; called only where they are needed.

    Raises:
        OSError: The folder cannot be written.
    """
    sweep(folder.parent)
    for _ in range(ATTEMPTS):
        # Looked at first: a folder that appears after this line is another process's, and whole.
        damaged = folder.is_dir()
        kept = _kept(folder, facts)
        if kept:
            return kept
        if damaged:
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(FileExistsError), new_folder(folder) as part:
            write_store(part, entries(), facts)
    kept = _kept(folder, facts)
    if kept:
        return kept
    raise OSError(f"the cache changed while it was read, {ATTEMPTS} times")


def _kept(folder: Path, facts: Mapping[str, Any]) -> Store | None:
    store = read_store(folder)
    return store if store and all(store.facts.get(key) == facts[key] for key in facts) else None
