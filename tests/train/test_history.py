"""The line for each epoch, read back as it was written, and with suspicion."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.train.history import read_history, write_history
from archforge.train.settings import Epoch

HEAD = "epoch,loss,score,second,rate,seconds\n"
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS), max_size=3))
def test_what_was_written_is_read_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[float, ...]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "history.csv"
    epochs = [
        Epoch(number, 9, loss, score, second, seconds, 0.0, rate)
        for number, (loss, score, second, rate, seconds) in enumerate(lines, start=1)
    ]

    write_history(path, epochs)

    names = ("epoch", "loss", "score", "second", "rate", "seconds")
    assert read_history(path) == [
        {name: getattr(epoch, name) for name in names} for epoch in epochs
    ]


@pytest.mark.parametrize(
    "text",
    [
        "epoch,loss\n1,0.5\n",
        HEAD + "1,0.5,0.5\n",
        HEAD + "1,much,0.5,0.5,0.0,1.0\n",
        HEAD + "1,nan,0.5,0.5,0.0,1.0\n",
        HEAD + "1,0.5,0.5,0.5,0.0,inf\n",
        HEAD + "nan,0.5,0.5,0.5,0.0,1.0\n",
        HEAD + "1.5,0.5,0.5,0.5,0.0,1.0\n",
        HEAD + "1,0.5,0.5,0.5,0.0,1.0,and,more\n" + "2,nan,0.5,0.5,0.0,1.0,and,more\n",
        HEAD + "1,0.5,0.5,0.5,0.0," + "9" * 200_000 + "\n",
    ],
)
def test_a_damaged_history_is_a_value_error_whatever_is_wrong(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.csv"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"history|convert"):
        read_history(path)


def test_a_pipe_in_place_of_a_history_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "history.csv")

    with pytest.raises(ValueError, match=r"'history\.csv' is no file"):
        read_history(tmp_path / "history.csv")
