"""TIFF as microscopes, Fiji and cameras write it, and as disks damage it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from archforge.data.files import read_image, read_mask
from archforge.errors import ProblemError
from tests.stray_ome import write_stray_ome

STACK = np.arange(6 * 8 * 10, dtype=np.uint16).reshape(6, 8, 10)


def refused(path: Path) -> tuple[str, str, str]:
    with pytest.raises(ProblemError) as caught:
        read_image(path)
    (problem,) = caught.value.problems
    return problem.code, problem.message, problem.why


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd"])
def test_pages_without_a_name_are_planes(tmp_path: Path, compression: str | None) -> None:
    tifffile.imwrite(tmp_path / "a.tif", STACK, compression=compression)

    picture = read_image(tmp_path / "a.tif")

    assert picture.values.dtype == np.uint16
    assert (picture.values[..., 0] == STACK).all()
    assert (picture.pixel_size, picture.lossy) == (None, False)


def test_imagej_says_axes_spacing_and_unit(tmp_path: Path) -> None:
    values = np.zeros((4, 2, 8, 10), np.uint16)
    values[1, 1, 2, 3] = 7
    about = {"axes": "ZCYX", "spacing": 0.5, "unit": "um"}
    tifffile.imwrite(tmp_path / "a.tif", values, imagej=True, resolution=(4, 2), metadata=about)

    picture = read_image(tmp_path / "a.tif")

    assert picture.values.shape == (4, 8, 10, 2)
    assert picture.values[1, 2, 3, 1] == 7
    assert picture.pixel_size == (0.5, 0.5, 0.25)


def test_ome_says_channels_and_sizes_with_their_units(tmp_path: Path) -> None:
    about = {"axes": "CYX", "PhysicalSizeX": 0.25, "PhysicalSizeY": 250, "PhysicalSizeYUnit": "nm"}
    tifffile.imwrite(tmp_path / "a.ome.tif", STACK, metadata=about)

    picture = read_image(tmp_path / "a.ome.tif")

    assert (picture.values == np.moveaxis(STACK, 0, -1)).all()
    assert picture.pixel_size == (0.25, 0.25)


@pytest.mark.parametrize(
    ("shape", "about"),
    [
        ((8, 10, 3), {"planarconfig": "contig"}),
        ((3, 8, 10), {"planarconfig": "separate"}),
        ((8, 10, 4), {"extrasamples": ["unassalpha"]}),
    ],
)
def test_colours_may_lie_in_any_order_and_transparency_is_dropped(
    tmp_path: Path, shape: tuple[int, ...], about: dict[str, Any]
) -> None:
    colours = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", colours, photometric="rgb", **about)

    pixels = read_image(tmp_path / "a.tif").values

    last = np.moveaxis(colours, 0, -1) if shape[0] == 3 else colours
    assert (pixels == last[..., :3]).all()


def test_a_palette_colours_an_image_and_numbers_a_mask(tmp_path: Path) -> None:
    picture = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8))
    picture.putpalette([0, 0, 0, 200, 0, 10])
    picture.save(tmp_path / "a.tif")

    assert read_image(tmp_path / "a.tif").values[0, 1].tolist() == [200, 0, 10]
    assert read_mask(tmp_path / "a.tif").values[..., 0].tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (np.eye(3, dtype=np.bool_), np.uint8),
        (np.eye(3, dtype=np.int16) * 4095, np.uint16),
        (np.eye(3, dtype=np.uint32) * 65_535, np.uint16),
        (np.eye(3, dtype=np.int16) * -1000, np.float32),
        (np.eye(3, dtype=np.uint32) * 2**24, np.float32),
        (np.eye(3, dtype=np.float64) / 4, np.float32),
    ],
)
def test_pixels_are_kept_exactly_in_one_of_three_types(
    tmp_path: Path, values: NDArray[Any], kept: type
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", values)

    pixels = read_image(tmp_path / "a.tif").values[..., 0]

    assert pixels.dtype == kept
    assert (pixels == values).all()


def test_labels_keep_their_thirty_two_bits(tmp_path: Path) -> None:
    labels = np.array([[0, 70_000], [3, 2**31]], np.uint32)
    tifffile.imwrite(tmp_path / "a.tif", labels)

    assert read_mask(tmp_path / "a.tif").values[..., 0].tolist() == labels.tolist()


def test_integers_that_no_type_holds_are_refused(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.array([[0, 2**24 + 1]], np.uint32))

    code, message, _ = refused(tmp_path / "a.tif")

    assert code == "AF409"
    assert "which 32-bit floating point does not hold" in message


def test_pixels_that_are_no_numbers_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    values = np.zeros((4, 5), np.float32)
    values[2, 3:] = np.nan
    values[3, 0] = np.inf
    tifffile.imwrite(tmp_path / "a.tif", values)

    code, message, _ = refused(tmp_path / "a.tif")

    assert code == "AF421"
    assert message == ("'a.tif' has 3 NaN or infinite pixels, the first in row 2, column 3")


def test_time_and_planes_together_are_refused_by_their_sizes(tmp_path: Path) -> None:
    values = np.zeros((2, 3, 8, 10), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", values, imagej=True, metadata={"axes": "TZYX"})

    assert refused(tmp_path / "a.tif")[:2] == (
        "AF423",
        "the axes of 'a.tif' are T 2, Z 3, Y 8, X 10",
    )


def test_several_images_in_one_file_are_refused(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(np.zeros((8, 10), np.uint8))
        writer.write(np.zeros((4, 10), np.uint8))

    code, message, _ = refused(tmp_path / "a.tif")

    assert (code, message) == ("AF423", "'a.tif' holds 2 images, of 8x10 and 4x10 pixels")


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("share", [0.0, 0.005, 0.2, 0.5, 0.97])
def test_a_damaged_file_is_one_clear_line_and_nothing_is_printed(
    tmp_path: Path, share: float, compression: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).integers(0, 2**16, (6, 40, 50), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "whole.tif", noise, compression=compression)
    content = (tmp_path / "whole.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(content[: int(share * len(content))])

    code, message, why = refused(tmp_path / "a.tif")

    assert (code, message) == ("AF407", "the picture 'a.tif' cannot be read")
    assert why
    assert "\n" not in why
    assert capfd.readouterr() == ("", "")


def test_planes_in_another_file_are_not_read(tmp_path: Path) -> None:
    path = write_stray_ome(tmp_path)

    _, _, why = refused(path)

    assert why == "planes of it lie in other files, such as 'secret.ome.tif': save one file"


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    tifffile.memmap(tmp_path / "a.tif", shape=(1, 1), dtype=np.uint8)
    content = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        places = [file.pages.first.tags[name].valueoffset for name in ("ImageWidth", "ImageLength")]
    for place in places:
        content[place : place + 4] = (2**20).to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(content)

    assert refused(tmp_path / "a.tif")[:2] == (
        "AF408",
        "the picture has 1048576x1048576 pixels, more than 268435456",
    )
