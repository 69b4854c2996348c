"""What ``--search`` says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.errors import ProblemError
from archforge.expand.ranges import with_ranges
from archforge.search.space import range_words
from archforge.spec import Search
from tests.search.conftest import architecture

SPEC = architecture().spec


def read(text: str, fixed: dict[str, Any] | None = None) -> Search | None:
    name = text.partition("=")[0]
    return with_ranges(SPEC, [text], fixed or {}).hyperparameters[name].search


def codes(*texts: str, fixed: dict[str, Any] | None = None) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        with_ranges(SPEC, texts, fixed or {})
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("filters=8..16:4", Search("int", 8, 16, 4)),
        ("filters=8..16", Search("int", 8, 16, 8)),  # the spec's step stays
        ("filters=8..12", Search("int", 8, 12)),  # unless it leads out of the range
        ("filters=4..64:log", Search("int", 4, 64, log=True)),
        ("filters=8,12,20", Search("choice", choices=(8, 12, 20))),
        ("depth=2..2", Search("int", 2, 2)),
        ("dropout=0..0.3:0.1", Search("float", 0, 0.3, 0.1)),
        ("dropout=0.01..0.5:log", Search("float", 0.01, 0.5, log=True)),
        (" dropout = 0 .. 1e-1 ", Search("float", 0, 0.1)),
    ],
)
def test_a_range_is_read_as_it_is_written(text: str, expected: Search) -> None:
    found = with_ranges(SPEC, [text], {}).hyperparameters[text.partition("=")[0].strip()].search

    assert found == expected


def test_a_range_opens_a_hyperparameter_that_has_none() -> None:
    assert SPEC.hyperparameters["kernel"].search is None
    assert read("kernel=1..5:2") == Search("int", 1, 5, 2)


@given(low=st.integers(1, 50), span=st.integers(0, 50), step=st.integers(1, 9))
def test_a_range_in_words_reads_back_as_it_was(low: int, span: int, step: int) -> None:
    search = Search("int", low, low + span, step)

    assert read(f"filters={range_words(search)}") == search


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(ProblemError, match=r"AF601 'toy' has no hyperparameter 'filter' .*\n.*"):
        read("filter=8..16")
    with pytest.raises(ProblemError, match="did you mean 'filters'"):
        read("filter=8..16")


def test_a_level_has_no_range_of_its_own() -> None:
    with pytest.raises(ProblemError, match=r"AF601 .*'dropout@1'(.|\n)*--search dropout="):
        with_ranges(SPEC, ["dropout@1=0..0.1"], {})


@pytest.mark.parametrize(
    "text",
    [
        "filters",
        "filters=",
        "=8..16",
        "filters=8..",
        "filters=16..8",
        "filters=8..16:0",
        "filters=8..16:-1",
        "filters=8..16:fast",
        "dropout=0..0.3:log",
        "filters=8,8",
        "filters=[",
    ],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    assert codes(text) == ["AF602"]


@pytest.mark.parametrize("text", ["dropout=0..0.95", "depth=0..2", "depth=1,2,9", "filters=0..8:1"])
def test_the_limits_of_the_spec_hold_in_a_search_too(text: str) -> None:
    assert codes(text) == ["AF603"]


def test_a_whole_number_takes_no_range_of_fractions() -> None:
    assert codes("filters=8.5..16") == ["AF603"]


def test_what_is_fixed_cannot_have_a_range() -> None:
    assert codes("filters=8..16", fixed={"filters": 8}) == ["AF604"]


def test_one_name_cannot_have_two_ranges() -> None:
    assert codes("filters=8..16", "filters=16..24") == ["AF602"]


def test_all_wrong_texts_are_told_at_once() -> None:
    assert sorted(codes("filter=8..16", "depth=3..1", "dropout=0..1")) == [
        "AF601",
        "AF602",
        "AF603",
    ]
