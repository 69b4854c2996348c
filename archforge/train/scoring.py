"""Scores on originals at their own size, for a network and for Otsu's threshold.

What a network says is brought to the size of the image, and compared with the mask as it was drawn.
Where a network cannot see the rim of its input, tiles see it for it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data import Examples
from archforge.errors import Mark, refuse
from archforge.metrics import METRICS, Case, ClassScorer, Scorer, count, score
from archforge.metrics.otsu import otsu_mask
from archforge.predict.classifier import Classifier, open_classifier
from archforge.predict.objects import instances
from archforge.predict.opening import open_predictor
from archforge.predict.predictor import PLAIN, Predictor, Way
from archforge.runs import Run

Array = NDArray[Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Prediction:
    """One example at its own size.

    Args:
        index: Its row.
        id: Its name.
        image: Spatial axes x channels.
        truth: Class indices.
        predicted: Class indices.
        scores: Probabilities, spatial axes x classes; inside and border of objects are one.
        labels: The objects that were found, where the data tell objects apart.
        true_labels: The objects that there are.
        pixel_size: Micrometres along each axis.
        group: The name of what it makes with others; empty where it stands alone.
    """

    index: int
    id: str
    image: Array
    truth: Array
    predicted: Array
    scores: NDArray[np.float32]
    labels: Array | None = None
    true_labels: Array | None = None
    pixel_size: tuple[float, ...] | None = None
    group: str = ""

    def dice(self, classes: int) -> float:
        """Its Dice, as in ``METRICS``."""
        return METRICS["dice"].function(count(self.truth, self.predicted, classes))

    @property
    def case(self) -> Case:
        """What a scorer takes."""
        return Case(
            self.truth, self.predicted, self.scores, self.true_labels, self.labels,
            self.pixel_size, self.id, self.group,
        )  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """What is known of a network after it was scored.

    Args:
        scores: By metric.
        intervals: In which each lies with a probability of 95 %, images drawn anew; those that
            belong together are drawn together.
        confusion: ``confusion[t][p]`` pixels (images) of class t were taken for p.
        calibration: Confidence and share of right answers in each bin.
        rows: Of each image its id and its values.
    """

    scores: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    confusion: list[list[int]]
    calibration: list[dict[str, float]]
    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, scorer: Scorer | ClassScorer, *, intervals: bool = True) -> "Evaluation":
        """What a scorer has added up; intervals take longer than all else."""
        return cls(
            scorer.scores(), scorer.intervals() if intervals else {}, scorer.confusion,
            scorer.calibration, scorer.rows(),
        )  # fmt: skip


def evaluate(
    run: Run,
    examples: Examples,
    names: Iterable[str] | None = None,
    *,
    way: Way = PLAIN,
    progress: Progress | None = None,
) -> Evaluation:
    """Score the best weights of a run on originals.

    Args:
        run: Whose network is loaded.
        examples: Of the classes that it was trained for.
        names: Metrics; by default all that the images allow.
        way: How images are looked at.
        progress: Called with images done and images in all.

    Raises:
        ProblemError: There are no images, their classes are not the network's, a file was removed,
            or the saved network cannot be loaded.
    """
    check_some(examples)
    if run.task == "classification":
        return _of_classes(open_classifier(run), examples, names)
    found = predictions(open_predictor(run), examples, way=way)
    return scored(_told(found, len(examples), progress), examples.rule.classes, names)


def scored(
    found: Iterable[Prediction],
    classes: int,
    names: Iterable[str] | None = None,
    *,
    intervals: bool = True,
) -> Evaluation:
    """Add up predictions.

    Args:
        found: At least one.
        classes: 1 for binary masks, else their number.
        names: Metrics; all by default.
        intervals: Whether they are worked out.
    """
    scorer = Scorer(classes, names)
    for each in found:
        scorer.add(each.case)
    return Evaluation.of(scorer, intervals=intervals)


def predictions(
    predictor: Predictor,
    examples: Examples,
    rows: Iterable[int] | None = None,
    *,
    way: Way = PLAIN,
    objects: bool = True,
) -> Iterator[Prediction]:
    """Each example with what the network says about it, one at a time.

    Args:
        predictor: Of the network.
        examples: To look at; their originals are taken.
        rows: Which ones; all by default.
        way: How images are looked at.
        objects: Whether they are found, where the images tell them apart.

    Raises:
        ProblemError: As in ``evaluate``.
    """
    check_some(examples)
    _check_classes(predictor, examples)
    for row in range(len(examples)) if rows is None else rows:
        image, truth = examples.original(row)
        scores = predictor.whole(image, way)
        true_labels = examples.original_labels(row) if objects else None
        yield Prediction(
            row,
            examples.ids[row],
            image,
            truth,
            predictor.mask(scores),
            1 - scores[..., :1] if predictor.network.bordered else scores,
            instances(scores) if true_labels is not None else None,
            true_labels,
            examples.pixel_size(row),
            examples.group(row),
        )


def otsu_scores(examples: Examples, names: Iterable[str] | None = None) -> dict[str, float]:
    """Scores of Otsu's threshold, worked out for each image at its own size.

    Args:
        examples: With one class, and 1 or 3 channels.
        names: Keys of ``METRICS`` that follow from counts; all of them by default.

    Raises:
        ProblemError: There are no images, or a file was removed.
        ValueError: There are several classes.
    """
    if examples.rule.classes != 1:
        raise ValueError(f"examples must have 1 class, got {examples.rule.classes}")
    check_some(examples)
    pairs = (examples.original(row) for row in range(len(examples)))
    return score(((truth, otsu_mask(_eight_bits(image))) for image, truth in pairs), 1, names)


def has_floor(examples: Examples) -> bool:
    """Whether Otsu's threshold means something: flat images, grey or RGB, of one class."""
    shape = examples.native.shape(examples.rows[0]) if len(examples) else ()
    return examples.rule.classes == 1 and len(shape) == 3 and shape[-1] in {1, 3}


def check_some(examples: Examples) -> None:
    """Refuse a part without images.

    Raises:
        ProblemError: It has none.
    """
    if not len(examples):
        refuse(
            "AF508",
            "there are no images to score",
            why="this part of the folder is empty",
            fix="choose another part with `--split`, or cut one off with `--validation 0.2`",
        )


def _of_classes(
    classifier: Classifier, examples: Examples, names: Iterable[str] | None
) -> Evaluation:
    rows = range(len(examples))
    scores = classifier.scores([examples.original(row)[0] for row in rows])
    scorer = ClassScorer(scores.shape[1], names)
    for row, name in zip(rows, examples.ids, strict=True):
        truth = np.array(examples.label(row))
        scorer.add(Case(truth=truth, scores=scores[row], id=name, group=examples.group(row)))
    return Evaluation.of(scorer)


def _told(
    found: Iterable[Prediction], total: int, progress: Progress | None
) -> Iterator[Prediction]:
    for done, each in enumerate(found, start=1):
        yield each
        if progress:
            progress(done, total)


def _eight_bits(image: Array) -> NDArray[np.uint8]:
    """Otsu's histogram of 256 steps, from the lowest to the highest value."""
    if image.dtype == np.uint8:
        return np.asarray(image)
    low, high = float(image.min()), float(image.max())
    return np.rint((image.astype(np.float64) - low) * (255 / max(high - low, 1e-12))).astype(
        np.uint8
    )


def _check_classes(predictor: Predictor, examples: Examples) -> None:
    told = predictor.told
    if examples.rule.classes != told:
        refuse(
            "AF513",
            f"the masks hold {examples.rule.classes} classes, the network tells {told} apart",
            mark=Mark(str(examples.root)),
            why="a network is scored on the classes that it was trained for",
            fix="give the folder that it was trained on, or one of the same kind",
        )
