"""Optuna's pruners with the flags of ours, each with all flags for the record."""

import warnings
from typing import Any

from optuna.exceptions import ExperimentalWarning
from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    WilcoxonPruner,
)

Made = tuple[BasePruner, dict[str, Any]]


def median(trials: int, epochs: int) -> Made:
    """Worse than the median of the finished trials at the same epoch."""
    flags = _patience(trials, epochs)
    return MedianPruner(**flags), {"class": "MedianPruner", **flags}


def percentile(trials: int, epochs: int) -> Made:
    """Outside the best quarter of the finished trials at the same epoch."""
    flags = {"percentile": 25.0, **_patience(trials, epochs)}
    return PercentilePruner(**flags), {"class": "PercentilePruner", **flags}


def successive_halving(trials: int, epochs: int) -> Made:
    """The better third of those that reached an epoch of 1, 3, 9 ..."""
    del trials, epochs
    flags: dict[str, Any] = {"min_resource": 1, "reduction_factor": 3, "min_early_stopping_rate": 0}
    pruner = SuccessiveHalvingPruner(**flags)
    return pruner, {"class": "SuccessiveHalvingPruner", **flags}


def hyperband(trials: int, epochs: int) -> Made:
    """Successive halving in brackets."""
    del trials
    flags: dict[str, Any] = {"min_resource": 1, "max_resource": epochs, "reduction_factor": 3}
    pruner = HyperbandPruner(**flags)
    return pruner, {"class": "HyperbandPruner", **flags}


def wilcoxon(trials: int, epochs: int) -> Made:
    """Epoch by epoch worse than the best trial so far, by a signed rank test."""
    del trials
    flags: dict[str, Any] = {"p_threshold": 0.1, "n_startup_steps": max(2, epochs // 3)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        pruner = WilcoxonPruner(**flags)
    return pruner, {"class": "WilcoxonPruner", **flags}


def never(trials: int, epochs: int) -> Made:
    """Nothing is stopped."""
    del trials, epochs
    return NopPruner(), {"class": "NopPruner"}


def _patience(trials: int, epochs: int) -> dict[str, Any]:
    """Trials to finish before it begins, values to compare with, and epochs that it leaves alone.

    A network's first epochs say little; a third of them, at least one, are not judged. Optuna
    judges from the step `n_warmup_steps` on, and our steps count from 1. One finished trial has no
    median worth the name, so two must have reached the epoch.
    """
    return {
        "n_startup_trials": min(5, trials // 4),
        "n_warmup_steps": max(1, epochs // 3) + 1,
        "n_min_trials": 2,
    }
