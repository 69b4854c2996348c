"""NumPy's files and OME-Zarr."""

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from numpy.typing import NDArray

from archforge.data.files import arrays, picture, read_image, read_mask
from archforge.errors import ProblemError

RNG = np.random.default_rng(0)


def noise(*shape: int) -> NDArray[np.uint8]:
    return RNG.integers(0, 255, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ((8, 10), (8, 10, 1)),
        ((8, 10, 4), (8, 10, 4)),
        ((6, 8, 10), (6, 8, 10, 1)),
        ((6, 8, 10, 2), (6, 8, 10, 2)),
    ],
)
def test_axes_of_an_array_follow_the_stated_rule(
    tmp_path: Path, shape: tuple[int, ...], read: tuple[int, ...]
) -> None:
    values = noise(*shape)
    np.save(tmp_path / "a.npy", values)

    pixels = read_image(tmp_path / "a.npy").values

    assert pixels.shape == read
    assert (pixels.reshape(shape) == values).all()


def test_an_npz_holds_an_image_and_its_mask(tmp_path: Path) -> None:
    image, mask = noise(8, 10), noise(8, 10) // 128
    np.savez(tmp_path / "a.npz", image=image, mask=mask)

    assert (read_image(tmp_path / "a.npz").values[..., 0] == image).all()
    assert (read_mask(tmp_path / "a.npz").values[..., 0] == mask).all()


def test_a_path_leads_to_one_entry_of_a_stack(tmp_path: Path) -> None:
    images = noise(5, 8, 10)
    np.savez_compressed(tmp_path / "cells.npz", images=images)

    pixels = read_image(tmp_path / "cells.npz" / "images" / "3").values

    assert (pixels[..., 0] == images[3]).all()


@pytest.mark.parametrize(
    ("names", "path", "why"),
    [
        ({"one": (4, 5), "two": (4, 5)}, "a.npz", "it has no array 'image', but one, two"),
        ({"images": (3, 4, 5)}, "a.npz/pictures/0", "it has no array 'pictures', but images"),
        ({"images": (3, 4, 5)}, "a.npz/images/7", "index 7 is out of bounds"),
        ({"image": (4,)}, "a.npz", "an image has 2 to 4 axes, 'image' has 1"),
        ({}, "a.npz", "it has no array 'image', but none"),
    ],
)
def test_arrays_that_are_not_there_are_refused_with_those_that_are(
    tmp_path: Path, names: dict[str, tuple[int, ...]], path: str, why: str
) -> None:
    content: dict[str, Any] = {name: np.ones(shape) for name, shape in names.items()}
    np.savez(tmp_path / "a.npz", **content)

    with pytest.raises(ProblemError) as caught:
        read_image(tmp_path / path)

    assert caught.value.problems[0].code == "AF407"
    assert why in caught.value.problems[0].why


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_damaged_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK nonsense")

    with pytest.raises(ProblemError, match="AF407"):
        read_image(tmp_path / name)


@pytest.mark.parametrize("suffix", ["npy", "npz"])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(1, "V200000"), "AF409 the pixels of 'a.SUFFIX' are of type '|V200000'"),
        (np.array([["cell"]]), "AF409 the pixels of 'a.SUFFIX' are of type '<U4'"),
        (np.ones((4, 5), complex), "AF409 the pixels of 'a.SUFFIX' are of type 'complex128'"),
        (np.ones((0, 5)), "AF407 the picture 'a.SUFFIX' cannot be read"),
        (np.float64(1), "AF407 the picture 'a.SUFFIX' cannot be read"),
    ],
)
def test_what_are_no_pixels_is_refused_by_the_header(
    tmp_path: Path, suffix: str, values: Any, message: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    if suffix == "npy":
        np.save(path, values)
    else:
        np.savez(path, image=values)

    with pytest.raises(ProblemError, match=re.escape(message.replace("SUFFIX", suffix))):
        read_image(path)


@pytest.mark.parametrize(
    "header",
    [
        "(" * 3000,
        "{'descr': '|u1', 'fortran_order': False, 'shape': (True, 5), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-4, -5), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (10000, 10000), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 99999999999), }",
    ],
)
def test_headers_that_promise_what_cannot_be_are_refused(tmp_path: Path, header: str) -> None:
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + b"abc"
    (tmp_path / "a.npy").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("image.npy", content)

    for name in ("a.npy", "a.npz"):
        with pytest.raises(ProblemError, match=r"AF40[78] the picture"):
            read_image(tmp_path / name)


def test_a_stack_is_measured_by_its_bytes_and_its_pictures_by_their_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "MOST_PIXELS", 20)
    monkeypatch.setattr(arrays, "MOST_BYTES", 100)
    np.savez(tmp_path / "a.npz", images=noise(5, 4, 5), large=noise(2, 5, 5), many=noise(6, 4, 5))

    assert read_image(tmp_path / "a.npz/images/4").values.shape == (4, 5, 1)
    with pytest.raises(ProblemError, match="AF408 the picture has 5x5 pixels, more than 20"):
        read_image(tmp_path / "a.npz/large/0")
    with pytest.raises(ProblemError, match="AF408 the stack 'many' has 120 bytes, more than 100"):
        read_image(tmp_path / "a.npz/many/0")


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object))

    with pytest.raises(ProblemError, match=r"AF409 the pixels of 'a\.npy' are of type 'object'"):
        read_image(tmp_path / "a.npy")


@pytest.mark.parametrize(("version", "kept"), [(2, "attrs"), (3, "ome")])
def test_ome_zarr_is_read_in_both_versions(tmp_path: Path, version: int, kept: str) -> None:
    values = noise(2, 6, 8, 10)
    axes = [{"name": "c"}, *({"name": name, "unit": "micrometer"} for name in "zyx")]
    scale = {"type": "scale", "scale": [1, 2, 0.5, 0.25]}
    level = {"path": "0", "coordinateTransformations": [scale]}
    about: Any = {"multiscales": [{"axes": axes, "datasets": [level]}]}
    group = zarr.open_group(tmp_path / "a.ome.zarr", mode="w", zarr_format=2 if version == 2 else 3)
    group.attrs.update(about if kept == "attrs" else {"ome": about})
    group.create_array("0", data=values)

    picture = read_image(tmp_path / "a.ome.zarr")

    assert (picture.values == np.moveaxis(values, 0, -1)).all()
    assert picture.pixel_size == (2.0, 0.5, 0.25)


@pytest.mark.parametrize("linked", ["c", "c/0/0"])
def test_ome_zarr_with_a_link_that_leads_out_is_refused(tmp_path: Path, linked: str) -> None:
    about: Any = {"multiscales": [{"axes": ["y", "x"], "datasets": [{"path": "0"}]}]}
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=3)
    group.attrs.update({"ome": about})
    group.create_array("0", data=noise(8, 10))
    (tmp_path / "a.zarr/0" / linked).rename(tmp_path / "secret")
    (tmp_path / "a.zarr/0" / linked).symlink_to(tmp_path / "secret")

    with pytest.raises(ProblemError, match=r"AF425 the link '.' leads out of the folder 'a\.zarr'"):
        read_image(tmp_path / "a.zarr")


def test_a_folder_that_is_no_ome_zarr_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zarr").mkdir()

    with pytest.raises(ProblemError, match=r"AF407 the picture 'a\.zarr' cannot be read"):
        read_image(tmp_path / "a.zarr")


def test_ome_zarr_without_its_package_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zarr", None)

    with pytest.raises(
        ProblemError, match=r"AF440 .*\n.*\n  fix: run `pip install 'archforge\[zarr\]'`"
    ):
        read_image(tmp_path / "a.zarr")
