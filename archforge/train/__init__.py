"""One training: a graph, a data set and settings become a ``Run``.

- ``adapt`` sets what follows from the data, ``check_fits`` says whether a network fits it.
- ``train`` fits, keeps the best weights and writes the run's folder while it goes.
- ``evaluate`` and ``otsu_scores`` score on full-size originals.
- ``replay`` trains a run again from its record; ``differences`` says what differs between two.
- ``preview`` gives patches as a training would see them, before there is one.

The network sees images at its own size; every score that is reported is of the image's own size.
Masks for new images are made by the room ``predict``; what has to do with several trainings
(search, folds, statistics) is not here either.

Importing this room is light: Keras is imported when one of its functions is first used. To add an
optimizer: one line in ``settings.OPTIMIZERS``.

What a seed fixes: first weights, dropout, the order of images and their augmentation are equal bit
by bit, on any number of threads. Sums in TensorFlow's kernels come out equal on the same CPU with
the same number of threads, which a test looks at; on a GPU, or another machine, they need not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archforge.train.adapt import adapt, learned_classes
from archforge.train.fits import check_fits, check_takes_images
from archforge.train.history import read_history
from archforge.train.opening import Opened, open_again, open_together
from archforge.train.previewing import Seen, Shown, preview
from archforge.train.settings import OPTIMIZERS, Epoch, Settings, StopTraining

if TYPE_CHECKING:
    from archforge.train.differing import differences
    from archforge.train.fitting import resume, train
    from archforge.train.replayed import Replay
    from archforge.train.replaying import replay
    from archforge.train.scoring import evaluate, otsu_scores, predictions

_LATER = {
    "Replay": "replayed",
    "differences": "differing",
    "evaluate": "scoring",
    "otsu_scores": "scoring",
    "predictions": "scoring",
    "replay": "replaying",
    "resume": "fitting",
    "train": "fitting",
}

__all__ = [
    "OPTIMIZERS",
    "Epoch",
    "Opened",
    "Replay",
    "Seen",
    "Settings",
    "Shown",
    "StopTraining",
    "adapt",
    "check_fits",
    "check_takes_images",
    "differences",
    "evaluate",
    "learned_classes",
    "open_again",
    "open_together",
    "otsu_scores",
    "predictions",
    "preview",
    "read_history",
    "replay",
    "resume",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'archforge.train' has no attribute {name!r}")
    return getattr(import_module(f"archforge.train.{_LATER[name]}"), name)
