"""From an array whose axes have letters to planes x height x width x channels.

Letters are those of TIFF readers: Y and X, Z for planes, T for time, C and S for channels and
samples, Q and I for pages that nobody named. Axes of length 1 say nothing and are left out. Pages
without a name, and time without planes, are taken as planes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from archforge.errors import Mark, refuse

PLANES = "ZQIT"
CHANNELS = "CS"


@dataclass(frozen=True)
class Arrangement:
    """Where the axes of an array go, decided by the sizes of the whole of it.

    Args:
        axes: The letter of each axis.
        sizes: The length of each axis.
        spatial: The letters of planes, rows and columns.
        channels: The letter of the channels, or nothing.
    """

    axes: str
    sizes: tuple[int, ...]
    spatial: str
    channels: str

    @classmethod
    def of(cls, path: Path, sizes: tuple[int, ...], axes: str) -> "Arrangement":
        """Of an array with these axes.

        Raises:
            ProblemError: There is more than planes, rows, columns and channels.
        """
        long = "".join(name for name, size in zip(axes, sizes, strict=True) if size > 1)
        planes = [name for name in long if name in PLANES]
        channels = [name for name in long if name in CHANNELS]
        others = [name for name in long if name not in f"YX{PLANES}{CHANNELS}"]
        if others or len(planes) > 1 or len(channels) > 1 or not {"Y", "X"} <= set(axes):
            _refuse(path, sizes, axes)
        return cls(axes, sizes, "".join([*planes, "Y", "X"]), "".join(channels))

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the whole, arranged: spatial axes, then channels."""
        sizes = dict(zip(self.axes, self.sizes, strict=True))
        return (*(sizes[name] for name in self.spatial), sizes.get(self.channels, 1))

    def arranged(self, values: NDArray[Any]) -> NDArray[Any]:
        """The whole array, or a window of it, with the channel axis last."""
        kept = f"{self.spatial}{self.channels}"
        left_out = tuple(i for i, name in enumerate(self.axes) if name not in kept)
        names = [name for name in self.axes if name in kept]
        moved = values.squeeze(left_out).transpose([names.index(name) for name in kept])
        return moved if self.channels else moved[..., np.newaxis]


def arranged(path: Path, values: NDArray[Any], axes: str) -> tuple[NDArray[Any], str]:
    """Values with the channel axis last, and the letters of their spatial axes.

    Raises:
        ProblemError: There is more than planes, rows, columns and channels.
    """
    arrangement = Arrangement.of(path, values.shape, axes)
    return arrangement.arranged(values), arrangement.spatial


def _refuse(path: Path, shape: tuple[int, ...], axes: str) -> NoReturn:
    named = ", ".join(f"{name} {size}" for name, size in zip(axes, shape, strict=True))
    refuse(
        "AF423",
        f"the axes of '{path.name}' are {named}",
        mark=Mark(str(path)),
        why="an image has rows and columns (Y, X), perhaps planes (Z, or time T, not both) and "
        "channels (C or S)",
        fix="save each time point, position or series as a file of its own, in Fiji with "
        "Image > Stacks > Tools > Stack Splitter or Image > Duplicate",
    )
