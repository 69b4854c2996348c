"""PNG and JPEG: grey, RGB, RGBA or palette, 8 bits, and PNG of 16 bits.

Transparency is dropped, EXIF rotation and the resolution (``pHYs``, most often a screen's) are
ignored: a mask belongs to the pixels as they are stored. Pillow's own classes are opened rather
than ``Image.open``, which would warn of large pictures where we refuse them. Pillow turns 16-bit
colour into 8 bits without a word, so imagecodecs decodes those.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin

from archforge.data.files.picture import Picture, check_size, refuse_broken, refuse_type

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
GREY_MODES = frozenset({"1", "L", "LA"})
PALETTE_MODES = frozenset({"P", "PA"})
READ_MODES = GREY_MODES | PALETTE_MODES | {"RGB", "RGBA"}
# What the decoders raise on broken files; imagecodecs' own errors are RuntimeErrors.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    TypeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
FIX = "save it as PNG or TIFF in grey or RGB"


@dataclass(frozen=True, eq=False)
class _Decoded:
    picture: Image.Image
    bits: int
    lossy: bool


def read(path: Path, *, mask: bool) -> Picture:
    """The pixels, or of a ``mask`` the numbers in the file: a colour palette's indices.

    Raises:
        ProblemError: The file cannot be read, is too large, or is made for print (CMYK).
    """
    try:
        decoded = _decode(path)
        if decoded.bits > 8:
            return Picture(_sixteen_bits(path.read_bytes()))
    except BROKEN as error:
        refuse_broken(path, error)
    if decoded.picture.mode not in READ_MODES:
        refuse_type(path, decoded.picture.mode, FIX)
    values = _mask_values(decoded) if mask else _pixels(decoded.picture)
    return Picture(values[..., np.newaxis] if values.ndim == 2 else values, lossy=decoded.lossy)


def _decode(path: Path) -> _Decoded:
    with path.open("rb") as file:
        header = file.read(32)
    if not header.startswith((PNG, JPEG)):
        raise ValueError("it is neither PNG nor JPEG" if header else "it is empty (0 bytes)")
    lossy = header.startswith(JPEG)
    with _opened(path, lossy=lossy) as picture:
        check_size(path, (picture.height, picture.width))
        picture.load()
        # Byte 24 of a PNG is the bit depth in its header chunk (PNG specification, 11.2.1).
        return _Decoded(picture.copy(), 8 if lossy else header[24], lossy)


def _opened(path: Path, *, lossy: bool) -> ImageFile.ImageFile:
    if lossy:
        return JpegImagePlugin.JpegImageFile(path)
    return PngImagePlugin.PngImageFile(path)


def _sixteen_bits(content: bytes) -> NDArray[Any]:
    values = imagecodecs.png_decode(content)
    if values.ndim == 2:
        return np.asarray(values[..., np.newaxis])
    return np.asarray(values[..., : 1 if values.shape[-1] == 2 else 3])


def _pixels(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode in GREY_MODES:
        return np.array(picture.convert("L"))
    if picture.mode in PALETTE_MODES:
        picture = picture.convert("RGBA")  # straight to RGB, Pillow warns of transparency
    return np.array(picture.convert("RGB"))


def _mask_values(decoded: _Decoded) -> NDArray[np.uint8]:
    picture = decoded.picture
    pixels = _pixels(picture)
    if picture.mode in GREY_MODES:
        return _unscaled(pixels, decoded.bits)
    grey = bool(
        (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1:] == pixels[..., :1]).all()
    )
    return np.array(picture) if picture.mode == "P" and not grey else pixels


def _unscaled(grey: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Pillow stretches 2 and 4 bits to 0..255; in a mask the number in the file counts."""
    return grey // np.uint8(255 // (2**bits - 1)) if bits in {2, 4} else grey
