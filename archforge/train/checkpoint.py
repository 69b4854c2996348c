"""All that a training needs to go on after it was cut off, written whole after each epoch.

One ``.npz``: every variable of the network (weights, statistics, the state of dropout's random
numbers) and of the optimizer (moments, averages, accumulated gradients), and the history. What else
is random follows from seed and epoch. So a training that was killed ends with the very weights of
one that was not, on a machine whose kernels add up in the same order.
"""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from archforge.errors import Mark, refuse
from archforge.files import whole_file
from archforge.train.settings import Epoch

NAME = "checkpoint.npz"
FACTS = "facts"
VERSION = 1


def has_checkpoint(folder: Path) -> bool:
    """Whether a training in that folder can go on."""
    return (folder / NAME).is_file()


def write_checkpoint(
    folder: Path, model: Any, optimizer: Any, history: Sequence[Epoch], best: tuple[float, float]
) -> None:
    """Write the state after an epoch, beside its place and renamed.

    Args:
        folder: Of the run.
        model: The network, with the weights that go on learning.
        optimizer: Built.
        history: The epochs so far.
        best: Score of the best epoch, and the negative of its loss.
    """
    facts = {"version": VERSION, "history": [asdict(epoch) for epoch in history], "best": best}
    arrays: dict[str, Any] = {FACTS: np.frombuffer(json.dumps(facts).encode(), np.uint8)}
    for kind, variables in _variables(model, optimizer):
        arrays |= {f"{kind}{row}": np.asarray(v.numpy()) for row, v in enumerate(variables)}
    with whole_file(folder / NAME) as part:
        np.savez(part, allow_pickle=False, **arrays)


def read_checkpoint(
    folder: Path, model: Any, optimizer: Any
) -> tuple[list[Epoch], tuple[float, float]]:
    """Bring network and optimizer to the state of a checkpoint.

    Returns:
        History and best, as they were written.

    Raises:
        ProblemError: There is none, or it is damaged or of another network.
    """
    path = folder / NAME
    try:
        # Opened here: of a damaged file, NumPy (2.4) leaves its own handle open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            facts = json.loads(kept[FACTS].tobytes())
            for kind, variables in _variables(model, optimizer):
                for row, variable in enumerate(variables):
                    variable.assign(kept[f"{kind}{row}"])
        epochs = [Epoch(**row) for row in facts["history"]]
        return epochs, (float(facts["best"][0]), float(facts["best"][1]))
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        there = has_checkpoint(folder)
        refuse(
            "AF517",
            f"the checkpoint '{path.name}' is damaged" if there else "there is no checkpoint",
            mark=Mark(str(path)),
            why=str(error).splitlines()[0] if there else "it is written after the first epoch",
            fix="train anew: leave out `--resume`",
        )


def _variables(model: Any, optimizer: Any) -> list[tuple[str, Sequence[Any]]]:
    """``model.variables`` holds the state of dropout too, which ``model.weights`` leaves out."""
    return [("network", model.variables), ("optimizer", optimizer.variables)]
