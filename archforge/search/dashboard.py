"""optuna-dashboard on a study while it goes: a process of its own, on loopback, gone at the end.

It reads the study's database and draws what Optuna knows; it is not ours, and not needed. The
database's address comes to it by a pipe: a command line, with the password, is there for everyone
to read. When the pipe ends, so does the process: a search that was killed leaves none behind.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from optuna.storages import RDBStorage

from archforge.errors import refuse
from archforge.search.places import Place

HOST = "127.0.0.1"
PACKAGE, EXTRA = "optuna_dashboard", "dashboard"
PROGRAM = f"""
import os, sys, threading
from optuna_dashboard import run_server

storage = sys.stdin.readline().strip()

def end():
    sys.stdin.read()
    os._exit(0)

threading.Thread(target=end, daemon=True).start()
run_server(storage, host="{HOST}", port=int(sys.argv[1]))
"""


def check_dashboard() -> None:
    """Refuse a dashboard that is not installed, before anything is started.

    Raises:
        ProblemError: Its package is missing.
    """
    if find_spec(PACKAGE) is None:
        refuse(
            "AF608",
            "the dashboard needs the package 'optuna-dashboard', which is not installed",
            fix=f"install it with `pip install archforge[{EXTRA}]`, or leave out --dashboard",
        )


@contextmanager
def dashboard(place: Place) -> Iterator[str]:
    """Show a study as long as the block goes.

    Args:
        place: Of its trials, which must be there.

    Yields:
        The address.
    """
    port, number = _free_port(), _number(place)
    process = subprocess.Popen(  # noqa: S603 (our own program, on our own study)
        [sys.executable, "-c", PROGRAM, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is the search's
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(f"{place.url}\n")
    process.stdin.flush()
    try:
        yield f"http://{HOST}:{port}/dashboard/studies/{number}"
    finally:
        process.terminate()
        process.wait()
        process.stdin.close()


def _number(place: Place) -> int:
    """Of the study: a server's database may hold many."""
    database = RDBStorage(place.url, place.flags)
    try:
        return int(database.get_study_id_from_name(place.study))
    finally:
        database.remove_session()
        database.engine.dispose()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port
