"""The pixels of an image with as many channels as a network takes, as they are asked for."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.data.resize import luminance
from archforge.errors import Mark, refuse

RGB = 3


class Channels:
    """An image, sliced like an array, with 1 or 3 channels made of 3 or 1.

    Nothing is read before it is asked for, and what is read is checked to be numbers.

    Args:
        image: An array, or what can be sliced like one, channels last.
        channels: That the network takes.

    Raises:
        ProblemError: The image has another number of channels.
    """

    def __init__(self, image: Any, channels: int) -> None:
        self._image = image
        self._channels = channels
        self._mark = getattr(image, "mark", None)
        self.shape = (*image.shape[:-1], channels)
        if {image.shape[-1], channels} - {1, RGB} and image.shape[-1] != channels:
            _refuse_channels(image.shape[-1], channels, self._mark)

    def __getitem__(self, window: Any) -> NDArray[Any]:
        found = np.asarray(self._image[window])
        if found.dtype.kind == "f" and not np.isfinite(found).all():
            _refuse_numbers(found, self._mark)
        if found.shape[-1] == self._channels:
            return found
        if self._channels == RGB:
            return np.repeat(found, RGB, axis=-1)
        return luminance(found)[..., np.newaxis]


def tabled(
    fitted: Callable[[NDArray[Any]], NDArray[np.float32]], channels: int
) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    """``fitted`` for 8-bit grey, of which each of the 256 values is prepared once.

    Args:
        fitted: From pixels to the network's range, each place for itself.
        channels: That the network takes; grey is repeated.
    """
    values = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    table = fitted(np.repeat(values, channels, axis=1))

    def looked_up(grey: NDArray[Any]) -> NDArray[np.float32]:
        found = np.empty((*grey.shape[:-1], channels), dtype=np.float32)
        for channel in range(channels):
            found[..., channel] = table[:, channel][grey[..., 0]]
        return found

    return looked_up


def _refuse_channels(has: int, wanted: int, mark: Mark | None) -> None:
    refuse(
        "AF513",
        f"the image has {has} channels, the network takes {wanted}",
        mark=mark,
        why="grey is repeated for 3 channels and colours become grey for 1; which of other "
        "channels is meant is not guessed",
        fix="give images with the channels of the training, in Fiji with Image > Color > "
        "Arrange Channels",
    )


def _refuse_numbers(found: NDArray[Any], mark: Mark | None) -> None:
    bad = int((~np.isfinite(found)).sum())
    refuse(
        "AF523",
        f"at least {bad} pixel{'s are' if bad > 1 else ' is'} no number",
        mark=mark,
        why="NaN or infinity anywhere in what a position sees makes its score NaN",
        fix="replace them, in Fiji with Process > Math > NaN Background turned round, or export "
        "the image again",
    )
