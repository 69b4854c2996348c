"""The learning rate at each step, worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.train import Settings
from archforge.train.schedule import Schedule, cuts, momentum


def rates(steps: int = 4, **given: object) -> list[float]:
    """Of every step of every epoch, with scores that stand still."""
    chosen = {"schedule": "none", "warmup": 0.0, **given}
    settings = Settings(learning_rate=1.0, **chosen)  # type: ignore[arg-type]  # settings by name
    made = Schedule(settings, steps, settings.epochs)
    return [
        made.rate(epoch, step, [0.5] * (epoch - 1))
        for epoch in range(1, settings.epochs + 1)
        for step in range(steps)
    ]


def test_where_time_ends_the_training_a_cosine_follows_the_time() -> None:
    settings = Settings(epochs=1000, warmup=0.0, learning_rate=1.0, seconds=60.0)
    made = Schedule(settings, 4, 1000)

    assert made.rate(3, 0, [0.5] * 2, seconds=30.0) == pytest.approx(0.5)
    assert made.rate(5, 0, [0.5] * 4, seconds=90.0) == pytest.approx(0.0)


def test_without_a_schedule_the_rate_stays() -> None:
    assert set(rates(epochs=3)) == {1.0}


def test_a_warm_up_rises_in_even_steps_to_the_rate() -> None:
    assert rates(epochs=2, warmup=1.0) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1])


def test_a_cosine_begins_at_the_rate_is_half_in_the_middle_and_ends_at_0() -> None:
    found = rates(epochs=10, schedule="cosine")

    assert found[0] == 1
    assert found[20] == pytest.approx(0.5)
    assert found[10] == pytest.approx(0.5 + math.sqrt(0.5) / 2)
    assert 0 < found[-1] < 0.002


def test_a_cosine_begins_after_the_warm_up() -> None:
    found = rates(epochs=11, schedule="cosine", warmup=1.0)

    assert found[:4] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert found[4] == 1
    assert found[24] == pytest.approx(0.5)


def test_a_plateau_cuts_to_a_fifth_each_time_nothing_got_better_for_a_third_of_the_patience() -> (
    None
):
    found = rates(steps=1, epochs=8, schedule="plateau", patience=6)

    # The first 0.5 is a best score; then 2 of 6 epochs are waited for.
    assert found == pytest.approx([1, 1, 1, 0.2, 0.2, 0.04, 0.04, 0.008])


def test_a_plateau_ends_at_a_thousandth() -> None:
    assert rates(steps=1, epochs=40, schedule="plateau", patience=3)[-1] == 1e-3


def test_a_better_score_starts_the_waiting_anew() -> None:
    assert cuts([0.1, 0.1, 0.2, 0.2, 0.3], 6) == 0
    assert cuts([0.1, 0.1, 0.1, 0.2, 0.2, 0.2], 6) == 2


def test_averaged_weights_forget_the_first_ones_soon() -> None:
    found = [momentum(0.9, steps) for steps in (0, 1, 8, 79, 80, 5000)]

    assert found == [pytest.approx(value) for value in (1 / 10, 2 / 11, 0.5, 80 / 89, 0.9, 0.9)]


@given(
    st.sampled_from(["none", "cosine", "plateau"]), st.floats(0, 5), st.integers(1, 12),
    st.integers(1, 9), st.integers(1, 9),
)  # fmt: skip
def test_no_rate_is_negative_or_above_the_one_that_was_asked_for(
    schedule: str, warmup: float, epochs: int, steps: int, patience: int
) -> None:
    found = rates(steps, schedule=schedule, warmup=warmup, epochs=epochs, patience=patience)

    assert all(0 <= rate <= 1 + 1e-12 for rate in found)
