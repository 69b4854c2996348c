"""Every type of picture file that people have, and what is refused."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from numpy.typing import ArrayLike
from PIL import Image

from archforge.data.files import picture, read_image, read_mask
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
RAMP = np.arange(24, dtype=np.uint8).reshape(4, 6)


def refused(path: Path, read: Callable[[Path], object] = read_image) -> tuple[str, str]:
    with pytest.raises(ProblemError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert problem.mark is not None
    assert problem.mark.file == str(path)
    return problem.code, problem.message


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_grey_content_is_read_as_grey_from_every_type_of_file(tmp_path: Path, mode: str) -> None:
    Image.fromarray(RAMP).convert(mode).save(tmp_path / "a.png")

    pixels = read_image(tmp_path / "a.png").values

    assert pixels[..., 0].tolist() == RAMP.tolist()
    assert pixels.shape == (4, 6, 1)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colour_is_read_as_three_channels(tmp_path: Path, mode: str) -> None:
    colours = np.zeros((4, 6, 3), np.uint8)
    colours[0, 0] = (255, 0, 51)
    Image.fromarray(colours).convert(mode).save(tmp_path / "a.png")

    pixels = read_image(tmp_path / "a.png").values

    assert pixels.shape == (4, 6, 3)
    assert pixels[0, 0].tolist() == [255, 0, 51]


def test_a_palette_with_transparency_is_read_without_a_warning(tmp_path: Path) -> None:
    palette = Image.fromarray(RAMP).convert("P")
    palette.save(tmp_path / "a.png", transparency=bytes([0, 128, 255]))

    pixels = read_image(tmp_path / "a.png").values

    assert pixels[..., 0].tolist() == RAMP.tolist()
    assert pixels.shape == (4, 6, 1)


def test_what_the_bytes_are_counts_and_not_the_suffix(tmp_path: Path) -> None:
    Image.fromarray(RAMP).save(tmp_path / "a.jpg", format="PNG")

    picture = read_image(tmp_path / "a.jpg")

    assert picture.values[..., 0].tolist() == RAMP.tolist()
    assert not picture.lossy


def test_a_colour_palette_mask_gives_its_indices_and_a_grey_one_its_greys(tmp_path: Path) -> None:
    indices = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    for name, palette in (("colour", [0, 0, 0, 200, 0, 0, 0, 200, 0]), ("grey", [0] * 6 + [9] * 3)):
        picture = Image.fromarray(indices)
        picture.putpalette(palette)
        picture.save(tmp_path / f"{name}.png")

    assert read_mask(tmp_path / "colour.png").values[..., 0].tolist() == indices.tolist()
    assert read_mask(tmp_path / "grey.png").values[..., 0].tolist() == [[0, 0, 9], [9, 0, 0]]


def test_a_four_bit_mask_gives_the_numbers_in_the_file(tmp_path: Path) -> None:
    # PNG with 4 bits a pixel, which Pillow stretches by 17; written by hand: 1 row, values 0 to 3.

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 1, 4, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\x00\x01\x23"))
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b""))

    assert read_mask(path).values[..., 0].tolist() == [[0, 1, 2, 3]]


def test_a_sixteen_bit_mask_is_read(save: Save) -> None:
    path = save("m.png", np.array([[0, 65535]], np.uint16))

    assert read_mask(path).values[..., 0].tolist() == [[0, 65535]]


def test_a_text_file_named_png_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("not a picture")

    assert refused(tmp_path / "a.png") == ("AF407", "the picture 'a.png' cannot be read")


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize("kept", [0, 12, 40, 300])
def test_a_truncated_picture_is_refused(tmp_path: Path, suffix: str, kept: int) -> None:
    whole = tmp_path / f"whole.{suffix}"
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    Image.fromarray(noise).save(whole)
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(whole.read_bytes()[:kept])

    assert refused(path)[0] == "AF407"


def test_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.png")[0] == "AF407"


def test_a_picture_above_the_limit_is_refused_before_it_is_unpacked(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save("a.png", RAMP)
    monkeypatch.setattr(picture, "MOST_PIXELS", 23)

    assert refused(path) == ("AF408", "the picture has 4x6 pixels, more than 23")


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_stay_what_they_are(tmp_path: Path, channels: int) -> None:
    values = np.arange(24 * channels, dtype=np.uint16).reshape(4, 6, channels) * 577
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(values))

    pixels = read_image(tmp_path / "a.png").values

    assert pixels.dtype == np.uint16
    assert (pixels == values[..., :3]).all()


def test_a_jpeg_for_print_is_refused(tmp_path: Path) -> None:
    Image.fromarray(RAMP).convert("CMYK").save(tmp_path / "a.jpg")

    assert refused(tmp_path / "a.jpg") == ("AF409", "the pixels of 'a.jpg' are CMYK")
    assert refused(tmp_path / "a.jpg", read_mask)[0] == "AF409"


def test_a_coloured_mask_keeps_its_colours(save: Save) -> None:
    colours = np.zeros((4, 6, 3))
    colours[..., 0] = 255

    mask = read_mask(save("m.png", colours))

    assert mask.values.shape == (4, 6, 3)
    assert mask.values[0, 0].tolist() == [255, 0, 0]


def test_a_type_without_a_reader_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.bmp") == ("AF417", "files of type '.bmp' are not read")
    assert refused(tmp_path / "a.json") == ("AF417", "files of type '.json' are not read")
