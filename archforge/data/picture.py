"""One picture file as pixels: PNG and JPEG of 8 bits, grey, RGB, RGBA or palette.

Transparency is dropped and EXIF rotation ignored: a mask belongs to the pixels as they are stored.
Pillow's own classes are opened rather than ``Image.open``, which would warn of large pictures where
we refuse them, and would turn 16-bit colour into 8 bits without a word.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin

from archforge.errors import Mark, refuse

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
GREY_MODES = frozenset({"1", "L", "LA"})
COLOUR_MODES = frozenset({"RGB", "RGBA"})
PALETTE_MODES = frozenset({"P", "PA"})
# What Pillow's decoders raise on broken files; `Image.open` itself catches all but the first.
BROKEN = (OSError, SyntaxError, ValueError, IndexError, TypeError, struct.error, zlib.error)

TYPE_WORDS = {"I;16": "16-bit grey", "I": "32-bit grey", "F": "floating point", "CMYK": "CMYK"}


@dataclass(frozen=True, eq=False)
class MaskPicture:
    """A mask file's values.

    Args:
        values: Height x width, as written in the file; a colour palette's indices.
        lossy: Whether the file is a JPEG, whose compression changes values.
    """

    values: NDArray[np.uint8] | NDArray[np.uint16]
    lossy: bool


@dataclass(frozen=True, eq=False)
class _Decoded:
    picture: Image.Image
    bits: int
    lossy: bool


def read_image(path: Path) -> NDArray[np.uint8]:
    """The pixels of an image file.

    Shape: height x width where the content is grey, also if the file is RGB; else x 3.

    Raises:
        ProblemError: The file cannot be read, is too large, or has no 8-bit pixels.
    """
    decoded = _decode(path)
    if decoded.bits > 8 or decoded.picture.mode not in GREY_MODES | COLOUR_MODES | PALETTE_MODES:
        _refuse_type(path, decoded)
    if decoded.picture.mode in GREY_MODES:
        return np.array(decoded.picture.convert("L"))
    colours = _colours(decoded.picture)
    return np.ascontiguousarray(colours[..., 0]) if is_grey(colours) else colours


def read_mask(path: Path) -> MaskPicture:
    """The values of a mask file, 8 or 16 bits.

    Raises:
        ProblemError: The file cannot be read, is too large, or is coloured.
    """
    decoded = _decode(path)
    mode = decoded.picture.mode
    if mode == "I;16":
        return MaskPicture(np.array(decoded.picture, dtype=np.uint16), decoded.lossy)
    if decoded.bits > 8 or mode not in GREY_MODES | COLOUR_MODES | PALETTE_MODES:
        _refuse_type(path, decoded)
    if mode in GREY_MODES:
        grey = np.array(decoded.picture.convert("L"))
        return MaskPicture(_unscaled(grey, decoded.bits), decoded.lossy)
    colours = _colours(decoded.picture)
    if is_grey(colours):
        return MaskPicture(np.ascontiguousarray(colours[..., 0]), decoded.lossy)
    if mode != "P":
        _refuse_colour(path)
    return MaskPicture(np.array(decoded.picture), decoded.lossy)


def is_grey(colours: NDArray[np.uint8]) -> bool:
    """Whether the three channels of a height x width x 3 image are equal."""
    red, green, blue = colours[..., 0], colours[..., 1], colours[..., 2]
    return bool((red == green).all() and (green == blue).all())


def _decode(path: Path) -> _Decoded:
    try:
        with path.open("rb") as file:
            header = file.read(32)
        if not header.startswith((PNG, JPEG)):
            raise ValueError("it is neither PNG nor JPEG")
        lossy = header.startswith(JPEG)
        with _opened(path, lossy=lossy) as picture:
            _check_size(path, picture)
            picture.load()
            # Byte 24 of a PNG is the bit depth in its header chunk (PNG specification, 11.2.1).
            return _Decoded(picture.copy(), 8 if lossy else header[24], lossy)
    except BROKEN as error:
        _refuse_broken(path, error)


def _opened(path: Path, *, lossy: bool) -> ImageFile.ImageFile:
    if lossy:
        return JpegImagePlugin.JpegImageFile(path)
    return PngImagePlugin.PngImageFile(path)


def _colours(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode in PALETTE_MODES:
        picture = picture.convert("RGBA")  # straight to RGB, Pillow warns of transparency
    return np.array(picture.convert("RGB"))


def _unscaled(grey: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Pillow stretches 2 and 4 bits to 0..255; in a mask the number in the file counts."""
    return grey // np.uint8(255 // (2**bits - 1)) if bits in {2, 4} else grey


def _check_size(path: Path, picture: Image.Image) -> None:
    most = Image.MAX_IMAGE_PIXELS
    if most is not None and picture.width * picture.height > most:
        refuse(
            "AF408",
            f"the picture has {picture.height}x{picture.width} pixels, more than {most}",
            mark=Mark(str(path)),
            why="a picture of that size may be a file made to fill the memory",
            fix="cut it into tiles, each with its mask",
        )


def _refuse_broken(path: Path, error: Exception) -> NoReturn:
    reason = str(error.strerror if isinstance(error, OSError) and error.strerror else error)
    line = " ".join(reason.split()).replace(str(path), path.name)
    refuse(
        "AF407",
        f"the picture '{path.name}' cannot be read",
        mark=Mark(str(path)),
        why=line or type(error).__name__,
        fix="copy or export the file again; it must be a whole PNG or JPEG",
    )


def _refuse_type(path: Path, decoded: _Decoded) -> NoReturn:
    mode = decoded.picture.mode
    words = f"{decoded.bits}-bit" if decoded.bits > 8 else TYPE_WORDS.get(mode, mode)
    refuse(
        "AF409",
        f"the pixels of '{path.name}' are {words}",
        mark=Mark(str(path)),
        why="this version reads 8-bit grey, RGB, RGBA and palette pictures; which part of a wider "
        "range to keep is not guessed",
        fix="convert it to 8-bit with one range for all images, in Fiji with Image > Type > 8-bit",
    )


def _refuse_colour(path: Path) -> NoReturn:
    refuse(
        "AF411",
        f"the mask '{path.name}' is coloured",
        mark=Mark(str(path)),
        why="this version reads masks as numbers; a table of colours comes later",
        fix="save the mask as 8-bit grey: 0 and 255, or the number of the class",
    )
