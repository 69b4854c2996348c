"""The proof that runs before a search: what cannot be built is never begun."""

from dataclasses import replace
from typing import Any

import pytest

from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.expand.ranges import with_ranges
from archforge.search.proving import space_words
from archforge.search.space import Space


def space(*ranges: str, **fixed: Any) -> Space:
    read = read_architecture("unet")
    return Space(replace(read, spec=with_ranges(read.spec, ranges, fixed)), "tutorial", fixed)


def test_a_space_in_which_everything_builds_needs_no_words() -> None:
    assert space_words(space("depth=2..4", "filters=8,16", size=64, padding="same")) == ()


def test_what_does_not_build_is_counted_and_said_to_be_drawn_again() -> None:
    (words,) = space_words(space("depth=4..7", "filters=8,16", size=32, padding="same"))

    # Depth 6 and 7 halve 32 pixels once too often, with either number of filters.
    assert words.startswith("4 of 8 combinations of the space do not build")
    assert "never trained" in words


def test_a_space_in_which_nothing_builds_is_refused_before_the_first_trial() -> None:
    with pytest.raises(ProblemError) as caught:
        space_words(space("depth=6..7", size=16, padding="same"))

    (problem,) = caught.value.problems
    assert problem.code == "AF613"
    assert "the image needs 64 or more" in problem.why
