"""Which patches make a batch, and what truth they are held to, without Keras."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.data import Examples, MaskRule, Preparation, patches_of, whole_images
from archforge.data.augment import parse_augmentation
from archforge.data.store import read_store, write_store
from archforge.predict.region import Region
from archforge.train.batches import Batches, ahead

MakeExamples = Callable[..., Examples]
SEVEN = [(4, 4)] * 7


@pytest.fixture
def examples(tmp_path: Path) -> MakeExamples:
    """Images whose mask is their parity; the last pixel of each is 201, 203, 205, ..."""

    def make(shapes: list[tuple[int, int]], **more: Any) -> Examples:
        rng = np.random.default_rng(0)
        images = [rng.integers(0, 200, (*shape, 1), np.uint8) for shape in shapes]
        for row, image in enumerate(images):
            image[-1, -1] = 201 + 2 * row
        entries = [{"image": image, "mask": image[..., 0] % 2, **more} for image in images]
        write_store(tmp_path, entries, {"ids": ["?"] * len(shapes), "labels": [5] * len(shapes)})
        store = read_store(tmp_path)
        assert store is not None
        return Examples(store, store, tuple(range(len(shapes))), MaskRule(1, 1), tmp_path)

    return make


def batches(part: Examples, augment: str = "flips+turns", seed: int = 1) -> Batches:
    """Whole images, three in a batch."""
    shape = part.shape(0)[:-1]
    return Batches(
        part, Preparation("range", "byte"), whole_images(part, shape), parse_augmentation(augment),
        (Region(shape, shape, shape),), 3, seed,
    )  # fmt: skip


def names(images: Any) -> list[int]:
    return [round(float(image.max())) for image in images]


def test_image_and_mask_are_turned_alike(examples: MakeExamples) -> None:
    for batch in batches(examples(SEVEN)).epoch(1):
        assert np.array_equal(batch.images[..., 0].round() % 2, batch.truths[0])
        assert batch.images.dtype == np.float32


def test_every_image_comes_once_and_the_last_batch_is_what_is_left(examples: MakeExamples) -> None:
    made = list(batches(examples(SEVEN)).epoch(1))

    assert [len(batch.images) for batch in made] == [3, 3, 1]
    seen = [name for batch in made for name in names(batch.images)]
    assert sorted(seen) == [201, 203, 205, 207, 209, 211, 213]
    assert batches(examples(SEVEN)).steps == 3


def test_without_augmentation_images_stay_as_they_are(examples: MakeExamples) -> None:
    part = examples(SEVEN)

    made = [image for batch in batches(part, "none").epoch(1) for image in batch.images]

    for image in made:
        row = (names([image])[0] - 201) // 2
        assert np.array_equal(image.round().astype(np.uint8), part.image(row))


def test_images_of_mixed_sizes_give_patches_of_one(examples: MakeExamples) -> None:
    part = examples([(9, 12), (7, 31), (3, 5)])
    patches = patches_of(part, (6, 6), foreground=0.5, each=4)
    cut = replace(batches(part), patches=patches, regions=(Region((6, 6), (6, 6), (6, 6)),))

    made = list(cut.epoch(1))

    assert [batch.images.shape for batch in made] == [(3, 6, 6, 1)] * 4
    for batch in made:
        assert np.array_equal(batch.images[..., 0].round() % 2, batch.truths[0])


def test_epochs_and_seeds_differ_and_the_same_are_equal(examples: MakeExamples) -> None:
    part = examples(SEVEN)

    def first(seed: int, epoch: int) -> bytes:
        return next(iter(batches(part, seed=seed).epoch(epoch))).images.tobytes()

    assert first(1, 1) == first(1, 1)
    assert len({first(1, 1), first(1, 2), first(2, 1)}) == 3


def test_an_epoch_does_not_depend_on_those_before_it(examples: MakeExamples) -> None:
    part = examples(SEVEN)
    whole, cut_off = batches(part, "standard"), batches(part, "standard")

    for epoch in (1, 2):
        list(whole.epoch(epoch))

    both = zip(whole.epoch(3), cut_off.epoch(3), strict=True)
    assert all(a.images.tobytes() == b.images.tobytes() for a, b in both)


def test_the_border_of_objects_is_learned_and_what_is_ignored_stays_so(
    examples: MakeExamples,
) -> None:
    labels = np.zeros((5, 5), np.uint16)
    labels[1:, 1:] = 3
    mask = (labels > 0).astype(np.uint8)
    mask[4, 4] = 255
    part = examples([(5, 5)], labels=labels, mask=mask)

    ((batch,),) = [list(replace(batches(part, "none"), bordered=True).epoch(1))]

    assert batch.truths[0][0].tolist() == [
        [0, 0, 0, 0, 0],
        [0, 2, 2, 2, 2],
        [0, 2, 1, 1, 1],
        [0, 2, 1, 1, 1],
        [0, 2, 1, 1, 255],
    ]


def test_whole_images_have_a_class(examples: MakeExamples) -> None:
    batch = next(iter(replace(batches(examples(SEVEN)), regions=()).epoch(1)))

    assert batch.truths[0].tolist() == [5, 5, 5]
    assert batch.truths[0].dtype == np.int32


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
