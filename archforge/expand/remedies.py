"""Fixes for sizes that do not fit, found by trying: other sizes, `align:`, fewer levels.

Only runs when something is wrong already, so it may take some milliseconds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from archforge.errors import ProblemError
from archforge.expand.formula import parse_formula
from archforge.expand.operations import FormulaError
from archforge.expand.values import Values
from archforge.spec import Spec

Builds = Callable[..., bool]
"""Whether the spec builds: ``builds(changed hyperparameters, side of all images or None)``."""

_SIZE_CODES = ("AF203", "AF204")
_REACH = 64
"""How far from the declared size another one is looked for."""
_NODES = 4_000
"""How many nodes are made for that in each direction, so that a deep network answers soon, too."""
UNITS = {2: "positions", 3: "pixels", 4: "voxels"}
"""What a size counts, by the number of axes; the studio looks for these words."""


def with_remedies(error: ProblemError, spec: Spec, values: Values, builds: Builds) -> ProblemError:
    """The same problems, those of size with the sizes and depths that would build."""
    about_size = [problem for problem in error.problems if problem.code in _SIZE_CODES]
    if not about_size or len(about_size) < len(error.problems):
        return error
    made = len(getattr(getattr(error, "graph", None), "nodes", ())) or 1
    sizes = list(_sizes(spec, values, builds, min(_REACH, _NODES // made)))
    fixes = [_use(spec, sizes)] if sizes else []
    if any(problem.code == "AF204" for problem in about_size):
        fixes.append("`align: crop` on the merge")
    fixes += list(_lower(spec, values, builds))
    if not fixes:
        return error
    first, *others = error.problems
    why = _why(_size(spec, values), sizes) or first.why
    return ProblemError([replace(first, why=why, fix=", or ".join(fixes)), *others])


def _use(spec: Spec, sizes: list[int]) -> str:
    axes = len(next(iter(spec.inputs.values())).shape.items)
    return f"use {' or '.join(str(size) for size in sizes)} {UNITS.get(axes, 'pixels')}"


def _size(spec: Spec, values: Values) -> int | None:
    """The one side of a square input, if the spec has one."""
    sides = {
        _worked_out(item.plain, values)
        for image in spec.inputs.values()
        for item in image.shape.items[:-1]
    }
    side = sides.pop() if len(sides) == 1 else None
    return side if isinstance(side, int) else None


def _worked_out(size: Any, values: Values) -> Any:
    if not isinstance(size, str):
        return size
    try:
        return parse_formula(size).work_out(values)
    except FormulaError:
        return None


def _sizes(spec: Spec, values: Values, builds: Builds, reach: int) -> Iterator[int]:
    """The nearest smaller and the nearest larger size that builds, not further than ``reach``."""
    side = _size(spec, values)
    if side is None:
        return
    for candidates in (range(side - 1, max(side - reach, 0), -1), range(side + 1, side + reach)):
        found = next((size for size in candidates if builds({}, size)), None)
        if found is not None:
            yield found


def _why(side: int | None, sizes: list[int]) -> str:
    if side is None or len(sizes) != 2:
        return ""
    step = sizes[1] - sizes[0]
    if step > 1 and sizes[0] % step == 0:
        return (
            f"{side} is not a multiple of {step}: halved on the way down and doubled on the way "
            "up it does not give the same size"
        )
    return f"of the sizes around {side} only {sizes[0]} and {sizes[1]} come out even"


def _lower(spec: Spec, values: Values, builds: Builds) -> Iterator[str]:
    """A smaller depth, or another whole number that counts levels, with which it builds."""
    for name, known in spec.hyperparameters.items():
        counts_levels = _counts(spec, name)
        now = values.value(name) if known.each is None else None
        if not counts_levels or isinstance(now, bool) or not isinstance(now, int):
            continue
        lowest = int(known.minimum or 1)
        change = next((n for n in range(now - 1, lowest - 1, -1) if builds({name: n})), None)
        if change is not None:
            yield f"{name} {change}"


def _counts(spec: Spec, name: str) -> bool:
    """Whether a hyperparameter counts levels: a loop runs over its range."""
    return any(f"range({name}" in text for text in _columns(spec.tree.plain))


def _columns(tree: Any) -> Iterator[str]:
    """The columns of every loop in plain YAML, as text."""
    if isinstance(tree, Mapping):
        columns = tree.get("for")
        if isinstance(columns, Mapping):
            yield from (str(value) for value in columns.values())
        tree = list(tree.values())
    if isinstance(tree, list):
        for item in tree:
            yield from _columns(item)
