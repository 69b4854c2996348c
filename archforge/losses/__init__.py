"""What a network is taught to make small, on Keras tensors.

A loss compares true class indices with predicted probabilities; losses are summed in any order
with ``+``. The table names each loss with its function as a dotted path, so that it can be listed
without importing Keras; ``parse_loss`` imports it. This room knows no data and no training.

To add a loss: one function of ``(masks, scores)`` in ``functions`` that gives one number for each
image, and one line in ``LOSSES``.
"""

from archforge.losses.table import LOSSES, Loss, check_loss, loss_terms, parse_loss

__all__ = ["LOSSES", "Loss", "check_loss", "loss_terms", "parse_loss"]
