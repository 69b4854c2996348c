"""From an image of any size to scores of its own size, by one traced function.

``model.predict`` sets itself up anew for each call; here the network is traced once, with an open
number of images and, where it can, open sizes, so that a folder of many sizes costs one trace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.build.quiet import keras, tensorflow
from archforge.data import resize_scores
from archforge.data.resize import resize_image
from archforge.errors import refuse
from archforge.predict.channels import Channels, tabled
from archforge.predict.geometry import Geometry, fixed_geometry
from archforge.predict.network import Network
from archforge.predict.objects import foreground_score
from archforge.predict.plan import Floats, Plan, plan_tiles
from archforge.predict.region import Size
from archforge.predict.tiles import Ready, bands
from archforge.predict.turns import TTA, averaged

BATCH = 8
THRESHOLD = 0.5
Scores = Floats


@dataclass(frozen=True)
class Way:
    """How an image is looked at.

    Args:
        overlap: Pixels that neighbouring tiles share; by default what the network needs.
        tta: A key of ``TTA``.

    Raises:
        ValueError: No such key, or a negative number.
    """

    overlap: int | None = None
    tta: str = "none"

    def __post_init__(self) -> None:
        if self.tta not in TTA:
            raise ValueError(f"tta must be one of {', '.join(TTA)}, got '{self.tta}'")
        if self.overlap is not None and self.overlap < 0:
            raise ValueError(f"overlap must be at least 0, got {self.overlap}")


PLAIN = Way()


class Predictor:
    """A network ready to predict.

    Args:
        model: With open sizes where ``geometry`` is given, else at the size of ``network``.
        network: How images reach it.
        geometry: How it may be laid over an image.
    """

    def __init__(self, model: Any, network: Network, geometry: Geometry | None = None) -> None:
        self.network = network
        self.geometry = geometry or fixed_geometry(network.region)
        sides = (None,) * len(network.region.image) if geometry else network.region.image
        spec = keras.KerasTensor((1, *network.region.image, network.channels))
        made = _output(model.compute_output_spec(spec), network.output)
        self.classes = int(made.shape[-1])
        self._traced = tensorflow.function(
            lambda images: _output(model(images, training=False), network.output),
            input_signature=[tensorflow.TensorSpec((None, *sides, network.channels), "float32")],
            autograph=False,
        )

    def scores(self, images: NDArray[Any]) -> Iterator[Scores]:
        """Scores of each image, at the size of the output.

        Shape: batch x the network's size x channels of the input.
        """
        for start in range(0, len(images), BATCH):
            part = images[start : start + BATCH]
            ready = np.stack([self.network.preparation.fitted(one)(one) for one in part])
            yield from self.run(ready)

    @property
    def told(self) -> int:
        """Classes of the masks: 1 against background, where parts of objects are told apart."""
        return 1 if self.network.bordered else self.classes

    def mask(self, scores: Scores, threshold: float = THRESHOLD) -> NDArray[np.uint8]:
        """Class indices from scores; inside and border of an object are both its class, 1."""
        if self.network.bordered:
            return (foreground_score(scores) >= np.float32(threshold)).astype(np.uint8)
        return as_mask(scores, threshold)

    def plan(self, size: Size, way: Way = PLAIN) -> Plan:
        """How an image is cut into tiles.

        Raises:
            ProblemError: ``way`` cannot be gone with this network.
        """
        sizes = self.network.region.image if self.network.resize else size
        plan = plan_tiles(sizes, self.geometry, way.overlap)
        square = plan.axes[-1].tile == plan.axes[-2].tile
        if way.tta == "turns" and not square and self.geometry.least == self.geometry.tile:
            refuse(
                "AF522",
                "tiles of this network cannot be turned by a right angle",
                why=f"it takes {plan.axes[-2].tile}x{plan.axes[-1].tile} pixels and nothing else",
                fix="use `--tta flips`",
            )
        return plan

    def words(self, size: Size, way: Way = PLAIN) -> str:
        """How an image is looked at, for people.

        Raises:
            ProblemError: As in ``plan``.
        """
        plan = self.plan(size, way)
        if not self.network.resize:
            return plan.words
        return f"brought to {'x'.join(map(str, self.network.region.image))} as in the training"

    def bands(self, image: Any, way: Way = PLAIN) -> Iterator[Scores]:
        """Scores of an image, some rows at a time.

        Shape: rows x other axes of the image x classes.

        Args:
            image: An array, or what can be sliced like one, its spatial axes and then channels: 1
                or 3 where the network takes 3 or 1, else as many as that.
            way: How it is looked at.

        Raises:
            ProblemError: The image has other channels or pixels that are no numbers, or ``way``
                cannot be gone.
        """
        plan = self.plan(image.shape[:-1], way)
        pixels: Any = Channels(image, self.network.channels)
        if self.network.resize:
            pixels = resize_image(np.asarray(pixels[...]), self.network.region.image)
        ready: Ready = self.network.preparation.fitted(pixels)
        if not self.network.resize and image.shape[-1] == 1 and image.dtype == np.uint8:
            ready, pixels = tabled(ready, self.network.channels), image

        def rows(places: NDArray[np.int64]) -> NDArray[Any]:
            first, last = int(places.min()), int(places.max()) + 1
            return np.asarray(pixels[first:last])[places - first]

        found = bands(
            plan, rows, ready, averaged(self._seen, way.tta), batch=self.geometry.batch,
            classes=self.classes,
        )  # fmt: skip
        if self.network.resize:
            found = iter([resize_scores(np.concatenate(list(found)), image.shape[:-1])])
        return map(_probable, found)

    def whole(self, image: Any, way: Way = PLAIN) -> Scores:
        """Scores of an image at its own size.

        Shape: the image's spatial axes x classes.

        Args:
            image: As in ``bands``.
            way: How it is looked at.

        Raises:
            ProblemError: As in ``bands``.
        """
        return np.concatenate(list(self.bands(image, way)))

    def run(self, images: Floats) -> Scores:
        """What the network says of images in its own range, and nothing more.

        Shape: batch x a size that it takes x channels, to batch x positions x classes.
        """
        return np.asarray(self._traced(tensorflow.constant(images)), dtype=np.float32)

    def _seen(self, images: Floats) -> Scores:
        """Scores of what tiles see, a pixel for each of theirs."""
        scores, region = self.run(images), self.network.region
        if region.output == region.seen:
            return scores
        sides = zip(images.shape[1:-1], self.geometry.lost, strict=True)
        seen = tuple(side - lost for side, lost in sides)
        return np.stack([resize_scores(one, seen) for one in scores])


def as_mask(scores: Scores, threshold: float = THRESHOLD) -> NDArray[np.uint8]:
    """Class indices: one class from the threshold on, else the class of the highest score.

    Shape: the image's axes x classes to the image's axes.
    """
    if scores.shape[-1] == 1:
        return (scores[..., 0] >= np.float32(threshold)).astype(np.uint8)
    return np.asarray(np.argmax(scores, axis=-1), dtype=np.uint8)


def _probable(scores: Scores) -> Scores:
    """Means and straight lines between probabilities round to a hair above 1."""
    return np.clip(scores, 0, 1, out=scores)


def _output(outputs: Any, name: str) -> Any:
    return outputs[name] if isinstance(outputs, dict) else outputs
