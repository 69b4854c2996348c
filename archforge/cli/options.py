"""Options that several commands share."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archforge.errors import ProblemError

if TYPE_CHECKING:
    from archforge.data import DataOptions
    from archforge.train import Settings

Function = TypeVar("Function", bound=Callable[..., Any])


class Workers(click.ParamType[int | str]):
    """A number, or ``auto``."""

    name = "N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        text = str(value)
        if text != "auto" and not (text.isdecimal() and int(text) > 0):
            self.fail(f"'{text}' is neither a number of at least 1 nor auto", param, ctx)
        return text if text == "auto" else int(text)


spec_argument = click.argument("spec", metavar="SPEC")
preset_option = click.option("--preset", metavar="NAME", help="A preset of the spec.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print facts as JSON.")


def folder_option(
    *, required: bool = True, several: bool = False
) -> Callable[[Function], Function]:
    """``--data``."""
    return click.option(
        "--data",
        required=required,
        multiple=several,
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="A folder of images and masks; `archforge list formats` says how they may lie.",
    )


data_option = folder_option()


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


# Settings.* that have an option: name, type and help; `None` leaves the default of `Settings`.
SETTINGS: dict[str, tuple[Any, str]] = {
    "epochs": (int, "At most this many.  [default: 40, or 1000 with --seconds or --images]"),
    "seconds": (float, "It ends after the epoch in which it took so long.  [default: no limit]"),
    "images": (int, "It ends after the epoch in which it saw so many.  [default: no limit]"),
    "batch_size": (int, "Images or patches in a step.  [default: 16]"),
    "loss": (str, "A sum such as dice+focal(gamma=1.5).  [default: auto]"),
    "class_weights": (str, "balanced, or a number for each class: 1,5.  [default: all alike]"),
    "optimizer": (str, "adam, adamw, lion, muon, nadam, rmsprop or sgd.  [default: adamw]"),
    "learning_rate": (float, "Length of a step.  [default: 0.001]"),
    "schedule": (str, "none, cosine or plateau.  [default: cosine]"),
    "warmup": (float, "Epochs in which the learning rate rises.  [default: 1]"),
    "weight_decay": (float, "Of weights but biases.  [default: 0.01]"),
    "clip": (float, "Longest gradient; 0 for no limit.  [default: 1]"),
    "ema": (float, "Momentum of averaged weights; 0 for none.  [default: 0.99]"),
    "accumulate": (int, "Batches whose gradients make one step.  [default: 1]"),
    "precision": (str, "auto, float32, mixed_bfloat16 or mixed_float16.  [default: auto]"),
    "sampling": (str, "auto, patches or resize.  [default: auto]"),
    "patches": (int, "Patches of an image in an epoch; 0 covers it once.  [default: 0]"),
    "foreground": (float, "Share of patches around foreground.  [default: 0.33]"),
    "augment": (str, "A sum such as standard+noise(probability=0.3).  [default: standard]"),
    "normalize": (str, "auto, percentile, dataset, range or none.  [default: auto]"),
    "target": (str, "mask, or instances: inside and border of objects.  [default: mask]"),
    "patience": (int, "Epochs without a better score.  [default: 20]"),
    "logger": (str, "none, tensorboard or mlflow.  [default: none]"),
}  # fmt: skip
# DataOptions.* that have an option.
OPTIONS: dict[str, tuple[Any, str]] = {
    "validation": (float, "Share to score on, where no folder 'validation' is.  [default: 0.2]"),
    "test": (float, "Share kept for the end, where no folder 'test' is.  [default: 0]"),
    "masks": (str, "auto, binary, classes, labels or colours.  [default: auto]"),
    "ignore": (int, "Mask value that is neither learned from nor scored."),
    "classes": (int, "Number of classes in the masks, where some may be missing here."),
    "group_by": (str, "auto, none or a manifest's column: what stays together.  [default: auto]"),
    "stratify_by": (str, "auto, none, classes or a manifest's column.  [default: auto]"),
    "folds": (int, "Parts for cross-validation, in place of --validation."),
    "fold": (int, "Which of them is validated on, from 0.  [default: 0]"),
}  # fmt: skip


def _added(function: Function, table: dict[str, tuple[Any, str]]) -> Function:
    for name, (kind, words) in reversed(table.items()):
        option = click.option(f"--{name.replace('_', '-')}", name, type=kind, help=words)
        function = option(function)
    return function


def training_options(function: Function) -> Function:
    """What every command that trains may set; ``None`` leaves the default of ``Settings``."""
    return _added(function, SETTINGS)


def data_options(*, required: bool = True, several: bool = False) -> Callable[[Function], Function]:
    """How the folder is understood and divided; ``None`` leaves the default of ``DataOptions``."""
    folder = folder_option(required=required, several=several)
    return lambda function: folder(_added(function, OPTIONS))


def asked_settings(chosen: dict[str, Any], written: "Settings | None" = None) -> "Settings":
    """The settings that options say; what belongs to them is taken out of ``chosen``.

    Args:
        chosen: All options of the command.
        written: Those of an experiment file; what options do not say stays as there.

    Raises:
        ProblemError: With every one that cannot be.
    """
    from archforge.train import Settings
    from archforge.train.settings import UNLIMITED

    given = {name: chosen.pop(name) for name in SETTINGS}
    if given["class_weights"] not in {None, "balanced"}:
        given["class_weights"] = _numbers("--class-weights", given["class_weights"])
    given["seed"] = chosen.get("seed")
    before = written or Settings()
    # Epochs that a file says are a limit of their own; those that nobody said are none.
    said = given["epochs"] is not None or before.epochs != Settings().epochs
    if not said and (given["seconds"] or given["images"]):
        given["epochs"] = UNLIMITED
    return replace(before, **told(given))


def asked_data(chosen: dict[str, Any], written: "DataOptions | None" = None) -> "DataOptions":
    """The options of the data; what belongs to them is taken out of ``chosen``.

    Args:
        chosen: All options of the command; its ``seed`` is that of the split too.
        written: Those of an experiment file; what options do not say stays as there.

    Raises:
        ProblemError: With every one that cannot be.
    """
    from archforge.data import DataOptions

    given = told({**{name: chosen.pop(name) for name in OPTIONS}, "seed": chosen.get("seed")})
    if "validation" in given and "folds" not in given:
        given |= {"folds": None, "fold": 0}  # folds of a file would come before the share
    return replace(written or DataOptions(), **given)


def told(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in given.items() if value is not None}


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"'{text}' is no list of numbers such as 1,5", param_hint=option
                                 ) from None  # fmt: skip


gpus_option = click.option(
    "--gpus",
    metavar="N,M",
    callback=lambda _, __, value: None if value is None else tuple(value.split(",")),
    help="A worker on each of these GPUs, such as 0,1.",
)
timeout_option = click.option(
    "--timeout",
    "timeout_s",
    type=float,
    metavar="SECONDS",
    help="End a training that takes longer.",
)
memory_option = click.option(
    "--memory",
    metavar="SIZE",
    help="That a training may hold, such as 4GiB.  [default: its share of the machine's]",
)
