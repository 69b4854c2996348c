"""From an experiment file to its record, with every problem of the file at its line."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from archforge.catalog import named
from archforge.catalog.names import is_path, located
from archforge.data import DataOptions
from archforge.data.augment import augmentation_from_mapping
from archforge.errors import Problem, ProblemError, Problems
from archforge.experiment.records import Experiment, Searching, mark_of
from archforge.experiment.schema import experiment_schema
from archforge.experiment.tuned import without_ranges
from archforge.losses import loss_from_mapping
from archforge.search.request import Request
from archforge.search.retraining import Retrain
from archforge.spec import Items, read_file
from archforge.spec import Mapping as Keys
from archforge.spec.validate import misfit, problems
from archforge.train import Settings
from archforge.train.settings import UNLIMITED

Values = dict[str, Any]
# A key that means something only beside another one is judged with it.
BESIDE = {"fold": "folds"}
# Keys of `search:` whose field has another name, or another form.
_SEARCHING: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "timeout": ("timeout_s", float),
    "goal": ("goals", lambda value: (value,)),
    "goals": ("goals", tuple),
    "limits": ("limits", lambda value: value or {}),
    "retrain": ("retrain", lambda value: Retrain(**value) if value else None),
}


def read_experiment(path: Path) -> Experiment:
    """The experiment in a file.

    Raises:
        ProblemError: With every problem that can be found without reading its architectures.
    """
    tree, ranges, wrong = without_ranges(read_file(path))
    found = Problems()
    found.extend(wrong)
    found.extend(problems(experiment_schema(), tree, "an experiment", formulas=False))
    reader = _Reader(tree, path, found, ranges)
    experiment = reader.experiment()
    found.raise_any()
    assert experiment is not None, "a file without problems makes an experiment"
    return experiment


class _Reader:
    """Takes one section after the other; what the schema refused is passed over."""

    def __init__(self, tree: Keys, file: Path, found: Problems, ranges: Mapping[str, str]) -> None:
        self._tree, self._file, self._found, self._ranges = tree, file, found, ranges

    def experiment(self) -> Experiment | None:
        train, data, search = (self._values(name) for name in ("train", "data", "search"))
        self._as_text(train)
        folder = data.pop("folder", None)
        seed = train.get("seed", 0)
        if (train.get("seconds") or train.get("images")) and "epochs" not in train:
            train["epochs"] = UNLIMITED
        settings = self._made("train", train, Settings)
        options = self._made("data", {"seed": seed, **data}, DataOptions)
        searching = self._searching(search, seed)
        architectures = tuple(self._architectures())
        if self._found.found:
            return None
        assert settings is not None
        assert options is not None
        return Experiment(
            self._file,
            str(self._tree["name"].plain),
            architectures,
            self._plain("hyperparameters"),
            None if folder is None else self._file.parent / folder,
            options,
            settings,
            searching,
            self._tree,
        )

    def _plain(self, section: str) -> Values:
        value = self._tree.get(section)
        return value.plain if isinstance(value, Keys) else {}

    def _values(self, section: str) -> Values:
        known = experiment_schema()["properties"][section]["properties"]
        return {
            key: value
            for key, value in self._plain(section).items()
            if key in known and misfit(known[key], value) is None
        }

    def _as_text(self, train: Values) -> None:
        """Losses and augmentations may be mappings; a setting of either is one text."""
        for key, text_of in (("loss", loss_from_mapping), ("augment", augmentation_from_mapping)):
            if isinstance(train.get(key), Mapping):
                try:
                    train[key] = text_of(train[key])
                except ProblemError as error:
                    self._found.extend(self._at(error, "train", key))
                    del train[key]
        if "class_weights" in train and not isinstance(train["class_weights"], str):
            train["class_weights"] = tuple(train["class_weights"])

    def _made(self, section: str, values: Values, make: Callable[..., Any]) -> Any:
        """The record of a section, or ``None``; each value is tried alone first, for its line."""
        before = len(self._found.found)
        for key in values:
            pair = {name: values[name] for name in (key, BESIDE.get(key, key)) if name in values}
            self._try(section, key, make, pair)
        return None if len(self._found.found) > before else self._try(section, "", make, values)

    def _try(self, section: str, key: str, make: Callable[..., Any], values: Values) -> Any:
        try:
            return make(**values)
        except ProblemError as error:
            self._found.extend(self._at(error, section, key))
            return None

    def _at(self, error: ProblemError, *path: str) -> Iterator[Problem]:
        mark = mark_of(self._tree, path)
        return (replace(one, mark=mark) for one in error.problems)

    def _searching(self, values: Values, seed: int) -> Searching:
        space = values.pop("space", None) or {}
        if "goal" in values and "goals" in values:
            fix = "name all of them under `goals`"
            problem = Problem("AF608", "both `goal` and `goals` are given", fix=fix)
            self._found.extend(self._at(ProblemError([problem]), "search", "goal"))
        needed: Values = {"data": Path(), "trials": 1, "settings": Settings()}
        renamed: Values = {}
        for place, value in values.items():
            key, made = _SEARCHING.get(place, (place, lambda value: value))
            found = self._try("search", place, partial(made, value), {})
            self._try("search", place, Request, {**needed, key: found})
            renamed[key] = found
        values = renamed
        ranges = {name: f"{name}={words}" for name, words in self._ranges.items()}
        ranges |= {name: _range(name, told) for name, told in space.items()}
        return Searching(**{"seed": seed, **values}, ranges=ranges)

    def _architectures(self) -> Iterator[str]:
        listed = self._tree.get("architectures")
        for place, item in enumerate(listed if isinstance(listed, Items) else ()):
            if isinstance(item.plain, str):
                try:
                    yield _located(item.plain, self._file)
                except ProblemError as error:
                    mark = mark_of(self._tree, ("architectures", place))
                    self._found.extend(replace(one, mark=mark) for one in error.problems)


def _located(text: str, file: Path) -> str:
    """An architecture as a command takes it; a path starts at the file that names it."""
    name, preset = named(text)
    path, _ = located(name, file)
    found = str(path) if is_path(name) else name
    return f"{found}:{preset}" if preset else found


def _range(name: str, told: Any) -> str:
    words = told if isinstance(told, str) else ",".join(json.dumps(one) for one in told)
    return f"{name}={words}"
