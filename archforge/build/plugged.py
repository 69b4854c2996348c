"""Keras classes of other packages: imported by the string in their record, and judged.

A class must be registered under its record's name, ``lab>Swirl``: two packages may have a class of
one name, and a saved model names the registered one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from archforge.build.quiet import keras
from archforge.errors import ProblemError
from archforge.graph import Layer, Node, show_shape
from archforge.layers import known_layers
from archforge.plugins import blamed, told


def plugged_class(kind: type[Layer]) -> Any:
    """The Keras class of a plug-in.

    Raises:
        ProblemError: AF118, it cannot be had, or would not load from a saved model.
    """
    name, (module, _, attribute) = kind.called(), kind.KERAS.partition(":")
    with blamed(name, f"its Keras class '{kind.KERAS}' cannot be imported"):
        found = getattr(import_module(module), attribute)
    if not (isinstance(found, type) and issubclass(found, keras.layers.Layer)):
        raise _problem(name, f"'{kind.KERAS}' is no Keras layer")
    if _of_keras(found):
        return found
    if (found.__module__, found.__name__) != (module, attribute):
        raise _problem(name, f"'{kind.KERAS}' is made in {found.__module__}: name that module")
    wanted = name.replace("/", ">")
    if keras.saving.get_registered_name(found) != wanted:
        package = wanted.partition(">")[0]
        register = f'@keras.saving.register_keras_serializable("{package}")'
        raise _problem(name, f"its Keras class must be registered: `{register}`")
    return found


def saved_names() -> dict[str, type[Layer]]:
    """How a saved model names the Keras class of each plug-in that is installed."""
    layers = (kind for kind in known_layers().values() if kind.KERAS)
    return {kind.KERAS.replace(":", "."): kind for kind in layers}


@contextmanager
def built_by(layer: Layer, what: str) -> Iterator[None]:
    """What is raised inside is the doing of ``layer``, where that is a plug-in's."""
    if not layer.NAME:
        yield
        return
    with blamed(layer.NAME, what):
        yield


def check_built(node: Node, made: Any, tensor: Any) -> None:
    """Refuse a plug-in whose record says something else than its Keras class does.

    Raises:
        ProblemError: AF118.
    """
    if not node.layer.NAME:
        return
    shape = tuple(tensor.shape[1:])
    if shape != node.shape:
        said, found = show_shape(node.shape), show_shape(shape)
        raise _problem(node.kind, f"its record says {said}, its Keras class gives {found}")
    counted, said_total = made.count_params(), node.parameters.total
    if node.shares is None and counted != said_total:
        text = f"its record says {said_total:,} parameters, its Keras class has {counted:,}"
        raise _problem(node.kind, text)


def import_plugged(names: set[str]) -> set[str]:
    """Those of ``names`` that are no Keras class of a plug-in; the others are imported.

    Args:
        names: Classes that a saved model names, with their modules.
    """
    if not names:
        return set()
    known = saved_names()
    for name in names & set(known):
        plugged_class(known[name])
    return names - set(known)


def _of_keras(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "keras"


def _problem(name: str, what: str) -> ProblemError:
    return ProblemError([told(name, what)])
