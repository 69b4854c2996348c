"""Ranges as Optuna knows them."""

from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from archforge.search.space import closed
from archforge.spec import Search
from archforge.spec.rewrite import written


def distribution(search: Search) -> BaseDistribution:
    """Optuna's form of a range."""
    if search.kind == "choice":
        return CategoricalDistribution([label(value) for value in search.choices])
    fit = closed(search)
    if fit.kind == "int":
        low, high = int(fit.low), int(fit.high)
        return IntDistribution(low, high, log=fit.log, step=1 if fit.log else int(fit.step or 1))
    return FloatDistribution(
        float(fit.low), float(fit.high), log=fit.log, step=None if fit.log else fit.step
    )


def label(value: Any) -> Any:
    """A choice that Optuna can hold: lists by their text."""
    return value if value is None or isinstance(value, bool | int | float | str) else written(value)


def rounded(value: float, search: Search) -> float:
    """A number of a range with steps, as people wrote it: 0.3, not 0.30000000000000004."""
    return round(value, 12) if search.step else value
