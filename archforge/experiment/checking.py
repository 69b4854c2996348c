"""An experiment's architectures looked at with its hyperparameters, and its ranges with them."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from archforge.catalog import check, named, read_architecture
from archforge.errors import Problem, ProblemError
from archforge.expand.ranges import with_ranges
from archforge.experiment.records import Experiment
from archforge.search.recipe import parted, training_ranges


def check_experiment(
    experiment: Experiment,
    preset: str | None = None,
    given: Mapping[str, Any] | None = None,
    ranges: Mapping[str, str] | None = None,
) -> None:
    """Look at everything that can be known before images are read.

    Args:
        experiment: That was read.
        preset: In place of those that it names.
        given: Fixed hyperparameters, by default its own; of several architectures each takes those
            that it has.
        ranges: Of a search by name, by default its own.

    Raises:
        ProblemError: With every problem of its architectures and ranges.
    """
    fixed = experiment.hyperparameters if given is None else given
    searched = experiment.search.ranges if ranges is None else ranges
    names = [_names_of(text) for text in experiment.architectures]
    known = {name for each in names for name in each}
    found = [
        problem
        for place, own in enumerate(names)
        for problem in _problems(experiment, place, preset, _reaching(fixed, own, known), searched)
    ]
    if found:
        raise ProblemError(found)


def _names_of(text: str) -> Set[str]:
    """Hyperparameters of an architecture; none where it cannot be read, which is said elsewhere."""
    try:
        return read_architecture(named(text)[0]).spec.hyperparameters.keys()
    except ProblemError:
        return set()


def _reaching(fixed: Mapping[str, Any], own: Set[str], known: Set[str]) -> dict[str, Any]:
    """What is fixed but for names that only others have: those that nobody has are slips."""
    return {name: value for name, value in fixed.items() if name in own or name not in known}


def _problems(
    experiment: Experiment,
    place: int,
    preset: str | None,
    fixed: Mapping[str, Any],
    searched: Mapping[str, str],
) -> Iterator[Problem]:
    name, own = named(experiment.architectures[place])
    try:
        check(name, preset or own, fixed)
    except ProblemError as error:
        yield from (_told(one, experiment, place) for one in error.problems)
        return
    spec = read_architecture(name).spec
    for key, text in searched.items():
        of_network, of_training = parted([text])
        try:
            with_ranges(spec, of_network, fixed)
            training_ranges(of_training, experiment.settings)
        except ProblemError as error:
            mark = experiment.mark(("search", "space", key))
            yield from (replace(one, mark=mark) for one in error.problems)


def _told(problem: Problem, experiment: Experiment, place: int) -> Problem:
    """A problem of an architecture: where it is, and the line that leads there."""
    mark = experiment.mark(("architectures", place))
    if problem.mark is not None:
        line = f"'{experiment.architectures[place]}', named on line {mark.line} of {mark.file}"
        return problem.via(line)
    given = _named_in(problem.message, experiment.hyperparameters)
    return replace(
        problem, mark=experiment.mark(("hyperparameters", given)) if given else mark
    )  # fmt: skip


def _named_in(message: str, names: Iterable[str]) -> str | None:
    return next((name for name in names if f"'{name}'" in message), None)
