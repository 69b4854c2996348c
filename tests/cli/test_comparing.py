"""What a person sees while architectures are compared."""

import io
from dataclasses import replace

from rich.console import Console
from rich.progress import Progress as Bars

from archforge.cli.compare import comparison_lines
from archforge.cli.comparing import Lines, Moving
from archforge.compare.rows import Speed
from tests.compare.rows import comparison, row


def test_a_training_that_is_tried_once_more_counts_once() -> None:
    text = io.StringIO()
    console = Console(file=text, width=200)
    lines, moving = Lines(console), Moving(console, Bars(console=console), epochs=3)

    for shown in (lines, moving):
        shown.begun(1, 0)
        shown.epoch("net", 0, 1, 2, 0.5)
        shown.again("net", 0, 1, "the memory did not suffice; it is tried once more")
        shown.epoch("net", 0, 1, 1, 0.5)
        shown.ended("net", 0, 1, "0.7500")

    assert lines.done == moving.done == 1
    assert (
        text.getvalue().splitlines()
        == [
            "net, fold 0, seed 1: the memory did not suffice; it is tried once more",
            "net, fold 0, seed 1: 0.7500  [1 of 1]",
        ]
        * 2
    )


def test_the_machine_that_predictions_were_timed_on_is_named() -> None:
    toy = row("toy", {"a": 0.5})
    machine = {"processor": "a processor", "threads": 2}
    timed = replace(toy, speeds=(Speed(1, 2.0, 3.0),), timed_on=machine)
    other = replace(timed, architecture="other", timed_on={**machine, "gpus": ["a GPU"]})

    lines = [list(comparison_lines(comparison(each))) for each in ([timed], [toy], [timed, other])]

    assert "timed       on a processor, 2 threads" in lines[0]
    assert not any(line.startswith("timed") for line in lines[1])
    assert "timed       other on a GPU; toy on a processor, 2 threads" in lines[2]
