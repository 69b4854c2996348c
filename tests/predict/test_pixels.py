"""Files as arrays, and TIFF written like the TIFF that was read."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from archforge.errors import ProblemError
from archforge.predict.pixels import open_pixels
from archforge.predict.tiff import in_strips, write_tiff

GREY: NDArray[np.uint16] = np.arange(40 * 30, dtype=np.uint16).reshape(40, 30)
OME = {"axes": "YX", "PhysicalSizeX": 250.0, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 0.5,
       "PhysicalSizeYUnit": "µm"}  # fmt: skip


@pytest.mark.parametrize("options", [
    {}, {"compression": "zlib"}, {"tile": (16, 16), "compression": "lzw"}, {"rowsperstrip": 7},
    {"byteorder": ">"},
])  # fmt: skip
def test_a_window_of_a_tiff_is_that_of_its_array(options: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY, **options)

    pixels = open_pixels(path)

    assert pixels.shape == (40, 30, 1)
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels[3:20, 5:9], GREY[3:20, 5:9, np.newaxis])
    assert np.array_equal(pixels[::7], GREY[::7, :, np.newaxis])
    assert np.array_equal(pixels[...], GREY[..., np.newaxis])


@pytest.mark.parametrize(
    ("array", "options", "spatial", "shape"),
    [
        (np.zeros((5, 40, 30), np.uint8), {"metadata": {"axes": "ZYX"}}, "ZYX", (5, 40, 30, 1)),
        (np.zeros((2, 40, 30), np.uint8), {"imagej": True, "metadata": {"axes": "CYX"}}, "YX",
         (40, 30, 2)),
        (np.zeros((4, 2, 9, 8), np.uint16), {"ome": True, "metadata": {"axes": "ZCYX"}}, "ZYX",
         (4, 9, 8, 2)),
        (np.zeros((6, 9, 8), np.float32), {}, "ZYX", (6, 9, 8, 1)),
    ],
)  # fmt: skip
def test_axes_come_from_the_file(
    array: NDArray[Any],
    options: dict[str, Any],
    spatial: str,
    shape: tuple[int, ...],
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, array, **options)

    pixels = open_pixels(path)

    assert (pixels.spatial, pixels.shape) == (spatial, shape)
    assert pixels[1:3].shape == (2, *shape[1:])


def test_a_plane_of_a_stack_is_an_image(tmp_path: Path) -> None:
    stack = np.random.default_rng(0).integers(0, 9, (3, 2, 9, 8), dtype=np.uint8)
    np.save(tmp_path / "a.npy", np.moveaxis(stack, 1, -1))

    plane = open_pixels(tmp_path / "a.npy").plane(2)

    assert plane.shape == (9, 8, 2)
    assert np.array_equal(plane[2:5], np.moveaxis(stack[2], 0, -1)[2:5])


@pytest.mark.parametrize(
    ("options", "size", "flavour"),
    [
        ({"ome": True, "metadata": OME}, (0.5, 0.25), "ome"),
        ({"imagej": True, "metadata": {"unit": "um"}, "resolution": (4, 2)}, (0.5, 0.25), "imagej"),
        ({"resolution": (300, 300), "resolutionunit": "INCH"}, None, "tiff"),
    ],
)
def test_a_pixel_size_is_read_and_written_again(
    options: dict[str, Any], size: tuple[float, float] | None, flavour: str, tmp_path: Path
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", GREY, **options)
    pixels = open_pixels(tmp_path / "a.tif")
    mask = (GREY > 500).astype(np.uint8)

    write_tiff(tmp_path / "b.tif", [mask[:9], mask[9:]], mask.shape, np.uint8, pixels)

    again = open_pixels(tmp_path / "b.tif")
    assert (pixels.pixel_size, pixels.flavour) == (size, flavour)
    assert again.pixel_size == (pytest.approx(size) if size else None)
    assert again.flavour == flavour
    assert np.array_equal(again[...][..., 0], mask)
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert file.pages.first.compression == tifffile.COMPRESSION.ADOBE_DEFLATE


def test_a_stack_and_scores_of_several_classes_come_back(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((3, 40, 30), np.uint8), imagej=True,
                     metadata={"axes": "ZYX", "unit": "um", "spacing": 2.0},
                     resolution=(2, 2))  # fmt: skip
    like = open_pixels(tmp_path / "a.tif")
    labels = np.random.default_rng(0).integers(0, 2**17, (3, 40, 30), dtype=np.uint32)
    scores = np.random.default_rng(0).random((3, 40, 30, 2), dtype=np.float32)

    write_tiff(tmp_path / "l.tif", [labels.reshape(-1, 30)], labels.shape, np.uint32, like)
    write_tiff(tmp_path / "s.tif", [scores.reshape(-1, 30, 2)], scores.shape, np.float32, like,
               channels=True)  # fmt: skip

    assert like.pixel_size == (2, 0.5, 0.5)
    assert np.array_equal(tifffile.imread(tmp_path / "l.tif"), labels)
    assert np.array_equal(open_pixels(tmp_path / "s.tif")[...], scores)


@given(st.integers(1, 4), st.integers(1, 20), st.integers(1, 25), st.data())
def test_strips_begin_anew_with_each_plane(
    planes: int, height: int, most: int, data: st.DataObject
) -> None:
    rows = np.arange(planes * height)[:, np.newaxis]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=5)))

    found = list(in_strips(np.split(rows, cuts), height, most))

    sizes = [min(most, height - start) for start in range(0, height, most)]
    assert [len(strip) for strip in found] == sizes * planes
    assert np.array_equal(np.concatenate(found), rows)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "text": lambda content: b"no",
}


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", ["a.tif", "z.tif", "a.npy", "a.png"])
def test_a_damaged_file_is_one_line(name: str, how: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "a.npy":
        np.save(path, GREY)
    elif name == "a.png":
        Image.fromarray(GREY.astype(np.uint8)).save(path)
    else:
        tifffile.imwrite(path, GREY, compression="zlib" if name == "z.tif" else None)
    path.write_bytes(DAMAGE[how](path.read_bytes()))

    with pytest.raises(ProblemError, match=rf"AF407 the picture '{name}' cannot be read") as caught:
        open_pixels(path)[...]

    assert len(caught.value.problems) == 1


def test_what_is_damaged_within_is_said_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY, compression="zlib")
    with tifffile.TiffFile(path) as file:
        offset = file.pages.first.dataoffsets[0]
    content = bytearray(path.read_bytes())
    struct.pack_into("<Q", content, offset, 0)
    path.write_bytes(content)
    pixels = open_pixels(path)

    with pytest.raises(ProblemError, match="AF407"):
        pixels[...]


def test_missing_files_other_types_and_other_axes_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "t.tif", np.zeros((2, 3, 9, 8), np.uint8), imagej=True,
                     metadata={"axes": "TZYX"})  # fmt: skip
    np.save(tmp_path / "a.npy", np.zeros(4))

    with pytest.raises(ProblemError, match="AF407"):
        open_pixels(tmp_path / "none.tif")
    with pytest.raises(ProblemError, match=r"AF417 files of type '\.txt' are not read"):
        open_pixels(tmp_path / "a.txt")
    with pytest.raises(ProblemError, match=r"AF423 the axes of 't\.tif' are T 2, Z 3"):
        open_pixels(tmp_path / "t.tif")
    with pytest.raises(ProblemError, match="AF407"):
        open_pixels(tmp_path / "a.npy")
