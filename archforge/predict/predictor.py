"""From 8-bit images to scores, by one traced function at one batch size.

``model.predict`` sets itself up anew for each call, and a last batch of another size would be
traced a second time; here the last batch is filled up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.build import keras_name
from archforge.build.quiet import keras, tensorflow
from archforge.data import resize_scores, to_range
from archforge.graph import Graph
from archforge.predict.loading import load_model
from archforge.predict.region import Region, find_region, main_output
from archforge.runs import Run

BATCH = 8
THRESHOLD = 0.5
Images = NDArray[np.uint8]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """How images reach a network and where its scores come out.

    Args:
        region: Of the output that is scored.
        channels: Of the input.
        values: Its range.
        output: Its Keras name.
    """

    region: Region
    channels: int
    values: str
    output: str

    @classmethod
    def of(cls, graph: Graph, size: tuple[int, int]) -> "Network":
        """That of a graph, at ``size`` where it leaves the size open."""
        (image,) = graph.inputs.values()
        name = main_output(graph)
        region = find_region(graph, graph.outputs[name], size)
        channels = image.shape[-1]
        assert channels is not None
        return cls(region, channels, str(getattr(image.layer, "values", "unit")), keras_name(name))

    @classmethod
    def read(cls, facts: Any) -> "Network":
        """That of a record."""
        image, seen, output = (
            (int(facts[key][0]), int(facts[key][1])) for key in ("size", "seen", "positions")
        )
        region = Region(image, seen, output)
        return cls(region, int(facts["channels"]), str(facts["values"]), str(facts["output"]))

    def facts(self) -> dict[str, object]:
        """What ``run.json`` keeps."""
        return {
            "size": list(self.region.image),
            "channels": self.channels,
            "values": self.values,
            "output": self.output,
            "seen": list(self.region.seen),
            "positions": list(self.region.output),
        }


class Predictor:
    """A network ready to predict."""

    def __init__(self, model: Any, network: Network) -> None:
        self.network = network
        shape = (BATCH, *network.region.image, network.channels)
        made = model.compute_output_spec(keras.KerasTensor(shape))
        self.classes = int(_output(made, network.output).shape[-1])
        self._run = tensorflow.function(
            lambda images: _output(model(images, training=False), network.output),
            input_signature=[tensorflow.TensorSpec(shape, "float32")],
            autograph=False,
        )

    def scores(self, images: Images) -> Iterator[Scores]:
        """Scores of each image, at the size of the output.

        Shape: batch x height x width x channels of the input.
        """
        for start in range(0, len(images), BATCH):
            part = to_range(
                np.ascontiguousarray(images[start : start + BATCH]), self.network.values
            )
            rest = BATCH - len(part)
            full = np.concatenate([part, np.repeat(part[-1:], rest, axis=0)]) if rest else part
            scores = np.asarray(self._run(tensorflow.constant(full)), dtype=np.float32)
            yield from scores[: len(part)]

    def whole(self, image: Images) -> Scores:
        """Scores of an image to its rim, at the network's size, also where the network loses it.

        The image is continued by its mirror and taken in overlapping tiles.

        Shape: height x width x channels of the input.

        Source: Ronneberger, Fischer and Brox 2015, arXiv:1505.04597, figure 2.
        """
        region = self.network.region
        if region.whole:
            return next(self.scores(image[np.newaxis]))
        margins = list(zip(region.edges, region.image, strict=True))
        wide = np.pad(image, [*margins, (0, 0)], mode="symmetric")
        corners = [(top, left) for top in _starts(region, 0) for left in _starts(region, 1)]
        height, width = region.image
        tiles = np.stack([wide[top : top + height, left : left + width] for top, left in corners])
        found = np.zeros((*region.image, self.classes), dtype=np.float32)
        for (top, left), scores in zip(corners, self.scores(tiles), strict=True):
            stretched = _stretched(scores, region.seen)
            part = found[top : top + region.seen[0], left : left + region.seen[1]]
            part[:] = stretched[: part.shape[0], : part.shape[1]]
        return found


def open_predictor(run: Run) -> Predictor:
    """The best weights of a run, ready to predict.

    Raises:
        ProblemError: The saved network cannot be loaded.
    """
    return Predictor(load_model(run), Network.read(run.network))


def as_mask(scores: Scores) -> NDArray[np.uint8]:
    """Class indices: one class from 0.5 on, else the class of the highest score.

    Shape: height x width x classes to height x width.
    """
    if scores.shape[-1] == 1:
        return (scores[..., 0] >= THRESHOLD).astype(np.uint8)
    return np.asarray(np.argmax(scores, axis=-1), dtype=np.uint8)


def _output(outputs: Any, name: str) -> Any:
    return outputs[name] if isinstance(outputs, dict) else outputs


def _starts(region: Region, axis: int) -> list[int]:
    """Where tiles begin along an axis, so that what they see covers the image."""
    size, seen = region.image[axis], region.seen[axis]
    return [number * seen for number in range(ceil(size / seen))]


def _stretched(scores: Scores, size: tuple[int, int]) -> Scores:
    return scores if scores.shape[:2] == size else resize_scores(scores, size)
