"""Weights that are not new: those of included architectures, and of a network as a whole."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from archforge.build.sources import (
    IMAGENET,
    Assemble,
    Wanted,
    copy,
    of_file,
    of_twin,
    refuse_misfit,
    twin_model,
)
from archforge.build.twin import CLOSE, Counterparts, counterparts, difference
from archforge.errors import Mark, refuse
from archforge.expand.twins import TWINS, Twin, Words, no_twin, other_values
from archforge.graph import Graph, Included

KERAS = ("keras", IMAGENET)
"""What asks for the weights of keras.applications, in place of a file."""
CLASSES = 1000
"""Of ImageNet."""


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
        wanted = _wanted(included, included.weights)
        if included.weights == IMAGENET:
            assert included.twin is not None
            reference = twin_model(included.twin, included.mark, include_top=False)
            found = of_twin(wanted, reference).layers
        else:
            found = of_file(wanted, assemble)
        for name in _owners(graph, layers, f"{included.path}."):
            copy(found, name.removeprefix(f"{included.path}."), layers[name], wanted)


@dataclass(frozen=True)
class Given:
    """What a network was given.

    Args:
        source: The file, or what keras.applications calls the network.
        fresh: Nodes whose weights are new, because the source has none for them.
        compared: Whether the outputs of both were compared, and are alike.
    """

    source: str
    fresh: tuple[str, ...] = ()
    compared: bool = False


def give_weights(graph: Graph, model: Any, source: str, assemble: Assemble) -> Given:
    """Give a whole network the weights of another.

    Args:
        graph: The network.
        model: Built from it; changed.
        source: ``keras``, a run's folder, a ``.keras`` or a ``.weights.h5`` file.
        assemble: Builds a graph with new weights.

    Raises:
        ProblemError: There are no such weights, or they do not fit.
    """
    layers = {
        node.name: model.get_layer(node.keras_name)
        for node in graph
        if node.shares is None and node.layer.weights(graph.shapes(node)).total
    }
    if source in KERAS:
        return _from_keras(graph, model, layers)
    fix = f"give weights of {graph.name} with the same preset and hyperparameters"
    wanted = Wanted(graph.name, graph, source, None, fix)
    found = of_file(wanted, assemble)
    for name in _owners(graph, layers):
        copy(found, name, layers[name], wanted)
    return Given(source)


def _from_keras(graph: Graph, model: Any, layers: Mapping[str, Any]) -> Given:
    twin = _twin_of(graph)
    fix = f"leave the hyperparameters of {graph.name} as its presets have them"
    wanted = Wanted(graph.name, graph, twin.keras, None, fix)
    reference, found = _matched(wanted)
    for name in found.layers:
        copy(found.layers, name, layers[name], wanted)
    apart = difference(graph, model, reference, found.ends)
    if apart is not None and apart > CLOSE:
        refuse_misfit(
            wanted,
            f"with the weights of {twin.keras} its output differs from that network's by "
            f"{apart:.1%} of the largest value, so layers without weights are not the same",
        )
    fresh = tuple(name for name in _owners(graph, layers) if name not in found.layers)
    return Given(f"keras.applications.{twin.keras}", fresh, apart is not None)


def _matched(wanted: Wanted) -> tuple[Any, Counterparts]:
    """The twin and its layers: with its head where ours is like it, else without."""
    (end, *_) = wanted.whole.outputs.values()
    if wanted.whole.nodes[end].shape == (CLASSES,):
        reference = twin_model(wanted.source, None)
        with suppress(ValueError):  # on another size Flatten and Dense are others, the rest not
            return reference, counterparts(wanted.whole, reference)
    reference = _headless(wanted)
    return reference, of_twin(wanted, reference)


def _headless(wanted: Wanted) -> Any:
    """The twin without its head, on images of our size: its padding may depend on that."""
    images = [node.shape for node in wanted.whole.inputs.values()]
    if len(images) != 1:
        refuse_misfit(wanted, f"{wanted.source} takes one image, this network {len(images)}")
    try:
        return twin_model(wanted.source, None, include_top=False, input_shape=images[0])
    except ValueError as error:  # what Keras 3.15 raises for images that a network cannot take
        refuse_misfit(wanted, f"{wanted.source} refuses such images: {error}")


def _twin_of(graph: Graph) -> Twin:
    """The network of keras.applications that ``graph`` is, on the images that it learned from."""
    twin = TWINS.get((graph.name, graph.preset))
    if twin is None:
        _say(no_twin(graph.name, graph.preset), None)
    for name, node in graph.inputs.items():
        values = getattr(node.layer, "values", None)
        if values != twin.values:
            _say(other_values(twin, name, values), node.mark)
    return twin


def _say(words: Words, mark: Mark | None) -> NoReturn:
    refuse(words.code, words.message, mark=mark, why=words.why, fix=words.fix)


def _wanted(included: Included, weights: str) -> Wanted:
    assert included.whole is not None
    return Wanted(
        included.path,
        included.whole(),
        weights,
        included.mark,
        f"give weights of {included.architecture} with the same preset and hyperparameters",
    )


def _owners(graph: Graph, layers: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Nodes below ``prefix`` that have weights of their own."""
    for node in graph:
        inside = node.name.startswith(prefix)
        if inside and node.shares is None and node.name in layers and layers[node.name].weights:
            yield node.name
