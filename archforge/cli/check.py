"""``archforge check``."""

from typing import Any

import click

from archforge.cli.options import json_option, preset_option, print_json, set_option
from archforge.errors import Problem, ProblemError


@click.command(epilog="Example:  archforge check unet my_unet.yaml")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
@preset_option
@set_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    specs: tuple[str, ...],
    preset: str | None,
    given: dict[str, Any],
    as_json: bool,
) -> int:
    """Say everything that is wrong with a spec, or nothing."""
    from archforge.cli import OK, PROBLEMS, tell

    found = [problem for spec in specs for problem in _problems(spec, preset, given)]
    if as_json:
        print_json([problem.facts() for problem in found])
    elif found:
        tell(ProblemError(found), context.color, err=False)
    return PROBLEMS if found else OK


def _problems(spec: str, preset: str | None, given: dict[str, Any]) -> tuple[Problem, ...]:
    from archforge.catalog import check

    try:
        check(spec, preset, given)
    except ProblemError as error:
        return error.problems
    return ()
