"""Records of trainings: what was trained, on what, how, and what came of it.

A run is a folder. ``run.json`` is its record, ``spec.yaml`` the architecture as it was written,
``model.keras`` the best weights, ``history.csv`` a line for each epoch, ``curves.png`` and
``predictions.png`` the pictures. This room knows the record and the folder's name; it trains
nothing, draws nothing and imports neither Keras nor NumPy.

``choose_runs`` and ``order`` find some among many, ``gather`` sees which belong together.

To add a fact to the record: a field with a default in ``record.Run``, so that older records read.
"""

from archforge.runs.choosing import Condition, Wanted, choose_runs, order, score_of
from archforge.runs.folder import new_run_folder
from archforge.runs.gathering import Gathered, collection_of, gather
from archforge.runs.record import STATUSES, Failure, Run
from archforge.runs.store import RECORD, list_runs, read_run, said_if_unwritten, write_run

__all__ = [
    "RECORD",
    "STATUSES",
    "Condition",
    "Failure",
    "Gathered",
    "Run",
    "Wanted",
    "choose_runs",
    "collection_of",
    "gather",
    "list_runs",
    "new_run_folder",
    "order",
    "read_run",
    "said_if_unwritten",
    "score_of",
    "write_run",
]
