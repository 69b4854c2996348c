"""The JSON Schema of experiment files: for editors, and for ``read_experiment``.

Limits of numbers stand in ``train.Settings``, ``data.DataOptions`` and the tables of losses and
augmentations, which say them better; here stand keys, kinds of values, and words.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any

from archforge.data import NORMALIZE, DataOptions
from archforge.data.augment import OPERATIONS, PRESETS
from archforge.data.options import MASKS
from archforge.experiment.records import Searching
from archforge.losses import LOSSES
from archforge.schema.fragments import Schema, closed
from archforge.search import PRUNERS, SAMPLERS
from archforge.search.measures import COSTS
from archforge.train import OPTIMIZERS, Settings
from archforge.train.settings import (
    AUTO,
    BALANCED,
    LOGGERS,
    PRECISIONS,
    SAMPLINGS,
    SCHEDULES,
    TARGETS,
)

SCALAR: Schema = {"type": ["number", "string", "boolean", "null"]}
VALUE: Schema = {**SCALAR, "type": [*SCALAR["type"], "array"], "items": SCALAR}


def _one_of(names: Any, text: str) -> Schema:
    return {"enum": list(names), "description": text}


def _whole(text: str) -> Schema:
    return {"type": "integer", "description": text}


def _number(text: str) -> Schema:
    return {"type": "number", "description": text}


def _word(text: str) -> Schema:
    return {"type": "string", "description": text}


def _where(kind: str, then: Schema, other: Schema, text: str) -> Schema:
    """One schema for values of a kind, another for all others."""
    return {"if": {"type": kind}, "then": then, "else": other, "description": text}


def _limited(title: str, low: float, high: float, default: float | None) -> Schema:
    text = f"{title}, from {low:g} to {high:g}"
    told = text if default is None else f"{text}, by default {default:g}"
    return {"type": "number", "minimum": low, "maximum": high, "description": told}


def _loss() -> Schema:
    weight = {"type": "number", "exclusiveMinimum": 0, "description": "give a number above 0"}
    terms = {}
    for name, loss in LOSSES.items():
        told = {
            key: _limited(one.title, one.low, one.high, one.default)
            for key, one in loss.arguments.items()
        }
        terms[name] = _where("object", closed({"weight": weight, **told}), weight, loss.title)
    text = "auto, a sum such as dice+focal(gamma=1.5), or a mapping of losses and weights"
    return _where("object", {**closed(terms), "minProperties": 1}, _word(text), text)


def _augment() -> Schema:
    rows: dict[str, Schema] = {"preset": _one_of(PRESETS, "what the operations change")}
    for name, operation in OPERATIONS.items():
        told = {
            key: _limited(one.title, one.low, one.high, one.default)
            for key, one in operation.arguments.items()
        }
        other: Schema = {"type": ["boolean", "null"], "description": "write true or false"}
        rows[name] = _where("object", closed(told), other, operation.title)
    text = "a sum such as standard+noise(probability=0.3), or a mapping of operations"
    return _where("object", closed(rows), _word(text), text)


TRAIN: dict[str, Schema] = {
    "epochs": _whole("at most this many"),
    "batch_size": _whole("images or patches in a step"),
    "loss": _loss(),
    "class_weights": _where(
        "array",
        {"items": {"type": "number"}},
        {"enum": [BALANCED]},
        "balanced, or a number for each class; without it all count alike",
    ),
    "output_weights": {
        "type": "object",
        "additionalProperties": {"type": "number"},
        "description": "what the loss of an output counts, in place of what the spec says",
    },
    "optimizer": _one_of(OPTIMIZERS, "with Keras's own defaults"),
    "learning_rate": _number("above 0"),
    "schedule": _one_of(SCHEDULES, "how the learning rate goes"),
    "warmup": _number("epochs in which the learning rate rises from 0"),
    "weight_decay": _number("of weights but biases and those of normalization"),
    "clip": _number("longest gradient, all weights together; 0 for no limit"),
    "ema": _number("momentum of the averaged weights that are kept; 0 for none"),
    "accumulate": _whole("batches whose gradients make one step"),
    "precision": _one_of(PRECISIONS, "numbers of the layers"),
    "sampling": _one_of(SAMPLINGS, "patches of images, or whole images stretched"),
    "patches": _whole("of one image in an epoch; 0 for what covers the middle one once"),
    "foreground": _number("share of the patches that are drawn around foreground"),
    "augment": _augment(),
    "normalize": _one_of([AUTO, *NORMALIZE], "how pixels are brought to 0 to 1"),
    "target": _one_of(TARGETS, "the mask, or inside and border of numbered objects"),
    "seconds": _number("after which it ends, once its epoch is over; 0 for no limit"),
    "images": _whole("seen after which it ends, once its epoch is over; 0 for no limit"),
    "patience": _whole("epochs without a better score before it ends"),
    "seed": _whole("of weights, order, patches and augmentation, and of the split"),
    "logger": _one_of(LOGGERS, "what else keeps the numbers of each epoch"),
}
DATA: dict[str, Schema] = {
    "folder": _word("of images and masks, as a path from this file"),
    "masks": _one_of(MASKS, "what the values of masks are"),
    "ignore": {
        "type": ["integer", "null"],
        "description": "the mask value that is neither learned from nor scored",
    },
    "colours": {
        "type": ["object", "null"],
        "additionalProperties": {"type": "integer"},
        "description": "class index of each colour of the masks, {'#ff8800': 1}",
    },
    "classes": {
        "type": ["integer", "null"],
        "description": "number of classes of masks of indices, where some may be missing here",
    },
    "validation": _number("share to score on, where no folder 'validation' is"),
    "test": _number("share kept for the end, where no folder 'test' is"),
    "group_by": _word("auto, none or a manifest's column: what stays in one part"),
    "stratify_by": _word("auto, none, classes or a manifest's column"),
    "folds": {
        "type": ["integer", "null"],
        "description": "parts for cross-validation, in place of validation",
    },
    "fold": _whole("which of them is validated on, from 0"),
    "seed": _whole("of the split; that of `train` unless given, and a search has its own"),
}
SEARCH: dict[str, Schema] = {
    "trials": _whole("networks to train in all"),
    "seed": _whole("of draws, split and trainings; that of `train` unless given"),
    "workers": _where(
        "string", {"enum": ["auto"]}, {"type": "integer"}, "trainings at once, or auto"
    ),
    "sampler": _one_of(SAMPLERS, "what draws the next network"),
    "pruner": _one_of(PRUNERS, "what ends a training early that falls behind"),
    "timeout": _number("seconds after which a trial is ended"),
    "goal": _word("a metric that is to be high, such as val_dice"),
    "goals": {
        "type": "array",
        "items": {"type": "string"},
        "minItems": 1,
        "description": "several, scores and costs: [maximize val_dice, minimize macs]",
    },
    "limits": {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["number", "string"]},
        "propertyNames": {"enum": list(COSTS)},
        "description": "the most of each cost: {parameters: 5M, macs: 2G, memory: 6GiB}",
    },
    "retrain": {
        **closed({"top": _whole("of the best"), "seeds": _whole("that each is trained on")}),
        "type": ["object", "null"],
        "description": "the best trained again on other seeds: {top: 3, seeds: 3}",
    },
    "repeats": _whole("how often one network may be trained with the same settings"),
    "space": {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["string", "array"], "items": SCALAR, "minItems": 1},
        "description": "ranges by name, such as filters: 8..24:8 or padding: [same, valid]",
    },
}


def _section(keys: Mapping[str, Schema], owner: type, text: str, follows: str = "") -> Schema:
    """A mapping of ``keys`` that may be left empty, each with the default that its record has.

    Args:
        keys: With the schema of each.
        owner: The record.
        text: What it is.
        follows: A key whose default is what another section says.
    """
    known = {
        one.name: one.default
        for one in fields(owner)
        if one.default not in {MISSING, None} and one.name != follows
    }
    rows = {
        key: {**schema, "default": known[key]} if key in known else schema
        for key, schema in keys.items()
    }
    return {**closed(rows, description=text), "type": ["object", "null"]}


@lru_cache(maxsize=1)
def experiment_schema() -> Schema:
    """Draft 7 schema of an experiment file."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "archforge experiment, version 1",
        **closed(
            {
                "archforge": {"const": 1, "description": "version of the language"},
                "kind": {"const": "experiment"},
                "name": {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_.\-]*$",
                         "description": "begin with a letter; letters, digits and _ . - follow"},
                "architectures": {
                    "type": "array",
                    "items": {"type": "string"},
                    "minItems": 1,
                    "description": "names or paths, with :PRESET behind where one is meant",
                },
                "hyperparameters": {
                    "type": ["object", "null"],
                    "additionalProperties": VALUE,
                    "description": "values that are fixed, and so not searched",
                },
                "data": _section(DATA, DataOptions, "the images", "seed"),
                "train": _section(TRAIN, Settings, "settings of each training"),
                "search": _section(SEARCH, Searching, "how a search goes", "seed"),
            },
            "archforge",
            "kind",
            "name",
            "architectures",
            description="an archforge experiment",
        ),
    }  # fmt: skip
