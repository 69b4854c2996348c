"""Optuna's samplers with the flags of ours, each with all flags for the record."""

import warnings
from typing import Any

from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, RandomSampler, TPESampler


def tpe(seed: int, trials: int) -> tuple[BaseSampler, dict[str, Any]]:
    """Tree-structured Parzen estimator over all values together.

    ``group`` splits a conditional space (dropouts of levels that not every depth has) into parts in
    which values are modelled together; ``constant_liar`` keeps workers from drawing the same point.

    Args:
        seed: Of its draws.
        trials: Of the study; half of them, 10 at most, are drawn at random first.

    Source: Falkner, Klein and Hutter 2018, arXiv:1807.01774 (multivariate).
    """
    flags: dict[str, Any] = {
        "n_startup_trials": min(10, max(1, trials // 2)),
        "n_ei_candidates": 24,
        "seed": seed,
        "multivariate": True,
        "group": True,
        "constant_liar": True,
    }
    with warnings.catch_warnings():
        # Optuna 5.0 calls `group` experimental; without it, conditional values are drawn alone.
        warnings.simplefilter("ignore", ExperimentalWarning)
        sampler = TPESampler(**flags)
    return sampler, {"class": "TPESampler", **flags}


def uniform(seed: int, trials: int) -> tuple[BaseSampler, dict[str, Any]]:
    """Independent draws; ``grid`` uses it for what it enqueues."""
    del trials
    return RandomSampler(seed=seed), {"class": "RandomSampler", "seed": seed}
