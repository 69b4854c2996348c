"""The whole way from a spec to its graph."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from archforge.errors import Mark, Problem, ProblemError
from archforge.expand.expander import Expander
from archforge.expand.formula import parse_formula
from archforge.expand.network import Network
from archforge.expand.operations import show
from archforge.expand.outputs import find_outputs, unreached
from archforge.expand.padding import padded
from archforge.expand.remedies import with_remedies
from archforge.expand.scope import Made, Place, Scope, Unknown
from archforge.expand.values import Choose, Values
from archforge.expand.working import Working
from archforge.graph import Graph, Input, Node, Shape
from archforge.spec import InputSpec, Rule, Spec
from archforge.spec.names import step_names

MAX_SIZE = 100_000
VALUES = ("unit", "byte", "signed", "standard", "imagenet", "caffe")


class ExpandError(ProblemError):
    """A spec has no graph; carries the nodes that could be made, for an editor to show.

    Args:
        problems: Everything that is wrong.
        graph: Of those nodes, without outputs.
    """

    def __init__(self, problems: Iterable[Problem], graph: Graph | None = None) -> None:
        super().__init__(problems)
        self.graph = graph


def expand(
    spec: Spec,
    preset: str | None = None,
    given: Mapping[str, Any] | None = None,
    *,
    choose: Choose | None = None,
    bad: frozenset[Mark] = frozenset(),
) -> Graph:
    """The graph of ``spec``.

    Args:
        spec: Whose form was checked.
        preset: Its name, or ``None`` for the defaults.
        given: Hyperparameters with fixed values.
        choose: Asked for every value that is read, may be searched and is not given.
        bad: Marks of steps whose form has a problem already; what hangs on them stays silent.

    Raises:
        ProblemError: With every problem that was found.
    """
    values = Values(spec, preset, given, choose)
    try:
        if spec.sizes == "pad" and not bad:
            return _padded(spec, values)
        return _expand(spec, values, bad, None)
    except ProblemError as error:
        if choose is not None:
            raise
        told = with_remedies(error, spec, values, _tries(spec, preset, given or {}))
        raise ExpandError(told.problems, getattr(error, "graph", None)) from None


def _padded(spec: Spec, values: Values) -> Graph:
    place = Place(Scope(), values)
    shape = _shape(next(iter(spec.inputs.values())), Working(Network()), place)

    def build(sizes: tuple[int, int] | None) -> Graph:
        # At the sizes of the file every problem is told, not the first alone.
        return _expand(spec, values, frozenset(), sizes, only_first=sizes is not None)

    return padded(spec, build, shape)


def _tries(spec: Spec, preset: str | None, given: Mapping[str, Any]) -> Any:
    """Tells whether the spec builds with other hyperparameters or with other input sizes."""

    def builds(change: Mapping[str, Any], sizes: tuple[int, int] | None = None) -> bool:
        try:
            _expand(
                spec, Values(spec, preset, {**given, **change}), frozenset(), sizes, only_first=True
            )
        except ProblemError:
            return False
        return True

    return builds


def expand_at(spec: Spec, graph: Graph, sizes: tuple[int, int]) -> Graph | None:
    """The same network on images of other sizes, or ``None`` if it does not build on them.

    Args:
        spec: What ``graph`` was expanded from.
        graph: Whose preset and hyperparameters are kept.
        sizes: Height and width that every input is given.
    """
    values = Values(spec, graph.preset, graph.hyperparameters)
    try:
        if spec.sizes == "pad":
            return replace(graph)  # every size is padded to one that fits
        return _expand(spec, values, frozenset(), sizes, only_first=True)
    except ProblemError:
        return None


def _expand(
    spec: Spec,
    values: Values,
    bad: frozenset[Mark],
    sizes: tuple[int, int] | None,
    *,
    only_first: bool = False,
) -> Graph:
    expander = Expander(spec, values, bad, only_first=only_first)
    working = Working(expander.network)
    place = Place(Scope(coming=step_names(spec.steps)), values)
    problems = expander.problems
    problems.extend(_broken_rules(spec, values, working))
    problems.raise_any()
    try:
        for image in spec.inputs.values():
            _add_input(image, expander, working, place, sizes)
        place.scope.prev = next(iter(place.scope.names.values())) if len(spec.inputs) == 1 else None
        expander.steps(spec.steps, place)
        outputs = find_outputs(spec, expander, working, place)
    except ProblemError as error:
        problems.extend(error.problems)
        outputs = {}
    except RecursionError:
        problems.add(Problem("AF005", "blocks and loops nest too deep", Mark(spec.file)))
        raise ProblemError(problems.found) from None
    network = expander.network
    graph = Graph(
        spec.name,
        spec.task,
        network.nodes,
        outputs,
        network.aliases,
        values.preset,
        {} if problems.found else values.snapshot(),
        tuple(values.read),
    )
    # A step that hangs on one with a problem is not lost.
    if outputs and not bad and not problems.found:
        problems.extend(unreached(graph))
    if problems.found:
        raise ExpandError(problems.found, replace(graph, outputs={}))
    return graph


def _broken_rules(spec: Spec, values: Values, working: Working) -> list[Problem]:
    place = Place(Scope(), values)
    found: list[Problem] = []
    for rule in spec.require:
        try:
            if not working.scalar(rule.that, place):
                found.append(_broken(rule, values))
        except ProblemError as error:
            found += error.problems
    return found


def _broken(rule: Rule, values: Values) -> Problem:
    read = sorted(parse_formula(str(rule.that.value)).names)
    shown = ", ".join(f"{name} = {show(values.value(name))}" for name in read if name in values)
    return Problem(
        "AF305",
        rule.say,
        rule.that.mark,
        why=f"`{rule.that.value}` does not hold with {shown}" if shown else "",
    )


def _add_input(
    image: InputSpec,
    expander: Expander,
    working: Working,
    place: Place,
    sizes: tuple[int, int] | None,
) -> None:
    try:
        shape = _shape(image, working, place)
        accepted = working.scalar(image.values, place)
        if accepted not in VALUES:
            raise working.problem(
                "AF105",
                f"values cannot be {show(accepted)}",
                image.values.mark,
                fix=f"use one of: {', '.join(VALUES)}",
            )
    except (ProblemError, Unknown) as error:
        expander.problems.extend(error.problems if isinstance(error, ProblemError) else ())
        place.scope.names[image.name] = Made(None)
        return
    if sizes is not None and len(shape) == 3:
        shape = (*sizes, shape[-1])
    layer = Input(declared=shape, values=accepted)
    expander.network.nodes[image.name] = Node(image.name, layer, (), shape, mark=image.mark)
    place.scope.names[image.name] = Made(image.name, line=image.mark.line)


def _shape(image: InputSpec, working: Working, place: Place) -> Shape:
    sizes = working.value(image.shape, place)
    for item, size in zip(image.shape.items, sizes, strict=True):
        whole = isinstance(size, int) and not isinstance(size, bool) and 0 < size <= MAX_SIZE
        if size is not None and not whole:
            raise working.problem(
                "AF231",
                f"a size of input '{image.name}' cannot be {show(size)}",
                item.mark,
                why=f"sizes are whole numbers from 1 to {MAX_SIZE}, or null for any",
            )
    return tuple(sizes)
