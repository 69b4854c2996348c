"""Builds the Keras model of a graph.

Knows how a record of ``archforge.layers`` becomes a Keras layer, the layers that Keras lacks, and
how weights pass from one model to another. It knows no spec, no training and no data. Importing it
imports TensorFlow, quietly; a model saved by archforge loads wherever this room was imported.

To add a layer that Keras lacks: its record in ``archforge.layers``, its class and a line in
``custom.CUSTOM``. A layer of another package says in its record where its Keras class stands.
"""

from archforge.build.custom import CUSTOM
from archforge.build.model import build_model, build_with, keras_class, keras_layer, keras_name
from archforge.build.pretrained import Given
from archforge.build.quiet import keras, tensorflow
from archforge.build.saved import load_saved
from archforge.build.twin import Counterparts, counterparts
from archforge.build.weights import copy_layer, model_facts

__all__ = [
    "CUSTOM",
    "Counterparts",
    "Given",
    "build_model",
    "build_with",
    "copy_layer",
    "counterparts",
    "keras",
    "keras_class",
    "keras_layer",
    "keras_name",
    "load_saved",
    "model_facts",
    "tensorflow",
]
