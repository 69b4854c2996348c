"""What trainings may take of a machine: what is understood, and what cannot be."""

import math

import pytest

from archforge.crew.means import Means, read_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("2e9", 2e9), ("1.5M", 1.5e6), ("4GiB", 2**32), (" 512 mib ", 2**29), (7, 7.0),
     ("4 GB", 0.0), ("much", 0.0), ("-1", 0.0), ("20ms", 0.0)],
)  # fmt: skip
def test_amounts_have_the_units_that_people_write(text: object, amount: float) -> None:
    assert read_amount(text) == amount


def test_milliseconds_are_no_bytes_and_bytes_no_milliseconds() -> None:
    assert read_amount("20ms", of_time=True) == 20
    assert read_amount("20MiB", of_time=True) == 0


@pytest.mark.parametrize(
    ("means", "words"),
    [
        (Means(workers=0), "workers cannot be 0"),
        (Means(gpus=("0", "1"), workers=1), "workers cannot be 1"),
        (Means(gpus=("0", "0")), "GPUs cannot be 0,0"),
        (Means(memory="5ms"), "the limit of memory cannot be '5ms'"),
        (Means(timeout_s=math.nan), "the time limit cannot be nan"),
        (Means(timeout_s=math.inf), "the time limit cannot be inf"),
    ],
)
def test_what_cannot_be_is_told(means: Means, words: str) -> None:
    assert [each.message for each in means.problems("AF621")] == [words]


def test_each_gpu_has_a_worker() -> None:
    assert Means(gpus=("0", "3")).count(9)[0] == 2
    assert not list(Means(gpus=("0", "3"), workers=2).problems("AF621"))
