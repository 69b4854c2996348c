"""The class of whole images, from a network that has no mask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.build import keras_name
from archforge.build.quiet import tensorflow
from archforge.data import Preparation
from archforge.data.resize import resize_image, with_channels
from archforge.errors import refuse
from archforge.graph import Graph
from archforge.predict.loading import load_model, said_if_incomplete
from archforge.predict.region import main_output
from archforge.runs import Run

BATCH = 32


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network ready to classify.

    Args:
        model: Built, at a known size.
        size: Of the image that it takes, spatial axes.
        channels: Of that image.
        preparation: How pixels become its numbers.
        output: The Keras name of its scores.
    """

    model: Any
    size: tuple[int, ...]
    channels: int
    preparation: Preparation
    output: str

    @classmethod
    def of(cls, model: Any, graph: Graph, preparation: Preparation) -> "Classifier":
        """That of a graph at a known size."""
        (image,) = graph.inputs.values()
        *size, channels = (side or 0 for side in image.shape)
        return cls(model, tuple(size), channels, preparation, keras_name(main_output(graph)))

    def facts(self) -> dict[str, object]:
        """What ``run.json`` keeps."""
        return {
            "size": list(self.size),
            "channels": self.channels,
            **self.preparation.facts(),
            "output": self.output,
            "seen": list(self.size),
            "resize": True,
        }

    def scores(self, images: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Probabilities of each class; of a network with one score, of both.

        Shape: images of any size, spatial axes x channels, to images x classes.

        Raises:
            ProblemError: The channels of an image are not those of the network.
        """
        starts = range(0, len(images), BATCH)
        ready = (map(self.prepared, images[start : start + BATCH]) for start in starts)
        return np.concatenate([self.scored(np.stack(list(batch))) for batch in ready])

    def scored(self, ready: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same of one batch of images that are prepared.

        Shape: batch x the network's size x channels, to batch x classes.
        """
        outputs = self.model(tensorflow.constant(ready), training=False)
        scores = outputs[self.output] if isinstance(outputs, dict) else outputs
        found = np.asarray(scores, dtype=np.float32)
        return np.concatenate([1 - found, found], axis=1) if found.shape[1] == 1 else found

    def classes_of(self, scores: NDArray[np.float32]) -> NDArray[np.int64]:
        """The class of each image."""
        return np.asarray(np.argmax(scores, axis=1))

    def prepared(self, image: NDArray[Any]) -> NDArray[np.float32]:
        """An image of any size as the network takes it.

        Raises:
            ProblemError: AF513, it has other channels.
        """
        try:
            fit = resize_image(with_channels(image, self.channels), self.size)
        except ValueError as error:
            refuse(
                "AF513",
                f"an image has {image.shape[-1]} channels, the network takes {self.channels}",
                why=str(error),
                fix="give images like those that it was trained on",
            )
        return self.preparation.fitted(fit)(fit)


def open_classifier(run: Run) -> Classifier:
    """The best weights of a run, ready to classify.

    Raises:
        ProblemError: The saved network cannot be loaded, or the record does not say how it was fed.
    """
    facts: Mapping[str, Any] = run.network
    with said_if_incomplete(run):
        size = tuple(int(side) for side in facts["size"])
        channels, output = int(facts["channels"]), str(facts["output"])
        preparation = Preparation.read(facts)
    return Classifier(load_model(run), size, channels, preparation, output)
