"""Works out what a step says at a place: values, names, inputs; and words what goes wrong there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from archforge.errors import Mark, Problem, ProblemError
from archforge.expand.formula import parse_formula
from archforge.expand.network import Network
from archforge.expand.operations import FormulaError
from archforge.expand.references import NAME, parse_reference
from archforge.expand.scope import Made, Place, Reader, Unknown
from archforge.graph import ShapeError, show_shape
from archforge.spec import Items, Mapping, Scalar, Step, Tree, is_formula

Answer = TypeVar("Answer")
NOTHING: frozenset[str] = frozenset()


class Working:
    """Formulas and references, worked out against the network as it stands."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._read = network.reads.steps

    def reader(self, place: Place) -> Reader:
        """What formulas see at ``place``."""
        return Reader(place, self.network.shape, self._read, self.network.reads.size)

    def apart(self, work: Callable[[], Answer]) -> tuple[Answer, frozenset[str]]:
        """What ``work`` gives, and the hyperparameters that it read, kept apart from the others."""
        before, self._read = self._read, set()
        try:
            return work(), frozenset(self._read)
        finally:
            self._read = before

    def scalar(self, scalar: Scalar, place: Place) -> Any:
        """A value, its formula worked out.

        Raises:
            ProblemError: The formula has no value here.
            Unknown: It asks for the size of a node that has a problem already.
        """
        if not is_formula(scalar.value):
            return scalar.value
        try:
            return parse_formula(str(scalar.value)).work_out(self.reader(place))
        except FormulaError as error:
            raise self.from_formula(error, scalar.mark) from error

    def value(self, tree: Tree, place: Place) -> Any:
        """A value with every formula in it worked out; every problem in it is raised at once."""
        if isinstance(tree, Scalar):
            return self.scalar(tree, place)
        if isinstance(tree, Items):
            return [self.value(item, place) for item in tree.items]
        return {key: self.value(item, place) for key, item in tree.items()}

    def own_name(self, scalar: Scalar, place: Place) -> str:
        """The name that a step gives itself, families written out."""
        try:
            reference = parse_reference(scalar.value)
            word, _ = reference.parts[0]
            if len(reference.parts) > 1 or reference.many or not NAME.match(word):
                raise FormulaError(
                    "AF111",
                    f"'{scalar.value}' cannot be a name",
                    why="a name starts with a letter and has no dot",
                    fix="use letters, digits and `_`; families are written `skip@i`",
                )
            if word in ("prev", "input"):
                raise FormulaError("AF111", f"'{word}' cannot be a name: it has a meaning already")
            return reference.resolve(self.reader(place))
        except FormulaError as error:
            raise self.from_formula(error, scalar.mark) from error

    def label(self, step: Step, place: Place) -> str:
        """The step's own part of its path: its name, or its class counted, with loop positions."""
        if step.name is not None:
            return self.own_name(step.name, place)
        return "@".join([step.ordinal, *(str(turn) for turn in place.turns)])

    def reference(self, scalar: Scalar, place: Place) -> str:
        """A node's name as written, indices worked out."""
        return parse_reference(scalar.value).resolve(self.reader(place))

    def inputs(self, step: Step, place: Place) -> list[Made]:
        """What the step reads: ``from:``, or the step before.

        Raises:
            ProblemError: A name means nothing here.
            Unknown: A node has a problem already.
        """
        return [made for made, _ in self.named_inputs(step, place)]

    def named_inputs(self, step: Step, place: Place) -> list[tuple[Made, str]]:
        """What the step reads, each with what the person calls it."""
        if step.source is None:
            return [(self._prev(step, place), "prev")]
        sources = step.source.items if isinstance(step.source, Items) else (step.source,)
        return [pair for source in sources for pair in self._source(source, place)]

    def _prev(self, step: Step, place: Place) -> Made:
        prev = place.scope.prev
        if prev is None:
            raise self.problem(
                "AF115",
                "there is no step before this one to take its input from",
                step.mark,
                why="with several inputs the first step must say which it reads",
                fix=f"add `from: {next(iter(place.scope.names), 'image')}`",
            )
        if prev.node is None:
            raise Unknown
        return prev

    def _source(self, source: Tree, place: Place) -> list[tuple[Made, str]]:
        if not isinstance(source, Scalar):
            raise self.problem("AF111", "`from:` is a name or a list of names", source.mark)
        try:
            reference = parse_reference(source.value)
            name = reference.resolve(self.reader(place))
            if not reference.many:
                return [(self._found(name, source, place), name)]
            members = place.scope.members(name)
        except FormulaError as error:
            raise self.from_formula(error, source.mark) from error
        if any(member.node is None for member in members):
            raise Unknown
        return [(member, str(source.value)) for member in members]

    def _found(self, name: str, source: Scalar, place: Place) -> Made:
        if name == "prev" and place.scope.prev is None:
            raise self.problem(
                "AF115", "there is no step before this one, so `prev` is nothing", source.mark
            )
        return place.scope.find(name)

    def problem(
        self, code: str, message: str, mark: Mark, *, why: str = "", fix: str = ""
    ) -> ProblemError:
        """One problem, to raise."""
        return ProblemError([Problem(code, message, mark, why, fix)])

    def from_formula(self, error: FormulaError, mark: Mark) -> ProblemError:
        """A formula's problem at its place in the file."""
        return self.problem(error.code, error.message, mark, why=error.why, fix=error.fix)

    def from_shape(
        self, error: ShapeError, mark: Mark, nodes: list[str], names: list[str]
    ) -> ProblemError:
        """A layer's refusal of its inputs, with the names that people gave them."""
        message = error.message
        if error.code == "AF204":
            shapes = [show_shape(self.network.shape(node)) for node in nodes]
            shown = [f"{name} is {shape}" for name, shape in zip(names, shapes, strict=True)]
            message = f"{message.partition(':')[0]}: {', '.join(shown)}"
        return self.problem(error.code, message, mark, why=error.why, fix=error.fix)

    def plain_arguments(self, mapping: Mapping, place: Place) -> "Given":
        """Arguments worked out, with the problems of those that cannot be."""
        given = Given()
        for key, tree in mapping.items():
            if isinstance(tree, Scalar) and not is_formula(tree.value):
                given.values[key], given.origins[key] = tree.value, NOTHING
                continue
            try:
                given.values[key], given.origins[key] = self.apart(partial(self.value, tree, place))
            except ProblemError as error:
                given.problems += error.problems
        return given


@dataclass
class Given:
    """Arguments of a step.

    Args:
        values: Worked out.
        origins: The hyperparameters behind each.
        problems: Of those that cannot be worked out.
    """

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, frozenset[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
