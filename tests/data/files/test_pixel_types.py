"""Which numbers pixels and mask values are kept in, and which are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from archforge.data.files.pixel_types import image_pixels, mask_values
from archforge.errors import ProblemError

PATH = Path("a.tif")
TYPES = st.sampled_from(["u1", "<u2", ">u2", "<i2", "<i4", ">f4", "<f8", "?"])


@given(TYPES.flatmap(lambda kind: arrays.arrays(kind, (2, 3, 1))))
def test_what_is_kept_is_exactly_what_was_there(values: NDArray[Any]) -> None:
    try:
        kept = image_pixels(PATH, values)
    except ProblemError:
        return  # told rather than changed

    assert kept.dtype in (np.uint8, np.uint16, np.float32)
    assert kept.dtype.isnative
    exact = values.astype(np.float32) if values.dtype.kind == "f" else values
    assert (kept == exact).all()


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        (np.array([[True, False]]), np.uint8),
        (np.array([[0, 3]], np.int64), np.int32),
        (np.array([[0, 2**31]], np.int64), np.uint32),
        (np.array([[0.0, 255.0]], np.float32), np.int32),
        (np.array([[-1, 3]], np.int16), np.int32),
    ],
)
def test_masks_become_integers_that_hold_them(values: NDArray[Any], kept: type) -> None:
    found = mask_values(PATH, values)

    assert found.dtype == kept
    assert (found == values).all()


@pytest.mark.parametrize("value", [0.5, np.nan, 2.0**40, 1j])
def test_masks_of_fractions_and_more_are_refused(value: complex) -> None:
    with pytest.raises(ProblemError, match=r"AF409 .* are no whole numbers of at most 32 bits"):
        mask_values(PATH, np.array([[0, value]]))


def test_complex_images_and_doubles_that_overflow_are_refused() -> None:
    with pytest.raises(ProblemError, match=r"AF409 .* are of type 'complex128'"):
        image_pixels(PATH, np.array([[[1j]]]))
    with pytest.raises(
        ProblemError,
        match=r"AF421 .* has 1 NaN or infinite pixel, .* in row 0, column 1 of plane 2",
    ):
        image_pixels(PATH, np.array([[[[0.0], [0.0]]], [[[0.0], [0.0]]], [[[0.0], [1e300]]]]))
