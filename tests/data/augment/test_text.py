"""Augmentation as text: what it means, the one way to write it, and what is refused."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.data.augment import (
    OPERATIONS,
    PRESETS,
    augmentation_from_mapping,
    canonical,
    parse_augmentation,
)
from archforge.errors import ProblemError


def refused(text: str) -> str:
    with pytest.raises(ProblemError) as caught:
        parse_augmentation(text)
    (problem,) = caught.value.problems
    assert problem.code == "AF503"
    return f"{problem.message} | {problem.fix}"


def test_what_stands_later_changes_what_stands_before() -> None:
    found = parse_augmentation("light + brightness(amount=0.5) + flips(probability=0)")

    assert [one.name for one in found.operations] == ["turns", "brightness", "contrast"]
    assert found.operations[1].numbers == {"amount": 0.5, "probability": 0.3}


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("turns+flips", "flips+turns"),
        ("", "none"),
        ("none+standard", "standard"),
        ("contrast+brightness+turns+flips", "light"),
        ("noise(probability=0.1, deviation=0.5)", "noise(deviation=0.5)"),
        ("noise(deviation=0.123456789)", "noise(deviation=0.123456789)"),
    ],
)
def test_equal_augmentations_have_one_shortest_text(text: str, shortest: str) -> None:
    assert canonical(text) == shortest


@st.composite
def sums(draw: st.DrawFn) -> str:
    """Any sum of operations with any numbers that they take."""
    terms = []
    for name in draw(st.lists(st.sampled_from(sorted(OPERATIONS)), max_size=6)):
        known = OPERATIONS[name].arguments
        told = [
            f"{key}={draw(st.floats(known[key].low, known[key].high))!r}"
            for key in draw(st.sets(st.sampled_from(sorted(known))))
        ]
        terms.append(f"{name}({', '.join(told)})")
    return "+".join(draw(st.lists(st.sampled_from(sorted(PRESETS)), max_size=1)) + terms)


@given(sums())
def test_the_shortest_text_means_the_same_and_is_its_own(text: str) -> None:
    short = canonical(text)

    assert parse_augmentation(short) == parse_augmentation(text)
    assert canonical(short) == short


@given(st.text(alphabet="flips+(=-1.e9,)[]{}:'_x* ", max_size=40).map(lambda t: f"noise({t})"))
def test_any_other_text_is_a_problem_and_never_a_crash(text: str) -> None:
    with suppress(ProblemError):
        parse_augmentation(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("standart", "augment cannot be 'standart' | did you mean 'standard'?"),
        ("noise(amount=1)", "'noise' has no 'amount'"),
        ("noise(deviation=2)", "'deviation' of 'noise' cannot be 2 | give a number in that range"),
        ("light(probability=1)", "the preset 'light' is told no numbers"),
        ("noise(probability=0.1, probability=0.2)", "'probability' of 'noise' stands twice"),
        ("noise(0.3)", "augment cannot be 'noise(0.3)'"),
        ("noise(probability=__import__('os'))", "augment cannot be"),
        ("noise(probability={[]: 1})", "augment cannot be"),
        (f"noise(probability={'9' * 400})", "augment cannot be"),
        ("(" * 1000, "augment cannot be"),
        ("flips" * 1000, "augment cannot be"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(text: str, words: str) -> None:
    assert words in refused(text)


def test_a_mapping_of_an_experiment_file_is_the_same_as_its_text() -> None:
    value = {"preset": "light", "noise": {"probability": 0.3}, "elastic": True, "flips": False}

    assert augmentation_from_mapping(value) == canonical(
        "light+noise(probability=0.3)+elastic+flips(probability=0)"
    )


@pytest.mark.parametrize("value", [{"noise": 0.3}, {"nose": True}, {"noise": {"deviation": "x"}}])
def test_a_mapping_that_cannot_be_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ProblemError, match="AF503"):
        augmentation_from_mapping(value)
