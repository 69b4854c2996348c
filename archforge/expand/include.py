"""Runs ``architecture:``: the steps of another spec inside this one, under a name of their own.

The other spec keeps its scope: its hyperparameters, defaults and blocks are its own, and nothing of
this file reaches them but the values that the step gives. Steps of it that are not needed are
dropped at the end, so a classifier cut before its dense layers never has to build them; what is
wrong with such steps is nobody's concern and stays unsaid.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from archforge.errors import Problem, ProblemError, did_you_mean, listing
from archforge.expand.borrowed import Use, Weights, Whole, told
from archforge.expand.calls import Again, shareable
from archforge.expand.finding import Finder, Found
from archforge.expand.inputs import broken_rules, declared
from archforge.expand.operations import FormulaError
from archforge.expand.references import parse_reference
from archforge.expand.scope import Made, Place, Scope, Unknown, trail_of
from archforge.expand.values import Values, misfit_of
from archforge.expand.working import Working
from archforge.graph import Frame, Included, Input, show_shape
from archforge.spec import Include, InputSpec, Scalar, Spec, Step
from archforge.spec.names import step_names

MAX_ARCHITECTURES = 8


class Runner(Protocol):
    """Runs the steps of one spec and keeps their problems."""

    def steps(self, steps: Sequence[Step], place: Place) -> Made | None:
        """Run ``steps`` and return what ``prev`` is after them."""

    def found(self) -> list[Problem]:
        """The problems of the steps that were run."""


Nest = Callable[[Spec, Values], Runner]
"""A runner of another spec that adds to the same network."""


class Includes:
    """The steps ``architecture:`` of one expansion.

    Args:
        finder: Finds other specs; ``None`` where there are no other files.
        working: Works out what a step says.
        nest: Makes a runner for another spec.
        whole: Expands another spec on its own, for the order of its weights.
        home: Where this spec lies.
        any_size: Whether images may have other sizes than are declared.
    """

    def __init__(
        self,
        finder: Finder | None,
        working: Working,
        nest: Nest,
        whole: Whole,
        home: Path | None,
        *,
        any_size: bool,
    ) -> None:
        self._finder = finder
        self._working = working
        self._nest = nest
        self._weights = Weights(finder, working, whole, home)
        self._home = home
        self._any_size = any_size

    def run(self, step: Include, place: Place) -> Made:
        """Run a step ``architecture:`` on what its ``from:`` says."""
        found = self._find(step, place)
        inputs = [str(made.node) for made in self._working.inputs(step, place)]
        preset = self._word(step.preset, place) or found.preset
        values = self._values(found.spec, preset, step, place)
        trainable, _ = self._working.apart(lambda: self._trainable(step, place))
        place = replace(place, frozen=place.frozen or not trainable)
        path = place.scope.prefix + self._working.label(step, place)
        made = shareable(self._again(step, found.spec, values))(path, inputs, place)
        if step.weights is not None:
            included = self._working.network.included
            use = Use(found.spec, values, inputs, place)
            included[path] = self._weights.of(included[path], step, use)
        return made

    def _values(self, spec: Spec, preset: str | None, step: Include, place: Place) -> Values:
        given = self._working.plain_arguments(step.hyperparameters, place)
        if given.problems:
            raise ProblemError(given.problems)
        misfits = [
            Problem("AF303", f"'{name}' of {spec.name} {wrong[0]}", tree.mark, fix=wrong[1])
            for name, tree in step.hyperparameters.items()
            if name in spec.hyperparameters
            for wrong in [misfit_of(spec.hyperparameters[name], given.values[name])]
            if wrong is not None
        ]
        if misfits:
            raise ProblemError(misfits)
        try:
            return Values(spec, preset, given.values, origins=given.origins)
        except ProblemError as error:
            raise _marked(error, step) from None

    def _find(self, step: Include, place: Place) -> Found:
        name = str(self._working.scalar(step.what, place))
        mark = step.what.mark
        if self._finder is None:
            raise self._working.problem("AF008", f"there is no architecture '{name}' here", mark)
        try:
            found = self._finder.architecture(name, self._home)
        except ProblemError as error:
            raise told(error, mark, f"'{name}', included on line {step.mark.line}") from None
        inside = (*place.architectures, identity(found.spec))
        itself = len(set(inside)) < len(inside)
        if itself or len(inside) > MAX_ARCHITECTURES:
            too_deep = f"lies more than {MAX_ARCHITECTURES} architectures deep"
            raise self._working.problem(
                "AF140",
                f"architecture '{found.spec.name}' {'is inside itself' if itself else too_deep}",
                mark,
                why=" includes ".join(Path(each).name for each in inside),
                fix="include another architecture, or write the steps out",
            )
        return found

    def _again(self, step: Include, spec: Spec, values: Values) -> Again:
        def run(path: str, inputs: list[str], at: Place) -> Made:
            runner = self._nest(spec, values)
            included = Included(path, spec.name, values.preset, step.mark)
            self._working.network.included[path] = included
            inside = Place(
                Scope(f"{path}.", coming=step_names(spec.steps)),
                values,
                frames=(*at.frames, Frame("architecture", path, spec.name)),
                trail=trail_of(spec.file, at, step.mark),
                sharing=at.sharing,
                architectures=(*at.architectures, identity(spec)),
                frozen=at.frozen,
            )
            self._enter(step, spec, inputs, inside)
            end = runner.steps(spec.steps, inside)
            inside.scope.problems = tuple(runner.found())
            if step.until is not None:
                return Made(self._until(step.until, spec.name, inside.scope, at), inside.scope)
            return Made(self._output(step, spec, end, inside), inside.scope)

        return run

    def _enter(self, step: Include, spec: Spec, inputs: list[str], inside: Place) -> None:
        """Give the included steps their inputs."""
        images = list(spec.inputs.values())
        if len(images) != len(inputs):
            names = listing(image.name for image in images)
            raise self._working.problem(
                "AF141",
                f"{spec.name} takes {len(images)} inputs ({names}), has {len(inputs)}",
                step.mark,
                fix=f"give one node for each, in that order: `from: [{names}]`",
            )
        assert isinstance(inside.base, Values)
        problems = broken_rules(spec, inside.base, self._working)
        if problems:
            raise ProblemError(replace(one, trail=inside.trail) for one in problems)
        for image, node in zip(images, inputs, strict=True):
            self._fits(step, image, declared(image, self._working, inside), node)
            inside.scope.names[image.name] = Made(node, line=image.mark.line)
        if len(images) == 1:
            inside.scope.prev = inside.scope.names[images[0].name]

    def _fits(self, step: Include, image: InputSpec, taken: Input, node: str) -> None:
        given, wanted = self._working.network.shape(node), taken.declared
        same = len(given) == len(wanted) and all(
            want is None or has == want or (self._any_size and axis < 2)
            for axis, (has, want) in enumerate(zip(given, wanted, strict=True))
        )
        if not same:
            raise self._working.problem(
                "AF141",
                f"{step.what.value} takes {show_shape(wanted)} ({image.name}), "
                f"is given {show_shape(given)}",
                step.mark,
                why="an included architecture sees images of the shape that it declares",
                fix=_shape_fix(image, given, wanted),
            )

    def _until(self, until: Scalar, what: str, scope: Scope, at: Place) -> str:
        try:
            reference = parse_reference(until.value)
            if reference.many:
                raise FormulaError("AF111", "`until` names one node, not a family")
            name = reference.resolve(self._working.reader(at))
            if name.partition(".")[0] not in scope.names:
                fix = did_you_mean(name, scope.names)
                raise FormulaError("AF110", f"{what} has no node '{name}' to end with", fix=fix)
            made = scope.find(name)
        except FormulaError as error:
            raise self._working.from_formula(error, until.mark) from error
        assert made.node is not None
        return made.node

    def _output(self, step: Include, spec: Spec, end: Made | None, inside: Place) -> str:
        """The included architecture's own output."""
        if inside.scope.problems:
            raise ProblemError(inside.scope.problems)
        if not spec.outputs:
            if end is None or end.node is None:
                raise Unknown
            return end.node
        if len(spec.outputs) > 1 or "*" in str(spec.outputs[0].value):
            raise self._working.problem(
                "AF141",
                f"{spec.name} has several outputs: {listing(str(o.value) for o in spec.outputs)}",
                step.mark,
                why="a step has one output",
                fix="say which node it ends with: `until: NODE`",
            )
        return self._until(spec.outputs[0], spec.name, inside.scope, inside)

    def _trainable(self, step: Include, place: Place) -> bool:
        value = True if step.trainable is None else self._working.scalar(step.trainable, place)
        if not isinstance(value, bool):
            assert step.trainable is not None
            raise self._working.problem(
                "AF104", "`trainable` is true or false", step.trainable.mark
            )
        return value

    def _word(self, scalar: Scalar | None, place: Place) -> str | None:
        return None if scalar is None else str(self._working.scalar(scalar, place))


def identity(spec: Spec) -> str:
    """What tells one architecture's file from another's."""
    return str(spec.home.resolve()) if spec.home else spec.file


def _marked(error: ProblemError, step: Include) -> ProblemError:
    """Problems of the values that the step gives, each at its value."""
    marks = step.hyperparameters.keys
    named = step.preset.mark if step.preset is not None else step.mark
    return ProblemError(
        replace(
            problem,
            mark=next((m for key, m in marks.items() if f"'{key}'" in problem.message), named),
        )
        for problem in error.problems
    )


def _shape_fix(image: InputSpec, given: tuple[int | None, ...], wanted: object) -> str:
    """Hyperparameters of the included architecture that would make it fit."""
    sets: dict[str, int] = {}
    for item, has in zip(image.shape.items, given, strict=False):
        text = str(item.plain)
        if text.startswith("=") and text[1:].strip().isidentifier() and has is not None:
            sets[text[1:].strip()] = has
    if not sets:
        return "bring the image to that shape first"
    return f"write `hyperparameters: {{{', '.join(f'{k}: {v}' for k, v in sets.items())}}}`"
