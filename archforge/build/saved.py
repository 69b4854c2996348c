"""A saved network, loaded as data.

A ``.keras`` file names the classes it is made of. Keras's safe mode refuses Lambda layers; here
every class must also stand in a closed table, so that a file sent by somebody runs nothing. Keras
classes of layers that installed packages offer stand in it, too; nothing else of these packages.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from archforge.build.custom import CUSTOM
from archforge.build.plugged import import_plugged
from archforge.build.quiet import keras
from archforge.errors import Mark, refuse
from archforge.layers import LAYERS
from archforge.layers.objects import CONSTRAINTS, INITIALIZERS, REGULARIZERS

_OF_KERAS = frozenset(
    {"Functional", "InputLayer", "DTypePolicy", "__keras_tensor__", "__tuple__", "__numpy__"}
)
KNOWN = frozenset({*LAYERS, *CUSTOM, *INITIALIZERS, *REGULARIZERS, *CONSTRAINTS, *_OF_KERAS})
CONFIG = "config.json"
# A network of 12,000 nodes, the most that a spec makes, needs about 12 MB.
MOST_BYTES = 200_000_000


def load_saved(path: Path) -> Any:
    """The ``keras.Model`` in a ``.keras`` file.

    Raises:
        ProblemError: The file is damaged, or names what is no layer of ours.
    """
    try:
        config = _config(path)
    except (OSError, ValueError, KeyError, RecursionError, zipfile.BadZipFile) as error:
        _refuse_damaged(path, error)
    foreign = set(_named(config)) - KNOWN
    for name in sorted(import_plugged(foreign)):
        refuse(
            "AF512",
            f"the saved network names '{name}'",
            mark=Mark(str(path)),
            why="it is no layer, initializer or regularizer of archforge, nor a layer of an "
            "installed package, and a class by name can be code that runs when the file is loaded",
            fix="do not open this file; train the spec again, or install the package of its layers",
        )
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        _refuse_damaged(path, error)


def _config(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(CONFIG).file_size > MOST_BYTES:
            raise ValueError(f"{CONFIG} is too large")
        return json.loads(archive.read(CONFIG))


def _named(config: Any) -> Iterator[str]:
    """Every class that a configuration names, at any depth; foreign ones with their module."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield _class(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _class(value: dict[str, Any]) -> str:
    module = str(value.get("module") or "keras")
    ours = module.partition(".")[0] in {"keras", "archforge"}
    return str(value["class_name"]) if ours else f"{module}.{value['class_name']}"


def _refuse_damaged(path: Path, error: Exception) -> NoReturn:
    refuse(
        "AF511",
        "the saved network cannot be loaded",
        mark=Mark(str(path)),
        why=" ".join(str(error).split())[:200] or type(error).__name__,
        fix="train again, or bring the file back from a copy",
    )
