"""What the processors of a machine take, where it tells.

Linux has the counters of Intel's and AMD's processors as files, for which users often need a right
that they do not have; where that is so, nothing is told.

Source: the Linux kernel's documentation of its power capping framework, ``energy_uj``.
"""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path("/sys/class/powercap")
# A processor is a package; the cores and the memory in it are counted already, and the platform
# (``psys``) that many laptops have beside it counts the package.
PLACES, PACKAGE = "intel-rapl:*", "package"


def counters(root: Path = ROOT) -> dict[Path, int]:
    """Microjoules of each processor so far; empty where the machine does not say."""
    try:
        return {
            each: _number(each / "energy_uj")
            for each in sorted(root.glob(PLACES))
            if (each / "name").read_text("ascii").startswith(PACKAGE)
        }
    except (OSError, ValueError):
        return {}


def joules_between(before: Mapping[Path, int], after: Mapping[Path, int]) -> float | None:
    """What all processors together took between two readings; none where nobody says.

    A counter that has run over starts at 0 again.
    """
    if not before or before.keys() != after.keys():
        return None
    total = 0
    for place, first in before.items():
        step = after[place] - first
        try:
            total += step if step >= 0 else step + _number(place / "max_energy_range_uj")
        except (OSError, ValueError):
            return None
    return total / 1e6


def _number(path: Path) -> int:
    return int(path.read_text("ascii"))
