"""optuna-dashboard on a study while it goes: a process of its own, on loopback, gone at the end.

It reads the study's database and draws what Optuna knows; it is not ours, and not needed.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from archforge.errors import refuse

HOST = "127.0.0.1"
PACKAGE, EXTRA = "optuna_dashboard", "dashboard"
PROGRAM = (
    "import sys; from optuna_dashboard import run_server; "
    f"run_server(sys.argv[1], host='{HOST}', port=int(sys.argv[2]))"
)


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
def dashboard(storage: str) -> Iterator[str]:
    """Show a study as long as the block goes.

    Args:
        storage: The URL of its database, which must be there.

    Yields:
        The address.
    """
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 (our own program, on our own file)
        [sys.executable, "-c", PROGRAM, storage, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is the search's
    )
    try:
        yield f"http://{HOST}:{port}/dashboard/studies/1"
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port
