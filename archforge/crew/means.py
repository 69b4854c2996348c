"""What trainings that run side by side may take of a machine."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archforge.crew.workers import Pool, share_of_memory, worker_count
from archforge.errors import Problem

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([a-z]*)", re.IGNORECASE)
_COUNTS: Mapping[str, float] = {
    "": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30,
}  # fmt: skip
_TIMES: Mapping[str, float] = {"": 1.0, "ms": 1.0}


def read_amount(text: Any, *, of_time: bool = False) -> float:
    """The number that ``2e9``, ``1.5M``, ``4GiB``, or of milliseconds ``20ms``, is; 0 for none."""
    match = _AMOUNT.fullmatch(str(text).strip())
    unit = (_TIMES if of_time else _COUNTS).get(match[2].lower()) if match else None
    return 0.0 if match is None or unit is None else float(match[1]) * unit


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a person lets trainings take.

    Args:
        workers: Trainings at once, or ``auto``.
        gpus: Numbers of the GPUs, a worker each; none to leave the choice to TensorFlow.
        memory: Bytes that a training may hold, or ``4GiB``; by default its share of the machine's.
        timeout_s: After which a training is ended; ``None`` for never.
    """

    workers: int | str = "auto"
    gpus: tuple[str, ...] = ()
    memory: Any = None
    timeout_s: float | None = None

    def problems(self, code: str) -> Iterator[Problem]:
        """Everything that cannot be.

        Args:
            code: Of the command's wrong numbers.
        """
        if self.workers != "auto" and not (isinstance(self.workers, int) and self.workers > 0):
            fix = "give a whole number of at least 1, or auto"
            yield Problem(code, f"workers cannot be {self.workers}", fix=fix)
        if not all(gpu.strip() for gpu in self.gpus) or len(set(self.gpus)) < len(self.gpus):
            fix = "give the number of each once, such as 0,1"
            yield Problem(code, f"GPUs cannot be {','.join(self.gpus)}", fix=fix)
        elif self.gpus and self.workers not in {"auto", len(self.gpus)}:
            fix = f"leave them out: {len(self.gpus)} GPUs have a worker each"
            yield Problem(code, f"workers cannot be {self.workers}", fix=fix)
        if self.memory is not None and read_amount(self.memory) <= 0:
            fix = "give a number above 0, such as 4GiB"
            yield Problem(code, f"the limit of memory cannot be '{self.memory}'", fix=fix)
        if self.timeout_s is not None and not 0 < self.timeout_s < math.inf:
            fix = "give seconds above 0"
            yield Problem(code, f"the time limit cannot be {self.timeout_s}", fix=fix)

    def count(self, trainings: int) -> tuple[int, int]:
        """Processes and threads of each, for so many trainings."""
        return worker_count(len(self.gpus) or self.workers, trainings)

    def pool(self, work: str, workers: int) -> Pool:
        """So many processes.

        Args:
            work: As of ``Pool``.
            workers: As of ``count``.
        """
        most = share_of_memory(workers) if self.memory is None else read_amount(self.memory)
        return Pool(work, workers, self.timeout_s, most, self.gpus)
