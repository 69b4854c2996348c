"""Files of pixels: one module for each family of file types, one table of suffixes.

A reader gives the values as they are stored, always with a channel axis; here images become uint8,
uint16 or float32, never with a loss, and masks keep their integers. To add a type: one module with
``read(path, mask=...) -> Picture`` and its suffixes in ``READERS``.

A path may lead into a file that holds many pictures, as if that file were a folder:
``cells.npz/images/3``. So each example has a path of its own, whatever it lies in.
"""

from pathlib import Path
from typing import Protocol

import numpy as np

from archforge.data.files import arrays, coco, ome_zarr, png_jpeg, tiff
from archforge.data.files.arrays import npz_shapes
from archforge.data.files.channels import without_repeats
from archforge.data.files.inside import on_disk
from archforge.data.files.picture import Picture, refuse_type
from archforge.data.files.pixel_types import image_pixels, mask_values
from archforge.errors import Mark, listing, refuse


class Reader(Protocol):
    """What every reader module offers."""

    def __call__(self, path: Path, *, mask: bool) -> Picture:
        """The content of a file, of any numeric type, with a channel axis."""


READERS: dict[str, Reader] = {
    ".png": png_jpeg.read,
    ".jpg": png_jpeg.read,
    ".jpeg": png_jpeg.read,
    ".tif": tiff.read,
    ".tiff": tiff.read,
    ".npy": arrays.read_npy,
    ".npz": arrays.read_npz,
    ".zarr": ome_zarr.read,
    ".json": coco.read,  # a mask that is drawn: `annotations.json/masks/17`
}

# Of files that are pictures by themselves.
SUFFIXES = tuple(suffix for suffix in READERS if suffix != ".json")


def read_image(path: Path) -> Picture:
    """The pixels of an image file.

    RGB whose content is grey has 1 channel, and transparency is dropped.

    Raises:
        ProblemError: The file cannot be read, is too large, or has pixels that are not kept.
    """
    found = _reader(path)(path, mask=False)
    values = image_pixels(path, without_repeats(found.values))
    return Picture(values, found.pixel_size, found.lossy)


def read_mask(path: Path) -> Picture:
    """The values of a mask file as they are stored, in 1 channel, or 3 where it is coloured.

    Raises:
        ProblemError: The file cannot be read, is too large, or holds no whole numbers.
    """
    found = _reader(path)(path, mask=True)
    values = mask_values(path, without_repeats(found.values))
    colours = values.shape[-1] == 3 and values.dtype == np.uint8
    if values.shape[-1] != 1 and not colours:
        words = f"{values.shape[-1]} channels of {values.dtype}"
        refuse_type(path, words, "save the mask in 1 channel, or in 8-bit RGB colours")
    return Picture(values, found.pixel_size, found.lossy)


def _reader(path: Path) -> Reader:
    home = on_disk(path)
    suffix = home.suffix.lower()
    if suffix not in (SUFFIXES if home == path else READERS):
        refuse(
            "AF417",
            f"files of type '{suffix}' are not read",
            mark=Mark(str(path)),
            why=f"the types that are read are {listing(SUFFIXES, most=20)}",
            fix="save the file as TIFF or PNG, in Fiji with File > Save As",
        )
    return READERS[suffix]


__all__ = [
    "READERS",
    "SUFFIXES",
    "Picture",
    "Reader",
    "npz_shapes",
    "on_disk",
    "read_image",
    "read_mask",
]
