"""Order, turning and range of batches, without Keras."""

import threading
from pathlib import Path

import numpy as np
import pytest
from archforge.train.augment import order, symmetry, turned
from hypothesis import given
from hypothesis import strategies as st

from archforge.data import Examples
from archforge.data.masks import MaskRule
from archforge.predict.region import Region
from archforge.train.batches import Batches, ahead


def examples(count: int, height: int = 4, width: int = 4) -> Examples:
    """Images of distinct pixels whose mask is their parity."""
    images = np.arange(count * height * width, dtype=np.uint8).reshape(count, height, width, 1)
    ids = [str(row) for row in range(count)]
    return Examples(images, images[..., 0] % 2, ids, (), MaskRule(255, 1))


def batches(part: Examples, augment: str = "flips", size: int = 3, seed: int = 1) -> Batches:
    shape = (part.images.shape[1], part.images.shape[2])
    return Batches(part, "byte", (Region(shape, shape, shape),), size, augment, seed)


def test_the_eight_symmetries_by_hand() -> None:
    picture = np.array([[1, 2], [3, 4]], dtype=np.uint8)

    found = [turned(picture, code).tolist() for code in range(8)]

    assert found == [
        [[1, 2], [3, 4]], [[3, 4], [1, 2]], [[2, 1], [4, 3]], [[4, 3], [2, 1]],
        [[1, 3], [2, 4]], [[2, 4], [1, 3]], [[3, 1], [4, 2]], [[4, 2], [3, 1]],
    ]  # fmt: skip


def test_image_and_mask_are_turned_alike() -> None:
    for batch in batches(examples(7)).epoch(1):
        assert np.array_equal(batch.images[..., 0] % 2, batch.masks[0])
        assert batch.images.dtype == np.float32


def test_every_image_comes_once_and_the_last_batch_is_what_is_left() -> None:
    made = list(batches(examples(7)).epoch(1))

    assert [len(batch.images) for batch in made] == [3, 3, 1]
    rows = sorted(int(image.min()) // 16 for batch in made for image in batch.images)
    assert rows == list(range(7))


def test_without_augmentation_images_stay_as_they_are() -> None:
    part = examples(5)

    made = np.concatenate([batch.images for batch in batches(part, "none").epoch(1)])

    rows = order(1, 1, 5)
    assert np.array_equal(made, part.images[rows])


def test_images_that_are_not_square_keep_their_height() -> None:
    codes = {symmetry("flips", 0, 1, index, (4, 6)) for index in range(64)}

    assert codes == {0, 1, 2, 3}
    assert {symmetry("flips", 0, 1, index, (4, 4)) for index in range(64)} == set(range(8))


@given(st.integers(0, 2**32 - 1), st.integers(1, 1000), st.integers(0, 10**6))
def test_a_symmetry_depends_on_seed_epoch_and_index_alone(seed: int, epoch: int, row: int) -> None:
    assert symmetry("flips", seed, epoch, row, (8, 8)) == symmetry(
        "flips", seed, epoch, row, (8, 8)
    )


def test_epochs_and_seeds_differ_and_the_same_are_equal() -> None:
    def first(seed: int, epoch: int) -> bytes:
        return next(iter(batches(examples(7), seed=seed, size=7).epoch(epoch))).images.tobytes()

    assert first(1, 1) == first(1, 1)
    assert len({first(1, 1), first(1, 2), first(2, 1)}) == 3


@given(st.lists(st.integers(), max_size=9))
def test_ahead_gives_what_map_gives(items: list[int]) -> None:
    assert list(ahead(lambda item: item * 2, items)) == [item * 2 for item in items]


def test_a_problem_while_making_is_raised_where_the_batch_is_asked_for() -> None:
    def make(item: int) -> float:
        return 1 / item

    made = ahead(make, [1, 0, 2])

    assert next(made) == 1
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_a_reader_that_stops_leaves_no_thread(tmp_path: Path) -> None:
    made = ahead(lambda item: item, range(100))
    next(made)

    made.close()  # type: ignore[attr-defined]  # it is a generator

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("batches")]
