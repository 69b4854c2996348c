"""A mask beside its objects is noticed, and a mask on them is left in peace."""

import pytest

from archforge.data.misplaced import shift_of
from archforge.data.nuclei import draw_one


@pytest.mark.parametrize("index", range(6))
def test_masks_where_they_belong_are_left_in_peace(index: int) -> None:
    drawn = draw_one(index, 128, 0)

    assert shift_of(drawn.image, drawn.mask) == ()


@pytest.mark.parametrize("shift", [(5, 0), (0, -7), (6, 6)])
def test_a_mask_that_was_moved_is_told_with_rows_and_columns(shift: tuple[int, int]) -> None:
    drawn = draw_one(1, 160, 0)
    down, right = shift
    image = drawn.image[16:144, 16:144]
    moved = drawn.mask[16 - down : 144 - down, 16 - right : 144 - right]

    found = shift_of(image, moved)

    assert found == pytest.approx(shift, abs=1)


def test_two_pixels_are_a_hand_that_shook_and_an_empty_mask_says_nothing() -> None:
    drawn = draw_one(2, 128, 0)

    assert shift_of(drawn.image[2:], drawn.mask[:-2]) == ()
    assert shift_of(drawn.image, drawn.mask * 0) == ()
