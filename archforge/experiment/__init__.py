"""Experiment files: which architectures, images and settings belong together, as one YAML file.

What ``train``, ``search`` and ``compare`` are told of networks, images and trainings, and a search
of its own, can be written down once, checked before anything starts, and kept beside the images.
What a comparison alone is told (seeds, workers, the score, whose recipes, what it reuses) is given
on its command line. This room reads such a file, knows its JSON Schema, and says every problem at
its line; it trains nothing and imports no Keras. The file reads nothing but what it names, and runs
nothing.

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
