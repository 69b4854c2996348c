"""What takes part in a comparison: specs, runs and studies, brought together with the images."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, count
from pathlib import Path
from typing import Any

import yaml

from archforge.catalog import Architecture, named, read_architecture
from archforge.compare.opening import open_sized
from archforge.compare.rows import OTSU
from archforge.data import DataOptions
from archforge.errors import Mark, Problem, ProblemError, listing, refuse, series
from archforge.graph import fingerprint
from archforge.runs import RECORD, Run, list_runs, read_run
from archforge.runs.record import TASKS
from archforge.runs.study import BEST, EXPERIMENT, is_study
from archforge.train import Opened, Settings


@dataclass(frozen=True, eq=False)
class Entry:
    """One network that takes part.

    Args:
        name: As it is called in tables.
        opened: Its graph and the images.
        settings: Of its trainings.
        same: Other names of the same network.
        runs: Trainings of it that there are already.
    """

    name: str
    opened: Opened
    settings: Settings
    same: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()

    @property
    def mark(self) -> str:
        """The fingerprint of its graph."""
        return fingerprint(self.opened.graph)


@dataclass(frozen=True)
class Asked:
    """What all entries share.

    Args:
        data: The folder of images.
        preset: Of specs that name none.
        given: Hyperparameters fixed for each spec that has them.
        settings: Of each training.
        own: Whether runs and studies keep the settings that they were trained with; how long they
            train is that of ``settings`` still.
        options: How masks are understood and parts are made.
    """

    data: Path
    preset: str | None
    given: Mapping[str, Any]
    settings: Settings
    own: bool
    options: DataOptions


@dataclass(frozen=True)
class _Source:
    """A spec, a run or the best network of a study, before it meets the images.

    Args:
        is_spec: Whether it takes what is fixed for all: a run or a study is what it is.
    """

    name: str
    architecture: Architecture
    preset: str | None
    fixed: Mapping[str, Any]
    is_spec: bool = False
    settings: Settings | None = None
    runs: tuple[Run, ...] = ()


def open_entries(texts: Sequence[str], asked: Asked) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Every network once, and sentences on what a person must know.

    Args:
        texts: Names or paths of specs, each with ``:PRESET`` behind it where a preset is meant;
            folders of runs, and of studies.
        asked: What they share.

    Raises:
        ProblemError: With the problems of all of them.
    """
    if not texts:
        refuse("AF621", "there is nothing to compare", fix="name at least one architecture")
    twice = next((text for text in texts if list(texts).count(text) > 1), None)
    if twice is not None:
        refuse("AF621", f"'{twice}' is named twice", fix="name each architecture once")
    entries: list[Entry] = []
    problems: list[Problem] = []
    sources: list[_Source] = []
    for text in texts:
        try:
            others = {*(each.name for each in sources), *(each for each in texts if each != text)}
            source = _named_apart(_source(text, asked), text, others)
            sources.append(source)
            entries.append(_entry(source, asked))
        except ProblemError as error:
            problems += error.problems
    problems += _unreached(sources, asked) if len(sources) == len(texts) else []
    if problems:
        raise ProblemError(problems)
    _check_weights(entries)
    merged = tuple(_merged(entries))
    _check_images(merged)
    notes = [*_missing_names(sources, asked), *_same_words(merged), *_no_recipes(sources, asked)]
    notes += [note for entry in merged for note in entry.opened.notes]
    return merged, tuple(dict.fromkeys(notes))


def _named_apart(source: _Source, text: str, others: set[str]) -> _Source:
    """Under a name of its own: tables, pairs and records know networks by their names alone.

    Studies and runs are called after their folders, which may be called like another one's, like a
    spec, or like what is not trained; then they are called as they were given.
    """
    names = chain([source.name, text], (f"{text} ({number})" for number in count(2)))
    return replace(source, name=next(name for name in names if name not in {OTSU, *others}))


def _check_weights(entries: Sequence[Entry]) -> None:
    """A fingerprint knows files of weights by their names: two of one name would be one network."""
    for one, other in combinations(entries, 2):
        if one.mark == other.mark and _weights(one) != _weights(other):
            refuse(
                "AF621",
                f"{one.name} and {other.name} start from different files of one name",
                why="networks are told apart by the names of such files, as folders may move",
                fix="give the files different names",
            )


def _weights(entry: Entry) -> set[str]:
    return {str(each.weights) for each in entry.opened.graph.included if each.weights}


def _check_images(entries: Sequence[Entry]) -> None:
    """Stacks are one image to a network of volumes, and one for each plane to a flat one."""
    first = entries[0]
    for other in entries[1:]:
        if other.opened.dataset.validation.ids != first.opened.dataset.validation.ids:
            refuse(
                "AF621",
                f"{first.name} and {other.name} do not see the same images",
                why="a network of volumes takes a stack as one image, a flat one takes its planes",
                fix="compare networks of volumes with each other, and flat ones with each other",
            )


def _source(text: str, asked: Asked) -> _Source:
    folder = Path(text)
    if (folder / RECORD).is_file():
        run = read_run(folder)
        found = read_architecture(str(run.spec))
        return _Source(
            run.name, found, found.known(run.preset), run.fixed,
            settings=Settings.read(run.settings), runs=(run,),
        )  # fmt: skip
    if is_study(folder):
        return _of_study(folder)
    name, preset = named(text)
    found = read_architecture(name)
    has = {key: value for key, value in asked.given.items() if key in found.spec.hyperparameters}
    return _Source(text, found, preset or found.preset or asked.preset, has, is_spec=True)


def _of_study(folder: Path) -> _Source:
    best = folder / BEST
    if not best.is_file():
        refuse(
            "AF621",
            f"the study '{folder}' has no best network yet",
            mark=Mark(str(folder)),
            why=f"a search writes {BEST} at its end",
            fix="go on with it: the command that made it",
        )
    try:
        recipe = yaml.safe_load((folder / EXPERIMENT).read_text("utf-8"))["train"]
        settings = Settings.read(recipe or {})
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError):
        settings = None  # an older study, or a file that somebody has changed
    return _Source(
        folder.resolve().name, read_architecture(str(best)), None, {}, settings=settings,
        runs=tuple(list_runs(folder)[0]),
    )  # fmt: skip


def _entry(source: _Source, asked: Asked) -> Entry:
    settings = asked.settings
    if asked.own and source.settings is not None:
        settings = with_budget(source.settings, asked.settings)
    opened = open_sized(
        source.architecture, source.preset, source.fixed, asked.data, settings=settings,
        options=asked.options, tasks=TASKS,
    )  # fmt: skip
    return Entry(source.name, opened, settings, runs=source.runs)


def with_budget(own: Settings, shared: Settings) -> Settings:
    """A recipe of its own with how long everybody trains, and from which seed on."""
    return replace(
        own, epochs=shared.epochs, seconds=shared.seconds, images=shared.images,
        patience=shared.patience, seed=shared.seed,
    )  # fmt: skip


def _merged(entries: Sequence[Entry]) -> Iterator[Entry]:
    """One entry for each network and recipe; runs of it are kept, whichever name brought them."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.mark, str(entry.settings.facts())), []).append(entry)
    for first, *others in groups.values():
        runs = tuple(run for each in (first, *others) for run in each.runs)
        yield replace(first, same=tuple(other.name for other in others), runs=runs)


def _same_words(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.same:
            names = series([entry.name, *entry.same])
            yield (
                f"{names} are the same network (fingerprint {entry.mark[:8]}): it is trained once "
                f"and stands in the table as {entry.name}."
            )


def _unreached(sources: Sequence[_Source], asked: Asked) -> Iterator[Problem]:
    """Names that no spec has: a slip of the pen, most likely."""
    for name in asked.given:
        specs = [source for source in sources if source.is_spec]
        if not any(name in source.architecture.spec.hyperparameters for source in specs):
            known = {key for each in specs for key in each.architecture.spec.hyperparameters}
            yield Problem(
                "AF621",
                f"no architecture here has a hyperparameter '{name}'",
                why="what is fixed reaches each spec that has the name, and none has it",
                fix=f"theirs are {listing(sorted(known))}" if known else "leave it out",
            )


def _no_recipes(sources: Sequence[_Source], asked: Asked) -> Iterator[str]:
    """Of studies of an older version, and of those whose files somebody has changed."""
    for source in sources:
        if asked.own and not source.is_spec and source.settings is None:
            yield f"{source.name} keeps no recipe that can be read: it has that of the others."


def _missing_names(sources: Sequence[_Source], asked: Asked) -> Iterator[str]:
    for name, value in asked.given.items():
        without = [
            source.name for source in sources
            if not source.is_spec
            or name not in source.architecture.spec.hyperparameters
        ]  # fmt: skip
        if without:
            yield f"{name} = {value} does not reach {series(without)}."
