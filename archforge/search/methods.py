"""The tables of samplers and pruners: names and words here, Optuna behind a dotted path.

To add one: a function in ``samplers`` or ``pruners`` and a line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
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
        package: That must be installed beside ours, and the extra that brings it.
        most_goals: That it can search for at once.
    """

    title: str
    source: str
    factory: str
    package: tuple[str, str] = ("", "")
    most_goals: int = 99

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
    "auto": Method(
        "grid where the space is no larger than the search, nsga2 for several goals and 200 trials "
        "or more, else tpe",
        "",
        "archforge.search.samplers:tpe",
    ),
    "gp": Method(
        "learns a smooth surface from the trials; for few trials and few numbers",
        "Jones, Schonlau and Welch 1998, Journal of Global Optimization 13, 455-492",
        "archforge.search.samplers:gaussian_process",
        package=("torch", "gp"),
    ),
    "cmaes": Method(
        "moves a cloud of draws towards good ones; for many trials of numbers",
        "Hansen 2016, arXiv:1604.00772",
        "archforge.search.samplers:evolution",
        package=("cmaes", "cmaes"),
        most_goals=1,
    ),
    "nsga2": Method(
        "breeds from the front of several goals",
        "Deb et al. 2002, IEEE Transactions on Evolutionary Computation 6(2), 182-197",
        "archforge.search.samplers:sorting",
    ),
    "nsga3": Method(
        "breeds from the front, spread by reference points; for three goals and more",
        "Deb and Jain 2014, IEEE Transactions on Evolutionary Computation 18(4), 577-601",
        "archforge.search.samplers:reference_points",
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

# They breed from complete trials, and rank those that break a constraint behind all others.
BREEDING = ("nsga2", "nsga3")
# What a limit forbids, they draw again: nothing tells them that it is forbidden.
UNTAUGHT = ("cmaes", "gp")

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
    "wilcoxon": Method(
        "stops a trial that is worse than the best one epoch by epoch, by a signed rank test",
        "Wilcoxon 1945, Biometrics Bulletin 1(6), 80-83",
        "archforge.search.pruners:wilcoxon",
    ),
    "none": Method("lets every trial run to its end", "", "archforge.search.pruners:never"),
}


def find_method(kind: str, table: Mapping[str, Method], name: str, goals: int = 1) -> Method:
    """The entry of that name.

    Raises:
        ProblemError: There is none, it cannot take so many goals, or it needs a package.
    """
    if name not in table:
        refuse("AF608", f"there is no {kind} '{name}'", fix=did_you_mean(name, table))
    method = table[name]
    package, extra = method.package
    if package and find_spec(package) is None:
        refuse(
            "AF608",
            f"the {kind} '{name}' needs the package '{package}', which is not installed",
            fix=f"install it with `pip install archforge[{extra}]`, or choose another {kind}",
        )
    if goals > method.most_goals:
        refuse(
            "AF608",
            f"the {kind} '{name}' cannot search for {goals} goals at once",
            fix="choose nsga2 or tpe, or name one goal",
        )
    return method
