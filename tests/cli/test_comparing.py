"""What a person sees while architectures are compared."""

import io

from rich.console import Console
from rich.progress import Progress as Bars

from archforge.cli.comparing import Lines, Moving


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
