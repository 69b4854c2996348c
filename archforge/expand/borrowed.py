"""Weights that an included architecture brings: what can be known of them without reading them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from archforge.errors import Mark, ProblemError
from archforge.expand.finding import Finder
from archforge.expand.scope import Place
from archforge.expand.twins import TWINS, Twin, Words, no_twin, other_values
from archforge.expand.values import Values
from archforge.expand.working import Working
from archforge.graph import Graph, Included, Input
from archforge.spec import Include, Scalar, Spec

IMAGENET = "imagenet"

Whole = Callable[[Spec, str | None, Mapping[str, Any]], Graph]
"""Another spec expanded on its own."""


@dataclass(frozen=True)
class Use:
    """One use of another spec: its values, what it is run on, and where."""

    spec: Spec
    values: Values
    inputs: list[str]
    place: Place


class Weights:
    """What the steps of one expansion say in ``weights:``."""

    def __init__(
        self, finder: Finder | None, working: Working, whole: Whole, home: Path | None
    ) -> None:
        self._finder = finder
        self._working = working
        self._whole = whole
        self._home = home

    def of(self, included: Included, step: Include, use: Use) -> Included:
        """``included`` with the source of its weights.

        Raises:
            ProblemError: There are no such weights, or they expect other images.
        """
        assert step.weights is not None
        weights = step.weights
        name, _ = self._working.apart(lambda: self._working.scalar(weights, use.place))
        if name is None:
            return included
        # Only made where weights are loaded: a spec that names many costs nothing to check.
        whole = partial(self._whole, use.spec, use.values.preset, use.values.given())
        if name == IMAGENET:
            twin = self._twin(step.weights, use.spec, use.values.preset)
            self._same_values(twin, use.inputs, step)
            return replace(included, weights=name, twin=twin.keras, whole=whole)
        assert self._finder is not None
        try:
            path = self._finder.weights(str(name), self._home)
        except ProblemError as error:
            raise told(error, step.weights.mark) from None
        return replace(included, weights=str(path), whole=whole)

    def _twin(self, weights: Scalar, spec: Spec, preset: str | None) -> Twin:
        twin = TWINS.get((spec.name, preset))
        if twin is None:
            raise self._problem(no_twin(spec.name, preset), weights.mark)
        return twin

    def _same_values(self, twin: Twin, inputs: list[str], step: Include) -> None:
        """Images must come in the range that the weights were learned on."""
        for name in inputs:
            layer = self._working.network.nodes[name].layer
            if isinstance(layer, Input) and layer.values != twin.values:
                raise self._problem(other_values(twin, name, layer.values), step.mark)

    def _problem(self, words: Words, mark: Mark) -> ProblemError:
        return self._working.problem(words.code, words.message, mark, why=words.why, fix=words.fix)


def told(error: ProblemError, mark: Mark, trail: str = "") -> ProblemError:
    """Problems of another file with the way to it; those without a place get this one."""
    return ProblemError(
        replace(
            problem,
            mark=problem.mark or mark,
            trail=(*problem.trail, trail) if trail and problem.mark else problem.trail,
        )
        for problem in error.problems
    )
