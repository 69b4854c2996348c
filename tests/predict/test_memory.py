"""How much memory a large image needs, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from archforge.runs import Run
from tests.predict.conftest import SAME, MakeRun

STATUS = Path("/proc/self/status")
CHILD = """
import sys
from pathlib import Path
from archforge.predict import predict_files
from archforge.runs import read_run
outcome = predict_files(read_run(Path(sys.argv[1])), [Path(sys.argv[2])], Path(sys.argv[3]))
assert not outcome.problems, outcome.problems
# Not ru_maxrss, which counts what the parent had, too.
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def peak_mib(run: Run, image: Path, out: Path) -> float:
    words = [sys.executable, "-c", CHILD, str(run.folder), str(image), str(out)]
    told = subprocess.run(words, check=True, capture_output=True, text=True, timeout=600)
    return int(told.stdout) / 1024


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.skipif(not STATUS.exists(), reason="the peak is read from Linux's /proc")
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_sixteen_times_the_pixels_need_little_more_memory(
    make_run: MakeRun, tmp_path: Path, compression: str | None
) -> None:
    run = make_run(SAME)
    peaks = {}
    for side in (2048, 8192):
        row = np.random.default_rng(0).integers(0, 256, (64, side), np.uint8)
        image = tmp_path / f"{side}.tif"
        tifffile.imwrite(image, np.tile(row, (side // 64, 1)), compression=compression,
                         rowsperstrip=64)  # fmt: skip
        peaks[side] = peak_mib(run, image, tmp_path / "out")

    # The image is 64 MiB, its scores are 256 MiB; held whole as floats, it were above 600 MiB.
    assert peaks[8192] - peaks[2048] < 250, peaks
    with tifffile.TiffFile(tmp_path / "out/8192.tif") as file:
        assert file.pages.first.shape == (8192, 8192)
