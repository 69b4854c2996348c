"""What a network gives back, and steps that lead nowhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from archforge.errors import Mark, Problem, ProblemError
from archforge.expand.expander import Expander
from archforge.expand.operations import FormulaError, show
from archforge.expand.references import parse_reference
from archforge.expand.scope import Made, Place, Unknown
from archforge.expand.working import Working
from archforge.graph import Graph, Included, Node
from archforge.spec import Scalar, Spec


@dataclass
class Outputs:
    """What a network gives back.

    Args:
        nodes: By the names that people use, in order; empty after a problem.
        loss_weights: What each counts in training, where the spec says so.
    """

    nodes: dict[str, str] = field(default_factory=dict)
    loss_weights: dict[str, float] = field(default_factory=dict)


def find_outputs(spec: Spec, expander: Expander, working: Working, place: Place) -> Outputs:
    """The outputs of ``spec``; problems with them are added to those of ``expander``."""
    if not spec.outputs:
        return Outputs(_last(place))
    found = Outputs()
    for index, written in enumerate(spec.outputs):
        try:
            nodes = dict(_named(written, working, place))
            found.nodes.update(nodes)
            if spec.loss_weights:
                weight = _weight(spec.loss_weights[index], written, working, place)
                found.loss_weights.update(dict.fromkeys(nodes, weight))
        except ProblemError as error:
            expander.problems.extend(error.problems)
        except Unknown:
            continue  # its step has a problem already
    return found


def _weight(weight: Scalar, output: Scalar, working: Working, place: Place) -> float:
    """What the loss of an output counts; no shape hangs on it."""
    value, _ = working.apart(lambda: working.scalar(weight, place))
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise working.problem(
            "AF105",
            f"the weight of the loss of '{output.value}' cannot be {show(value)}",
            weight.mark,
            why="the losses of all outputs are added, each multiplied by its weight",
            fix="give a number of 0 or more, such as 0.3",
        )
    return float(value)


def _last(place: Place) -> dict[str, str]:
    """The last step's output, under the shortest name that it has."""
    last = place.scope.prev
    if last is None or last.node is None:
        return {}
    names = [name for name, made in place.scope.names.items() if made.node == last.node]
    return {names[-1] if names else last.node: last.node}


def _named(written: Scalar, working: Working, place: Place) -> Iterator[tuple[str, str]]:
    try:
        reference = parse_reference(written.value)
        name = reference.resolve(working.reader(place))
        made = {name: place.scope.find(name)} if not reference.many else _members(name, place)
    except FormulaError as error:
        raise working.from_formula(error, written.mark) from error
    for one, what in made.items():
        if what.node is None:
            raise Unknown
        yield one, what.node


def _members(family: str, place: Place) -> dict[str, Made]:
    members = place.scope.members(family)
    return {name: made for name, made in place.scope.names.items() if made in members}


def unreached(graph: Graph, included: Iterable[Included] = ()) -> list[Problem]:
    """A problem for every step, and every input, that reaches no output.

    Args:
        graph: The network.
        included: Every architecture that was included; those of which nothing is left are lost.
    """
    reached = _reached(graph)
    lost: dict[object, str] = {}
    useful = {graph.nodes[name].mark for name in reached}
    for node in graph:
        if node.name not in reached and node.mark not in useful:
            lost.setdefault(node.mark, node.name)
    for one in included:
        if not any(name.startswith(f"{one.path}.") for name in graph.nodes):
            lost.setdefault(one.mark, one.path)
    return [
        Problem(
            "AF117",
            f"'{name}' reaches no output",
            mark if isinstance(mark, Mark) else None,
            why="what it computes is never used",
            fix="read it in a `from:`, name it in `outputs:`, or remove it",
        )
        for mark, name in lost.items()
    ]


def _reached(graph: Graph) -> set[str]:
    reached: set[str] = set()
    stack = list(graph.outputs.values())
    while stack:
        name = stack.pop()
        if name not in reached:
            reached.add(name)
            stack += graph.nodes[name].inputs
    return reached


def pruned(graph: Graph) -> Graph:
    """The graph without the nodes of included architectures that reach no output."""
    if not graph.included:
        return graph
    reached, inside = _reached(graph), tuple(f"{one.path}." for one in graph.included)
    dropped = {node.name for node in graph if node.name not in reached} & {
        node.name for node in graph if node.name.startswith(inside)
    }
    nodes = {node.name: node for node in graph if node.name not in dropped}
    for node in list(nodes.values()):
        if node.shares in dropped:
            _promote(graph, nodes, node)
    return replace(
        graph,
        nodes=nodes,
        aliases={name: node for name, node in graph.aliases.items() if node not in dropped},
        included=tuple(
            one for one in graph.included if any(n.startswith(f"{one.path}.") for n in nodes)
        ),
    )


def _promote(graph: Graph, nodes: dict[str, Node], heir: Node) -> None:
    """Give the weights of a dropped node to the first that shares them."""
    if nodes[heir.name].shares != heir.shares:
        return  # an earlier one took them
    parameters = heir.layer.parameters(graph.shapes(heir))
    for node in list(nodes.values()):
        if node.shares == heir.shares:
            nodes[node.name] = replace(node, shares=heir.name)
    nodes[heir.name] = replace(heir, shares=None, parameters=parameters)
