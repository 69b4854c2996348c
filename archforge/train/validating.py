"""How good a network is after an epoch, on images that it does not learn from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.build import build_model
from archforge.catalog import read_architecture
from archforge.data import Dataset, Examples
from archforge.errors import ProblemError
from archforge.graph import Graph
from archforge.metrics import score
from archforge.predict.classifier import Classifier
from archforge.predict.geometry import Geometry
from archforge.predict.network import Network
from archforge.predict.opening import open_geometry
from archforge.predict.predictor import Predictor
from archforge.runs import Run
from archforge.train.choices import Choices

BATCH = 32
Score = Callable[[], tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Validation:
    """Scores the validation images with the model's weights of the moment.

    Args:
        score: Dice and IoU, or accuracy and the mean of each class's accuracy.
        predictor: That sees the images; none of classifiers.
        refresh: Brings the model's weights to it.
    """

    score: Score
    predictor: Predictor | None = None
    refresh: Callable[[], None] = lambda: None

    def __call__(self) -> tuple[float, float]:
        """The two scores."""
        self.refresh()
        return self.score()


def make_validation(
    run: Run, model: Any, graph: Graph, dataset: Dataset, choices: Choices
) -> Validation:
    """What scores the validation images with the model's weights of the moment.

    Args:
        run: Whose folder holds the spec.
        model: The network in training.
        graph: At the size of the choices.
        dataset: Stretched, where the choices say so.
        choices: Of the training.
    """
    if choices.task == "classification":
        return Validation(_classes(Classifier.of(model, graph, choices.preparation), dataset))
    network = Network.of(
        graph, choices.size, choices.preparation, resize=choices.resize,
        bordered=choices.bordered,
    )  # fmt: skip
    if choices.resize:
        predictor = Predictor(model, network)
        return Validation(_stretched(predictor, dataset), predictor)
    found = _opened(run, graph, network)
    if found is None:
        predictor = Predictor(model, network)
        return Validation(_native(predictor, dataset), predictor)
    geometry, opened = found
    twin = build_model(opened)
    predictor = Predictor(twin, network, geometry)
    return Validation(
        _native(predictor, dataset), predictor, lambda: twin.set_weights(model.get_weights())
    )


def _opened(run: Run, graph: Graph, network: Network) -> tuple[Geometry, Graph] | None:
    """Nothing where the text in the run's folder is not the spec of the graph."""
    try:
        return open_geometry(read_architecture(str(run.spec)), graph, network)
    except ProblemError:
        return None


def _classes(classifier: Classifier, dataset: Dataset) -> Score:
    part = dataset.validation
    truth = np.array([part.label(row) for row in range(len(part))])

    def validate() -> tuple[float, float]:
        images = [part.image(row) for row in range(len(part))]
        right = classifier.classes_of(classifier.scores(images)) == truth
        each = [right[truth == label].mean() for label in np.unique(truth)]
        return float(right.mean()), float(np.mean(each))

    return validate


def _stretched(predictor: Predictor, dataset: Dataset) -> Score:
    """At the network's size: a mask is brought to the size of its image once, at the end."""
    part, region = dataset.validation, predictor.network.region
    truths = [region.masks(part.mask(row)[np.newaxis])[0] for row in range(len(part))]

    def validate() -> tuple[float, float]:
        masks = (predictor.mask(scores) for start in range(0, len(part), BATCH)
                 for scores in predictor.scores(_stacked(part, start)))  # fmt: skip
        return _dice(truths, masks, dataset.classes)

    return validate


def _stacked(part: Examples, start: int) -> NDArray[Any]:
    """Some images at a time: all of them may be more than memory holds."""
    return np.stack([part.image(row) for row in range(start, min(start + BATCH, len(part)))])


def _native(predictor: Predictor, dataset: Dataset) -> Score:
    part = dataset.validation
    truths = [part.mask(row) for row in range(len(part))]

    def validate() -> tuple[float, float]:
        masks = (predictor.mask(predictor.whole(part.image(row)))
                 for row in range(len(part)))  # fmt: skip
        return _dice(truths, masks, dataset.classes)

    return validate


def _dice(truths: list[NDArray[Any]], masks: Any, classes: int) -> tuple[float, float]:
    found = score(zip(truths, masks, strict=True), classes, ["dice", "iou"])
    return found["dice"], found["iou"]
