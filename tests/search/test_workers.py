"""The processes of trials, and what they do not do."""

import os
import subprocess
import sys
from pathlib import Path

from archforge.search import read_study

SCRIPT = """
import sys
from pathlib import Path

from archforge.search import search
from tests.search.conftest import architecture

with Path(sys.argv[3]).open("a") as file:
    print("run", file=file)
search(
    architecture(), data=sys.argv[1], trials=2, folder=Path(sys.argv[2]),
    work="tests.search.objectives:hill",
)
"""


def test_a_script_is_run_once_however_many_trials_it_has_and_needs_no_guard(
    nuclei: Path, tmp_path: Path
) -> None:
    script, study, told = tmp_path / "script.py", tmp_path / "study", tmp_path / "told"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}

    subprocess.run([sys.executable, script, nuclei, study, told], check=True, env=environment)

    assert read_study(study).counts()["complete"] == 2
    assert told.read_text() == "run\n"
