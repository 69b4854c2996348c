"""Jobs that run to their ends: after a Ctrl-C, to the ends of their epochs."""

import os
import signal
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from archforge.crew.running import run_all
from archforge.crew.workers import Message


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """Also where the tests themselves run in the background, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Hands:
    """Two processes that tell an epoch whenever they are asked, and end after three."""

    def __init__(self) -> None:
        self.running: dict[int, int] = {}
        self.started: list[int] = []
        self.stopped: list[int] = []
        self.closed = False

    @property
    def free(self) -> bool:
        return len(self.running) < 2

    @property
    def busy(self) -> bool:
        return bool(self.running)

    def start(self, job: Any) -> None:
        self.running[job.number] = 0
        self.started.append(job.number)

    def answer(self, number: int, *, go_on: bool) -> None:
        assert go_on

    def stop(self, number: int) -> None:
        del self.running[number]
        self.stopped.append(number)

    def messages(self, wait_s: float = 0.5) -> Iterator[Message]:
        del wait_s
        for number in list(self.running):
            self.running[number] += 1
            if self.running[number] > 3:
                del self.running[number]
                yield Message(number, "outcome", number)
            else:
                yield Message(number, "epoch", (self.running[number], 0.5))

    def close(self) -> None:
        self.closed = True


def jobs(count: int) -> Any:
    return [SimpleNamespace(number=number) for number in range(count)]


def test_every_job_is_run_two_at_a_time() -> None:
    hands = Hands()

    ended = [message.content for _, message in run_all(hands, jobs(5))]

    assert sorted(ended) == [0, 1, 2, 3, 4]
    assert hands.closed


def test_after_ctrl_c_nothing_starts_and_what_runs_ends_after_its_epoch() -> None:
    hands, told, words = Hands(), [], []

    def tell(job: Any, epoch: int, value: float) -> None:
        told.append((job.number, epoch))
        if len(told) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        list(run_all(hands, jobs(5), tell, lambda: words.append("ending")))

    assert told == [(0, 1), (1, 1), (0, 2), (1, 2), (0, 3), (1, 3)]
    assert hands.started == [0, 1]
    assert hands.stopped == [0, 1]  # their checkpoints are written
    assert words == ["ending"]
    assert hands.closed
    assert signal.getsignal(signal.SIGINT) == before


def test_a_second_ctrl_c_ends_at_once() -> None:
    hands, told = Hands(), []

    def tell(job: Any, epoch: int, value: float) -> None:
        told.append((job.number, epoch))
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        list(run_all(hands, jobs(5), tell))

    assert told == [(0, 1), (1, 1)]
    assert hands.closed
