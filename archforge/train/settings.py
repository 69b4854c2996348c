"""How a training goes, and what it tells while it goes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from archforge.errors import Problem, ProblemError, did_you_mean
from archforge.losses import loss_terms
from archforge.train.augment import AUGMENTS

# Names of people, and the classes of keras.optimizers, used with Keras's own defaults.
OPTIMIZERS: dict[str, str] = {
    "adam": "Adam",
    "adamw": "AdamW",
    "lion": "Lion",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "sgd": "SGD",
}


class StopTraining(Exception):  # noqa: N818 - a signal, as StopIteration is
    """Raised by ``on_epoch`` to end a training early; its text is kept in the run."""


@dataclass(frozen=True)
class Epoch:
    """What is told after each epoch.

    Args:
        epoch: From 1.
        total: As many as there will be at most.
        loss: Mean over the training images, with what layers add to it.
        val_dice: Mean over the validation images, at the network's size.
        val_iou: The same for IoU.
        seconds: For this epoch, with its validation.
        eta: Seconds left if every epoch to come takes as long.
    """

    epoch: int
    total: int
    loss: float
    val_dice: float
    val_iou: float
    seconds: float
    eta: float


@dataclass(frozen=True)
class Settings:
    """The settings of one training.

    Args:
        epochs: At most this many.
        batch_size: Images in a step.
        loss: ``auto`` (dice+bce for one class, dice+crossentropy for several) or names with ``+``.
        optimizer: A key of ``OPTIMIZERS``.
        learning_rate: Above 0.
        augment: A key of ``AUGMENTS``.
        patience: Epochs without a better ``val_dice`` before it ends; where Dice stays exactly
            equal, as at 0 in the beginning, a lower loss counts as better.
        seed: Of weights, order and augmentation, at least 0.

    Raises:
        ProblemError: With every setting that cannot be.
    """

    epochs: int = 40
    batch_size: int = 16
    loss: str = "auto"
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    augment: str = "flips"
    patience: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ProblemError(problems)


def _problems(settings: Settings) -> Iterator[Problem]:
    for name, least in (("epochs", 1), ("batch_size", 1), ("patience", 1), ("seed", 0)):
        value = getattr(settings, name)
        whole = isinstance(value, int) and not isinstance(value, bool)
        # A seed must fit in 32 bits for `keras.utils.set_random_seed`.
        if not whole or not least <= value < 2**32:
            yield _wrong(name, value, f"give a whole number of at least {least}")
    rate: object = settings.learning_rate
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < math.inf:
        yield _wrong("learning_rate", rate, "give a number above 0, such as 0.001")
    for name, table in (("optimizer", OPTIMIZERS), ("augment", AUGMENTS)):
        value = getattr(settings, name)
        if value not in table:
            yield _wrong(name, value, did_you_mean(str(value), table))
    try:
        loss_terms(settings.loss)
    except ProblemError as error:
        yield from error.problems


def _wrong(name: str, value: object, fix: str) -> Problem:
    shown = f"'{value}'" if isinstance(value, str) else str(value)
    return Problem("AF503", f"{name} cannot be {shown}", fix=fix)
