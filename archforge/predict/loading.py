"""The saved network of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from archforge.build import load_saved
from archforge.errors import Mark, refuse
from archforge.runs import RECORD, Run


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


@contextmanager
def said_if_incomplete(run: Run) -> Iterator[None]:
    """A record that does not say how images reach its network is damaged, and no bug of ours.

    Raises:
        ProblemError: AF501, in place of what reading the facts of its network raises.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        refuse(
            "AF501",
            f"the record '{RECORD}' is damaged",
            mark=Mark(str(run.folder / RECORD)),
            why=f"its 'network' does not say how images reach it: {error}",
            fix="train again, or bring the file back from a copy",
        )
