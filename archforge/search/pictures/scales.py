"""Where the values that were drawn stand on an axis from 0 to 1.

Numbers by size, or by their logarithm where the range says so; choices one after the other. A value
that a network does not read (the dropout of a level that it lacks) has a place of its own, below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from matplotlib.ticker import Locator, LogLocator, MaxNLocator

from archforge.search.records import Study, Trial
from archforge.search.table import value_keys

ABSENT = -0.22
UNREAD = "\N{EN DASH}"
"""Its tick: choices may well be called none."""
TICKS = 5
"""Of a scale, at most."""
MOST = 16
"""Hyperparameters in one picture."""
LONGEST = 12
"""Letters of a tick."""


@dataclass(frozen=True)
class Scale:
    """The axis of one hyperparameter.

    Args:
        key: ``filters``, ``dropout@2``.
        low: The lowest number that was drawn; of choices 0.
        high: The highest; of choices the place of the last.
        log: Whether numbers stand by their logarithm.
        whole: Whether all numbers are whole.
        choices: By their text, where places are not sizes.
        absent: Whether some networks do not read it.
    """

    key: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()
    absent: bool = False

    def place(self, trial: Trial) -> float:
        """Of a trial's value, 0 to 1, or ``ABSENT``."""
        if self.key not in trial.values:
            return ABSENT
        value = trial.values[self.key]
        return self.share(self.choices.index(str(value)) if self.choices else float(value))

    def ticks(self) -> list[tuple[float, str]]:
        """Places and texts."""
        if self.choices:
            found = [(self.share(at), _short(text)) for at, text in enumerate(self.choices)]
        else:
            found = [(self.share(value), f"{value:g}") for value in self._round_values()]
        return [(ABSENT, UNREAD), *found] if self.absent else found

    def share(self, value: float) -> float:
        """Of a number, 0 to 1."""
        if self.low == self.high:
            return 0.5
        low, high, at = (log10(v) if self.log else v for v in (self.low, self.high, value))
        return (at - low) / (high - low)

    def _round_values(self) -> list[float]:
        found: list[float] = []
        for locator in self._locators():
            round_ones = map(float, locator.tick_values(self.low, self.high))
            found = [value for value in round_ones if self.low <= value <= self.high]
            if len(found) <= TICKS:
                break
        return found if len(found) > 1 else sorted({self.low, self.high})

    def _locators(self) -> tuple[Locator, ...]:
        """The one with the most ticks first."""
        if self.log:
            return LogLocator(subs=(1.0, 2.0, 5.0)), LogLocator()
        return (MaxNLocator(nbins=TICKS, integer=self.whole, steps=[1, 2, 2.5, 5, 10]),)


def scales(study: Study, trials: Sequence[Trial]) -> list[Scale]:
    """One for each hyperparameter whose values differ among ``trials``, families together."""
    keys = value_keys(trials)
    families = list(dict.fromkeys(key.partition("@")[0] for key in keys))
    ordered = sorted(keys, key=lambda key: (families.index(key.partition("@")[0]), _member(key)))
    found = (_scale(study, key, trials) for key in ordered)
    return [one for one in found if one.absent or one.low < one.high][:MOST]


def _member(key: str) -> tuple[int, str]:
    level = key.partition("@")[2]
    return len(level), level


def _scale(study: Study, key: str, trials: Sequence[Trial]) -> Scale:
    values = [each.values[key] for each in trials if key in each.values]
    words = study.ranges.get(key.partition("@")[0], "")
    absent = len(values) < len(trials)
    if "," in words or not all(map(_is_number, values)):
        texts = tuple(str(value) for value in _sorted(values))
        return Scale(key, 0, len(texts) - 1, choices=texts, absent=absent)
    low, high = min(values), max(values)
    whole = all(isinstance(value, int) for value in values)
    log = words.endswith(":log") and low > 0
    return Scale(key, float(low), float(high), log, whole, absent=absent)


def _sorted(values: Sequence[Any]) -> list[Any]:
    """Different ones: numbers by size, others as they were drawn."""
    different = list({str(value): value for value in values}.values())
    return sorted(different) if all(map(_is_number, different)) else different


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}.."
