"""Which image sizes one network takes, without expanding it for each."""

import math
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from archforge.errors import Problem, ProblemError
from archforge.expand import Trace
from archforge.expand.tape import Played
from archforge.graph import Shape

Size = TypeVar("Size", bound=Hashable)
Verdict = Problem | str | None
"""Why a size does not build: a problem, or a layer's own words; ``None`` where it builds."""

Memory = dict[Hashable, dict[Hashable, Verdict]]
"""What networks with certain windows said of each size."""


@dataclass
class Prober:
    """One network at every size.

    Args:
        shapes: The shape of each image at a size.
        trace: An expansion at a size.
        known: What other networks with the same windows said.
        until: When to stop, on the clock of ``time.monotonic``.
    """

    shapes: Callable[[Any], Mapping[str, Shape]]
    trace: Callable[[Any], Trace]
    known: Memory = field(default_factory=dict)
    until: float = math.inf
    last: Trace | None = None
    reads: set[str] = field(default_factory=set)
    _always: Verdict = None
    _sides: tuple[Hashable] | None = None

    def verdicts(self, sizes: Iterable[Size]) -> dict[Size, Verdict]:
        """Whether the network builds at each of ``sizes``; at fewer of them when time is over."""
        # Sizes with many factors of two build first, and their tape then answers for the others.
        order = sorted(sizes, key=_evenness)
        found: dict[Size, Verdict] = {}
        for size in order:
            if found and time.monotonic() > self.until:
                break
            found[size] = self._remembered(size) if self.last else self._tried(size)
        return found

    def played(self, size: Any) -> Played | None:
        """The tape at a size, costs added up; ``None`` where it does not say."""
        if self.last is None or not self.last.again or self.last.graph is None:
            return None
        return self.last.tape.play(self.shapes(size), count=True)

    def _remembered(self, size: Any) -> Verdict:
        assert self.last is not None
        if not self.last.again:
            return self._tried(size)
        if self._always is not None:
            return self._always
        shapes = self.shapes(size)
        memory = self._memory(shapes)
        if memory is not None and size in memory:
            return memory[size]
        played = self.last.tape.play(shapes)
        if played.failed is None and self.last.graph is None:
            return self._tried(size)
        verdict = None if played.failed is None else played.failed.message
        if memory is not None:
            memory[size] = verdict
        return verdict

    def _memory(self, shapes: Mapping[str, Shape]) -> dict[Hashable, Verdict] | None:
        assert self.last is not None
        if self.last.graph is None:
            return None
        if self._sides is None:
            self._sides = (self.last.tape.sides(),)
        if self._sides[0] is None:
            return None
        channels = tuple((name, len(shape), shape[-1]) for name, shape in shapes.items())
        return self.known.setdefault((self._sides[0], channels), {})

    def _tried(self, size: Any) -> Verdict:
        try:
            traced = self.trace(size)
        except ProblemError as error:
            return error.problems[0]
        self.reads |= traced.reads.steps | traced.reads.inputs
        self.last = _better(self.last, traced)
        if traced.graph is None and traced.again:
            played = traced.tape.play(self.shapes(size))
            if played.failed is None:
                # It is no size that is wrong, so it is wrong at every size that comes so far.
                self._always = traced.problem
            return played.failed.message if played.failed else traced.problem
        return traced.problem


def _better(one: Trace | None, other: Trace) -> Trace:
    """The trace that says more of other sizes."""
    if one is None or not other.again:
        return other
    complete = [each for each in (one, other) if each.graph is not None]
    return complete[0] if complete else max(one, other, key=lambda each: len(each.tape.entries))


def _evenness(size: Any) -> int:
    first = size[0] if isinstance(size, tuple) and size else size
    return -(first & -first) if isinstance(first, int) and first > 0 else 0
