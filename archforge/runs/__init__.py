"""Records of trainings: what was trained, on what, how, and what came of it.

A run is a folder. ``run.json`` is its record, ``spec.yaml`` the architecture as it was written,
``model.keras`` the best weights, ``history.csv`` a line for each epoch, ``curves.png`` and
``predictions.png`` the pictures. This room knows the record and the folder's name; it trains
nothing, draws nothing and imports neither Keras nor NumPy.

To add a fact to the record: a field with a default in ``record.Run``, so that older records read.
"""

from archforge.runs.folder import new_run_folder
from archforge.runs.record import STATUSES, Failure, Run
from archforge.runs.store import RECORD, list_runs, read_run, said_if_unwritten, write_run

__all__ = [
    "RECORD",
    "STATUSES",
    "Failure",
    "Run",
    "list_runs",
    "new_run_folder",
    "read_run",
    "said_if_unwritten",
    "write_run",
]
