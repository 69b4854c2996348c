"""``archforge check``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import json_option, preset_option, print_json, set_option
from archforge.errors import Problem, ProblemError

if TYPE_CHECKING:
    from archforge.analysis.space import Proof

EXAMPLE = "Example:  archforge check unet --space --over depth=1..7 --over size=16..320"


@click.command(epilog=EXAMPLE)
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@preset_option
@set_option
@click.option("--space", is_flag=True, help="Prove which combinations of hyperparameters build.")
@click.option(
    "--over",
    multiple=True,
    metavar="NAME=RANGE",
    help="With --space: lo..hi, lo..hi:step or a,b,c in place of the spec's range; several times.",
)
@json_option
@click.pass_context
def command(  # noqa: PLR0913 (click's options)
    context: click.Context,
    specs: tuple[str, ...],
    *,
    preset: str | None,
    given: dict[str, Any],
    space: bool,
    over: tuple[str, ...],
    as_json: bool,
) -> int:
    """Say everything that is wrong with a spec, or nothing.

    SPEC may be an experiment file: it is checked with the architectures that it names.

    With --space, say for which hyperparameters it builds, why it does not for the others, and what
    it costs at least and at most. The exit status is 1 if no combination builds.
    """
    from archforge.cli import OK, PROBLEMS, tell

    if over and not space:
        raise click.UsageError("--over says what --space goes through: add --space")
    found = [problem for spec in specs for problem in _problems(spec, preset, given, space=space)]
    if found or not space:
        if as_json:
            print_json([problem.facts() for problem in found])
        elif found:
            tell(ProblemError(found), context.color, err=False)
        return PROBLEMS if found else OK
    return _proven([(spec, preset, given, over) for spec in specs], as_json=as_json)


def _problems(
    spec: str, preset: str | None, given: dict[str, Any], *, space: bool
) -> tuple[Problem, ...]:
    from archforge.catalog import check, read_architecture
    from archforge.cli.experiments import is_experiment

    try:
        if is_experiment(spec):
            _check_experiment(spec, preset, given, space=space)
        elif space:  # what the defaults alone cannot build is for the proof to say
            read_architecture(spec)
        else:
            check(spec, preset, given)
    except ProblemError as error:
        return error.problems
    return ()


def _check_experiment(spec: str, preset: str | None, given: dict[str, Any], *, space: bool) -> None:
    from archforge.cli.experiments import kept_ranges
    from archforge.experiment import check_experiment, read_experiment

    if space:
        raise click.UsageError(f"--space takes architectures, '{spec}' is an experiment")
    found = read_experiment(Path(spec))
    ranges = kept_ranges(found, (), given)
    check_experiment(found, preset, {**found.hyperparameters, **given}, ranges)


def _proven(
    asked: list[tuple[str, str | None, dict[str, Any], tuple[str, ...]]], *, as_json: bool
) -> int:
    from archforge.analysis.space import proof_facts, proof_lines
    from archforge.cli import OK, PROBLEMS

    proofs = dict(_proofs(asked))
    if as_json:
        print_json([proof_facts(name, proof) for name, proof in proofs.items()])
    else:
        for name, proof in proofs.items():
            click.echo("\n".join(proof_lines(name, proof)))
    return OK if all(proof.building for proof in proofs.values()) else PROBLEMS


def _proofs(
    asked: list[tuple[str, str | None, dict[str, Any], tuple[str, ...]]],
) -> Iterator[tuple[str, "Proof"]]:
    from archforge.analysis.space import prove
    from archforge.catalog import read_architecture
    from archforge.expand.ranges import with_ranges

    for name, preset, given, over in asked:
        read = read_architecture(name)
        spec = with_ranges(read.spec, over, given)
        yield name, prove(spec, preset or read.preset, given, finder=read.finder)
