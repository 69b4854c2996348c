"""The space of a search: what the expansion reads, drawn while the graph is made.

Nothing is declared. ``choose`` is asked for a value when the expansion needs it, so a network of
depth 2 has three dropouts, and no fourth is ever drawn or shown. Numbers keep to their grid; values
that Optuna cannot hold (lists) are named by their text.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from math import floor
from typing import Any

from archforge.catalog import Architecture
from archforge.expand.operations import show
from archforge.expand.ranges import SLACK, grid_values, step_of, value_at
from archforge.graph import Graph, fingerprint
from archforge.search.recipe import PREFIX
from archforge.spec import Search

# Above this a space is not walked to its end; one U-Net takes some milliseconds.
MOST_POINTS = 512

Suggest = Callable[[str, Search], Any]
"""Given a key (``filters``, ``dropout@2``) and its range, a value of the range."""


class EndlessError(Exception):
    """The space cannot be walked: a range without steps, or too many points."""


@dataclass(frozen=True)
class Draw:
    """One point and the network it makes.

    Args:
        graph: Of these values.
        values: What was drawn, by key, in the order in which the expansion asked; settings of the
            training after it.
        settings: Those of the training, by their names.
        ranges: Of each value.
    """

    graph: Graph
    values: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)
    ranges: Mapping[str, Search] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Of the network."""
        return fingerprint(self.graph)

    @property
    def mark(self) -> str:
        """What tells one training from another: the network's fingerprint, and the settings."""
        mark = self.fingerprint
        if not self.settings:
            return mark
        return blake2b(
            f"{mark}:{sorted(self.settings.items())}".encode(), digest_size=32
        ).hexdigest()


@dataclass(frozen=True)
class Space:
    """What may vary.

    Args:
        architecture: With the ranges in force.
        preset: Whose values are the defaults.
        fixed: Values that are given.
        training: Ranges of settings of the training, by their names.
        settings: The settings that are not drawn, and the defaults of those that are.
    """

    architecture: Architecture
    preset: str | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Search] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def draw(self, suggest: Suggest) -> Draw:
        """One point.

        Raises:
            ProblemError: Its graph does not expand.
        """
        return self.place(lambda key, search, _: suggest(key, search))

    def defaults(self) -> tuple[Draw, list[str]]:
        """The defaults in force, each at the nearest value of its range, and words on the moved.

        Raises:
            ProblemError: They do not build.
        """
        words: list[str] = []

        def choose(key: str, search: Search, default: Any) -> Any:
            value = nearest_value(search, default)
            if value != default:
                words.append(
                    f"Trial 0 has {key} = {show(value)}: "
                    f"the default {show(default)} is not in its range."
                )
            return value

        return self.place(choose), words

    def place(self, choose: Callable[[str, Search, Any], Any]) -> Draw:
        """One point; ``choose`` is told the default, too.

        Raises:
            ProblemError: Its graph does not expand.
        """
        values: dict[str, Any] = {}
        ranges: dict[str, Search] = {}

        def keep(key: str, search: Search, default: Any) -> Any:
            ranges[key] = search
            values[key] = choose(key, search, default)
            return values[key]

        graph = self.architecture.graph(self.preset, self.fixed, keep)
        drawn = {
            name: keep(f"{PREFIX}{name}", search, self.settings[name])
            for name, search in self.training.items()
        }
        return Draw(graph, values, drawn, ranges)

    def ranges(self) -> dict[str, str]:
        """Every range in words, by the hyperparameter's name; fixed ones have none."""
        known = self.architecture.spec.hyperparameters.values()
        of_network = {
            each.name: range_words(each.search)
            for each in known
            if each.search is not None and each.name not in self.fixed
        }
        of_training = {f"{PREFIX}{name}": range_words(each) for name, each in self.training.items()}
        return of_network | of_training

    def points(self, draw: Callable[[Suggest], object]) -> Iterator[dict[str, Any]]:
        """The values of every point, depth first.

        Args:
            draw: What makes a point, feasible or not, from what it is suggested.

        Raises:
            EndlessError: There are more than ``MOST_POINTS``, or a range without steps.
        """
        path: list[tuple[int, int]] = []
        for _ in range(MOST_POINTS):
            values: dict[str, Any] = {}
            replay = _Replay(path, values)
            draw(replay)
            path = replay.path
            yield values
            while path and path[-1][0] + 1 == path[-1][1]:
                path.pop()
            if not path:
                return
            path[-1] = (path[-1][0] + 1, path[-1][1])
        raise EndlessError


class _Replay:
    """Takes the choices of a path, then the first of each new range."""

    def __init__(self, path: list[tuple[int, int]], values: dict[str, Any]) -> None:
        self.path: list[tuple[int, int]] = []
        self._before = path
        self._values = values

    def __call__(self, key: str, search: Search) -> Any:
        grid = grid_values(search, MOST_POINTS + 1)
        if grid is None:
            raise EndlessError
        at = len(self.path)
        index = self._before[at][0] if at < len(self._before) else 0
        self.path.append((index, len(grid)))
        self._values[key] = grid[index]
        return grid[index]


def nearest_value(search: Search, value: Any) -> Any:
    """The value of the range that is nearest to ``value``; the first choice for other kinds."""
    if search.kind == "choice":
        return _nearest_choice(search, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return search.low
    step = step_of(search)
    if step is None:
        return min(max(value, search.low), search.high)
    last = floor((search.high - search.low) / step + SLACK)
    return value_at(search, min(max(round((value - search.low) / step), 0), last), step)


def closed(search: Search) -> Search:
    """The range with its end on the grid, as Optuna wants it."""
    step = None if search.kind == "choice" else step_of(search)
    if step is None:
        return search
    last = floor((search.high - search.low) / step + SLACK)
    return replace(search, high=value_at(search, last, step))


def range_words(search: Search) -> str:
    """A range as ``--search`` takes it."""
    if search.kind == "choice":
        return ",".join(show(value) for value in search.choices)
    rest = ":log" if search.log else f":{search.step:g}" if search.step else ""
    return f"{search.low:g}..{search.high:g}{rest}"


def _nearest_choice(search: Search, value: Any) -> Any:
    if value in search.choices:
        return value
    numbers = [each for each in (value, *search.choices) if not isinstance(each, int | float)]
    if numbers:
        return search.choices[0]
    return min(search.choices, key=lambda each: abs(each - value))
