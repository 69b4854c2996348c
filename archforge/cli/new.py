"""``archforge new``."""

import json
from pathlib import Path
from typing import Any

import click

from archforge.cli.options import preset_option
from archforge.errors import Mark, refuse

SCHEMA = "archforge.schema.json"
EXPERIMENT_SCHEMA = "archforge.experiment.schema.json"


@click.command(epilog="Example:  archforge new my_unet.yaml --from unet --preset tutorial")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    default="unet",
    show_default=True,
    metavar="SPEC",
    help="What to start from.",
)
@preset_option
@click.option("--experiment", is_flag=True, help="An experiment file with SPEC, ready to be run.")
def command(file: Path, source: str, preset: str | None, experiment: bool) -> None:
    """Copy a spec of the zoo to FILE, ready to be changed.

    With a preset, its values become the defaults. The JSON Schema is written beside it, so that
    editors complete and check while you write. With --experiment, FILE says what to train on which
    images and how: every key with its default.
    """
    if file.exists():
        refuse(
            "AF009",
            f"'{file}' exists already",
            mark=Mark(str(file)),
            why="a spec of yours is never overwritten",
            fix="choose another name",
        )
    if experiment:
        _write_experiment(file, source, preset)
    else:
        _write_copy(file, source, preset)


def _write_copy(file: Path, source: str, preset: str | None) -> None:
    from archforge.schema import language_schema

    _write(file, _text(source, preset, file.stem), SCHEMA, language_schema())
    click.echo(f"{file}: a copy of {source}{f' with preset {preset}' if preset else ''}")
    click.echo(f"  next:  archforge check {file}   archforge show {file}")


def _write_experiment(file: Path, source: str, preset: str | None) -> None:
    from archforge.catalog import read_architecture
    from archforge.experiment import example_text, experiment_schema

    read_architecture(source).graph(preset)  # what it names must be there
    named = f"{source}:{preset}" if preset else source
    text = example_text(_name(file.stem), named, EXPERIMENT_SCHEMA)
    _write(file, text, EXPERIMENT_SCHEMA, experiment_schema())
    click.echo(f"{file}: an experiment with {named}")
    click.echo(f"  next:  name your images in it, archforge check {file}   archforge train {file}")


def _write(file: Path, text: str, schema_name: str, schema: dict[str, Any]) -> None:
    from archforge.files import said_if_unwritable, write_whole

    with said_if_unwritable(file):
        write_whole(file, text)
        write_whole(file.parent / schema_name, json.dumps(schema, indent=1) + "\n")


def _text(source: str, preset: str | None, name: str) -> str:
    from archforge.catalog import read_architecture
    from archforge.spec.rewrite import for_editors, renamed, with_defaults, without_sections

    found = read_architecture(source)
    chosen = preset or found.preset
    text = found.standalone
    if chosen is not None:
        values = found.graph(chosen).hyperparameters
        text = with_defaults(text, {key: values[key] for key in found.spec.presets[chosen]})
        text = without_sections(text, "presets")
    # Facts of the published network would only hold until the first change.
    text = without_sections(text, "expect")
    return for_editors(renamed(text, _name(name)))


def _name(stem: str) -> str:
    word = "".join(letter if letter.isalnum() or letter in "_-." else "_" for letter in stem)
    return word if word[:1].isalpha() else f"my_{word}"
