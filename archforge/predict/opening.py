"""The network of a run, ready to predict: with open sizes where its spec allows it."""

from dataclasses import replace

from archforge.build import build_with
from archforge.catalog import Architecture, read_architecture
from archforge.errors import ProblemError
from archforge.expand import expand_at
from archforge.graph import Graph, fingerprint
from archforge.predict.geometry import Geometry, find_geometry
from archforge.predict.loading import load_model, said_if_incomplete
from archforge.predict.network import Network
from archforge.predict.predictor import Predictor
from archforge.predict.region import at_size
from archforge.runs import Run


def open_predictor(run: Run) -> Predictor:
    """The best weights of a run, ready to predict.

    Raises:
        ProblemError: The saved network cannot be loaded, or the record does not say how it was fed.
    """
    with said_if_incomplete(run):
        network = Network.read(run.network)
    model = load_model(run)
    found = None if network.resize else _opened(run, network)
    if found is None:
        return Predictor(model, network)
    geometry, graph = found
    return Predictor(build_with(graph, str(run.folder))[0], network, geometry)


def _opened(run: Run, network: Network) -> tuple[Geometry, Graph] | None:
    """Nothing where the spec in the run's folder is not, or no more, that of its network."""
    try:
        found = read_architecture(str(run.spec))
        graph = at_size(found.graph(found.known(run.preset), run.fixed), network.region.image)
    except ProblemError:
        return None
    if fingerprint(graph) != run.fingerprint:
        return None
    return open_geometry(found, graph, network)


def open_geometry(
    architecture: Architecture, graph: Graph, network: Network
) -> tuple[Geometry, Graph] | None:
    """How the network may be laid over an image, and its graph with open sizes, where it has one.

    Args:
        architecture: Whose spec ``graph`` was expanded from.
        graph: At the size of ``network``.
        network: How images reach it.
    """
    graph = replace(graph, preset=architecture.known(graph.preset))
    (image,) = graph.inputs
    return find_geometry(
        graph,
        network.region,
        lambda size: expand_at(architecture.spec, graph, {image: size}, architecture.finder),
    )
