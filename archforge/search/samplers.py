"""Optuna's samplers with the flags of ours, each with all flags for the record."""

import warnings
from typing import Any

from optuna.exceptions import ExperimentalWarning
from optuna.samplers import (
    BaseSampler,
    CmaEsSampler,
    GPSampler,
    NSGAIIISampler,
    NSGAIISampler,
    RandomSampler,
    TPESampler,
)


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


def gaussian_process(seed: int, trials: int) -> tuple[BaseSampler, dict[str, Any]]:
    """Expected improvement under a Gaussian process; needs torch.

    Of a conditional space it models what all networks have; the rest is drawn at random.
    """
    flags: dict[str, Any] = {
        "n_startup_trials": min(10, max(1, trials // 2)),
        "deterministic_objective": False,
        "seed": seed,
        "warn_independent_sampling": False,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        sampler = GPSampler(**flags)
    return sampler, {"class": "GPSampler", **flags}


def evolution(seed: int, trials: int) -> tuple[BaseSampler, dict[str, Any]]:
    """Covariance matrix adaptation over the numbers that all networks have; the rest at random.

    ``with_margin`` keeps steps of whole numbers from dying out.
    """
    flags: dict[str, Any] = {
        "n_startup_trials": min(5, max(1, trials // 4)),
        "with_margin": True,
        "seed": seed,
        "warn_independent_sampling": False,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        sampler = CmaEsSampler(**flags)
    return sampler, {"class": "CmaEsSampler", **flags}


def sorting(seed: int, trials: int) -> tuple[BaseSampler, dict[str, Any]]:
    """Parents from the front of each generation, far from each other on it."""
    flags: dict[str, Any] = {"population_size": _population(trials), "seed": seed}
    return NSGAIISampler(**flags), {"class": "NSGAIISampler", **flags}


def reference_points(seed: int, trials: int) -> tuple[BaseSampler, dict[str, Any]]:
    """As ``sorting``, spread over the front by reference points: for three goals and more."""
    flags: dict[str, Any] = {"population_size": _population(trials), "seed": seed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        sampler = NSGAIIISampler(**flags)
    return sampler, {"class": "NSGAIIISampler", **flags}


def _population(trials: int) -> int:
    """Ten generations and more of a long search; Optuna's 50 at most."""
    return min(50, max(4, trials // 10))


def uniform(seed: int, trials: int) -> tuple[BaseSampler, dict[str, Any]]:
    """Independent draws; ``grid`` uses it for what it enqueues."""
    del trials
    return RandomSampler(seed=seed), {"class": "RandomSampler", "seed": seed}
