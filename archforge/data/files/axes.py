"""From an array whose axes have letters to planes x height x width x channels.

Letters are those of TIFF readers: Y and X, Z for planes, T for time, C and S for channels and
samples, Q and I for pages that nobody named. Axes of length 1 say nothing and are left out. Pages
without a name, and time without planes, are taken as planes.
"""

from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from archforge.errors import Mark, refuse

PLANES = "ZQIT"
CHANNELS = "CS"


def arranged(path: Path, values: NDArray[Any], axes: str) -> tuple[NDArray[Any], str]:
    """Values with the channel axis last, and the letters of their spatial axes.

    Raises:
        ProblemError: There is more than planes, rows, columns and channels.
    """
    assert len(axes) == values.ndim
    long = "".join(name for name, size in zip(axes, values.shape, strict=True) if size > 1)
    planes = [name for name in long if name in PLANES]
    channels = [name for name in long if name in CHANNELS]
    others = [name for name in long if name not in f"YX{PLANES}{CHANNELS}"]
    if others or len(planes) > 1 or len(channels) > 1 or not {"Y", "X"} <= set(axes):
        _refuse(path, values.shape, axes)
    spatial = "".join([*planes, "Y", "X"])
    kept = values.squeeze(tuple(i for i, name in enumerate(axes) if name not in f"{long}YX"))
    names = [name for name in axes if name in f"{long}YX"]
    order = [names.index(name) for name in (*spatial, *channels)]
    moved = kept.transpose(order)
    return (moved if channels else moved[..., np.newaxis]), spatial


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
