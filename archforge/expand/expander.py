"""Runs the steps of a spec: loops, branches, conditions, sharing; ``calls`` runs layers and blocks.

A step with a problem makes an unknown tensor: what hangs on it stays silent, the rest of the file
is still checked, so a reader learns of everything at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from archforge.errors import Mark, Problem, ProblemError, Problems
from archforge.expand.borrowed import Whole
from archforge.expand.calls import Calls
from archforge.expand.finding import Finder
from archforge.expand.include import Includes
from archforge.expand.network import Network
from archforge.expand.operations import FormulaError, show
from archforge.expand.scope import Made, Place, Unknown, turns
from archforge.expand.values import Values
from archforge.expand.working import Working
from archforge.graph import Frame, ShapeError
from archforge.spec import Branches, Call, Condition, Include, Loop, Share, Spec, Step
from archforge.spec.names import step_names


@dataclass(frozen=True)
class Terms:
    """What holds for an expansion as a whole.

    Args:
        finder: Finds other specs.
        whole: Expands another spec on its own.
        bad: Marks of steps whose form has a problem already.
        only_first: Stop at the first problem; for trying out whether something builds.
        any_size: Images may have other sizes than are declared.
        tracing: Find out which hyperparameters shapes hang on, and record what was tried.
    """

    whole: Whole
    finder: Finder | None = None
    bad: frozenset[Mark] = frozenset()
    only_first: bool = False
    any_size: bool = False
    tracing: bool = False


class Expander:
    """One expansion of one spec.

    Args:
        spec: What to expand.
        values: Its hyperparameters.
        terms: What holds for it.
        network: What it adds to; a new one by default.
    """

    def __init__(
        self, spec: Spec, values: Values, terms: Terms, network: Network | None = None
    ) -> None:
        self.network = network or Network()
        self.problems = Problems()
        self._terms = terms
        self._working = working = Working(self.network)
        self._calls = Calls(spec, values, working, self)
        includes = Includes(
            terms.finder, working, self._nest, terms.whole, spec.home, any_size=terms.any_size
        )
        self._run: dict[type[Step], Callable[[Any, Place], Made]] = {
            Call: self._calls.run,
            Loop: self._loop,
            Branches: self._branches,
            Condition: self._condition,
            Share: self._share,
            Include: includes.run,
        }

    def _nest(self, spec: Spec, values: Values) -> "Expander":
        # All problems of an included file are wanted: those of steps that are dropped do not count.
        terms = replace(self._terms, bad=frozenset(), only_first=False)
        return Expander(spec, values, terms, self.network)

    def found(self) -> list[Problem]:
        """The problems of the steps that were run."""
        return self.problems.found

    def steps(self, steps: Sequence[Step], place: Place) -> Made | None:
        """Run ``steps`` in order; what ``prev`` is after them."""
        for step in steps:
            self._step(step, place)
        return place.scope.prev

    def _step(self, step: Step, place: Place) -> None:
        try:
            self.network.count_step(step.mark)
            name = self._name(step, place)
            if step.mark in self._terms.bad:
                raise Unknown
            if not isinstance(step, Condition) and self._skipped(step, place):
                place.scope.skipped.add(name or "")
                return
            made = self._run[type(step)](step, place)
        except Unknown:
            made = Made(None)
        except ProblemError as error:
            self._report(error, place)
            made = Made(None)
        self._define(step, made, place)

    def _report(self, error: ProblemError, place: Place) -> None:
        if self._terms.only_first or any(problem.code == "AF130" for problem in error.problems):
            raise error
        self.problems.extend(
            replace(problem, trail=problem.trail or self._trail(place))
            for problem in error.problems
        )

    def _trail(self, place: Place) -> tuple[str, ...]:
        inside = turns(place)
        if not inside:
            return place.trail
        head = (f"the loop{inside}",) if not place.trail else (f"a loop{inside}",)
        return (*head, *place.trail)

    def _name(self, step: Step, place: Place) -> str | None:
        return None if step.name is None else self._working.own_name(step.name, place)

    def _define(self, step: Step, made: Made, place: Place) -> None:
        """Make the step's name known and its output ``prev``."""
        made.line = step.mark.line
        place.scope.prev = made
        try:
            name = self._name(step, place)
        except (ProblemError, Unknown):
            return  # reported when the step was run
        if name is None:
            return
        if name in place.scope.names and step.mark not in self._terms.bad:
            first = place.scope.names[name].line
            self._report(
                ProblemError(
                    [
                        Problem(
                            "AF113",
                            f"'{name}' is made twice, first on line {first}",
                            step.mark,
                            why="a name means one node",
                            fix="number it by the loop, `name: skip@i`, or choose another",
                        )
                    ]
                ),
                place,
            )
        place.scope.names[name] = made
        path = place.scope.prefix + name
        if made.node is not None and path != made.node:
            self.network.aliases[path] = made.node

    def _skipped(self, step: Step, place: Place) -> bool:
        if step.condition is None:
            return False
        condition = step.condition
        holds, read = self._working.apart(lambda: self._working.scalar(condition, place))
        if not self._terms.tracing or not self._calls.passes(step, place):
            self.network.reads.steps |= read
        return not holds

    def _start(self, step: Step, place: Place) -> None:
        """``from:`` of a loop, a condition or branches: where its first step starts."""
        if step.source is not None:
            inputs = self._working.inputs(step, place)
            if len(inputs) != 1:
                raise self._working.problem(
                    "AF201",
                    "a group of steps starts at one node",
                    step.mark,
                    fix="join the nodes first, or name them in the steps inside",
                )
            place.scope.prev = inputs[0]

    def _loop(self, step: Loop, place: Place) -> Made:
        self._start(step, place)
        columns, origins = self._columns(step, place)
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            counted = ", ".join(f"'{name}' has {count}" for name, count in lengths.items())
            raise self._working.problem(
                "AF131",
                f"the columns of the loop differ in length: {counted}",
                step.mark,
                why="columns are read in step, one value of each a turn",
            )
        path = place.scope.prefix + self._working.label(step, place)
        for turn, row in enumerate(zip(*columns.values(), strict=True)):
            variables = dict(zip(columns, row, strict=True))
            frame = Frame("loop", path, ", ".join(columns), turn)
            self.steps(step.steps, place.turn(variables, frame, origins))
        return self._after(place)

    def _columns(
        self, step: Loop, place: Place
    ) -> tuple[dict[str, list[Any]], dict[str, frozenset[str]]]:
        """The values of each column, and the hyperparameters behind it."""
        columns: dict[str, list[Any]] = {}
        origins: dict[str, frozenset[str]] = {}
        for name in step.columns:
            work = partial(self._column, name, step, place)
            columns[name], origins[name] = self._working.apart(work)
            self.network.reads.steps |= origins[name]
        return columns, origins

    def _column(self, name: str, step: Loop, place: Place) -> list[Any]:
        values = self._working.value(step.columns[name], place)
        if not isinstance(values, list):
            raise self._working.problem(
                "AF131",
                f"the loop over '{name}' needs a list, not {show(values)}",
                step.columns[name].mark,
                fix=f"write `{name}: =range({show(values)})`",
            )
        return values

    def _condition(self, step: Condition, place: Place) -> Made:
        assert step.condition is not None
        self._start(step, place)
        chosen, other = step.steps, step.otherwise
        if not self._working.scalar(step.condition, place):
            chosen, other = other, chosen
        place.scope.skipped |= step_names(other).keys()
        self.steps(chosen, place)
        return self._after(place)

    def _branches(self, step: Branches, place: Place) -> Made:
        self._start(step, place)
        start = place.scope.prev
        ends: list[Made] = []
        for label, steps in step.branches.items():
            place.scope.prev = start
            frame = Frame("branch", f"{place.scope.prefix}{step.ordinal}", label)
            end = self.steps(steps, replace(place, frames=(*place.frames, frame)))
            ends.append(end or Made(None))
        place.scope.prev = start
        assert step.merge is not None
        if any(end.node is None for end in ends):
            raise Unknown
        labels = [f"branch '{label}'" for label in step.branches]
        merge = replace(step.merge, name=step.name or step.merge.name)
        return self._calls.on(merge, ends, labels, place)

    def _share(self, step: Share, place: Place) -> Made:
        try:
            made = place.scope.find(self._working.reference(step.what, place))
        except FormulaError as error:
            raise self._working.from_formula(error, step.what.mark) from error
        inputs = self._working.inputs(step, place)
        if made.again is None:
            raise self._working.problem(
                "AF114",
                f"'{step.what.value}' cannot be shared: it is a loop, an `if` or branches",
                step.what.mark,
                fix="put its steps in a block and share that",
            )
        path = place.scope.prefix + self._working.label(step, place)
        try:
            shared = made.again(path, [str(one.node) for one in inputs], place)
        except ShapeError as error:
            shown = [str(one.node) for one in inputs]
            raise self._working.from_shape(error, step.mark, shown, shown) from error
        return shared

    def _after(self, place: Place) -> Made:
        """The end of a group of steps, without the inside of its last step."""
        prev = place.scope.prev
        if prev is None or prev.node is None:
            raise Unknown
        return Made(prev.node)
