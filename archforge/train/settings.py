"""How a training goes, and what it tells while it goes."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeGuard

from archforge.data import NORMALIZE
from archforge.data.augment import canonical
from archforge.errors import Problem, ProblemError, did_you_mean
from archforge.losses import loss_terms

# Names of people, and the classes of keras.optimizers, used with Keras's own defaults.
OPTIMIZERS: dict[str, str] = {
    "adam": "Adam",
    "adamw": "AdamW",
    "lion": "Lion",
    "muon": "Muon",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "sgd": "SGD",
}
SCHEDULES: dict[str, str] = {
    "none": "the same learning rate to the end",
    "cosine": "half a cosine down to 0 (Loshchilov and Hutter 2017, arXiv:1608.03983)",
    "plateau": "a fifth of it after a third of the patience without a better score",
}
PRECISIONS: dict[str, str] = {
    "auto": "mixed where the device is faster with it, else float32",
    "float32": "32 bits throughout",
    "mixed_bfloat16": "layers in bfloat16, weights and losses in float32",
    "mixed_float16": "layers in float16 with a scaled loss, weights and losses in float32",
}
SAMPLINGS: dict[str, str] = {
    "auto": "patches where images are larger than the network's input, else resize",
    "patches": "random parts of the images as they are",
    "resize": "whole images, stretched to the network's input",
}
TARGETS: dict[str, str] = {
    "mask": "the classes of the mask",
    "instances": "background, inside and border of numbered objects",
}
LOGGERS: dict[str, str] = {
    "none": "history.csv and the pictures alone",
    "tensorboard": "event files in the run's folder",
    "mlflow": "a database beside the runs",
}
_TABLES: Mapping[str, Mapping[str, Any]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "precision": PRECISIONS,
    "sampling": SAMPLINGS,
    "target": TARGETS,
    "logger": LOGGERS,
    "normalize": {
        "auto": "percentile; range for classes of 8-bit images, and after ImageNet",
        **NORMALIZE,
    },
}
AUTO = "auto"
BALANCED = "balanced"


class StopTraining(Exception):  # noqa: N818 - a signal, as StopIteration is
    """Raised by ``on_epoch`` to end a training early; its text is kept in the run."""


@dataclass(frozen=True)
class Epoch:
    """What is told after each epoch.

    Args:
        epoch: From 1.
        total: As many as there will be at most.
        loss: Mean over what was learned from, with what layers add to it.
        score: Of the validation images: Dice, or accuracy where whole images are classified.
        second: IoU, or the mean of each class's accuracy.
        seconds: For this epoch, with its validation.
        eta: Seconds left if every epoch to come takes as long.
        rate: The learning rate at its end.
    """

    epoch: int
    total: int
    loss: float
    score: float
    second: float
    seconds: float
    eta: float
    rate: float = 0.0


# Epochs that something else ends before: a budget of seconds, or of images.
UNLIMITED = 1000


@dataclass(frozen=True)
class Settings:
    """The settings of one training.

    The defaults are those of our recipe for nuclei in ``benchmarks/recipes``, as far as they do not
    depend on a network: a rate that rises and falls, decayed and averaged weights, images that are
    turned, scaled and relit.

    Args:
        epochs: At most this many.
        batch_size: Images or patches in a step.
        loss: ``auto`` (dice+bce for one class, dice+crossentropy for several) or a sum of losses.
        class_weights: What each class counts in cross-entropies: none, ``balanced`` (the rarer the
            more) or a number for each class.
        output_weights: What the loss of an output counts, in place of what the spec says.
        optimizer: A key of ``OPTIMIZERS``.
        learning_rate: Above 0.
        schedule: A key of ``SCHEDULES``.
        warmup: Epochs in which the learning rate rises from 0, fractions too.
        weight_decay: Of weights but biases and those of normalization, 0 for none.
        clip: Longest gradient, all weights together; 0 for no limit.
        ema: Momentum of the moving average of weights that is validated and kept; 0 for none.
        accumulate: Batches whose gradients make one step.
        precision: A key of ``PRECISIONS``.
        sampling: A key of ``SAMPLINGS``.
        patches: Patches of one image in an epoch; 0 for what covers the middle one of them once.
        foreground: Share of the patches that are drawn around foreground.
        augment: A sum of presets and operations; see ``data.augment``.
        normalize: ``auto`` or a key of ``NORMALIZE``.
        target: A key of ``TARGETS``.
        seconds: It ends after the epoch in which it has taken so long; 0 for no limit.
        images: It ends after the epoch in which it has seen so many images, or patches of them,
            one that is seen again counted again; 0 for no limit.
        patience: Epochs without a better score before it ends; where it stays exactly equal, as at
            0 in the beginning, a lower loss counts as better.
        seed: Of weights, order, patches and augmentation, at least 0.
        logger: A key of ``LOGGERS``.

    Raises:
        ProblemError: With every setting that cannot be.
    """

    epochs: int = 40
    batch_size: int = 16
    loss: str = AUTO
    class_weights: str | tuple[float, ...] = ()
    output_weights: Mapping[str, float] = field(default_factory=dict)
    optimizer: str = "adamw"
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    warmup: float = 1.0
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.99
    accumulate: int = 1
    precision: str = "auto"
    sampling: str = "auto"
    patches: int = 0
    foreground: float = 0.33
    augment: str = "standard"
    normalize: str = "auto"
    target: str = "mask"
    seconds: float = 0.0
    images: int = 0
    patience: int = 20
    seed: int = 0
    logger: str = "none"

    def __post_init__(self) -> None:
        problems = [*_wholes(self), *_numbers(self), *_names(self), *_sums(self), *_weights(self)]
        if problems:
            raise ProblemError(problems)
        # Equal settings have equal records, however they were written.
        object.__setattr__(self, "augment", canonical(self.augment))
        if not isinstance(self.class_weights, str):
            object.__setattr__(self, "class_weights", tuple(map(float, self.class_weights)))

    def facts(self) -> dict[str, Any]:
        """What a record keeps: numbers, texts and lists alone."""
        weights = self.class_weights
        plain = weights if isinstance(weights, str) else list(weights)
        return {**asdict(self), "class_weights": plain, "output_weights": dict(self.output_weights)}

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> "Settings":
        """Those of a record; what it does not say has its default.

        Raises:
            ProblemError: With every setting that cannot be.
        """
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in facts.items() if name in known})


def _wholes(settings: Settings) -> Iterator[Problem]:
    least = {"epochs": 1, "batch_size": 1, "patience": 1, "accumulate": 1, "patches": 0,
             "images": 0, "seed": 0}  # fmt: skip
    for name, low in least.items():
        value = getattr(settings, name)
        whole = isinstance(value, int) and not isinstance(value, bool)
        # A seed must fit in 32 bits for `keras.utils.set_random_seed`.
        if not whole or not low <= value < 2**32:
            yield _wrong(name, value, f"give a whole number of at least {low}")


def _numbers(settings: Settings) -> Iterator[Problem]:
    if not _number(settings.learning_rate) or settings.learning_rate <= 0:
        yield _wrong(
            "learning_rate", settings.learning_rate, "give a number above 0, such as 0.001"
        )
    for name in ("warmup", "weight_decay", "clip", "seconds"):
        value = getattr(settings, name)
        if not _positive(value):
            yield _wrong(name, value, "give a number of at least 0; 0 is none")
    if not _number(settings.ema) or not 0 <= settings.ema < 1:
        yield _wrong("ema", settings.ema, "give a number from 0, which is none, to below 1")
    if not _number(settings.foreground) or not 0 <= settings.foreground <= 1:
        yield _wrong("foreground", settings.foreground, "give a share from 0 to 1")


def _names(settings: Settings) -> Iterator[Problem]:
    for name, table in _TABLES.items():
        value = getattr(settings, name)
        if not isinstance(value, str) or value not in table:
            yield _wrong(name, value, did_you_mean(str(value), table))


def _sums(settings: Settings) -> Iterator[Problem]:
    """What is written as a sum has a grammar of its own, and its own problems."""
    for read, name in ((loss_terms, "loss"), (canonical, "augment")):
        text = getattr(settings, name)
        if not isinstance(text, str):
            yield _wrong(name, text, "give a text, such as 'dice+bce' or 'standard'")
            continue
        if read is loss_terms and text == AUTO:
            continue
        try:
            read(text)
        except ProblemError as error:
            yield from error.problems


def _weights(settings: Settings) -> Iterator[Problem]:
    given: object = settings.class_weights
    if isinstance(given, str):
        if given != BALANCED:
            yield _wrong("class_weights", given, f"give '{BALANCED}', or a number for each class")
    elif not isinstance(given, tuple | list) or any(not _positive(one) for one in given):
        yield _wrong("class_weights", given, "give a number of at least 0 for each class")
    weights: object = settings.output_weights
    if not isinstance(weights, Mapping):
        yield _wrong("output_weights", weights, "give a number for each output, by its name")
        return
    for name, value in weights.items():
        if not _positive(value):
            yield _wrong(f"the weight of the output '{name}'", value, "give a number from 0 on")


def _positive(value: object) -> bool:
    return _number(value) and float(value) >= 0


def _number(value: object) -> TypeGuard[float]:
    # False of NaN too, and of whole numbers that have no floating-point number near them.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= sys.float_info.max
    )


def _wrong(name: str, value: object, fix: str) -> Problem:
    return Problem("AF503", f"{name} cannot be {_shown(value)}", fix=fix)


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return "so large a number"
    return f"'{value}'" if isinstance(value, str) else str(value)
