"""What the tests marked `cluster` find running: a PostgreSQL, and a Dask cluster of two nodes."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "services.sh"
URL_FILE = SCRIPT.parents[1] / "build" / "services" / "postgresql.url"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL.

    Args:
        url: With the password.
    """

    url: str

    @property
    def password(self) -> str:
        """Of its user."""
        return self.url.partition("//")[2].partition("@")[0].partition(":")[2]

    def restart(self) -> None:
        """As after a crash: no connection is ended in order."""
        subprocess.run([SCRIPT, "restart"], check=True)


class Nodes:
    """A Dask cluster on loopback: a scheduler and two nodes, each a process with its own children.

    Args:
        folder: Of the test's own.
    """

    def __init__(self, folder: Path) -> None:
        from distributed import Client  # a second that other tests need not wait

        told = folder / "scheduler.json"
        loopback = "--host=127.0.0.1"
        self._scheduler = _dask(
            folder, "scheduler", loopback, "--port=0", f"--scheduler-file={told}", "--no-dashboard"
        )
        while not told.exists():
            assert self._scheduler.poll() is None
            time.sleep(0.1)
        self.address: str = json.loads(told.read_text())["address"]
        self._nodes = [
            _dask(folder, "worker", self.address, loopback, "--nthreads=1", "--resources=GPU=1",
                  "--no-dashboard")
            for _ in range(2)
        ]  # fmt: skip
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)

    @property
    def pids(self) -> list[int]:
        """Of the nodes that are left; their children train."""
        return [node.pid for node in self._nodes]

    def remove_one(self) -> None:
        """As by a power cut."""
        node = self._nodes.pop()
        node.kill()
        node.wait()

    def close(self) -> None:
        """End what is left."""
        for process in (*self._nodes, self._scheduler):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _dask(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """A command of Dask; what it says lies in the folder."""
    with (folder / f"dask-{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments], cwd=folder, stdout=log, stderr=log,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )  # fmt: skip
