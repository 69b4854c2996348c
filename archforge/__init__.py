"""archforge: networks for images, written as one YAML file.

The way of the data is the way of the folders: text, spec, graph, analysis, model, run, study,
comparison, page. Nothing heavy is imported here; ``load`` and ``build_model`` import what they need
when they are first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archforge.graph import Graph

__version__ = "0.1.0"


def load(spec: str, preset: str | None = None, **hyperparameters: Any) -> "Graph":
    """The graph of a spec: shapes and costs, no TensorFlow.

    Args:
        spec: A name from the zoo, a preset's name, or a path.
        preset: A preset of the spec.
        **hyperparameters: Values to fix.

    Raises:
        archforge.errors.ProblemError: With everything that is wrong with it.
    """
    from archforge.catalog import read_architecture  # noqa: PLC0415 (heavy rooms load when used)

    return read_architecture(spec).graph(preset, hyperparameters)


def build_model(graph: "Graph") -> Any:
    """The ``keras.Model`` of a graph, with fresh weights.

    Not ``build``: that is the room, and importing it would replace a function of its name.
    """
    from archforge.build import build_model as built  # noqa: PLC0415 (imports TensorFlow)

    return built(graph)
