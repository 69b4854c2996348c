"""Settings of the training that are searched beside the network: ``train.loss=dice,dice+bce``.

A setting has no entry in the spec, so its range is read as that of a hyperparameter would be, with
the setting's value as the default; what it may be is what ``train.Settings`` takes. To open another
setting to searches: its name in ``TUNABLE``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from archforge.errors import Mark, Problem, ProblemError, did_you_mean, refuse
from archforge.expand.ranges import read_range
from archforge.spec import Hyperparameter, Search
from archforge.train import Settings

PREFIX = "train."
# Not the length of a training, which would make values of different worth, and not what decides
# which images or classes are seen.
TUNABLE = (
    "learning_rate",
    "weight_decay",
    "optimizer",
    "schedule",
    "warmup",
    "clip",
    "ema",
    "batch_size",
    "loss",
    "augment",
    "foreground",
    "normalize",
)


def parted(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Ranges of the network, and those of the training without their prefix."""
    every = [text.strip() for text in texts]
    ours = [text.removeprefix(PREFIX) for text in every if text.startswith(PREFIX)]
    return [text for text in every if not text.startswith(PREFIX)], ours


def training_ranges(texts: Iterable[str], settings: Settings) -> dict[str, Search]:
    """The range of each setting that is searched.

    Args:
        texts: ``learning_rate=1e-4..1e-2:log``, one each.
        settings: Whose values are the defaults.

    Raises:
        ProblemError: With every text that cannot be.
    """
    found: dict[str, Search] = {}
    problems: list[Problem] = []
    for text in texts:
        try:
            name, search = _one(text, settings)
            if name in found:
                refuse("AF602", f"'{PREFIX}{name}' has two ranges", fix="give one for each name")
            found[name] = search
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    return found


def _one(text: str, settings: Settings) -> tuple[str, Search]:
    name = text.partition("=")[0].strip()
    if name not in TUNABLE:
        refuse(
            "AF601",
            f"the setting '{name}' cannot be searched",
            why="only settings that change how a network learns from the same images have a range",
            fix=did_you_mean(name, TUNABLE),
        )
    known = Hyperparameter(f"{PREFIX}{name}", getattr(settings, name), Mark("--search"))
    search = read_range(known, f"{PREFIX}{text}")
    problems = list(_misfits(name, search, settings))
    if problems:
        raise ProblemError(problems)
    return name, search


def _misfits(name: str, search: Search, settings: Settings) -> Iterator[Problem]:
    named = search.choices if search.kind == "choice" else (search.low, search.high)
    for value in named:
        try:
            with_settings(settings, {name: value})
        except ProblemError as error:
            yield from error.problems


def with_settings(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with values that were drawn.

    Raises:
        ProblemError: With every one that cannot be.
    """
    return replace(settings, **values)
