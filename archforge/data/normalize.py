"""How pixels become what a network sees: one scale and one shift for each channel of an image.

Two choices, made in a training and kept with its network. ``normalize`` brings the pixels of a file
to 0 to 1, whatever type they have; ``values`` is the range that the network's input declares. Both
look at the whole image once, so a patch, a tile and the image itself give the same numbers.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.values import VALUES, least_deviation

Floats = NDArray[np.float32]
# The percentiles at which an image is cut: a few dead or saturated pixels do not set its range.
LOW, HIGH = 0.1, 99.9
# Pixels of an image that are looked at: enough for its percentiles, few enough for any image.
LOOKED_AT = 1_000_000
RGB = 3


@dataclass(frozen=True)
class Statistics:
    """Of all training images, in the numbers of their files; a value for each channel.

    Args:
        low: Percentile ``LOW``.
        high: Percentile ``HIGH``.
        mean: Mean of the pixels.
        deviation: Their standard deviation.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The way of one image's pixels, worked out.

    Args:
        scale: Of each channel, to 0 to 1.
        shift: Added after it.
        clip: Whether what lies outside of 0 to 1 is cut off.
        mean: Of the image at 0 to 1, what ``values: standard`` takes off.
        deviation: Of the image at 0 to 1.
        values: A key of ``VALUES``.
    """

    scale: Floats
    shift: Floats
    clip: bool
    mean: float
    deviation: float
    values: str

    def unit(self, patch: NDArray[Any]) -> Floats:
        """A part of the image from 0 to 1, where it is normalised at all.

        Shape: ... x channels.
        """
        found = patch.astype(np.float32)
        found *= _along(self.scale, found)
        found += _along(self.shift, found)
        return np.clip(found, 0, 1, out=found) if self.clip else found

    def ranged(self, unit: Floats) -> Floats:
        """From 0 to 1 to the network's range."""
        if self.values == "standard":
            return (unit - np.float32(self.mean)) / np.float32(self.deviation)
        return VALUES[self.values].convert(unit)

    def __call__(self, patch: NDArray[Any]) -> Floats:
        """A part of the image in the network's range."""
        return self.ranged(self.unit(patch))


@dataclass(frozen=True)
class Preparation:
    """The two choices, and what they need of the training images.

    Args:
        normalize: A key of ``NORMALIZE``.
        values: A key of ``VALUES``: the range of the network's input.
        statistics: Of the training images, where ``normalize`` is ``dataset``.

    Raises:
        ValueError: A name that is not in the tables, or statistics that are missing.
    """

    normalize: str = "range"
    values: str = "unit"
    statistics: Statistics | None = None

    def __post_init__(self) -> None:
        if self.normalize not in NORMALIZE or self.values not in VALUES:
            raise ValueError(
                f"normalize and values must be of {', '.join(NORMALIZE)} and {', '.join(VALUES)}, "
                f"got '{self.normalize}' and '{self.values}'"
            )
        if self.normalize == "dataset" and self.statistics is None:
            raise ValueError("statistics must be given where normalize is 'dataset'")

    def fitted(self, image: Any) -> Fitted:
        """The way of the pixels of ``image``.

        Args:
            image: An array or what can be sliced like one, spatial axes then channels. It is looked
                at on a grid of at most ``LOOKED_AT`` places, so its size does not matter.
        """
        seen = looked_at(image)
        low, high = NORMALIZE[self.normalize].limits(seen, self.statistics)
        span = np.maximum(high - low, 1e-12)
        flat = Fitted(
            (1 / span).astype(np.float32), (-low / span).astype(np.float32),
            self.normalize != "none", 0.0, 1.0, self.values,
        )  # fmt: skip
        if self.values != "standard":
            return flat
        mean, deviation = self._centre(flat.unit(seen), flat)
        return Fitted(flat.scale, flat.shift, flat.clip, mean, deviation, self.values)

    def _centre(self, unit: Floats, flat: Fitted) -> tuple[float, float]:
        if self.normalize == "dataset" and self.statistics:
            mean = np.array(self.statistics.mean) * flat.scale + flat.shift
            return float(mean.mean()), float(np.mean(self.statistics.deviation * flat.scale))
        return float(unit.mean()), max(float(unit.std()), least_deviation(unit.size))

    def facts(self) -> dict[str, Any]:
        """What a record keeps."""
        return asdict(self)

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> "Preparation":
        """That of a record."""
        kept = facts.get("statistics")
        rows = {name: tuple(map(float, row)) for name, row in kept.items()} if kept else {}
        return cls(
            str(facts.get("normalize", "range")),
            str(facts["values"]),
            Statistics(**rows) if rows else None,
        )


def looked_at(image: Any, most: int = LOOKED_AT) -> NDArray[Any]:
    """The pixels of an image on a regular grid, as a small image.

    Args:
        image: Spatial axes, then channels.
        most: Pixels at most.
    """
    places = math.prod(image.shape[:-1])
    step = max(1, math.ceil((places / most) ** (1 / (len(image.shape) - 1))))
    return np.asarray(image[(slice(None, None, step),) * (len(image.shape) - 1)])


def statistics(images: Iterable[Any]) -> Statistics:
    """Of many images: each is looked at on a grid, and all count alike.

    Raises:
        ValueError: There are no images.
    """
    rows = [_flat(looked_at(image, 20_000)) for image in images]
    if not rows:
        raise ValueError("images must hold at least one, got none")
    # The same number of pixels of each, so that a large image does not decide.
    few = min(len(row) for row in rows)
    pixels = np.concatenate([row[:: max(1, len(row) // few)][:few] for row in rows])
    low, high = np.percentile(pixels, (LOW, HIGH), axis=0)
    columns = (low, high, pixels.mean(axis=0, dtype=np.float64), pixels.std(axis=0))
    return Statistics(*(tuple(map(float, column)) for column in columns))


def _along(numbers: Floats, pixels: Floats) -> Any:
    """One number for each channel, ready for arithmetic with pixels.

    One for all where they are equal, else a row of pixels at once: NumPy's loop over three channels
    alone takes eight times as long.
    """
    first = numbers[0]
    if (numbers == first).all():
        return first
    return np.tile(numbers, (*pixels.shape[-2:-1], 1))


@dataclass(frozen=True)
class Normalize:
    """One way to bring pixels to 0 to 1.

    Args:
        title: One line of text.
        limits: The numbers in the file that become 0 and 1, for each channel.
    """

    title: str
    limits: Callable[[NDArray[Any], Statistics | None], Sequence[NDArray[Any]]]


def _flat(seen: NDArray[Any]) -> NDArray[Any]:
    return seen.reshape(-1, seen.shape[-1])


def _percentile(seen: NDArray[Any], known: Statistics | None) -> Sequence[NDArray[Any]]:
    """The channels of a colour image keep their proportions; stains of their own do not."""
    flat = _flat(seen)
    low, high = np.percentile(flat, (LOW, HIGH), axis=None if flat.shape[1] == RGB else 0)
    shape = (flat.shape[1],)
    return np.broadcast_to(low, shape), np.broadcast_to(high, shape)


def _dataset(seen: NDArray[Any], known: Statistics | None) -> Sequence[NDArray[Any]]:
    assert known is not None, "a Preparation without statistics was made"
    low, high = np.array(known.low), np.array(known.high)
    return (np.full_like(low, low.min()), np.full_like(high, high.max())) if len(low) == RGB else (
        low, high)  # fmt: skip


def _range(seen: NDArray[Any], known: Statistics | None) -> Sequence[NDArray[Any]]:
    high = np.iinfo(seen.dtype).max if seen.dtype.kind in "ui" else 1
    return np.zeros(seen.shape[-1]), np.full(seen.shape[-1], float(high))


def _none(seen: NDArray[Any], known: Statistics | None) -> Sequence[NDArray[Any]]:
    return np.zeros(seen.shape[-1]), np.ones(seen.shape[-1])


NORMALIZE: dict[str, Normalize] = {
    "percentile": Normalize(f"from {LOW} % to {HIGH} % of each image to 0 to 1", _percentile),
    "dataset": Normalize("from the same percentiles of all training images to 0 to 1", _dataset),
    "range": Normalize("the range of the file's type to 0 to 1; floats are 0 to 1", _range),
    "none": Normalize("not at all: the file's numbers are from 0 to 1 already", _none),
}
