"""What every reader gives back, and the refusals that all of them word alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from numpy.typing import NDArray

from archforge.errors import Mark, refuse

# 16384 x 16384, or 256 planes of 1024 x 1024; what is larger is predicted by tiles, not read whole.
MOST_PIXELS = 2**28
CUT = "cut it into tiles, each with its mask"


@dataclass(frozen=True, eq=False)
class Picture:
    """One image or mask as it lies in its file.

    Args:
        values: Height x width x channels, or planes x height x width x channels.
        pixel_size: Micrometres along each spatial axis, where the file says so.
        lossy: Whether the compression changed values, as that of JPEG does.
    """

    values: NDArray[Any]
    pixel_size: tuple[float, ...] | None = None
    lossy: bool = False


def check_size(path: Path, sizes: Sequence[int], fix: str = CUT) -> None:
    """Refuse a file by the sizes in its header, before anything is unpacked.

    Args:
        path: The file.
        sizes: Of what would be held in memory at once.
        fix: What can be done about it.

    Raises:
        ProblemError: There are no pixels, or too many.
    """
    count = math.prod(sizes)
    if not count:
        refuse_broken(path, "it has no pixels")
    if count > MOST_PIXELS:
        refuse(
            "AF408",
            f"the picture has {'x'.join(map(str, sizes))} pixels, more than {MOST_PIXELS}",
            mark=Mark(str(path)),
            why="a picture of that size may be a file made to fill the memory",
            fix=fix,
        )


def refuse_broken(path: Path, error: Exception | str) -> NoReturn:
    """Refuse a file that cannot be decoded, with the decoder's reason in one line."""
    if path.is_file() and not path.stat().st_size:
        error = "it is empty (0 bytes)"
    reason = str(error.strerror if isinstance(error, OSError) and error.strerror else error)
    line = " ".join(reason.split()).replace(str(path), path.name)
    refuse(
        "AF407",
        f"the picture '{path.name}' cannot be read",
        mark=Mark(str(path)),
        why=line[:1].lower() + line[1:200] or type(error).__name__,
        fix="copy or export the file again; it must be whole",
    )


def refuse_type(path: Path, words: str, fix: str) -> NoReturn:
    """Refuse a kind of pixels that no reader can keep without changing it."""
    refuse(
        "AF409",
        f"the pixels of '{path.name}' are {words}",
        mark=Mark(str(path)),
        why="images are kept as 8-bit, 16-bit or 32-bit floating point, without loss",
        fix=fix,
    )
