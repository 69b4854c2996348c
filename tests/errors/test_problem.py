"""Problems: how they read, how they are collected, and that they survive a process."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.errors import (
    CODES,
    Mark,
    Problem,
    ProblemError,
    Problems,
    did_you_mean,
    listing,
    nearest,
    page,
    refuse,
)

HERE = Mark("my_unet.yaml", 50, 12)


def test_a_problem_reads_as_place_code_message_trail_why_and_fix() -> None:
    problem = Problem(
        "AF204", "the inputs differ", HERE, "130 is odd", "use 128", ("Unit (line 3), used at 9",)
    )

    assert str(problem) == (
        "my_unet.yaml:50:12: AF204 the inputs differ\n"
        "  in: Unit (line 3), used at 9\n"
        "  why: 130 is odd\n"
        "  fix: use 128"
    )


@pytest.mark.parametrize(
    ("mark", "text"),
    [(Mark("a.png"), "a.png"), (Mark("a.yaml", 3), "a.yaml:3"), (HERE, "my_unet.yaml:50:12")],
)
def test_a_mark_says_only_what_it_knows(mark: Mark, text: str) -> None:
    assert str(mark) == text


def test_problems_of_a_file_come_in_the_order_of_their_places() -> None:
    late, early = Problem("AF101", "late", Mark("f", 9, 1)), Problem("AF102", "early", Mark("f", 2))

    assert ProblemError([late, early]).problems == (early, late)


def test_the_same_code_at_the_same_place_counts_once() -> None:
    problems = Problems()

    problems.extend([Problem("AF101", "one", HERE), Problem("AF101", "two", HERE)])

    assert [problem.message for problem in problems.found] == ["one"]


def test_nothing_found_raises_nothing() -> None:
    Problems().raise_any()


def test_a_problem_error_crosses_processes_whole() -> None:
    error = ProblemError([Problem("AF204", "x", HERE, "why", "fix", ("in",))])

    assert pickle.loads(pickle.dumps(error)).problems == error.problems  # noqa: S301 (our own)


def test_refuse_raises_one_problem() -> None:
    with pytest.raises(ProblemError) as caught:
        refuse("AF001", "gone", mark=HERE, fix="look again")

    assert caught.value.problems == (Problem("AF001", "gone", HERE, fix="look again"),)


def test_a_code_without_a_line_in_the_table_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Problem("AF999", "x")


def test_the_page_of_an_unknown_code_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        page("AF999")


@pytest.mark.parametrize(
    ("word", "near"),
    [("Conv2d", "Conv2D"), ("filter", "filters"), ("MAXPOOLING2D", "MaxPooling2D"), ("xyz", None)],
)
def test_the_nearest_name_is_found_whatever_its_case(word: str, near: str | None) -> None:
    assert nearest(word, ["Conv2D", "filters", "MaxPooling2D"]) == near


def test_where_nothing_is_near_the_known_names_are_listed() -> None:
    assert did_you_mean("xyz", ["b", "a", "a"]) == "use one of: a, b"
    assert did_you_mean("xyz", []) == ""
    assert listing("abcdef", most=3) == "a, b, c and 3 more"


@given(st.sampled_from(sorted(CODES)))
def test_a_title_is_lower_case_without_a_full_stop(code: str) -> None:
    title = CODES[code]

    assert not title.endswith(".")
    assert title[0].islower() or title.split()[0] in {"YAML", "TensorFlow"}
