"""Ctrl-C between two messages, not in the middle of one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def held_interrupts() -> Iterator[Callable[[], None]]:
    """Keep Ctrl-C until the block asks for it; a second one is raised at once.

    Python drops an exception that rises inside a weak reference's callback or a finalizer. A
    database's session has many of them, and one Ctrl-C in a busy search was lost that way.

    Yields:
        A function that raises ``KeyboardInterrupt`` if Ctrl-C has come.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None  # signals go to the main thread, which has its own way with them
        return
    before = signal.getsignal(signal.SIGINT)
    came = threading.Event()

    def remember(*_: object) -> None:
        came.set()
        signal.signal(signal.SIGINT, before)

    def raise_if_it_came() -> None:
        if came.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield raise_if_it_came
    finally:
        signal.signal(signal.SIGINT, before)
