"""One coordinator among several on a study: what it holds, and which of the others are dead.

On one machine a look at the process tells. Of another machine one sees its beat alone: a number
that a thread counts up every few seconds. A node is dead when its beat has stood still for
``STALE_S`` of our own looks in a row, so clocks need not agree, and a database that was away for
minutes condemns nobody: while it is away nobody looks.
"""

import os
import platform
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from archforge.search.claims import TURN, Claims, Who
from archforge.search.patience import Patience

BEAT_S = 5.0
STALE_S = 60.0
_PAUSE_S = 0.05


class Node:
    """This session, as the others of the study see it; a context in which it is seen.

    Args:
        claims: Of the study.
        patience: With the database.
        beat_s: Between two beats.
        stale_s: After which a node of another machine, or one that hangs, is dead.
    """

    def __init__(
        self,
        claims: Claims,
        patience: Patience,
        beat_s: float = BEAT_S,
        stale_s: float = STALE_S,
    ) -> None:
        self.name = secrets.token_hex(8)
        self._claims = claims
        self._patience = patience
        self._beat_s = beat_s
        self._looks = max(1, round(stale_s / beat_s))
        self._me = here()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beats, daemon=True)
        # Of each node the beat that was seen last, and in how many looks it has stood still.
        self._seen: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        self._patience.call(self._claims.beat, self.name, self._me)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._patience.call(self._claims.quit, self.name)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Alone among all nodes, for as long as a draw takes.

        What is decided from all trials (how many are left, which networks are known) is decided
        here, and a trial that begins is in the database before the turn ends.
        """
        while not self._taken(TURN):
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            self.leave(TURN)

    def adopt(self, numbers: Iterable[int]) -> int | None:
        """Claim the first of these running trials that no living node holds."""
        holders = self._patience.call(self._claims.holders)
        return next(
            (each for each in numbers if holders.get(each) != self.name and self._taken(each)), None
        )

    def others(self, numbers: Iterable[int]) -> bool:
        """Whether some of these running trials are not ours."""
        holders = self._patience.call(self._claims.holders)
        return any(holders.get(each) != self.name for each in numbers)

    def claim(self, number: int) -> None:
        """Hold a trial that was just begun."""
        self._patience.call(self._claims.take, number, self.name)

    def leave(self, number: int) -> None:
        """Hold a trial no longer."""
        self._patience.call(self._claims.leave, number, self.name)

    def holds(self, number: int) -> bool:
        """Whether a trial is still ours; a node that was away for long has lost its own."""
        return self._patience.call(self._claims.holders).get(number) == self.name

    def _taken(self, what: int) -> bool:
        if self._patience.call(self._claims.take, what, self.name):
            return True
        before = self._patience.call(self._claims.holders).get(what)
        if before is None or not self._is_dead(before):
            return False
        return self._patience.call(self._claims.take, what, self.name, before)

    def _is_dead(self, node: str) -> bool:
        who = self._patience.call(self._claims.nodes).get(node)
        if who is None or is_gone(who):
            return True
        return self._seen.get(node, (0, 0))[1] >= self._looks

    def _beats(self) -> None:
        while not self._over.wait(self._beat_s):
            self._me = replace(self._me, beat=self._me.beat + 1)
            try:
                self._claims.beat(self.name, self._me)
                self._look()
            except SQLAlchemyError:
                continue  # away for now; the coordinator itself says so and knows for how long

    def _look(self) -> None:
        seen = {}
        for name, who in self._claims.nodes().items():
            beat, still = self._seen.get(name, (who.beat, 0))
            seen[name] = (who.beat, still + 1 if beat == who.beat else 0)
        self._seen = seen


def here() -> Who:
    """This process."""
    pid = os.getpid()
    return Who(_machine(), pid, _born(pid))


def is_gone(who: Who) -> bool:
    """Whether a process of this machine has ended; of other machines one cannot say."""
    if who.machine != _machine():
        return False
    try:
        os.kill(who.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, under another user
        return False
    return _born(who.pid) != who.born


def _machine() -> str:
    """Host, start of its kernel and space of process ids: containers of a host have their own."""
    parts = [platform.node()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:  # no Linux
        return parts[0]
    return " ".join(parts)


def _born(pid: int) -> str:
    """When a process began, in ticks since the start; nothing for one that ended, or no Linux."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if facts[0] == "Z" else facts[19]
