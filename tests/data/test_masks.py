"""What mask values mean is decided over a whole folder."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.data.masks import MaskRule, mask_rule
from archforge.errors import Problem

ROOT = Path("cells")


def rule_of(*files: set[int]) -> MaskRule | Problem:
    return mask_rule(ROOT, {ROOT / f"{index}.png": values for index, values in enumerate(files)})


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ([{0, 255}], MaskRule(255, 1)),
        ([{0}, {0, 1}, {1}], MaskRule(1, 1)),
        ([{0}, {255}], MaskRule(255, 1)),
        ([{0, 7}], MaskRule(7, 1)),
        ([{0, 1}, {0, 2}], MaskRule(0, 3)),
        ([{1, 2}], MaskRule(0, 3)),
        ([{0, 31}, {4}], MaskRule(0, 32)),
    ],
)
def test_the_whole_folder_decides_what_values_mean(files: list[set[int]], rule: MaskRule) -> None:
    assert rule_of(*files) == rule


def test_a_rule_says_itself_in_words() -> None:
    assert MaskRule(255, 1).words == "Masks hold 0 and 255: one class against background (sigmoid)."
    assert MaskRule(0, 4).words == "Masks hold class indices 0 to 3: 4 classes (softmax)."


def test_values_become_class_indices() -> None:
    values = np.array([0, 255, 0])

    assert MaskRule(255, 1).indices(values).tolist() == [0, 1, 0]
    assert MaskRule(0, 3).indices(np.array([0, 2])).tolist() == [0, 2]


@given(st.lists(st.sets(st.integers(0, 255), min_size=1), min_size=1))
def test_the_order_of_files_does_not_matter(files: list[set[int]]) -> None:
    paths = {ROOT / f"{index}.png": values for index, values in enumerate(files)}

    assert mask_rule(ROOT, paths) == mask_rule(ROOT, dict(reversed(paths.items())))


@pytest.mark.parametrize("value", [0, 1, 255])
def test_masks_of_one_single_value_are_refused(value: int) -> None:
    problem = rule_of({value}, {value})

    assert isinstance(problem, Problem)
    assert problem.code == "AF414"
    assert problem.message == f"every pixel of every mask is {value}"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([{0, 255}, {0, 1}], "'1.png' uses 0 and 1, '0.png' uses 0 and 255"),
        ([set(range(40))], "values that count on look like numbered objects"),
        ([{0, 128, 255}], "values in between come from lossy compression"),
    ],
)
def test_values_of_no_meaning_are_refused_with_the_likely_reason(
    files: list[set[int]], why: str
) -> None:
    problem = rule_of(*files)

    assert isinstance(problem, Problem)
    assert problem.code == "AF412"
    assert problem.why.startswith(why)
