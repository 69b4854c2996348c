"""Where weights come from: a run, a saved network, a file of bare weights, keras.applications.

Each gives Keras layers by the names of a graph's nodes. Weights of ours are found by those names,
networks of keras.applications by what lies below each layer (``archforge.build.twin``).
"""

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from archforge.build.quiet import keras
from archforge.build.saved import load_saved
from archforge.build.twin import Counterparts, counterparts
from archforge.build.weights import copy_layer
from archforge.errors import Mark, refuse
from archforge.graph import Graph
from archforge.runs import read_run

IMAGENET = "imagenet"
NOT_HAD = ("URL fetch failure", "Incomplete or corrupted file")
"""What Keras 3.15 says of a file that it could not download, or that is not the right one."""

Assemble = Callable[[Graph], Any]
"""Makes the Keras model of a graph with new weights."""


@dataclass(frozen=True)
class Wanted:
    """Weights that a network is to have, be it a whole one or one inside another.

    Args:
        called: Its name in messages.
        whole: The network on its own.
        source: A file or a run.
        mark: Where the weights are asked for.
        fix: What to write where they do not fit.
    """

    called: str
    whole: Graph
    source: str
    mark: Mark | None
    fix: str


def of_file(wanted: Wanted, assemble: Assemble) -> dict[str, Any]:
    """Layers of a run, a ``.keras`` or a ``.weights.h5`` file, by the names of nodes.

    Raises:
        ProblemError: The file is damaged, or is none of these.
    """
    path = Path(wanted.source)
    if path.is_dir():
        return _by_name(wanted.whole, load_saved(read_run(path).model))
    if path.suffix == ".keras":
        return _by_name(wanted.whole, load_saved(path))
    return _by_name(wanted.whole, _bare(wanted, assemble(wanted.whole), path))


def of_twin(wanted: Wanted, reference: Any) -> Counterparts:
    """Layers of a network of keras.applications, by the names of nodes.

    Raises:
        ProblemError: It is another network.
    """
    try:
        return counterparts(wanted.whole, reference)
    except ValueError as error:
        refuse_misfit(wanted, str(error))


def twin_model(name: str, mark: Mark | None, **arguments: Any) -> Any:
    """A network of keras.applications with the weights learned on ImageNet.

    Args:
        name: Its function there.
        mark: Where it is asked for.
        **arguments: Further ones for that function.

    Raises:
        ProblemError: AF515, Keras cannot download them.
    """
    make = getattr(keras.applications, name)
    try:
        return make(weights=IMAGENET, **arguments)
    except Exception as error:  # Keras 3.15 raises nothing narrower for a failed download
        if not any(words in str(error) for words in NOT_HAD):
            raise
        refuse(
            "AF515",
            f"the ImageNet weights of {name} cannot be had",
            mark=mark,
            why="Keras downloads them once and keeps them; it could not reach them",
            fix=f"put the file {_file(str(error))} into {_cache()}, taken from a machine "
            f"with a network, or give a file of weights instead of {IMAGENET!r}",
        )


def copy(layers: Mapping[str, Any], name: str, target: Any, wanted: Wanted) -> None:
    """Give ``target``, the layer of node ``name``, its weights.

    Raises:
        ProblemError: There are none for it, or they have other shapes.
    """
    source = layers.get(name)
    if source is None:
        refuse_misfit(wanted, f"they hold no layer '{name}'")
    if any(np.isnan(weight).any() for weight in source.get_weights()):
        refuse_misfit(wanted, f"they hold nothing of the shapes of '{name}'")
    try:
        copy_layer(source, target)
    except ValueError as error:
        refuse_misfit(wanted, f"in '{name}', {error}")


def refuse_misfit(wanted: Wanted, why: str) -> NoReturn:
    """Say that the weights are not of this network.

    Raises:
        ProblemError: Always.
    """
    refuse(
        "AF516",
        f"the weights do not fit '{wanted.called}'",
        mark=wanted.mark,
        why=why,
        fix=wanted.fix,
    )


def _bare(wanted: Wanted, model: Any, path: Path) -> Any:
    """The model with what a ``.weights.h5`` file holds for it; the rest is not a number."""
    for layer in model.layers:
        layer.set_weights([np.full(weight.shape, np.nan) for weight in layer.weights])
    try:
        with warnings.catch_warnings():
            # Dense layers that are cut off may have other shapes; what is missed is not a number.
            warnings.simplefilter("ignore", UserWarning)
            model.load_weights(path, skip_mismatch=True)
    except (OSError, ValueError, KeyError) as error:
        refuse_misfit(wanted, f"'{path.name}': {' '.join(str(error).split())[:160]}")
    return model


def _by_name(whole: Graph, model: Any) -> dict[str, Any]:
    known = {layer.name: layer for layer in model.layers}
    return {node.name: known[node.keras_name] for node in whole if node.keras_name in known}


def _file(words: str) -> str:
    """The file that Keras looked for, as its message tells."""
    parts = words.replace(":", " ").replace(",", " ").split()
    return next((part.split("/")[-1] for part in parts if part.endswith(".h5")), "of weights")


def _cache() -> str:
    return str(Path(os.environ.get("KERAS_HOME", "~/.keras")) / "models")
