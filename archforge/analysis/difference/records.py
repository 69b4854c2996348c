"""What two networks do not share, as records."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from archforge.graph import Graph


@dataclass(frozen=True)
class Change:
    """One thing about a node that is not the same.

    Args:
        what: An argument's name, or ``layer``, ``inputs``, ``weights of`` or ``shape``.
        before: As people write it.
        after: As people write it.
        follows: Whether it comes of a difference elsewhere: of a node that was put in before this
            one or taken out, of an input's shape.
    """

    what: str
    before: str
    after: str
    follows: bool = False


@dataclass(frozen=True)
class Changed:
    """A node that both networks have, but not alike.

    Args:
        before: Its name in the first.
        after: Its name in the second.
        layer: Its class in the second.
        changes: At least one.
    """

    before: str
    after: str
    layer: str
    changes: tuple[Change, ...]

    @property
    def follows(self) -> bool:
        """Whether all of it comes of differences elsewhere."""
        return all(change.follows for change in self.changes)


@dataclass(frozen=True)
class Figure:
    """A number of both networks.

    Args:
        name: What is counted.
        before: Of the first.
        after: Of the second.
    """

    name: str
    before: int
    after: int

    @property
    def percent(self) -> float | None:
        """Of the first; ``None`` where that has none."""
        return 100 * (self.after - self.before) / self.before if self.before else None


@dataclass(frozen=True, eq=False)
class Difference:
    """Two networks side by side.

    Args:
        before: The first.
        after: The second.
        same: Whether they are one network; names do not matter.
        added: Names of nodes of the second alone.
        removed: Names of nodes of the first alone.
        changed: Nodes of both that are not alike.
        renamed: Nodes that are called otherwise: old and new name.
        figures: What they cost and see.
        shapes: Inputs and outputs with other names or shapes.
        hyperparameters: Values that differ; ``None`` where there is no such hyperparameter.
    """

    before: Graph
    after: Graph
    same: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]
    renamed: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    shapes: tuple[Change, ...]
    hyperparameters: Mapping[str, tuple[Any, Any]]

    def facts(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "same_network": self.same,
            "before": _named(self.before),
            "after": _named(self.after),
            "figures": {
                one.name: {
                    "before": one.before,
                    "after": one.after,
                    "difference": one.after - one.before,
                    "percent": None if one.percent is None else round(one.percent, 2),
                }
                for one in self.figures
            },
            "shapes": [asdict(change) for change in self.shapes],
            "hyperparameters": {
                name: {"before": before, "after": after}
                for name, (before, after) in self.hyperparameters.items()
            },
            "added": [_node(self.after, name) for name in self.added],
            "removed": [_node(self.before, name) for name in self.removed],
            "changed": [asdict(one) for one in self.changed],
            "renamed": [{"before": old, "after": new} for old, new in self.renamed],
        }


def _named(graph: Graph) -> dict[str, Any]:
    return {"name": graph.name, "preset": graph.preset}


def _node(graph: Graph, name: str) -> dict[str, Any]:
    node = graph.nodes[name]
    return {"name": name, "layer": node.kind, "shape": list(node.shape)}
