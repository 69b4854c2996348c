"""What a network gives back, and steps that lead nowhere."""

from collections.abc import Iterator

from archforge.errors import Problem, ProblemError
from archforge.expand.expander import Expander
from archforge.expand.operations import FormulaError
from archforge.expand.references import parse_reference
from archforge.expand.scope import Made, Place, Unknown
from archforge.expand.working import Working
from archforge.graph import Graph, Node
from archforge.spec import Scalar, Spec


def find_outputs(spec: Spec, expander: Expander, working: Working, place: Place) -> dict[str, str]:
    """The outputs by the names that people use, in order; empty after a problem."""
    if not spec.outputs:
        return _last(place)
    found: dict[str, str] = {}
    for written in spec.outputs:
        try:
            found.update(_named(written, working, place))
        except ProblemError as error:
            expander.problems.extend(error.problems)
        except Unknown:
            continue  # its step has a problem already
    return found


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


def unreached(graph: Graph) -> list[Problem]:
    """A problem for every step, and every input, that reaches no output."""
    reached: set[str] = set()
    stack = list(graph.outputs.values())
    while stack:
        name = stack.pop()
        if name not in reached:
            reached.add(name)
            stack += graph.nodes[name].inputs
    lost: dict[object, Node] = {}
    useful = {graph.nodes[name].mark for name in reached}
    for node in graph:
        if node.name not in reached and node.mark not in useful:
            lost.setdefault(node.mark, node)
    return [
        Problem(
            "AF117",
            f"'{node.name}' reaches no output",
            node.mark,
            why="what it computes is never used",
            fix="read it in a `from:`, name it in `outputs:`, or remove it",
        )
        for node in lost.values()
    ]
