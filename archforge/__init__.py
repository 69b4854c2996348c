"""archforge: networks for images, written as one YAML file.

The way of the data is the way of the folders: text, spec, graph, analysis, model, run, study,
comparison, page. Nothing heavy is imported here; ``load``, ``build`` and their kin import what they
need when they are first used.
"""

__version__ = "0.1.0"
