"""How large a pixel is, in micrometres, where a program that knows has written it.

OME's PhysicalSize and ImageJ's calibration are trusted. The resolution tags of a plain TIFF are
not: most say 72 dpi, which is a screen's.

Source: OME-XML schema 2016-06, Pixels; ImageJ's TiffEncoder (unit in the description, pixels per
unit in the resolution tags, spacing of planes in the description).
"""

from collections.abc import Mapping
from typing import Any

import tifffile

UM = {
    "m": 1e6,
    "cm": 1e4,
    "mm": 1e3,
    "µm": 1.0,
    "μm": 1.0,
    "\\u00b5m": 1.0,  # as ImageJ escapes it
    "um": 1.0,
    "micron": 1.0,
    "microns": 1.0,
    "micrometer": 1.0,
    "micrometre": 1.0,
    "nm": 1e-3,
    "pm": 1e-6,
    "å": 1e-4,
    "angstrom": 1e-4,
    "inch": 25400.0,
    "in": 25400.0,
}


def tiff_pixel_size(file: tifffile.TiffFile, spatial: str) -> tuple[float, ...] | None:
    """Micrometres along each spatial axis, ``None`` where one is not known.

    Args:
        file: An open file.
        spatial: The letters of its spatial axes.
    """
    if file.is_ome and file.ome_metadata:
        sizes = _ome(file.ome_metadata)
    elif file.is_imagej and file.imagej_metadata:
        sizes = _imagej(file.imagej_metadata, file.pages.first)
    else:
        return None
    found = [sizes.get(name, 0.0) for name in spatial]
    return tuple(found) if all(size > 0 for size in found) else None


def _ome(text: str) -> dict[str, float]:
    image = tifffile.xml2dict(text).get("OME", {}).get("Image", {})
    pixels: Mapping[str, Any] = (image[0] if isinstance(image, list) else image).get("Pixels", {})
    sizes = {}
    for name in "XYZ":
        unit = str(pixels.get(f"PhysicalSize{name}Unit", "µm"))
        sizes[name] = _um(pixels.get(f"PhysicalSize{name}"), unit)
    return sizes


def _imagej(facts: Mapping[str, Any], page: Any) -> dict[str, float]:
    unit = str(facts.get("unit", ""))
    sizes = {"Z": _um(facts.get("spacing"), unit)}
    for name in "XY":
        tag = page.tags.get(f"{name}Resolution")
        count, length = tag.value if tag else (0, 0)
        sizes[name] = _um(length / count if count else 0.0, unit)
    return sizes


def _um(length: Any, unit: str) -> float:
    number = float(length) if isinstance(length, int | float) else 0.0
    return number * UM.get(unit.strip().lower(), 0.0)
