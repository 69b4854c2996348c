"""OME-Zarr: a folder ``NAME.ome.zarr`` (or ``.zarr``), version 0.4 on Zarr 2 and 0.5 on Zarr 3.

The finest level of the first multiscale image is read; axes, scale and units are those it names.
A link that leads out of the folder is refused: a folder from a stranger reads no other files.

Source: Moore et al. 2023, Histochemistry and Cell Biology 160, 223-251; ngff.openmicroscopy.org.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from archforge.data.files.axes import arranged
from archforge.data.files.picture import Picture, check_size, refuse_broken
from archforge.data.files.pixel_size import UM
from archforge.errors import Mark, refuse

BROKEN = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RuntimeError)
UNITS = {"micrometer": "um", "nanometer": "nm", "millimeter": "mm", "centimeter": "cm"}


def read(path: Path, *, mask: bool) -> Picture:
    """The finest level of the image in the folder.

    Raises:
        ProblemError: The extra ``zarr`` is not installed, the folder is no OME-Zarr image, or a
            link in it leads out of it.
    """
    try:
        import zarr  # noqa: PLC0415 - an extra: not everyone has it
    except ModuleNotFoundError:
        _refuse_extra(path)
    try:
        _check_links(path)
        group = zarr.open_group(path, mode="r")
        facts: Any = group.attrs.get("ome", group.attrs)
        image: Any = facts["multiscales"][0]
        level = image["datasets"][0]
        array: Any = group[level["path"]]
        check_size(path, array.shape)
        axes = [_axis(axis) for axis in image["axes"]]
        letters = "".join(name for name, _ in axes)
        pixels, spatial = arranged(path, np.asarray(array[:]), letters)
        return Picture(pixels, _pixel_size(level, axes, spatial))
    except BROKEN as error:
        refuse_broken(path, error)


def _check_links(path: Path) -> None:
    home = path.resolve()
    for part in path.rglob("*"):
        if part.is_symlink() and not part.resolve().is_relative_to(home):
            refuse(
                "AF425",
                f"the link '{part.name}' leads out of the folder '{path.name}'",
                mark=Mark(str(part)),
                why="a folder that came from someone else could so read any file of yours",
                fix="copy what it leads to into the folder",
            )


def _axis(axis: Mapping[str, str] | str) -> tuple[str, str]:
    """Letter and unit; of version 0.3 an axis is its name alone."""
    if isinstance(axis, str):
        return axis.upper(), ""
    unit = axis.get("unit", "")
    return axis["name"].upper(), UNITS.get(unit, unit)


def _pixel_size(
    level: Mapping[str, Any], axes: Sequence[tuple[str, str]], spatial: str
) -> tuple[float, ...] | None:
    steps = level.get("coordinateTransformations", [])
    scale = next((step["scale"] for step in steps if step.get("type") == "scale"), None)
    if scale is None:
        return None
    sizes = {
        name: length * UM.get(unit, 0.0) for (name, unit), length in zip(axes, scale, strict=True)
    }
    found = tuple(float(sizes.get(name, 0.0)) for name in spatial)
    return found if all(size > 0 for size in found) else None


def _refuse_extra(path: Path) -> None:
    refuse(
        "AF440",
        "OME-Zarr is read by the package 'zarr', which is not installed",
        mark=Mark(str(path)),
        why="not everyone needs it, so it is an extra",
        fix="run `pip install 'archforge[zarr]'`",
    )
