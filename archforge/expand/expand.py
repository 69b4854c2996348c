"""The whole way from a spec to its graph."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from archforge.errors import Mark, Problem, ProblemError
from archforge.expand.expander import Expander, Terms
from archforge.expand.finding import Finder
from archforge.expand.include import identity
from archforge.expand.inputs import broken_rules, declared, declared_shape
from archforge.expand.network import Network, Reads
from archforge.expand.outputs import Outputs, find_outputs, pruned, unreached
from archforge.expand.padding import padded
from archforge.expand.remedies import with_remedies
from archforge.expand.scope import Made, Place, Scope, Unknown
from archforge.expand.tape import Tape
from archforge.expand.values import Choose, Values
from archforge.expand.working import Working
from archforge.graph import Graph, Input, Node, Shape
from archforge.spec import Spec
from archforge.spec.names import step_names

Sizes = Mapping[str, tuple[int, ...]]
"""Sizes of some of the images, channels apart, in place of those that are declared."""


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
    finder: Finder | None = None,
) -> Graph:
    """The graph of ``spec``.

    Args:
        spec: Whose form was checked.
        preset: Its name, or ``None`` for the defaults.
        given: Hyperparameters with fixed values.
        choose: Asked for every value that is read, may be searched and is not given.
        bad: Marks of steps whose form has a problem already; what hangs on them stays silent.
        finder: Finds the architectures and weights that the spec names.

    Raises:
        ProblemError: With every problem that was found.
    """
    values = Values(spec, preset, given, choose)
    job = _Job(spec, values, _terms(finder, bad))
    try:
        with _uncollected():
            return _padded(job) if spec.sizes == "pad" and not bad else job.run()
    except ProblemError as error:
        if choose is not None:
            raise
        told = with_remedies(error, spec, values, _tries(job, preset, given or {}))
        raise ExpandError(told.problems, getattr(error, "graph", None)) from None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be looked for: all nodes of a network live, and there may be thousands."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def expand_at(spec: Spec, graph: Graph, sizes: Sizes, finder: Finder | None = None) -> Graph | None:
    """The same network on images of other sizes, or ``None`` if it does not build on them.

    Args:
        spec: What ``graph`` was expanded from.
        graph: Whose preset and hyperparameters are kept.
        sizes: Of some of its images.
        finder: Finds the architectures that the spec names.
    """
    job = _Job(spec, Values(spec, graph.preset, graph.hyperparameters), _terms(finder))
    try:
        return job.at(sizes)
    except ProblemError:
        # Every size is padded to one that fits.
        return replace(graph) if spec.sizes == "pad" else None


@dataclass(frozen=True)
class Trace:
    """One expansion and all that it tried.

    Args:
        tape: Every layer in order, to be played at other sizes.
        reads: Which hyperparameters were read, and what for.
        graph: ``None`` where it does not build.
        problem: The first one, where it does not build.
        again: Whether the tape says what the spec does at other sizes.
    """

    tape: Tape
    reads: Reads
    graph: Graph | None
    problem: Problem | None
    again: bool


def trace(
    spec: Spec,
    preset: str | None,
    given: Mapping[str, Any],
    finder: Finder | None = None,
    sizes: Sizes | None = None,
) -> Trace:
    """Expand ``spec`` without its padding and keep what was tried.

    Args:
        spec: Whose form was checked.
        preset: Its name, or ``None``.
        given: Hyperparameters with fixed values.
        finder: Finds the architectures that it names.
        sizes: Of some of its images, instead of their own.

    Raises:
        ProblemError: A value is not allowed.
    """
    return _Job(spec, Values(spec, preset, given), _terms(finder)).trace(sizes)


def image_shapes(spec: Spec, preset: str | None, given: Mapping[str, Any]) -> dict[str, Shape]:
    """The shape that each image is declared to have.

    Raises:
        ProblemError: It cannot be.
    """
    place = Place(Scope(), Values(spec, preset, given))
    working = Working(Network())
    return {name: declared_shape(one, working, place) for name, one in spec.inputs.items()}


def even_sizes(spec: Spec, side: int) -> Sizes:
    """Every image of ``spec`` with the same side along each of its axes."""
    return {name: (side,) * (len(one.shape.items) - 1) for name, one in spec.inputs.items()}


def _terms(finder: Finder | None, bad: frozenset[Mark] = frozenset()) -> Terms:
    def whole(spec: Spec, preset: str | None, given: Mapping[str, Any]) -> Graph:
        try:
            return expand(spec, preset, given, finder=finder)
        except ProblemError:
            # Cut before its dense layers it may stand at sizes at which it cannot as a whole.
            return expand(spec, preset, finder=finder)

    return Terms(whole, finder, bad)


def _padded(job: "_Job") -> Graph:
    image = next(iter(job.spec.inputs.values()))
    shape = declared_shape(image, Working(Network()), Place(Scope(), job.values))

    def build(size: tuple[int, ...] | None) -> Graph:
        # At the sizes of the file every problem is told, not the first alone.
        return job.run() if size is None else job.at({image.name: size})

    return padded(job.spec, build, shape)


def _tries(job: "_Job", preset: str | None, given: Mapping[str, Any]) -> Any:
    """Tells whether the spec builds with other hyperparameters or at another side of all images."""

    def builds(change: Mapping[str, Any], side: int | None = None) -> bool:
        sizes = None if side is None else even_sizes(job.spec, side)
        try:
            values = Values(job.spec, preset, {**given, **change})
            replace(job, values=values, terms=replace(job.terms, bad=frozenset())).at(sizes)
        except ProblemError:
            return False
        return True

    return builds


@dataclass(frozen=True)
class _Job:
    """One spec to expand with certain values."""

    spec: Spec
    values: Values
    terms: Terms

    def at(self, sizes: Sizes | None) -> Graph:
        """The graph on images of other sizes; stops at the first problem."""
        terms = replace(self.terms, only_first=True, any_size=sizes is not None)
        return replace(self, terms=terms).run(sizes)

    def trace(self, sizes: Sizes | None) -> Trace:
        """The graph with all that was tried on the way, or the first problem."""
        terms = replace(self.terms, only_first=True, any_size=sizes is not None, tracing=True)
        network = Network(tape=Tape())
        graph: Graph | None = None
        problem: Problem | None = None
        try:
            graph = replace(self, terms=terms).run(sizes, network)
        except ProblemError as error:
            problem = error.problems[0]
        assert network.tape is not None
        again = not network.reads.sizes and not network.included
        return Trace(network.tape, network.reads, graph, problem, again)

    def run(self, sizes: Sizes | None = None, network: Network | None = None) -> Graph:
        """The graph.

        Raises:
            ExpandError: With every problem and the nodes that could be made.
        """
        expander = Expander(self.spec, self.values, self.terms, network)
        working = Working(expander.network)
        coming, inside = step_names(self.spec.steps), (identity(self.spec),)
        place = Place(Scope(coming=coming), self.values, architectures=inside)
        problems = expander.problems
        problems.extend(broken_rules(self.spec, self.values, working))
        problems.raise_any()
        outputs = Outputs()
        try:
            self._enter(expander, working, place, sizes)
            expander.steps(self.spec.steps, place)
            outputs = find_outputs(self.spec, expander, working, place)
        except ProblemError as error:
            problems.extend(error.problems)
        except RecursionError:
            problems.add(Problem("AF005", "blocks and loops nest too deep", Mark(self.spec.file)))
            raise ProblemError(problems.found) from None
        graph = self._graph(expander, outputs)
        # A step that hangs on one with a problem is not lost.
        if outputs.nodes and not self.terms.bad and not problems.found:
            graph = pruned(graph)
            problems.extend(unreached(graph, expander.network.included.values()))
        if problems.found:
            raise ExpandError(problems.found, replace(graph, outputs={}))
        return graph

    def _graph(self, expander: Expander, outputs: Outputs) -> Graph:
        network, values = expander.network, self.values
        return Graph(
            self.spec.name,
            self.spec.task,
            network.nodes,
            outputs.nodes,
            network.aliases,
            values.preset,
            {} if expander.problems.found else values.snapshot(),
            tuple(values.read),
            tuple(network.included.values()),
            outputs.loss_weights,
        )

    def _enter(
        self, expander: Expander, working: Working, place: Place, sizes: Sizes | None
    ) -> None:
        """Make the images nodes."""
        names = place.scope.names
        for image in self.spec.inputs.values():
            try:
                layer = declared(image, working, place)
            except (ProblemError, Unknown) as error:
                expander.problems.extend(getattr(error, "problems", ()))
                names[image.name] = Made(None)
                continue
            if sizes is not None and image.name in sizes:
                declared_shape = (*sizes[image.name], layer.declared[-1])
                layer = Input(declared=declared_shape, values=layer.values)
            node = Node(image.name, layer, (), layer.declared, mark=image.mark)
            expander.network.nodes[image.name] = node
            names[image.name] = Made(image.name, line=image.mark.line)
        place.scope.prev = next(iter(names.values())) if len(names) == 1 else None
