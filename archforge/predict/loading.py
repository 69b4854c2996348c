"""The saved network of a run."""

from typing import Any

from archforge.build import load_saved
from archforge.errors import Mark, refuse
from archforge.runs import Run


def load_model(run: Run) -> Any:
    """The network of a run with its best weights.

    Raises:
        ProblemError: The file is missing or damaged, or names what is no layer of ours.
    """
    path = run.model
    if not path.is_file():
        refuse(
            "AF511",
            f"the run '{run.name}' has no saved network",
            mark=Mark(str(path)),
            why=f"its status is {run.status}, after {run.epochs} epochs",
            fix="train again; the network is saved after the first epoch",
        )
    return load_saved(path)
