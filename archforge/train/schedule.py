"""The learning rate at each step: a pure function, and the one that waits for better scores.

It is set from outside before each step, not built into the optimizer: so it can be read in the
history, starts where it stopped after a break, and costs no operation in the traced step.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from archforge.train.settings import Settings

# A plateau cuts the rate to a fifth; below a thousandth of the first rate nothing more is learned.
CUT, LEAST = 0.2, 1e-3
# Waited for, as a share of the patience: several cuts before the training ends.
PART = 3


@dataclass(frozen=True)
class Schedule:
    """How the learning rate goes.

    Args:
        settings: Of the training.
        steps: Batches in an epoch.
        epochs: As many as there will be; those of the settings where fewer images do not end it.
    """

    settings: Settings
    steps: int
    epochs: int

    def rate(self, epoch: int, step: int, scores: Sequence[float], seconds: float = 0.0) -> float:
        """The learning rate of one step.

        Args:
            epoch: From 1.
            step: In the epoch, from 0.
            scores: Of the epochs before it.
            seconds: That they count: where time is what ends the training, a cosine follows it.

        Source: Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, without restarts; Goyal et
            al. 2017, arXiv:1706.02677, for the rise in the beginning.
        """
        first = self.settings.learning_rate
        done = epoch - 1 + step / self.steps
        if done < self.settings.warmup:
            return first * (done + 1 / self.steps) / (self.settings.warmup + 1 / self.steps)
        if self.settings.schedule == "cosine":
            span = max(self.epochs - self.settings.warmup, 1 / self.steps)
            if self.settings.seconds:
                done = max(done, min(seconds / self.settings.seconds, 1.0) * self.epochs)
            return first * 0.5 * (1 + math.cos(math.pi * (done - self.settings.warmup) / span))
        if self.settings.schedule == "plateau":
            return max(first * CUT ** cuts(scores, self.settings.patience), first * LEAST)
        return first


def momentum(most: float, steps: int) -> float:
    """Of the moving average of weights: low at first, so that first weights are soon forgotten.

    Args:
        most: What it rises to.
        steps: That are done.

    Source: TensorFlow's ``ExponentialMovingAverage``, ``num_updates``.
    """
    return min(most, (1 + steps) / (10 + steps))


def cuts(scores: Sequence[float], patience: int) -> int:
    """How often the scores stood still for a third of the patience."""
    waited, found, best = max(1, patience // PART), 0, -math.inf
    since = 0
    for score in scores:
        since = 0 if score > best else since + 1
        best = max(best, score)
        if since == waited:
            found, since = found + 1, 0
    return found
