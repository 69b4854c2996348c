"""Masks and objects for a person's images, from the network of a ``Run``.

- ``predict_files`` writes a mask for each image; ``open_predictor`` is the network behind it.
- ``predict_classes`` writes the class of each image, where whole images have one.
- ``instances`` makes numbered objects of scores, ``object_table`` and ``to_coco`` measure them;
  these three need neither a run nor Keras.

Importing this room is light: Keras is imported when one of its functions is first used. It trains
nothing and scores nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archforge.predict.classes import ClassOutcome, predict_classes
    from archforge.predict.files import Outcome, predict_files
    from archforge.predict.geometry import Geometry
    from archforge.predict.loading import load_model
    from archforge.predict.network import Network
    from archforge.predict.objects import foreground_score, instances
    from archforge.predict.opening import open_geometry, open_predictor
    from archforge.predict.pixels import Pixels, open_pixels
    from archforge.predict.predictor import Predictor, Way, as_mask
    from archforge.predict.single import Wanted
    from archforge.predict.table import object_table, to_coco

_LATER = {
    "ClassOutcome": "classes",
    "Geometry": "geometry",
    "Network": "network",
    "Outcome": "files",
    "Pixels": "pixels",
    "Predictor": "predictor",
    "Wanted": "single",
    "Way": "predictor",
    "as_mask": "predictor",
    "foreground_score": "objects",
    "instances": "objects",
    "load_model": "loading",
    "object_table": "table",
    "open_geometry": "opening",
    "open_pixels": "pixels",
    "open_predictor": "opening",
    "predict_classes": "classes",
    "predict_files": "files",
    "to_coco": "table",
}

__all__ = [
    "ClassOutcome",
    "Geometry",
    "Network",
    "Outcome",
    "Pixels",
    "Predictor",
    "Wanted",
    "Way",
    "as_mask",
    "foreground_score",
    "instances",
    "load_model",
    "object_table",
    "open_geometry",
    "open_pixels",
    "open_predictor",
    "predict_classes",
    "predict_files",
    "to_coco",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'archforge.predict' has no attribute {name!r}")
    return getattr(import_module(f"archforge.predict.{_LATER[name]}"), name)
