"""What mask values mean is decided over a whole folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.data.mask_meaning import Seen, mask_rule
from archforge.data.masks import MaskRule
from archforge.data.options import IGNORED, DataOptions
from archforge.errors import Problem, ProblemError

ROOT = Path("cells")


def seen(*files: set[int], pieces: int = 10**6) -> dict[Path, Seen]:
    """Values that lie scattered, as grey levels do, unless it is said that they do not."""
    return {
        ROOT / f"{index}.png": Seen(tuple(sorted(values)), pieces=pieces)
        for index, values in enumerate(files)
    }


def rule_of(*files: set[int], pieces: int = 10**6, **options: Any) -> MaskRule | Problem:
    return mask_rule(ROOT, seen(*files, pieces=pieces), DataOptions(**options))


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
    paths = seen(*files)

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
        ([set(range(400))], "each value lies in one piece: they look like numbered objects"),
        ([{0, 128, 255}], "values in between come from lossy compression"),
        ([{-1, 0, 1}], "values in between come from lossy compression"),
        ([{0, 1, 2**31}], "each value lies in one piece: they look like numbered objects"),
    ],
)
def test_values_of_no_meaning_are_refused_with_the_likely_reason(
    files: list[set[int]], why: str
) -> None:
    problem = rule_of(*files)

    assert isinstance(problem, Problem)
    assert problem.code == "AF412"
    assert problem.why.startswith(why)


def test_values_that_lie_in_one_piece_each_number_the_objects() -> None:
    rule = rule_of(set(range(40)), pieces=41)

    assert rule == MaskRule(0, 1, numbered=True)
    assert isinstance(rule, MaskRule)
    assert (rule.kind, rule.has_instances) == ("labels", True)
    values = np.array([0, 3, 40], np.uint16)
    assert rule.indices(values).tolist() == [0, 1, 1]
    labels = rule.instances(values)
    assert labels is not None
    assert labels.tolist() == [0, 3, 40]


def test_few_numbers_are_classes_unless_they_are_said_to_be_objects() -> None:
    assert rule_of({0, 1, 2, 3}, pieces=3) == MaskRule(0, 4)
    assert rule_of({0, 1, 2, 3}, masks="labels") == MaskRule(0, 1, numbered=True)
    assert rule_of({0, 1}, masks="classes") == MaskRule(0, 2)
    problem = rule_of({0, 1, 2**31}, masks="labels")
    assert isinstance(problem, Problem)
    assert problem.message == f"masks hold 0, 1, {2**31}: numbers of objects end at {2**31 - 1}"


def test_many_classes_are_classes_where_that_is_said_or_they_are_named() -> None:
    masks = seen(set(range(34)), pieces=33)
    names = {index: f"organ {index}" for index in range(81)}

    said = mask_rule(ROOT, masks, DataOptions(masks="classes"))
    named = mask_rule(ROOT, masks, names=names)

    assert said == MaskRule(0, 34)
    assert isinstance(named, MaskRule)
    assert (named.kind, named.classes, named.names[80]) == ("classes", 81, "organ 80")
    assert mask_rule(ROOT, masks) == MaskRule(0, 1, numbered=True)


def test_masks_that_lack_a_class_keep_their_number_of_classes_where_it_is_said() -> None:
    assert rule_of({0, 1}, classes=3) == MaskRule(0, 3)
    assert rule_of({0}, {2}, classes=3) == MaskRule(0, 3)
    assert rule_of({1}, classes=3) == MaskRule(0, 3)

    beyond = rule_of({0, 3}, classes=3)
    assert isinstance(beyond, Problem)
    assert beyond.message == "masks hold 0, 3: not 3 class indices from 0"


def test_sixty_five_thousand_labels_given_as_classes_are_one_clear_line() -> None:
    problem = rule_of(set(range(65_536)), pieces=65_535, masks="classes")

    assert isinstance(problem, Problem)
    assert problem.message == (
        "masks hold 0, 1, 2, 3, 4, 5 and 65530 more: not class indices up to 254"
    )
    assert problem.why.endswith("they look like numbered objects (instance labels)")


def test_the_ignored_value_has_no_class_and_decides_nothing() -> None:
    rule = rule_of({0, 128, 255}, ignore=128)

    assert rule == MaskRule(255, 1, ignore=128)
    assert isinstance(rule, MaskRule)
    assert rule.indices(np.array([0, 128, 255])).tolist() == [0, IGNORED, 1]
    assert rule.words.endswith("(sigmoid); 128 is ignored.")


def coloured(*values: int, **options: Any) -> MaskRule | Problem:
    return mask_rule(ROOT, {ROOT / "a.png": Seen(values, coloured=True)}, DataOptions(**options))


def test_colours_are_classes_by_their_table() -> None:
    table = {"#000000": 0, "#FF8800": 1, "#00ff00": 2, "#ffffff": 255}

    rule = coloured(0, 0xFF8800, colours=table)

    assert isinstance(rule, MaskRule)
    assert (rule.kind, rule.classes) == ("colours", 3)
    packed = np.array([0xFF8800, 0, 0x00FF00, 0xFFFFFF], np.uint32)
    assert rule.indices(packed).tolist() == [1, 0, 2, IGNORED]
    assert rule.indices(np.array([0, 255], np.uint8)).tolist() == [0, IGNORED]


def test_colours_without_a_table_and_colours_outside_it_are_refused() -> None:
    without = coloured(0, 0xFF0000)
    outside = coloured(0, 0xFF0000, 0x7F0000, colours={"#000000": 0, "#ff0000": 1})

    assert isinstance(without, Problem)
    assert (without.code, without.message) == (
        "AF411",
        "the mask 'a.png' is coloured: #000000, #ff0000",
    )
    assert isinstance(outside, Problem)
    assert (outside.code, outside.message) == (
        "AF442",
        "'a.png' holds colours without a class: #7f0000",
    )


def test_settings_that_cannot_be_are_refused_all_at_once() -> None:
    with pytest.raises(ProblemError) as caught:
        DataOptions(masks="color", colours={"red": 300}, validation=0.5, test=0.5, folds=1, fold=3)

    assert [problem.message for problem in caught.value.problems] == [
        "masks cannot be 'color'",
        "colours cannot be 'red'",
        "colours cannot be 300",
        "validation + test cannot be '0.5 + 0.5'",
        "folds cannot be 1",
        "fold cannot be 3",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": "3"}, "AF428 classes cannot be '3'"),
        ({"masks": 3}, "AF428 masks cannot be 3"),
        ({"seed": None}, "AF428 seed cannot be None"),
        ({"validation": "0.2"}, "AF428 validation cannot be '0.2'"),
        ({"fold": True}, "AF428 fold cannot be True"),
        ({"colours": ["#ffffff"]}, r"AF428 colours cannot be \['#ffffff'\]"),
        ({"colours": {"#ffffff": "1"}}, "AF428 colours cannot be {'#ffffff': '1'}"),
    ],
)
def test_an_option_of_a_kind_that_it_cannot_be_is_refused(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        DataOptions(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 1}, "AF428 classes cannot be 1"),
        ({"classes": 256}, "AF428 classes cannot be 256"),
        ({"classes": 3, "masks": "labels"}, "AF428 classes with masks: labels cannot be 3"),
    ],
)
def test_a_number_of_classes_that_cannot_be_is_refused(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProblemError, match=message):
        DataOptions(**options)


def test_a_table_of_ignored_colours_alone_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"AF428 colours cannot be \{'#ffffff': 255\}"):
        DataOptions(colours={"#ffffff": 255})
