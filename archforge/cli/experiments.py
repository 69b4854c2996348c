"""What a command that trains works with: from an experiment file, from options, or from both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archforge.cli.options import asked_data, asked_settings, told
from archforge.errors import ProblemError, nearest

if TYPE_CHECKING:
    from archforge.catalog import Architecture
    from archforge.data import DataOptions
    from archforge.experiment import Experiment
    from archforge.train import Settings

ENDINGS = (".yaml", ".yml")
KIND = "experiment"
SEARCHING = (
    "trials",
    "seed",
    "workers",
    "sampler",
    "pruner",
    "timeout_s",
    "goals",
    "limits",
    "retrain",
    "repeats",
    "continue_from",
    "memory",
    "minutes",
    "gpus",
    "storage",
    "engine",
    "scheduler",
    "resources",
)


@dataclass(frozen=True)
class Asked:
    """Everything that a training, a search or a comparison is asked for.

    Args:
        specs: Names or paths, with ``:PRESET`` where an experiment says so.
        preset: Of ``--preset``.
        given: Fixed hyperparameters.
        data: The folder of images.
        options: How it is understood and divided.
        settings: Of each training.
        search: Values of ``search.search``, those that were given.
        name: Of the experiment; none without one.
    """

    specs: tuple[str, ...]
    preset: str | None
    given: Mapping[str, Any]
    data: Path
    options: "DataOptions"
    settings: "Settings"
    search: Mapping[str, Any]
    name: str | None

    def one(self) -> tuple["Architecture", str | None]:
        """The architecture and its preset, where a command takes one.

        Raises:
            click.UsageError: There are several.
        """
        from archforge.catalog import named, read_architecture

        if len(self.specs) > 1:
            raise click.UsageError(
                f"'{self.name}' names {len(self.specs)} architectures, this takes one: see "
                "`archforge compare`"
            )
        spec, preset = named(self.specs[0]) if self.name else (self.specs[0], None)
        return read_architecture(spec), self.preset or preset


def ask(
    specs: Sequence[str],
    given: Mapping[str, Any],
    data: Path | None,
    chosen: dict[str, Any],
    preset: str | None = None,
) -> Asked:
    """What file and options say together; an option wins over the file.

    Args:
        specs: As they were given; an experiment file stands alone.
        given: Of ``--set``.
        data: Of ``--data``.
        chosen: All other options; what is read here is taken out of it.
        preset: Of ``--preset``.

    Raises:
        ProblemError: With every problem of the file, or of the options.
        click.UsageError: An experiment beside other specs, or there is no folder of images.
    """
    experiment = _experiment(specs)
    settings = asked_settings(chosen, experiment.settings if experiment else None)
    options = asked_data(chosen, experiment.options if experiment else None)
    folder = data or (experiment.data if experiment else None)
    if folder is None:
        where = f", or `folder:` under `data:` in '{specs[0]}'" if experiment else ""
        raise click.UsageError(f"give the folder of images with --data DIR{where}")
    asked: Sequence[str] | None = chosen.pop("ranges", None)
    kept = kept_ranges(experiment, asked, given) if experiment and asked is not None else {}
    search = {} if asked is None else _searching(chosen, experiment)
    search |= {"ranges": (*kept.values(), *asked)} if asked is not None else {}
    if experiment is None:
        return Asked(tuple(specs), preset, given, folder, options, settings, search, None)
    from archforge.catalog import named
    from archforge.experiment import check_experiment

    fixed = {**experiment.hyperparameters, **given}
    check_experiment(experiment, preset, fixed, kept)
    # Behind each name, as an architecture keeps a preset of its own before that of ``--preset``.
    named_so = tuple(f"{named(text)[0]}:{preset}" for text in experiment.architectures)
    return Asked(
        named_so if preset else experiment.architectures, preset, fixed, folder, options, settings,
        search, experiment.name,
    )  # fmt: skip


def previewed(source: str, chosen: Mapping[str, Any]) -> tuple[Path, "DataOptions", "Settings"]:
    """The folder of a preview, how it is understood, and the settings that matter to it.

    Args:
        source: A folder, or an experiment file.
        chosen: Options that win over it: ``augment``, ``target``, ``masks``, ``ignore``, ``seed``.

    Raises:
        ProblemError: With every problem of the file, or of the options.
        click.UsageError: The file names no folder.
    """
    from archforge.data import DataOptions
    from archforge.train import Settings

    asked = told(chosen)
    of_data = {name: asked.pop(name) for name in ("masks", "ignore") if name in asked}
    experiment = _experiment([source])
    if experiment is None:
        every = DataOptions(validation=0.0, **of_data)
        return Path(source), every, Settings(**{"augment": "standard", **asked})
    if experiment.data is None:
        raise click.UsageError(f"'{source}' names no folder: write `data: {{folder: ...}}` in it")
    settings = replace(experiment.settings, **asked)
    return experiment.data, replace(experiment.options, **of_data), settings


def is_experiment(name: str) -> bool:
    """Whether ``name`` is a file that says so, or that was surely meant so."""
    from archforge.spec import read_file

    path = Path(name)
    if not name.endswith(ENDINGS) or not path.is_file():
        return False
    try:
        tree = read_file(path)
    except ProblemError:  # whoever reads it as a spec says what is wrong with it
        return False
    kind = tree.get("kind")
    if kind is None:
        return "architectures" in tree
    return nearest(str(kind.plain), [KIND, "architecture"]) == KIND


def _experiment(specs: Sequence[str]) -> "Experiment | None":
    files = [spec for spec in specs if is_experiment(spec)]
    if not files:
        return None
    if len(specs) > 1:
        raise click.UsageError(f"'{files[0]}' is an experiment, which stands alone")
    from archforge.experiment import read_experiment

    return read_experiment(Path(files[0]))


def kept_ranges(
    experiment: "Experiment", asked: Sequence[str], given: Mapping[str, Any]
) -> dict[str, str]:
    """The file's ranges that no option says otherwise.

    Args:
        experiment: The file.
        asked: Of ``--search``.
        given: Of ``--set``.
    """
    named = {text.partition("=")[0].strip() for text in asked} | given.keys()
    ranges = experiment.search.ranges
    return {name: text for name, text in ranges.items() if name not in named}


def _searching(chosen: dict[str, Any], experiment: "Experiment | None") -> dict[str, Any]:
    """Values of the search but its ranges."""
    values = dict(vars(experiment.search)) if experiment else {}
    asked = {key: chosen.pop(key) for key in SEARCHING}
    values |= told(asked)
    if values.get("trials") is None:
        raise click.UsageError("give the number of networks to train with --trials N")
    return values
