"""Scores on full-size originals, for a network and for Otsu's threshold.

A network predicts at its own size; its scores are brought to the size of the image, and the mask
made from them is compared with the mask as it was drawn. Where a network loses the rim of its
input, only the middle that it sees is scored, for Otsu's threshold too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archforge.data import Examples, resize_scores
from archforge.errors import Mark, refuse
from archforge.metrics import METRICS, count, score
from archforge.metrics.otsu import otsu_mask
from archforge.predict.predictor import Predictor, as_mask, open_predictor
from archforge.predict.region import Region
from archforge.runs import Run

Array = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Prediction:
    """One example at its own size, cut to what the network sees.

    Args:
        index: Its row.
        id: Its name.
        image: Height x width x channels.
        truth: Class indices.
        predicted: Class indices.
    """

    index: int
    id: str
    image: Array
    truth: Array
    predicted: Array

    def dice(self, classes: int) -> float:
        """Its Dice, as in ``METRICS``."""
        return METRICS["dice"].function(count(self.truth, self.predicted, classes))


def evaluate(
    network: Run | Predictor, examples: Examples, names: Iterable[str] | None = None
) -> dict[str, float]:
    """Scores of a network on the full-size originals of ``examples``.

    Args:
        network: A run, whose best weights are loaded, or a network that is open already.
        examples: At the network's size.
        names: Keys of ``METRICS``; all by default.

    Raises:
        ProblemError: There are no images, their classes are not the network's, a file was removed,
            or the saved network cannot be loaded.
    """
    predictor = network if isinstance(network, Predictor) else open_predictor(network)
    pairs = ((each.truth, each.predicted) for each in predictions(predictor, examples))
    return score(pairs, predictor.classes, names)


def predictions(
    predictor: Predictor, examples: Examples, rows: Iterable[int] | None = None
) -> Iterator[Prediction]:
    """Each example with what the network says about it, one at a time.

    Args:
        predictor: Of the network.
        examples: At the network's size.
        rows: Which ones; all by default.

    Raises:
        ProblemError: As in ``evaluate``.
    """
    _check(predictor, examples)
    wanted = list(range(len(examples)) if rows is None else rows)
    region = predictor.network.region
    scores = predictor.scores(examples.images[wanted])
    for row, scored in zip(wanted, scores, strict=True):
        image, truth = examples.original(row)
        box = region.box((truth.shape[0], truth.shape[1]))
        truth = truth[box]
        predicted = as_mask(resize_scores(scored, (truth.shape[0], truth.shape[1])))
        yield Prediction(row, examples.ids[row], image[box], truth, predicted)


def otsu_scores(
    examples: Examples, names: Iterable[str] | None = None, region: Region | None = None
) -> dict[str, float]:
    """Scores of Otsu's threshold, worked out for each full-size image.

    Args:
        examples: With one class.
        names: Keys of ``METRICS``; all by default.
        region: The middle that is scored; the threshold is that of the whole image.

    Raises:
        ProblemError: There are no images, or a file was removed.
        ValueError: There are several classes.
    """
    if examples.rule.classes != 1:
        raise ValueError(f"examples must have 1 class, got {examples.rule.classes}")
    _check_some(examples)

    def pairs() -> Iterator[tuple[Array, Array]]:
        for row in range(len(examples)):
            image, truth = examples.original(row)
            size = (truth.shape[0], truth.shape[1])
            box = region.box(size) if region else (slice(None), slice(None))
            yield truth[box], otsu_mask(image)[box]

    return score(pairs(), 1, names)


def _check_some(examples: Examples) -> None:
    if not len(examples):
        refuse(
            "AF508",
            "there are no images to score",
            why="this part of the folder is empty",
            fix="choose another part with `--split`, or cut one off with `--validation 0.2`",
        )


def _check(predictor: Predictor, examples: Examples) -> None:
    _check_some(examples)
    if examples.rule.classes != predictor.classes:
        refuse(
            "AF513",
            f"the masks hold {examples.rule.classes} classes, the network tells "
            f"{predictor.classes} apart",
            mark=Mark(str(examples.sources[0].masks[0].parent)),
            why="a network is scored on the classes that it was trained for",
            fix="give the folder that it was trained on, or one of the same kind",
        )
    wanted = (*predictor.network.region.image, predictor.network.channels)
    if examples.images.shape[1:] != wanted:
        raise ValueError(f"images must be {wanted}, got {examples.images.shape[1:]}")
