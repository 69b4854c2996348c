"""Experiment files: which architectures, images and settings belong together, as one YAML file.

What can be given on the command line of ``train``, ``search`` and ``compare`` can be written down
once, checked before anything starts, and kept beside the images. This room reads such a file, knows
its JSON Schema, and says every problem at its line; it trains nothing and imports no Keras. The
file reads nothing but what it names, and runs nothing.

To add a key: a field of ``train.Settings`` or ``data.DataOptions`` and a line in ``schema``; a test
holds both together. What later versions will read has a line in ``later.LATER``.
"""

from archforge.experiment.checking import check_experiment
from archforge.experiment.example import example_text
from archforge.experiment.reading import read_experiment
from archforge.experiment.records import Experiment, Searching
from archforge.experiment.schema import experiment_schema

__all__ = [
    "Experiment",
    "Searching",
    "check_experiment",
    "example_text",
    "experiment_schema",
    "read_experiment",
]
