"""One scale and one shift for the whole image, whichever part of it is asked for."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from archforge.data.normalize import NORMALIZE, Preparation, looked_at, statistics
from archforge.data.values import VALUES


def _image(kind: str, seed: int = 0) -> NDArray[Any]:
    unit = np.random.default_rng(seed).random((40, 50, 3))
    return unit.astype(kind) if kind == "float32" else (unit * np.iinfo(kind).max).astype(kind)


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("normalize", NORMALIZE)
def test_a_patch_has_the_numbers_that_it_has_in_the_whole_image(
    normalize: str, values: str
) -> None:
    image = _image("uint16")
    prepared = Preparation(normalize, values, statistics([image])).fitted(image)

    assert np.array_equal(prepared(image[8:20, 4:30]), prepared(image)[8:20, 4:30])


def test_sixteen_bits_by_percentiles_are_what_eight_bits_are() -> None:
    narrow = _image("uint8")
    wide = narrow.astype(np.uint16) * 9 + 400

    eight, sixteen = (Preparation("percentile").fitted(one)(one) for one in (narrow, wide))

    assert np.allclose(eight, sixteen, atol=1e-4)
    assert eight.min() == 0
    assert eight.max() == 1


def test_one_bright_pixel_does_not_darken_the_image() -> None:
    image = _image("uint16")[..., :1] // 100
    dead = image.copy()
    dead[3, 4] = 65_535

    calm, spoilt = (Preparation("percentile").fitted(one)(one) for one in (image, dead))

    assert np.abs(calm - spoilt).mean() < 0.01


def test_a_data_set_has_one_scale_for_all_its_images() -> None:
    dark, bright = (np.full((20, 20, 1), value, np.uint16) for value in (100, 300))
    dark[0, 0] = 0
    known = statistics([dark, bright])

    scales = {float(Preparation("dataset", "unit", known).fitted(one).scale[0])
              for one in (dark, bright)}  # fmt: skip

    assert len(scales) == 1


def test_every_image_of_a_data_set_counts_alike_whatever_its_size() -> None:
    small, large = np.zeros((10, 10, 1), np.uint8), np.full((200, 200, 1), 100, np.uint8)

    assert statistics([small, large]).mean == (50.0,)


@given(height=st.integers(1, 90), width=st.integers(1, 90), most=st.integers(1, 500))
def test_never_more_is_looked_at_than_was_said(height: int, width: int, most: int) -> None:
    seen = looked_at(np.zeros((height, width, 1)), most)

    # A step along each axis leaves a line more at most.
    assert len(seen) * seen.shape[1] <= most + len(seen) + seen.shape[1]


def test_a_volume_is_looked_at_along_all_its_axes() -> None:
    assert looked_at(np.zeros((30, 30, 30, 2)), 1000).shape == (10, 10, 10, 2)


def test_what_a_record_keeps_reads_back_as_it_was() -> None:
    whole = Preparation("dataset", "standard", statistics([_image("uint8")]))

    assert Preparation.read(whole.facts()) == whole
    assert Preparation.read({"values": "unit"}) == Preparation()


def test_a_name_that_is_not_in_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="normalize and values must be of percentile"):
        Preparation("stretch", "unit")


def test_a_data_set_without_statistics_is_refused() -> None:
    with pytest.raises(ValueError, match="statistics must be given"):
        Preparation("dataset", "unit")
