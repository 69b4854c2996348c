"""What a network is taught to make small, on Keras tensors.

A loss compares true class indices with predicted probabilities. A person writes a sum of losses,
each with a weight and arguments of its own: ``0.5*dice+focal(gamma=1.5)``; ``grammar`` reads it,
``terms`` checks it against the table and writes it back in one canonical way, so that equal losses
have equal records. The table names each loss with its function as a dotted path, so that it can be
listed without importing Keras; ``parse_loss`` imports it. This room knows no data and no training.

To add a loss: one function of ``pixels.Pixels`` and its arguments that gives one number for each
image, in its family's file, and one line in ``LOSSES``.
"""

from archforge.losses.heads import balanced_weights, check_loss, parse_loss
from archforge.losses.table import IGNORED, LOSSES, Argument, Loss
from archforge.losses.terms import Term, loss_from_mapping, loss_terms

__all__ = [
    "IGNORED",
    "LOSSES",
    "Argument",
    "Loss",
    "Term",
    "balanced_weights",
    "check_loss",
    "loss_from_mapping",
    "loss_terms",
    "parse_loss",
]
