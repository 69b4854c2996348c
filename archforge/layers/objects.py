"""Keras objects that a layer's argument may be: initializers, regularizers, constraints.

Written by name (``he_normal``, ``HeNormal``) or as a mapping by class name with its arguments,
``{L2: {l2: 1e-4}}``. A closed table: a spec names data, never code.
"""

from typing import Any, NamedTuple


class KerasObject(NamedTuple):
    """A Keras object with arguments of its own; without any it is kept as its plain name."""

    class_name: str
    arguments: tuple[tuple[str, Any], ...]


_SEED = {"type": ["integer", "null"]}
_NUMBER = {"type": "number"}
_AXIS = {"type": ["integer", "array"], "items": {"type": "integer"}}
_FLAG = {"type": "boolean"}

INITIALIZERS: dict[str, dict[str, Any]] = {
    "Constant": {"value": _NUMBER},
    "GlorotNormal": {"seed": _SEED},
    "GlorotUniform": {"seed": _SEED},
    "HeNormal": {"seed": _SEED},
    "HeUniform": {"seed": _SEED},
    "LecunNormal": {"seed": _SEED},
    "LecunUniform": {"seed": _SEED},
    "Ones": {},
    "Orthogonal": {"gain": _NUMBER, "seed": _SEED},
    "RandomNormal": {"mean": _NUMBER, "stddev": _NUMBER, "seed": _SEED},
    "RandomUniform": {"minval": _NUMBER, "maxval": _NUMBER, "seed": _SEED},
    "TruncatedNormal": {"mean": _NUMBER, "stddev": _NUMBER, "seed": _SEED},
    "VarianceScaling": {
        "scale": _NUMBER,
        "mode": {"enum": ["fan_in", "fan_out", "fan_avg"]},
        "distribution": {"enum": ["normal", "uniform", "truncated_normal", "untruncated_normal"]},
        "seed": _SEED,
    },
    "Zeros": {},
}
REGULARIZERS: dict[str, dict[str, Any]] = {
    "L1": {"l1": _NUMBER},
    "L1L2": {"l1": _NUMBER, "l2": _NUMBER},
    "L2": {"l2": _NUMBER},
    "OrthogonalRegularizer": {"factor": _NUMBER, "mode": {"enum": ["rows", "columns"]}},
}
CONSTRAINTS: dict[str, dict[str, Any]] = {
    "MaxNorm": {"max_value": _NUMBER, "axis": _AXIS},
    "MinMaxNorm": {"min_value": _NUMBER, "max_value": _NUMBER, "rate": _NUMBER, "axis": _AXIS},
    "NonNeg": {},
    "UnitNorm": {"axis": _AXIS},
}
# Keras cannot make these without their arguments, nor by name alone.
_REQUIRED = {"Constant": ["value"]}
_CLASSES = {*INITIALIZERS, *REGULARIZERS, *CONSTRAINTS}


def _snake(name: str) -> str:
    """Keras's lower-case alias of a class, ``he_normal`` for ``HeNormal``; ``l1l2`` for L1L2."""
    if name == "L1L2":
        return "l1l2"
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def keras_object(value: Any) -> Any:
    """The one form of an object: ``HeNormal`` and ``{HeNormal: {}}`` are both ``he_normal``.

    Equal networks must have equal records, whichever way they were written.
    """
    if isinstance(value, dict):
        ((name, arguments),) = value.items()
        if arguments:
            return KerasObject(name, tuple(sorted((k, _frozen(v)) for k, v in arguments.items())))
        return _snake(name)
    return _snake(value) if value in _CLASSES else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def object_schema(table: dict[str, dict[str, Any]], *, null: bool = False) -> dict[str, Any]:
    """The fragment that accepts a name out of ``table``, or one class with its arguments."""
    short = [name for name in table if name not in _REQUIRED]
    names = [word for name in short for word in (_snake(name), name)]
    classes = {
        name: {
            "type": "object",
            "properties": dict(arguments),
            "additionalProperties": False,
            "required": _REQUIRED.get(name, []),
        }
        for name, arguments in table.items()
    }
    return {
        "type": ["string", "object", "null"] if null else ["string", "object"],
        "if": {"type": "string"},
        "then": {"enum": names},
        "else": {
            "properties": classes,
            "additionalProperties": False,
            "maxProperties": 1,
            "minProperties": 1,
        },
    }
