"""The tables of samplers and pruners."""

from dataclasses import replace

import pytest

from archforge.errors import ProblemError
from archforge.search.methods import PRUNERS, SAMPLERS, find_method


@pytest.mark.parametrize("name", [*SAMPLERS, *PRUNERS])
def test_every_method_is_made_and_says_all_its_flags(name: str) -> None:
    method = {**SAMPLERS, **PRUNERS}[name]
    package, _ = method.package
    if package:
        pytest.importorskip(package)

    made, flags = method.make(8, 12)

    assert type(made).__name__ == flags["class"]
    assert method.title


@pytest.mark.parametrize(("trials", "start"), [(3, 0), (6, 1), (20, 5), (100, 5)])
def test_the_median_pruner_waits_for_a_quarter_of_the_trials_and_five_at_most(
    trials: int, start: int
) -> None:
    _, flags = PRUNERS["median"].make(trials, 40)

    assert flags["n_startup_trials"] == start
    assert flags["n_warmup_steps"] == 14  # the first 13 epochs of 40 are not judged


def test_a_sampler_whose_package_is_missing_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(SAMPLERS, "gp", replace(SAMPLERS["gp"], package=("no_such_package", "gp")))

    with pytest.raises(ProblemError, match=r"AF608 the sampler 'gp' needs(.|\n)*archforge\[gp\]"):
        find_method("sampler", SAMPLERS, "gp")


def test_a_sampler_of_one_goal_is_refused_for_several() -> None:
    pytest.importorskip("cmaes")

    with pytest.raises(ProblemError, match="AF608 the sampler 'cmaes' cannot search for 2 goals"):
        find_method("sampler", SAMPLERS, "cmaes", 2)


def test_an_unknown_sampler_is_refused_with_the_nearest() -> None:
    with pytest.raises(ProblemError, match=r"AF608 there is no sampler 'radnom'(.|\n)*'random'"):
        find_method("sampler", SAMPLERS, "radnom")
