"""``align:`` on a merge: bring its inputs to one size, whatever number of axes they have."""

from archforge.errors import listing
from archforge.expand.fitting import ALIGN, fitted
from archforge.expand.operations import show
from archforge.expand.scope import Place
from archforge.expand.tape import Alignment
from archforge.expand.working import Working
from archforge.graph import PLACES
from archforge.layers import LAYERS
from archforge.spec import Call


def aligned(working: Working, step: Call, path: str, nodes: list[str], place: Place) -> list[str]:
    """The inputs of a merge after ``align:``; those that fit already as they are."""
    how = "strict" if step.align is None else working.scalar(step.align, place)
    if how not in ("strict", *ALIGN):
        raise working.problem(
            "AF105",
            f"align cannot be {show(how)}",
            step.mark,
            fix=f"use one of: {listing(['strict', *ALIGN])}",
        )
    network = working.network
    shapes = [network.shape(node) for node in nodes]
    ranks = {len(shape) for shape in shapes}
    if how == "strict" or len(ranks) > 1 or not ranks <= PLACES.keys():
        return nodes
    stretches = working.scalar(step.what, place) != "Concatenate"
    arguments = _interpolation(working, step, place) if how == "resize" else {}
    layer = LAYERS[ALIGN[how]].of(arguments)
    after = list(nodes)
    tape, network.tape = network.tape, None  # what is moved depends on sizes: noted as a whole
    for i, others in fitted(shapes, how, stretches=stretches).items():
        inputs = [nodes[i], *(nodes[k] for k in others)]
        after[i] = network.add(f"{path}.{how}_{i + 1}", layer, inputs, place, step.mark)
    if tape is not None:
        tape.align(Alignment(path, how, tuple(nodes), stretches, layer))
        network.tape = tape
    return after


def _interpolation(working: Working, step: Call, place: Place) -> dict[str, object]:
    if step.interpolation is None:
        return {}
    return {"interpolation": working.scalar(step.interpolation, place)}
