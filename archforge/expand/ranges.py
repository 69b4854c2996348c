"""Ranges of hyperparameters, as ``--search`` and ``--over`` say them.

``filters=8..24:8``, ``rate=0.001..0.1:log``, ``padding=same,valid``. A text narrows the range that
the spec has, or opens one where it has none. ``min``, ``max`` and ``one_of`` of the hyperparameter
hold all the same. Step and scale of the spec's range stay where the text names none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import floor
from typing import Any

from archforge.errors import Problem, ProblemError, did_you_mean, refuse
from archforge.expand.operations import show
from archforge.expand.values import misfit
from archforge.spec import Hyperparameter, Search, Spec, read_text

FORM = "write name=lo..hi, name=lo..hi:step, name=lo..hi:log or name=a,b,c"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# Steps of a float are sums with rounding errors.
SLACK = 1e-9
RANGE = re.compile(rf"\s*({NUMBER})\s*\.\.\s*({NUMBER})\s*(?::\s*({NUMBER}|log)\s*)?\Z")


def with_ranges(spec: Spec, texts: Iterable[str], fixed: Mapping[str, Any]) -> Spec:
    """The spec with the ranges that ``texts`` say in place of its own.

    Args:
        spec: Whose hyperparameters are named.
        texts: One range each, as people write them.
        fixed: Hyperparameters that are given; they cannot be searched.

    Raises:
        ProblemError: With every text that cannot be.
    """
    found: dict[str, Search] = {}
    problems: list[Problem] = []
    for text in texts:
        try:
            name, search = _one(spec, text, fixed)
            if name in found:
                refuse("AF602", f"'{name}' has two ranges", fix="give one range for each name")
            found[name] = search
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    changed = {name: replace(spec.hyperparameters[name], search=s) for name, s in found.items()}
    return replace(spec, hyperparameters={**spec.hyperparameters, **changed})


def _one(spec: Spec, text: str, fixed: Mapping[str, Any]) -> tuple[str, Search]:
    name, equals, words = (part.strip() for part in text.partition("="))
    if not (name and equals and words):
        refuse("AF602", f"'{text}' is not a range", fix=FORM)
    _check_name(spec, name, fixed)
    return name, read_range(spec.hyperparameters[name], text)


def read_range(known: Hyperparameter, text: str) -> Search:
    """The range that ``text``, as ``name=lo..hi``, says for a hyperparameter.

    Raises:
        ProblemError: It cannot be.
    """
    words = text.partition("=")[2].strip()
    if not words:
        refuse("AF602", f"'{text}' is not a range", fix=FORM)
    match = RANGE.match(words)
    search = _numbers(known, text, *match.groups()) if match else _choices(text, words)
    problems = list(_misfits(known, text, search))
    if problems:
        raise ProblemError(problems)
    return search


def _check_name(spec: Spec, name: str, fixed: Mapping[str, Any]) -> None:
    family = name.partition("@")[0]
    if family != name and family in spec.hyperparameters:
        refuse(
            "AF601",
            f"'{name}' cannot have a range of its own",
            why=f"a range of '{family}' is that of each of its levels",
            fix=f"write --search {family}=...",
        )
    if name not in spec.hyperparameters:
        refuse(
            "AF601",
            f"'{spec.name}' has no hyperparameter '{name}' to search",
            fix=did_you_mean(name, spec.hyperparameters),
        )
    if name in fixed:
        refuse(
            "AF604",
            f"'{name}' is fixed to {show(fixed[name])} and has a range too",
            why="a value that is given with --set or that follows from the data is not searched",
            fix=f"leave out --set {name}, or leave out its range",
        )


def _numbers(known: Hyperparameter, text: str, low: str, high: str, rest: str | None) -> Search:
    ends = _number(low), _number(high)
    whole = _is_whole(known, ends)
    own = known.search
    step = own.step if own is not None and own.kind == ("int" if whole else "float") else None
    log = own.log if own is not None else False
    if rest is not None:
        step, log = (None, True) if rest == "log" else (_number(rest), False)
    problem = _impossible(text, ends, step, log=log)
    if problem:
        raise ProblemError([problem])
    if step is not None and step > ends[1] - ends[0]:
        step = None if rest is None else step
    return Search("int" if whole else "float", ends[0], ends[1], step, log)


def _impossible(
    text: str, ends: tuple[float, float], step: float | None, *, log: bool
) -> Problem | None:
    low, high = ends
    if low > high:
        return Problem("AF602", f"'{text}' begins above its end", fix="write the lower end first")
    if step is not None and step <= 0:
        return Problem("AF602", f"the step of '{text}' is not above 0", fix=FORM)
    if log and low <= 0:
        return Problem(
            "AF602",
            f"'{text}' is logarithmic and does not begin above 0",
            why="0 has no logarithm",
            fix="begin above 0, or give a step in place of log",
        )
    return None


def _is_whole(known: Hyperparameter, ends: tuple[float, ...]) -> bool:
    """Whether the range is one of whole numbers: as the default is, not as the ends are written."""
    default = known.default[0] if isinstance(known.default, list) and known.default else None
    default = known.default if default is None else default
    if isinstance(default, float):
        return False
    return all(isinstance(end, int) for end in ends)


def _number(text: str) -> float:
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def _choices(text: str, words: str) -> Search:
    try:
        tree = read_text(f"values: [{words}]", "--search")
    except ProblemError:
        refuse("AF602", f"'{text}' is not a range", fix=FORM)
    values = tree["values"].plain
    if any(isinstance(value, str) and ".." in value for value in values) or not values:
        refuse("AF602", f"'{text}' is not a range", fix=FORM)
    if any(value in values[:index] for index, value in enumerate(values)):
        refuse("AF602", f"a value stands twice in '{text}'", fix="write each value once")
    return Search("choice", choices=tuple(values))


def _misfits(known: Hyperparameter, text: str, search: Search) -> Iterator[Problem]:
    named = search.choices if search.kind == "choice" else (search.low, search.high)
    for value in dict.fromkeys(map(repr, named)):
        wrong = misfit(known, next(each for each in named if repr(each) == value))
        if wrong is not None:
            yield Problem(
                "AF603",
                f"'{text}' leaves what '{known.name}' may be: it {wrong[0]}",
                known.mark,
                why="min, max and one_of of the spec hold in a search too",
                fix=wrong[1] or "give a range inside them, or change the spec",
            )


def grid_values(search: Search, most: int) -> list[Any] | None:
    """The values of a range, at most so many, or ``None`` where it has no steps."""
    if search.kind == "choice":
        return list(search.choices)
    if search.low == search.high:
        return [search.low]
    step = step_of(search)
    if step is None:
        return None
    count = floor((search.high - search.low) / step + SLACK) + 1
    return [value_at(search, index, step) for index in range(min(count, most))]


def step_of(search: Search) -> float | None:
    """The distance between the values of a range, or ``None``."""
    if search.step:
        return search.step
    return 1 if search.kind == "int" else None


def value_at(search: Search, index: int, step: float) -> float:
    """Value ``index`` of a range."""
    value = search.low + index * step
    # 0.1 + 2 * 0.1 is 0.30000000000000004; people wrote 0.3.
    return value if isinstance(value, int) else round(value, 12)
