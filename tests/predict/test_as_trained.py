"""Prediction sees the pixels that training saw, whatever the file is, or refuses it alike."""

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

from archforge.data import read_image
from archforge.errors import ProblemError
from archforge.predict import image
from archforge.predict.pixels import open_pixels
from archforge.predict.targets import Target, list_images
from archforge.predict.writing import Sheet, write_sheet
from tests.stray_ome import write_stray_ome

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 200, (24, 20), dtype=np.uint8)
RGBA = RANDOM.integers(0, 255, (24, 20, 4), dtype=np.uint8)
RGB = RGBA[..., :3]
STACK = RANDOM.integers(0, 4096, (5, 24, 20), dtype=np.uint16)
HYPER = RANDOM.integers(0, 255, (3, 2, 24, 20), dtype=np.uint8)
TIFFS: dict[str, tuple[NDArray[Any], dict[str, Any]]] = {
    "bool": (GREY > 100, {}),
    "a camera's int16": (GREY.astype(np.int16) * 20, {}),
    "int16 below 0": (GREY.astype(np.int16) - 100, {}),
    "int8": (GREY.astype(np.int8), {}),
    "int32": (GREY.astype(np.int32) * 20, {}),
    "large int32": (GREY.astype(np.int32) * 2**16, {}),
    "uint32": (GREY.astype(np.uint32) * 20, {}),
    "uint32 beyond float32": (GREY.astype(np.uint32) + 2**24, {}),
    "float16": (GREY.astype(np.float16) / 8, {}),
    "float64": (GREY.astype(np.float64) / 7, {}),
    "float64 beyond float32": (GREY.astype(np.float64) * 1e300, {}),
    "complex": (GREY.astype(np.complex64) * 1j, {}),
    "big-endian": (STACK[0], {"byteorder": ">"}),
    "RGB": (RGB, {"photometric": "rgb"}),
    "RGBA": (RGBA, {"photometric": "rgb", "extrasamples": ["unassalpha"]}),
    "planes of RGB": (np.moveaxis(RGB, -1, 0), {"photometric": "rgb", "planarconfig": "separate"}),
    "four channels": (RGBA, {"photometric": "minisblack", "extrasamples": ["unspecified"] * 3}),
    "grey and alpha": (RGBA[..., :2], {"photometric": "minisblack", "extrasamples": [2],
                                       "planarconfig": "contig"}),
    "grey as RGB": (np.repeat(GREY[..., np.newaxis], 3, -1), {"photometric": "rgb"}),
    "RGB, grey but for its end": (np.concatenate([np.zeros_like(RGB), RGB]),
                                  {"photometric": "rgb"}),
    "int16 grey as three channels": (np.repeat(GREY[np.newaxis].astype(np.int16) - 50, 3, 0),
                                     {"photometric": "minisblack", "metadata": {"axes": "CYX"}}),
    "palette": (GREY, {"photometric": "palette", "colormap": np.array(
        [range(256), range(255, -1, -1), [7] * 256], np.uint16) * 256}),
    "grey palette": (GREY, {"photometric": "palette", "colormap": np.array(
        [range(255, -1, -1)] * 3, np.uint16) * 256}),
    "pages": (STACK, {}),
    "int16 pages, below 0 in the last": (STACK.astype(np.int16) - np.int16(9) * np.array(
        [0, 0, 0, 0, 999], np.int16)[:, np.newaxis, np.newaxis], {}),
    "one page of time": (STACK[np.newaxis], {"metadata": {"axes": "TZYX"}}),
    "ImageJ in inches": (GREY, {"imagej": True, "metadata": {"unit": "inch"},
                                "resolution": (25400, 12700)}),
    "ImageJ's hyperstack": (HYPER, {"imagej": True, "metadata": {"axes": "ZCYX", "spacing": 2,
                                                                 "unit": "\\u00b5m"},
                                    "resolution": (4, 2)}),
    "time and planes": (HYPER, {"imagej": True, "metadata": {"axes": "TZYX"}}),
    "OME": (HYPER, {"ome": True, "metadata": {"axes": "ZCYX", "PhysicalSizeX": 250,
                                              "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 1,
                                              "PhysicalSizeZ": 2}}),
}  # fmt: skip


def outcome(read: Callable[[Path], Any], path: Path) -> Any:
    """What is read, or the codes and messages of the refusal."""
    try:
        return read(path)
    except ProblemError as error:
        return [(problem.code, problem.message) for problem in error.problems]


def assert_alike(path: Path) -> None:
    trained, opened = outcome(read_image, path), outcome(open_pixels, path)
    if isinstance(trained, list):
        assert opened == trained
        return
    assert not isinstance(opened, list), opened
    whole = opened[...]
    assert (opened.shape, opened.dtype) == (trained.values.shape, trained.values.dtype)
    assert (whole.shape, whole.dtype) == (trained.values.shape, trained.values.dtype)
    assert np.array_equal(whole, trained.values)
    assert opened.pixel_size == trained.pixel_size
    window = (*[slice(None)] * (whole.ndim - 3), slice(3, 17), slice(5, 6))
    assert np.array_equal(opened[window], trained.values[window])


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("kind", [kind for kind in TIFFS if "float64 beyond" not in kind])
def test_a_tiff_is_seen_as_in_training(kind: str, compression: str | None, tmp_path: Path) -> None:
    array, options = TIFFS[kind]
    tifffile.imwrite(tmp_path / "a.tif", array, compression=compression, **options)

    assert_alike(tmp_path / "a.tif")


def test_tiffs_of_which_one_image_is_not_known_are_refused_alike(tmp_path: Path) -> None:
    stray = write_stray_ome(tmp_path)
    with tifffile.TiffWriter(tmp_path / "several.tif") as writer:
        writer.write(GREY)
        writer.write(GREY[:9])

    assert outcome(open_pixels, stray)[0][0] == "AF407"
    assert outcome(open_pixels, tmp_path / "several.tif")[0][0] == "AF423"
    assert_alike(stray)
    assert_alike(tmp_path / "several.tif")


@pytest.mark.parametrize("array", [
    GREY, RGB, RGBA, STACK, STACK.astype(np.int64), GREY / 7, GREY.astype(np.int16) - 100,
    np.repeat(GREY[..., np.newaxis], 3, -1), np.zeros((4, 4), "U5"), np.zeros((4, 4), "V9"),
    GREY * 1j, np.array(3), np.zeros(4), np.zeros((0, 4)), np.zeros((4, 4, 0)),
    np.zeros((1, 2, 2, 2, 2)), np.array([[None]]),
])  # fmt: skip
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_are_seen_as_in_training(array: NDArray[Any], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".npy":
        np.save(path, array)
    else:
        np.savez(path, image=array)

    assert_alike(path)


def write_zarr(path: Path) -> None:
    """``STACK``, of 2 x 0.5 x 0.5 micrometres."""
    zarr = pytest.importorskip("zarr")
    group = zarr.open_group(path, mode="w", zarr_format=2)
    group.create_array("0", data=STACK)
    axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
    scale = [{"type": "scale", "scale": [2, 0.5, 0.5]}]
    levels = [{"path": "0", "coordinateTransformations": scale}]
    group.attrs["multiscales"] = [{"axes": axes, "datasets": levels}]


def test_pictures_and_ome_zarr_are_seen_as_in_training(tmp_path: Path) -> None:
    write_zarr(tmp_path / "a.ome.zarr")
    Image.fromarray(RGBA).save(tmp_path / "a.png")

    assert open_pixels(tmp_path / "a.ome.zarr").pixel_size == (2, 0.5, 0.5)
    assert_alike(tmp_path / "a.ome.zarr")
    assert_alike(tmp_path / "a.png")


def test_ome_zarr_is_one_image_and_its_mask_a_tiff_of_its_pixel_size(tmp_path: Path) -> None:
    write_zarr(tmp_path / "in/a.zarr")
    np.savez(tmp_path / "in/b.npz", image=GREY)
    masks = (STACK > 9).astype(np.uint8)

    images = list_images([tmp_path / "in/a.zarr", tmp_path / "in"])
    zarr, npz = (Target.of(path, tmp_path, labels=False, scores=False) for path in images[1:])
    write_sheet(zarr.mask, Sheet([masks.reshape(-1, 20)], np.uint8, open_pixels(zarr.image)))

    assert [path.name for path in images] == ["a.zarr", "a.zarr", "b.npz"]
    assert npz.mask.name == "b.npy"
    again = open_pixels(tmp_path / "a.tif")
    assert again.pixel_size == (2, 0.5, 0.5)
    assert np.array_equal(again[...][..., 0], masks)


@pytest.mark.parametrize("kind", ["RGBA", "OME", "palette", "int16 below 0"])
def test_without_zarr_a_compressed_tiff_is_read_whole_if_it_is_not_too_large(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    array, options = TIFFS[kind]
    monkeypatch.setattr("archforge.predict.tiff.find_spec", lambda name: None)
    tifffile.imwrite(tmp_path / "a.tif", array, compression="zlib", **options)
    assert_alike(tmp_path / "a.tif")
    monkeypatch.setattr("archforge.data.files.picture.MOST_PIXELS", array.size - 1)

    with pytest.raises(ProblemError, match=r"AF408 [\s\S]*pip install 'archforge\[zarr\]'"):
        open_pixels(tmp_path / "a.tif")


def test_numbers_beyond_thirty_two_bits_are_infinite_in_both(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", TIFFS["float64 beyond float32"][0])

    pixels = open_pixels(tmp_path / "a.tif")

    # Windows are looked through where they are used, which says AF523.
    assert outcome(read_image, tmp_path / "a.tif")[0][0] == "AF421"
    assert np.isinf(pixels[...]).any()


def test_a_chunk_made_to_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY, compression="zlib")
    with tifffile.TiffFile(path) as file:
        tags = file.pages.first.tags
        places = [tags[name].valueoffset for name in ("ImageWidth", "ImageLength", "RowsPerStrip")]
    content = bytearray(path.read_bytes())
    for place in places:
        content[place : place + 4] = (2**20).to_bytes(4, "little")
    path.write_bytes(content)

    assert outcome(open_pixels, path)[0][0] == "AF408"


@given(st.integers(1, 60), st.integers(0, 23), st.sampled_from([np.int16, np.int32]))
def test_the_type_does_not_depend_on_how_the_file_is_looked_through(
    block: int, row: int, kind: type[np.signedinteger[Any]]
) -> None:
    values = GREY.astype(kind)[..., np.newaxis]
    values[row] -= 300
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(image, "BLOCK", block)

        pixels = image.as_trained(image.Pixels(Path("a.npy"), values, "YX"))

    assert pixels.dtype == np.float32
    assert np.array_equal(pixels[...], values)
