"""Parts of a folder: nothing leaks, shares are kept, and little moves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archforge.data import DataOptions, MaskRule, Source, split_sources
from archforge.data.measure import Reading
from archforge.data.survey import Survey
from archforge.errors import ProblemError
from tests.refusals import refusal

ROOT = Path("cells")
Row = tuple[str, str, str]


def survey_of(
    rows: Sequence[Row], splits: Sequence[str] = (), prints: Sequence[str] = ()
) -> Survey:
    """A survey of examples of which only id, group and stratum matter."""
    splits, prints = splits or [""] * len(rows), prints or [""] * len(rows)
    sources = tuple(
        Source(name, split, ROOT / name, (ROOT / name,), group=group, stratum=stratum)
        for (name, group, stratum), split in zip(rows, splits, strict=True)
    )
    readings = tuple(
        Reading(
            source.id, source.split, (8, 8), 1, "uint8", 0, 9, 4, 1, (), pixels={0: 9}, print=text
        )
        for source, text in zip(sources, prints, strict=True)
    )
    return Survey("folders", ROOT, sources, readings, MaskRule(255, 1))


def names(parts: dict[str, list[Source]], part: str) -> set[str]:
    return {source.id for source in parts[part]}


def plain(count: int) -> list[Row]:
    return [(f"cell{index}", "", "") for index in range(count)]


NAME = st.text("abc", max_size=2)
ROWS = st.lists(
    st.tuples(st.text(max_size=5), NAME, NAME), unique_by=lambda row: row[0], max_size=40
)


@pytest.mark.parametrize(
    ("count", "share", "cut"),
    [(10, 0.2, 2), (10, 0.0, 0), (2, 0.2, 1), (2, 0.99, 1), (3, 0.5, 2), (565, 0.2, 113)],
)
def test_at_least_one_image_is_cut_and_one_left(count: int, share: float, cut: int) -> None:
    parts = split_sources(survey_of(plain(count)), DataOptions(validation=share))

    assert {part: len(row) for part, row in parts.items()} == {
        "train": count - cut,
        "validation": cut,
        "test": 0,
    }


def test_strata_share_in_every_part_by_largest_remainders() -> None:
    # 60 and 40 images: a fifth of each is 12 and 8, a tenth 6 and 4.
    rows = [(f"{index}", "", "bright" if index < 60 else "dark") for index in range(100)]

    parts = split_sources(survey_of(rows), DataOptions(validation=0.2, test=0.1))

    counts = {part: Counter(source.stratum for source in row) for part, row in parts.items()}
    assert counts["validation"] == {"bright": 12, "dark": 8}
    assert counts["test"] == {"bright": 6, "dark": 4}


def test_shares_of_foreground_are_the_strata_where_no_column_is() -> None:
    read = survey_of(plain(30))
    rows = [replace(row, pixels={0: 100 - n, 255: n}) for n, row in enumerate(read.readings)]

    parts = split_sources(replace(read, readings=tuple(rows)), DataOptions(validation=0.1))

    thirds = sorted(int(name.removeprefix("cell")) // 10 for name in names(parts, "validation"))
    assert thirds == [0, 1, 2]


@given(ROWS, st.integers(0, 99), st.sampled_from([0.1, 0.2, 0.5]))
def test_no_group_lies_in_two_parts_and_nothing_is_lost(
    rows: list[Row], seed: int, share: float
) -> None:
    assume(len({group or name for name, group, _ in rows}) > 2)

    parts = split_sources(survey_of(rows), DataOptions(validation=share, test=share / 2, seed=seed))

    found = [source.id for row in parts.values() for source in row]
    assert sorted(found) == sorted(name for name, _, _ in rows)
    groups = [{source.group for source in row if source.group} for row in parts.values()]
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert all(parts.values())


@given(ROWS, st.integers(0, 9), st.integers(2, 4))
def test_each_example_is_validated_in_exactly_one_fold(
    rows: list[Row], seed: int, folds: int
) -> None:
    rows = [(name, "", stratum) for name, _, stratum in rows]
    assume(len(rows) >= folds)
    read = survey_of(rows)

    parts = [
        split_sources(read, DataOptions(folds=folds, fold=fold, seed=seed)) for fold in range(folds)
    ]

    found = [source.id for row in parts for source in row["validation"]]
    assert sorted(found) == sorted(name for name, _, _ in rows)
    assert all(row["validation"] and row["train"] for row in parts)


@given(ROWS, st.integers(0, 99))
def test_the_order_on_disk_does_not_matter(rows: list[Row], seed: int) -> None:
    assume(len({group or name for name, group, _ in rows}) > 1)
    options = DataOptions(seed=seed)

    assert split_sources(survey_of(rows[::-1]), options) == split_sources(survey_of(rows), options)


@given(st.integers(5, 60), st.integers(0, 99), st.sampled_from(["dark", "bright"]))
def test_one_image_more_moves_few_others(count: int, seed: int, stratum: str) -> None:
    rows = [(f"cell{n}", "", "dark" if n % 3 else "bright") for n in range(count)]
    options = DataOptions(seed=seed)

    before = split_sources(survey_of(rows), options)
    after = split_sources(survey_of([*rows, ("more", "", stratum)]), options)

    moved = (names(before, "validation") ^ names(after, "validation")) - {"more"}
    assert len(moved) <= 3


def test_another_seed_is_another_split() -> None:
    splits = [split_sources(survey_of(plain(20)), DataOptions(seed=seed)) for seed in (1, 2)]

    assert names(splits[0], "validation") != names(splits[1], "validation")


def test_parts_of_the_folder_are_taken_as_they_are() -> None:
    read = survey_of(plain(6), ["train", "train", "train", "validation", "test", "test"])

    parts = split_sources(read, DataOptions(validation=0.5, test=0.5 - 1e-9))

    assert names(parts, "validation") == {"cell3"}
    assert names(parts, "test") == {"cell4", "cell5"}


def test_near_duplicates_and_planes_of_one_stack_stay_together() -> None:
    rng = np.random.default_rng(0)
    prints = [rng.bytes(32).hex() for _ in range(12)]
    rows = [*plain(12), *((f"stack_z{plane:02d}", "", "") for plane in range(4))]
    read = survey_of(rows, prints=[*prints[:6], *prints[:6], "", "", "", ""])

    parts = split_sources(read, DataOptions(validation=0.3))

    assert names(parts, "validation")
    for row in parts.values():
        found = {source.id for source in row}
        assert all((f"cell{n}" in found) == (f"cell{n + 6}" in found) for n in range(6))
        assert len([name for name in found if name.startswith("stack")]) in {0, 4}


def test_a_group_in_two_parts_of_the_folder_is_refused() -> None:
    read = survey_of([("a", "slide", ""), ("b", "slide", ""), ("c", "", "")], ["train", "test", ""])

    with pytest.raises(ProblemError, match="AF427 group 'slide' lies in 'train' and in 'test'"):
        split_sources(read, DataOptions())


def test_groups_that_leave_too_little_are_refused_with_the_way_out() -> None:
    read = survey_of([(name, "slide", "") for name in "abc"])

    with pytest.raises(ProblemError, match="AF415 too few images to train on: 1, at least 2"):
        split_sources(read, DataOptions())

    assert len(split_sources(read, DataOptions(group_by="none"))["validation"]) == 1


def test_columns_of_a_manifest_group_and_stratify() -> None:
    read = survey_of(plain(20))
    sources = tuple(
        replace(source, columns=(("donor", f"d{n // 2}"), ("stain", "HE" if n < 10 else "PAS")))
        for n, source in enumerate(read.sources)
    )
    options = DataOptions(validation=0.4, group_by="donor", stratify_by="stain")

    parts = split_sources(replace(read, sources=sources), options)

    assert Counter(source.column("stain") for source in parts["validation"]) == {"HE": 4, "PAS": 4}
    donors = [
        {source.column("donor") for source in parts[part]} for part in ("train", "validation")
    ]
    assert not donors[0] & donors[1]


def test_strata_may_be_left_out_and_whole_images_are_stratified_by_class() -> None:
    read = survey_of(plain(10))
    sources = tuple(replace(row, label=n % 2) for n, row in enumerate(read.sources))
    whole = Survey("classes", ROOT, sources, read.readings, MaskRule(0, 2), "classification")

    by_class = split_sources(whole, DataOptions(validation=0.4))
    without = split_sources(whole, DataOptions(validation=0.4, stratify_by="none"))

    assert Counter(source.label for source in by_class["validation"]) == {0: 2, 1: 2}
    assert len(without["validation"]) == 4


def test_strata_of_single_images_still_fill_every_fold() -> None:
    read = survey_of([(f"{n}", "", f"kind {n}") for n in range(5)])

    parts = [split_sources(read, DataOptions(folds=5, fold=fold)) for fold in range(5)]

    assert [len(row["validation"]) for row in parts] == [1] * 5


def test_a_column_that_is_not_there_is_refused() -> None:
    read = survey_of(plain(4))

    with pytest.raises(ProblemError, match="AF428 group_by cannot be 'donor'"):
        split_sources(read, DataOptions(group_by="donor"))


def test_an_image_whose_name_is_no_text_is_refused_by_its_bytes() -> None:
    """As a disk from elsewhere brings it; splits and scores could not name it."""
    rows = [("a\udcff", "", ""), *((f"{number}", "", "") for number in range(9))]

    text = refusal(lambda: split_sources(survey_of(rows), DataOptions()))

    assert r"AF407 the name of the picture 'a\xff' is no text: it is not UTF-8" in text
