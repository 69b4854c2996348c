"""Weights that included architectures bring along: from a file, a run, or ImageNet.

Weights of ours are found by the names of nodes. A network of keras.applications has names of its
own; there the order counts in which a walk from the output completes the layers, which is the same
for one network however it is written. Shapes are compared in either case.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from archforge.build.quiet import keras
from archforge.build.saved import load_saved
from archforge.build.weights import copy_layer
from archforge.errors import refuse
from archforge.graph import Graph, Included
from archforge.graph.walk import completion_order
from archforge.runs import read_run

IMAGENET = "imagenet"
NOT_HAD = ("URL fetch failure", "Incomplete or corrupted file")
"""What Keras 3.15 says of a file that it could not download, or that is not the right one."""

Assemble = Callable[[Graph], Any]
"""Makes the Keras model of a graph with new weights."""


def load_pretrained(graph: Graph, layers: Mapping[str, Any], assemble: Assemble) -> None:
    """Give the layers of included architectures the weights that the spec names.

    Args:
        graph: The network.
        layers: The Keras layer of each node.
        assemble: Builds an included network on its own, to read a file of bare weights with it.

    Raises:
        ProblemError: The weights cannot be had, or do not fit.
    """
    for included in graph.included:
        if included.weights is None:
            continue
        source = _source(included, assemble)
        for name in _owners(graph, included, layers):
            inner = name.removeprefix(f"{included.path}.")
            _copy(source.get(inner), layers[name], included, inner)


def _owners(graph: Graph, included: Included, layers: Mapping[str, Any]) -> Iterator[str]:
    """Nodes of an included architecture that have weights of their own."""
    for node in graph:
        inside = node.name.startswith(f"{included.path}.")
        if inside and node.shares is None and node.name in layers and layers[node.name].weights:
            yield node.name


def _source(included: Included, assemble: Assemble) -> dict[str, Any]:
    """Layers with weights, by the names of the included architecture's nodes."""
    assert included.weights is not None
    assert included.whole is not None
    whole = included.whole()
    if included.weights == IMAGENET:
        return _by_order(whole, _twin(included))
    path = Path(included.weights)
    if path.is_dir():
        return _by_name(whole, load_saved(read_run(path).model))
    if path.suffix == ".keras":
        return _by_name(whole, load_saved(path))
    return _by_name(whole, _bare(included, assemble(whole), path))


def _bare(included: Included, model: Any, path: Path) -> Any:
    """The model with what a ``.weights.h5`` file holds for it; the rest is not a number."""
    for layer in model.layers:
        layer.set_weights([np.full(weight.shape, np.nan) for weight in layer.weights])
    try:
        with warnings.catch_warnings():
            # Dense layers that are cut off may have other shapes; what is missed is not a number.
            warnings.simplefilter("ignore", UserWarning)
            model.load_weights(path, skip_mismatch=True)
    except (OSError, ValueError, KeyError) as error:
        _refuse(included, f"'{path.name}': {' '.join(str(error).split())[:160]}")
    return model


def _by_name(whole: Graph, model: Any) -> dict[str, Any]:
    known = {layer.name: layer for layer in model.layers}
    return {node.name: known[node.keras_name] for node in whole if node.keras_name in known}


def _by_order(whole: Graph, model: Any) -> dict[str, Any]:
    ours = [
        name
        for name in completion_order(whole.outputs.values(), lambda n: whole.nodes[n].inputs)
        if whole.nodes[name].parameters.total
    ]
    return dict(zip(ours, _weighted(model), strict=False))


def _weighted(model: Any) -> list[Any]:
    """The layers of a Keras model that have weights, in the order of their completion."""
    config = model.get_config()
    reads = {one["name"]: list(_operands(one["inbound_nodes"])) for one in config["layers"]}
    order = completion_order(_tensors(config["output_layers"]), lambda name: reads[name])
    made = [model.get_layer(name) for name in order]
    return [layer for layer in made if layer.weights]


def _tensors(written: Any) -> list[str]:
    """Names of layers in Keras's ``[name, 0, 0]``, or a list of such."""
    if isinstance(written[0], str):
        return [written[0]]
    return [name for each in written for name in _tensors(each)]


def _operands(written: Any) -> Iterator[str]:
    """Names of the layers that a call reads, in the order of its operands."""
    if isinstance(written, dict):
        history = written.get("keras_history")
        if history is not None:
            yield history[0]
        for value in written.values():
            yield from _operands(value)
    elif isinstance(written, list | tuple):
        for value in written:
            yield from _operands(value)


def _twin(included: Included) -> Any:
    assert included.twin is not None
    make = getattr(keras.applications, included.twin)
    try:
        return make(weights=IMAGENET, include_top=False)
    except Exception as error:  # Keras 3.15 raises nothing narrower for a failed download
        if not any(words in str(error) for words in NOT_HAD):
            raise
        refuse(
            "AF515",
            f"the ImageNet weights of {included.twin} cannot be had",
            mark=included.mark,
            why="Keras downloads them once and keeps them; it could not reach them",
            fix=f"put the file {_file(str(error))} into {_cache()}, taken from a machine "
            "with a network, or give a file of weights instead of `imagenet`",
        )


def _file(words: str) -> str:
    """The file that Keras looked for, as its message tells."""
    parts = words.replace(":", " ").replace(",", " ").split()
    return next((part.split("/")[-1] for part in parts if part.endswith(".h5")), "of weights")


def _cache() -> str:
    return str(Path(os.environ.get("KERAS_HOME", "~/.keras")) / "models")


def _copy(source: Any, target: Any, included: Included, name: str) -> None:
    if source is None:
        _refuse(included, f"they hold no layer '{name}'")
    if any(np.isnan(weight).any() for weight in source.get_weights()):
        _refuse(included, f"they hold nothing of the shapes of '{name}'")
    try:
        copy_layer(source, target)
    except ValueError as error:
        _refuse(included, f"in '{name}', {error}")


def _refuse(included: Included, why: str) -> NoReturn:
    refuse(
        "AF516",
        f"the weights do not fit '{included.path}'",
        mark=included.mark,
        why=why,
        fix=f"give weights of {included.architecture} with the same preset and hyperparameters",
    )
