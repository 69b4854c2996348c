"""Hyperparameter search: Optuna proposes, each trial is one training, the best spec is written.

This room alone knows Optuna. It knows no Keras: what trains a trial is named to it and runs in a
process of its own (``archforge.crew``). ``space`` draws values while a graph is expanded, so only
those that a network reads are suggested; ``engine`` is the coordinator; ``store`` is Optuna's
database, ``identity`` says whether a folder holds the same study; ``writing`` and ``pictures`` end
it. Several nodes may work on one study (``joining``): ``claims`` says in the database which of them
has a trial, ``nodes`` which of them live, ``places`` where the database is.

Importing this room is light: Optuna comes with ``search``. To add a sampler or a pruner: a function
in ``samplers`` or ``pruners`` and a line in ``methods``.

What a seed fixes: the split, and for each network the seed of its training. With one worker the
draws too; with several they depend on which trial ends first.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archforge.search.methods import PRUNERS, SAMPLERS
from archforge.search.records import Study, Trial

if TYPE_CHECKING:
    from archforge.crew.failures import TrialBugError
    from archforge.search.joining import join
    from archforge.search.plan import Event
    from archforge.search.study import default_folder, read_study, search

_LATER = {
    "Event": "search.plan",
    "TrialBugError": "crew.failures",
    "default_folder": "search.study",
    "join": "search.joining",
    "read_study": "search.study",
    "search": "search.study",
}

__all__ = [
    "PRUNERS",
    "SAMPLERS",
    "Event",
    "Study",
    "Trial",
    "TrialBugError",
    "default_folder",
    "join",
    "read_study",
    "search",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'archforge.search' has no attribute {name!r}")
    return getattr(import_module(f"archforge.{_LATER[name]}"), name)
