"""The split depends on seed and ids alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.data.split import shuffled, validation_count

NAMES = st.lists(st.text(max_size=5), unique=True, max_size=30)


@given(NAMES, st.integers(0, 99))
def test_the_order_of_ids_given_does_not_matter(ids: list[str], seed: int) -> None:
    assert shuffled(reversed(ids), seed) == shuffled(ids, seed)
    assert sorted(shuffled(ids, seed)) == sorted(ids)


@given(NAMES, st.integers(0, 99), st.text(max_size=5))
def test_one_image_more_leaves_the_order_of_the_others(
    ids: list[str], seed: int, more: str
) -> None:
    longer = shuffled({*ids, more}, seed)

    assert [name for name in longer if name != more] == [
        name for name in shuffled(ids, seed) if name != more
    ]


@pytest.mark.parametrize(
    ("count", "share", "cut"),
    [(10, 0.2, 2), (10, 0.0, 0), (2, 0.2, 1), (2, 0.99, 1), (3, 0.5, 2), (565, 0.2, 113)],
)
def test_at_least_one_image_is_cut_and_one_left(count: int, share: float, cut: int) -> None:
    assert validation_count(["x"] * count, share, Path("cells")) == cut
