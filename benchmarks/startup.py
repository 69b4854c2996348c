"""How long `archforge check` takes as a whole process, against importing TensorFlow.

Bound: a tenth.
"""

import subprocess
import sys
from pathlib import Path

from timing import finish, paired, verdict

SPEC = Path(__file__).parent.parent / "architectures" / "segmentation" / "unet.yaml"
CHECK = [sys.executable, "-m", "archforge", "check", str(SPEC)]
IMPORT = [sys.executable, "-c", "import tensorflow"]


def run(command: list[str]) -> None:
    """Run one whole process, its output thrown away."""
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Measure and print."""
    ours, baseline = paired(lambda: run(CHECK), lambda: run(IMPORT), rounds=7)
    finish(verdict("archforge check, whole process", ours, baseline, 0.1))


if __name__ == "__main__":
    main()
