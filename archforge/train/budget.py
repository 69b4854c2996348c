"""What ends a training that goes on getting better: epochs, images that were seen, or a time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from archforge.train.settings import Settings


@dataclass(frozen=True)
class Budget:
    """How far a training goes, and how far it has come.

    Args:
        settings: Of the training.
        epochs: As many as there will be at most.
        pace: Seconds that each epoch counts in place of its own, as ``Run.pace`` has them; later
            epochs count their own.
    """

    settings: Settings
    epochs: int
    pace: tuple[float, ...] = ()

    @classmethod
    def of(cls, settings: Settings, images: int, pace: Sequence[float] = ()) -> "Budget":
        """That of a training.

        Args:
            settings: Of the training.
            images: Of one epoch: as many epochs as show enough of them.
            pace: As above.
        """
        epochs = settings.epochs
        if settings.images:
            epochs = min(epochs, math.ceil(settings.images / images))
        return cls(settings, epochs, tuple(pace))

    def spent(self, took: Sequence[float]) -> float:
        """Seconds that count of all epochs so far.

        Args:
            took: Seconds that each of them took, those before a break too.
        """
        return sum([*self.pace[: len(took)], *took[len(self.pace) :]])

    def is_up(self, took: Sequence[float]) -> bool:
        """Whether the time is up; of images and epochs there are no more than ``epochs``."""
        return 0 < self.settings.seconds <= self.spent(took)

    def left(self, took: Sequence[float]) -> float:
        """Seconds to the end if every epoch takes as long as the last one did."""
        if self.pace:
            return took[-1] * max(len(self.pace) - len(took), 0)
        left = took[-1] * (self.epochs - len(took))
        if self.settings.seconds:
            left = min(left, max(self.settings.seconds - self.spent(took), 0.0))
        return left
