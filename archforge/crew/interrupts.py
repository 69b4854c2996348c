"""Ctrl-C between two messages, not in the middle of one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def held_interrupts() -> Iterator[Callable[[], bool]]:
    """Keep Ctrl-C until the block asks for it; a second one is raised at once.

    Python drops an exception that rises inside a weak reference's callback or a finalizer, and a
    database's session has many of them: a Ctrl-C at the wrong moment would be lost. Where the
    caller has Ctrl-C ignored, as `nohup` and background jobs do, it stays ignored.

    Yields:
        A function that says whether Ctrl-C has come.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield lambda: False  # signals go to the main thread, which has its own way with them
        return
    came = threading.Event()

    def remember(*_: object) -> None:
        came.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, remember)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, before)
