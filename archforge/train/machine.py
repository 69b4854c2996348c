"""What a training runs on: what its numbers and its time may hang on, and nobody's name.

Neither host nor user is kept, so that a record may be handed on.
"""

import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from archforge.build.quiet import tensorflow

CPUINFO = Path("/proc/cpuinfo")


def machine_facts() -> dict[str, Any]:
    """What ``Run.machine`` keeps.

    Returns:
        ``processor``, ``cores`` that this process may use, ``memory_bytes`` of the machine (0 where
        it does not say), ``system``, the names of ``gpus``, the ``threads`` of one operation, and
        whether TensorFlow ``rewrites`` its graphs: both decide in which order sums are made.
    """
    return {
        "processor": _processor(),
        "cores": _cores(),
        "memory_bytes": _memory_bytes(),
        "system": f"{platform.system()} {platform.release()}".strip(),
        "gpus": _gpus(),
        "threads": tensorflow.config.threading.get_intra_op_parallelism_threads() or _cores(),
        "rewrites": not _rewriting().get("disable_meta_optimizer", False),
    }


def work_as(machine: Mapping[str, Any]) -> None:
    """Take threads and rewriting of another machine, as far as this one lets: for equal sums.

    TensorFlow reads the threads once, before its first tensor; later they stay as they are, which
    ``machine_facts`` then says.

    Args:
        machine: Of a record; what it does not say stays.
    """
    threads = machine.get("threads")
    if isinstance(threads, int) and threads > 0 and threads != machine_facts()["threads"]:
        with suppress(RuntimeError):
            tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
    if isinstance(machine.get("rewrites"), bool):
        off = not machine["rewrites"]
        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": off})


def peak_bytes() -> int | None:
    """The most memory that this process has ever held; ``None`` where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - Unix alone has it

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS says bytes, Linux KiB


def _processor() -> str:
    """Linux alone says more than the family."""
    try:
        lines = CPUINFO.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0


def _gpus() -> list[str]:
    config = tensorflow.config
    found = config.list_physical_devices("GPU")
    details = (config.experimental.get_device_details(gpu) for gpu in found)
    return [str(each.get("device_name", "GPU")) for each in details]


def _rewriting() -> dict[str, Any]:
    return dict(tensorflow.config.optimizer.get_experimental_options())
