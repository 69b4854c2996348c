"""Ctrl-C is acted on between two messages, whatever the program is in the middle of."""

import gc
import signal
import weakref
from collections.abc import Iterator

import pytest

from archforge.crew.interrupts import held_interrupts


class Thing:
    """Something to refer to weakly."""


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    """Ctrl-C as a terminal's program has it, also where the tests run as a background job."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_ctrl_c_inside_a_callback_that_swallows_exceptions_is_not_lost() -> None:
    thing = Thing()
    kept = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    with held_interrupts() as interrupted:
        before = interrupted()
        del thing
        gc.collect()
        after = interrupted()

    assert (before, after) == (False, True)
    assert kept() is None


def test_without_ctrl_c_nothing_is_raised_and_the_old_way_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)

    with held_interrupts() as interrupted:
        assert not interrupted()

    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_is_raised_at_once() -> None:
    with held_interrupts(), pytest.raises(KeyboardInterrupt):  # noqa: PT012 (two signals)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_where_ctrl_c_is_ignored_it_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    with held_interrupts() as interrupted:
        signal.raise_signal(signal.SIGINT)
        assert not interrupted()

    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
