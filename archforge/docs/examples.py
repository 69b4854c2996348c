"""A record's example as a whole spec, to be copied, and checked before it is printed."""

from collections.abc import Iterator

from archforge.catalog import look
from archforge.errors import ProblemError
from archforge.graph import Described, Graph, Shape
from archforge.plugins import is_plugin, told
from archforge.spec.rewrite import written

INPUTS: dict[int, Shape] = {1: (32,), 2: (64, 4), 3: (32, 32, 4), 4: (16, 16, 16, 4)}
"""By the number of axes; an image for a record that takes any."""
NAMES = ("image", "other", "third")


def example_text(kind: str, name: str, record: type[Described]) -> str:
    """The spec of one step.

    Args:
        kind: ``layer`` or ``block``.
        name: What a spec calls the record.
        record: Its class, with its ``EXAMPLE``.
    """
    shapes = _inputs(record)
    lines = ["archforge: 1", "name: example", "task: segmentation", "inputs:"]
    lines += [f"  {name}: {written(shape)}" for name, shape in zip(NAMES, shapes, strict=False)]
    return "\n".join([*lines, "graph:", f"  - {{{', '.join(_step(kind, name, record))}}}"]) + "\n"


def example_graph(name: str, text: str) -> Graph:
    """The network of the example of ``name``.

    Raises:
        ProblemError: It has a problem: AF118, for ours are tested.
    """
    found = look(text, "example.yaml")
    if found.problems and is_plugin(name):
        raise ProblemError([told(name, f"its EXAMPLE has a problem, {found.problems[0].message}")])
    assert not found.problems, found.problems
    assert found.graph is not None
    return found.graph


def _inputs(record: type[Described]) -> tuple[Shape, ...]:
    fewest, most = record.INPUTS
    # A layer for any number of inputs is shown with two.
    rank = getattr(record, "RANK", None) or 3
    return record.EXAMPLE.inputs or (INPUTS[rank],) * (2 if most is None else fewest)


def _step(kind: str, name: str, record: type[Described]) -> Iterator[str]:
    yield f"{kind}: {name}"
    count = len(_inputs(record))
    if count > 1:
        yield f"from: [{', '.join(NAMES[:count])}]"
    for key, value in record.EXAMPLE.arguments.items():
        yield f"{key}: {written(value)}"
