"""The tables of samplers and pruners: names and words here, Optuna behind a dotted path.

To add one: a function in ``samplers`` or ``pruners`` and a line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from archforge.errors import did_you_mean, refuse

LI = "Li et al. 2018, Journal of Machine Learning Research 18(185), 1-52"


@dataclass(frozen=True)
class Method:
    """A sampler or a pruner.

    Args:
        title: One line of text.
        source: Where it comes from.
        factory: ``module:function`` that makes it and says its flags; imported when it is used.
    """

    title: str
    source: str
    factory: str

    def make(self, *arguments: int) -> tuple[Any, dict[str, Any]]:
        """Optuna's object and every flag it was made with."""
        module, name = self.factory.split(":")
        made: tuple[Any, dict[str, Any]] = getattr(import_module(module), name)(*arguments)
        return made


SAMPLERS: dict[str, Method] = {
    "tpe": Method(
        "learns from the trials so far where good values lie together",
        "Bergstra et al. 2011, NeurIPS 24; Watanabe 2023, arXiv:2304.11127",
        "archforge.search.samplers:tpe",
    ),
    "random": Method(
        "draws without looking back",
        "Bergstra and Bengio 2012, Journal of Machine Learning Research 13, 281-305",
        "archforge.search.samplers:uniform",
    ),
    "grid": Method(
        "tries every point of a space whose ranges all have steps",
        "exhaustive search",
        "archforge.search.samplers:uniform",
    ),
}

PRUNERS: dict[str, Method] = {
    "median": Method(
        "stops a trial that is worse than the median of the others at the same epoch",
        "Golovin et al. 2017, Google Vizier, KDD, section 3.2",
        "archforge.search.pruners:median",
    ),
    "percentile": Method(
        "stops a trial outside the best quarter at the same epoch",
        "Golovin et al. 2017, Google Vizier, KDD, section 3.2",
        "archforge.search.pruners:percentile",
    ),
    "successive_halving": Method(
        "lets the better third go on at epochs 1, 3, 9, 27 ...",
        "Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning, MLSys 2",
        "archforge.search.pruners:successive_halving",
    ),
    "hyperband": Method(
        "successive halving with several first epochs side by side",
        LI,
        "archforge.search.pruners:hyperband",
    ),
    "none": Method("lets every trial run to its end", "", "archforge.search.pruners:never"),
}


def find_method(kind: str, table: Mapping[str, Method], name: str) -> Method:
    """The entry of that name.

    Raises:
        ProblemError: There is none.
    """
    if name not in table:
        refuse("AF608", f"there is no {kind} '{name}'", fix=did_you_mean(name, table))
    return table[name]
