"""Options that several commands share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from archforge.errors import ProblemError

Function = TypeVar("Function", bound=Callable[..., Any])

spec_argument = click.argument("spec", metavar="SPEC")
preset_option = click.option("--preset", metavar="NAME", help="A preset of the spec.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print facts as JSON.")
data_option = click.option(
    "--data",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder with images/ and masks/, or in the Data Science Bowl layout.",
)


def settings(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, Any]:
    """What all ``NAME=VALUE`` of one option say together."""
    return dict(setting(text) for text in given)


set_option = click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    callback=settings,
    help="Fix a hyperparameter; may be given several times.",
)


def setting(text: str) -> tuple[str, Any]:
    """``filters=16`` as a name and a value, read as YAML reads it.

    Raises:
        click.BadParameter: It is not of that form.
    """
    from archforge.spec import read_text

    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise click.BadParameter(f"'{text}' is not of the form name=value")
    try:
        return name.strip(), read_text(f"value: {value}", "--set")["value"].plain
    except ProblemError:
        raise click.BadParameter(f"the value of '{text}' cannot be read") from None


def spec_options(function: Function) -> Function:
    """``SPEC``, ``--preset`` and ``--set``."""
    return spec_argument(preset_option(set_option(function)))


def print_json(facts: object) -> None:
    """Print ``facts`` on stdout, indented."""
    click.echo(json.dumps(facts, indent=2))


validation_option = click.option(
    "--validation",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, 1, max_open=True),
    help="Share of the images to score on, where no folder 'validation' is.",
)


def training_options(function: Function) -> Function:
    """What every command that trains may set; ``None`` leaves the default of ``Settings``."""
    options = (
        click.option("--epochs", type=int, help="At most this many.  [default: 40]"),
        click.option("--batch-size", type=int, help="Images in a step.  [default: 16]"),
        click.option("--loss", help="bce, crossentropy, dice, sums, or auto.  [default: auto]"),
        click.option("--learning-rate", type=float, help="Length of a step.  [default: 0.001]"),
        click.option("--augment", help="flips or none.  [default: flips]"),
        click.option("--patience", type=int, help="Epochs without better Dice.  [default: 8]"),
    )
    for option in reversed(options):
        function = option(function)
    return function
