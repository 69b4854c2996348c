"""Objects are told apart wherever they are numbered."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from archforge.data import MaskRule, Source
from archforge.data.contents import read_labels, read_values
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
RULE = MaskRule(255, 1, beside=True)


def test_one_file_for_each_object_numbers_them(root: Path, save: Save) -> None:
    masks = (save("n1.png", [[255, 0, 0]]), save("n2.png", [[0, 0, 255]]))
    source = Source("a", "", masks[0], masks)

    labels = read_labels(source, RULE)

    assert labels is not None
    assert labels.tolist() == [[1, 0, 2]]
    assert read_values(source).values.tolist() == [[255, 0, 255]]


def test_labels_beside_the_mask_come_first_then_the_masks_own_numbers(save: Save) -> None:
    mask, beside = save("m.png", [[3, 0, 9]]), save("l.png", [[1, 0, 2]])
    numbered = MaskRule(0, 1, ignore=9, numbered=True)

    own = read_labels(Source("a", "", mask, (mask,)), numbered)
    other = read_labels(Source("a", "", mask, (mask,), labels=beside), RULE)

    assert own is not None
    assert other is not None
    assert (own.tolist(), other.tolist()) == ([[3, 0, 0]], [[1, 0, 2]])


def test_where_nothing_tells_objects_apart_there_are_no_labels(save: Save) -> None:
    mask = save("m.png", [[0, 255]])

    assert read_labels(Source("a", "", mask, (mask,)), MaskRule(255, 1)) is None
    assert read_labels(Source("a", "", mask, (), label=1), MaskRule(0, 2)) is None


def test_colours_are_packed(save: Save) -> None:
    mask = save("m.png", [[[1, 2, 3], [0, 0, 255]]])

    found = read_values(Source("a", "", mask, (mask,)))

    assert found.coloured
    assert found.values.tolist() == [[0x010203, 0x0000FF]]


def test_a_mask_of_colours_in_sixteen_bits_is_refused(root: Path) -> None:
    root.mkdir()
    np.save(root / "m.npy", np.arange(60, dtype=np.uint16).reshape(4, 5, 3))

    with pytest.raises(ProblemError, match=r"AF409 .* are 3 channels of uint16"):
        read_values(Source("a", "", root / "m.npy", (root / "m.npy",)))
