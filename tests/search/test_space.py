"""What may vary, and what is drawn of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.errors import ProblemError
from archforge.expand.ranges import grid_values, with_ranges
from archforge.search.distributions import distribution
from archforge.search.space import EndlessError, Space, closed, nearest_value
from archforge.spec import Search
from tests.search.conftest import TOY, architecture


def space(*ranges: str, **fixed: Any) -> Space:
    toy = architecture()
    return Space(type(toy)(with_ranges(toy.spec, ranges, fixed), TOY), None, fixed)


def points(of: Space) -> list[dict[str, Any]]:
    def draw(suggest: Any) -> None:
        try:
            of.draw(suggest)
        except ProblemError:
            return

    return list(of.points(draw))


@pytest.mark.parametrize("depth", [1, 2])
def test_only_the_dropouts_of_levels_that_exist_are_drawn(depth: int) -> None:
    draw = space().draw(lambda key, search: depth if key == "depth" else search.high)

    assert draw.values == {
        "depth": depth,
        "filters": 24,
        **{f"dropout@{level}": 0.4 for level in range(depth + 1)},
    }


def test_what_is_fixed_is_never_drawn() -> None:
    draw = space(filters=12, dropout=0.2).draw(lambda key, search: search.low)

    assert draw.values == {"depth": 1}
    assert draw.graph.hyperparameters["filters"] == 12


def test_a_default_outside_its_range_moves_to_the_nearest_value_and_that_is_said() -> None:
    draw, words = space("filters=12..20:4", "dropout=0..0.4:0.2").defaults()

    assert draw.values == {"depth": 1, "filters": 12, "dropout@0": 0.0, "dropout@1": 0.0}
    assert words == ["Trial 0 has filters = 12: the default 8 is not in its range."]


def test_the_points_of_a_small_space_are_all_walked_once() -> None:
    found = points(space("filters=8..24:8", "dropout=0,0.2", "depth=1..2"))

    assert len(found) == 3 * (2**2 + 2**3)
    assert len({tuple(each.items()) for each in found}) == len(found)


def test_points_that_do_not_build_are_walked_over() -> None:
    found = points(space("filters=8..8", "depth=4..6", dropout=0.0))

    assert [each["depth"] for each in found] == [4, 5, 6]  # 16 pixels can be halved four times


def test_a_range_without_steps_has_no_end() -> None:
    with pytest.raises(EndlessError):
        points(space())


def test_a_space_of_too_many_points_has_no_end() -> None:
    with pytest.raises(EndlessError):
        points(space("filters=1..600:1", dropout=0.0))


RANGES = st.one_of(
    st.builds(
        lambda low, span, step: Search("int", low, low + span, step),
        st.integers(1, 40),
        st.integers(0, 40),
        st.integers(1, 9),
    ),
    st.builds(
        lambda low, span, step: Search("float", low / 10, (low + span) / 10, step / 10),
        st.integers(0, 9),
        st.integers(0, 20),
        st.integers(1, 5),
    ),
    st.just(Search("float", 0.0, 0.5)),
    st.just(Search("float", 1e-4, 1e-1, log=True)),
    st.just(Search("int", 1, 64, log=True)),
)


@given(search=RANGES, value=st.one_of(st.integers(-5, 100), st.floats(-1, 100)))
def test_the_nearest_value_is_one_that_optuna_takes(search: Search, value: float) -> None:
    near = nearest_value(search, round(value) if search.kind == "int" else value)

    found = distribution(search)
    assert found._contains(found.to_internal_repr(near))  # noqa: SLF001 - the check of enqueued values


@given(search=RANGES, value=st.integers(-5, 100))
def test_no_value_of_the_grid_is_nearer(search: Search, value: int) -> None:
    grid = grid_values(search, 513)
    near = nearest_value(search, value)

    if grid is not None:
        assert min(abs(each - value) for each in grid) == pytest.approx(abs(near - value))


@given(search=RANGES)
def test_a_closed_range_ends_on_its_grid(search: Search) -> None:
    grid = grid_values(search, 513)

    if grid is not None:
        assert closed(search).high == grid[-1]


def test_the_nearest_choice_is_the_value_itself_then_the_nearest_number_then_the_first() -> None:
    numbers = Search("choice", choices=(16, 28, 40))

    assert nearest_value(numbers, 28) == 28
    assert nearest_value(numbers, 37) == 40
    assert nearest_value(Search("choice", choices=("same", "valid")), "other") == "same"
