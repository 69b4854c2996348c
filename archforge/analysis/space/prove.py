"""Goes through the combinations of a space."""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Any

from archforge.analysis.activations import BYTES, memory
from archforge.analysis.costs import costs
from archforge.analysis.space.axes import Axis, axes
from archforge.analysis.space.sizes import Memory, Prober, Verdict
from archforge.expand import Finder, Trace, even_sizes, image_shapes, trace
from archforge.graph import PLACES, Shape
from archforge.spec import Spec

SECONDS = 10.0
"""A space that takes longer is sampled."""

REACH = 2_048
"""Up to which side a network that does not build at its own size is tried."""

MOST_COMBINATIONS = 2_000_000
"""A space with more is sampled at once."""

MOST_DRAWN = 2_000
"""Most combinations that are drawn of a space that is sampled."""

FLOAT32 = BYTES["float32"]

Point = dict[str, Any]


@dataclass(frozen=True)
class Extreme:
    """A smallest or largest cost, and where it is."""

    value: int
    at: Point


@dataclass(frozen=True)
class Part:
    """One combination of everything but the image's size.

    Args:
        values: Of the axes.
        sizes: What was tried: each choice of the size's axes, and why it does not build.
        needs: Sides at which the network would build; ``None`` where that is not known.
    """

    values: Point
    sizes: Mapping[tuple[Any, ...], Verdict]
    needs: tuple[int, ...] | None = None

    @property
    def building(self) -> list[tuple[Any, ...]]:
        """The sizes that build, in order."""
        return sorted(size for size, why in self.sizes.items() if why is None)


@dataclass(frozen=True)
class Proof:
    """What is known of a space.

    Args:
        axes: What shapes read and what varies, image sizes apart.
        sizes: What only the images' sizes read.
        parts: One for each combination that was tried.
        total: How many combinations the space has.
        exact: Whether all were tried.
        seconds: How long it took.
        fixed: What shapes read and what does not vary.
        free: Hyperparameters that vary and that no shape reads, with both of their ends.
        failing: Ends of those at which the network does not build, with the reason.
        costs: Smallest and largest parameters, MACs and bytes of activations in training.
    """

    axes: tuple[Axis, ...]
    sizes: tuple[Axis, ...]
    parts: tuple[Part, ...]
    total: int
    exact: bool
    seconds: float
    fixed: Point = field(default_factory=dict)
    free: tuple[Axis, ...] = ()
    failing: tuple[tuple[Point, str], ...] = ()
    costs: Mapping[str, tuple[Extreme, Extreme]] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        """Combinations that were tried."""
        return sum(len(part.sizes) for part in self.parts)

    @property
    def building(self) -> int:
        """Combinations that build."""
        return sum(len(part.building) for part in self.parts)


def prove(
    spec: Spec,
    preset: str | None = None,
    fixed: Mapping[str, Any] | None = None,
    *,
    finder: Finder | None = None,
    seconds: float = SECONDS,
) -> Proof:
    """Which combinations of hyperparameters build.

    Args:
        spec: With the ranges in force.
        preset: Whose values hold where nothing varies.
        fixed: Values that are given.
        finder: Finds the architectures that the spec names.
        seconds: A space that takes longer is sampled.

    Raises:
        ProblemError: The spec is wrong at its defaults in a way that no combination mends.
    """
    prover = _Prover(spec, preset, dict(fixed or {}), finder, seconds)
    started = time.monotonic()
    names = prover.first_names()
    while True:
        proof = prover.over(names)
        if prover.reads <= names:  # a combination may read what the defaults do not
            break
        names |= prover.reads
        prover.seconds = max(started + seconds - time.monotonic(), seconds / 4)
    return replace(prover.with_free(proof), seconds=time.monotonic() - started)


class _Prover:
    def __init__(
        self,
        spec: Spec,
        preset: str | None,
        fixed: Point,
        finder: Finder | None,
        seconds: float,
    ) -> None:
        self._spec = spec
        self._preset = preset
        self._fixed = fixed
        self._finder = finder
        self.seconds = seconds
        self._until = math.inf
        self._memory: Memory = {}
        self._costs: dict[str, tuple[Extreme, Extreme]] = {}
        self._inputs_alone: set[str] = set()
        self.reads: set[str] = set()

    def first_names(self) -> set[str]:
        """The hyperparameters that shapes read at the defaults."""
        first = self._trace({})
        self._inputs_alone = first.reads.inputs - first.reads.steps
        return first.reads.steps | first.reads.inputs

    def over(self, names: set[str]) -> Proof:
        """Every combination of these hyperparameters, or as many as there is time for."""
        every = axes(self._spec, names, self._preset, self._fixed)
        several = [one for one in every if len(one.values) > 1]
        size = tuple(one for one in several if one.name in self._inputs_alone)
        other = tuple(one for one in several if one not in size)
        total = prod(len(one.values) for one in several)
        whole = all(one.whole for one in several)
        self._costs = {}
        parts = self._every(other, size) if whole and total <= MOST_COMBINATIONS else None
        exact = parts is not None
        if parts is None:
            self._costs = {}
            parts = list(self._drawn(other, size))
        fixed = {one.name: one.values[0] for one in every if len(one.values) == 1}
        return Proof(other, size, tuple(parts), total, exact, 0.0, fixed, costs=dict(self._costs))

    def _every(self, other: tuple[Axis, ...], size: tuple[Axis, ...]) -> list[Part] | None:
        """All parts, or ``None`` as soon as it is plain that the time does not suffice."""
        names, sizes = [one.name for one in other], list(product(*(one.values for one in size)))
        count, started = prod(len(one.values) for one in other), time.monotonic()
        self._until = started + self.seconds
        parts: list[Part] = []
        for row in product(*(one.values for one in other)):
            parts.append(self._part(dict(zip(names, row, strict=True)), size, sizes))
            spent = time.monotonic() - started
            # The first parts of a kind are slow, later ones are known from them.
            if len(parts[-1].sizes) < len(sizes) or (
                spent > self.seconds / 5 and spent / len(parts) * count > 2 * self.seconds
            ):
                return None
        return parts

    def _drawn(self, other: tuple[Axis, ...], size: tuple[Axis, ...]) -> Iterator[Part]:
        """Parts drawn at random, the same ones in the same order every time."""
        draw = random.Random(0)  # noqa: S311 (a sample, not a secret)
        self._until = until = time.monotonic() + self.seconds
        seen: set[tuple[Any, ...]] = set()
        for _ in range(MOST_DRAWN):
            if time.monotonic() > until:
                return
            values = {one.name: draw.choice(one.values) for one in other}
            key = tuple(map(str, values.values()))
            if key in seen:
                continue
            seen.add(key)
            few = {tuple(draw.choice(one.values) for one in size): None for _ in range(24)}
            yield self._part(values, size, list(few))

    def _part(self, values: Point, size: tuple[Axis, ...], sizes: list[tuple[Any, ...]]) -> Part:
        names = [one.name for one in size]

        def at(chosen: tuple[Any, ...]) -> Point:
            return {**values, **dict(zip(names, chosen, strict=True))}

        prober = self._prober(lambda chosen: self._trace(at(chosen)), lambda c: self._shapes(at(c)))
        verdicts = prober.verdicts(sizes)
        self.reads |= prober.reads
        part = Part(values, verdicts)
        about_size = any(map(_about_size, verdicts.values()))
        if about_size and (not part.building or self._spec.sizes == "pad"):
            part = replace(part, needs=self._needs(at(sizes[0])))
        if self._spec.sizes == "pad" and part.needs:  # any image is padded to a size that builds
            return replace(part, sizes=dict.fromkeys(verdicts))
        if not part.building:
            return part
        for chosen in dict.fromkeys((part.building[0], part.building[-1])):
            self._count(prober, chosen, at(chosen))
        return part

    def _prober(
        self,
        trace_at: Callable[[Any], Trace],
        shapes_at: Callable[[Any], Mapping[str, Shape]],
    ) -> Prober:
        return Prober(shapes_at, trace_at, self._memory, self._until)

    def _needs(self, values: Point) -> tuple[int, ...] | None:
        """Sides of a square image at which a network builds that does not build at its own size."""
        shapes = self._shapes(values)
        if any(len(shape) not in PLACES for shape in shapes.values()):
            return None

        def square(side: int) -> Mapping[str, Shape]:
            return {n: (*[side] * (len(shape) - 1), shape[-1]) for n, shape in shapes.items()}

        prober = self._prober(lambda side: self._trace(values, side), square)
        prober.verdicts([REACH])
        if prober.last is None or not prober.last.again:
            return None
        found = prober.verdicts(range(1, REACH + 1))
        if len(found) < REACH:
            return None
        return tuple(sorted(side for side, why in found.items() if why is None))

    def _trace(self, values: Point, side: int | None = None) -> Trace:
        given = {**self._fixed, **values}
        sizes = None if side is None else even_sizes(self._spec, side)
        return trace(self._spec, self._preset, given, self._finder, sizes)

    def _shapes(self, values: Point) -> Mapping[str, Shape]:
        return image_shapes(self._spec, self._preset, {**self._fixed, **values})

    def _count(self, prober: Prober, chosen: tuple[Any, ...], at: Point) -> None:
        played = prober.played(chosen)
        if played is not None:
            counted = (played.parameters, played.macs, played.values * FLOAT32)
        else:
            graph = self._trace(at).graph
            assert graph is not None
            total = costs(graph)
            counted = (total.parameters.total, total.macs, memory(graph).training)
        for name, value in zip(("parameters", "macs", "memory"), counted, strict=True):
            new = Extreme(value, at)
            low, high = self._costs.get(name, (new, new))
            self._costs[name] = (
                new if value < low.value else low,
                new if value > high.value else high,
            )

    def with_free(self, proof: Proof) -> Proof:
        """Try both ends of what no shape reads, at a combination that builds."""
        read = {*proof.fixed, *(one.name for one in (*proof.axes, *proof.sizes))}
        rest = set(self._spec.hyperparameters) - read
        free = [
            one for one in axes(self._spec, rest, self._preset, self._fixed) if len(one.values) > 1
        ]
        good = next((part for part in proof.parts if part.building), None)
        if good is None:
            return replace(proof, free=tuple(free))
        base = {**good.values, **_named(proof.sizes, good.building[0])}
        failing: list[tuple[Point, str]] = []
        for one in free:
            for end in dict.fromkeys((one.values[0], one.values[-1])):
                problem = self._trace({**base, one.name: end}).problem
                if problem is not None:
                    failing.append(({one.name: end}, problem.message))
        return replace(proof, free=tuple(free), failing=tuple(failing))


def _about_size(why: Verdict) -> bool:
    """Whether a larger image may help: a layer refuses shapes, not a rule or a name."""
    return isinstance(why, str) or (why is not None and why.code.startswith("AF2"))


def _named(size: tuple[Axis, ...], chosen: tuple[Any, ...]) -> Point:
    return {one.name: value for one, value in zip(size, chosen, strict=True)}
