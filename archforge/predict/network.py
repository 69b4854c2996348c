"""How images reach a network and where its scores come out: what a run's record keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archforge.build import keras_name
from archforge.data.normalize import Preparation
from archforge.graph import Graph
from archforge.predict.region import Region, Size, find_region, main_output


@dataclass(frozen=True)
class Network:
    """How images reach a network and where its scores come out.

    Args:
        region: Of the output that is scored.
        channels: Of the input.
        preparation: How pixels become its numbers.
        output: Its Keras name.
        resize: Whether images were brought to the size of the input as a whole in its training, so
            that they must be here; else they are seen at their own scale, in tiles.
        bordered: Whether its classes are background, inside and border of objects.
    """

    region: Region
    channels: int
    preparation: Preparation
    output: str
    resize: bool = True
    bordered: bool = False

    @property
    def values(self) -> str:
        """The range of the input."""
        return self.preparation.values

    @classmethod
    def of(
        cls,
        graph: Graph,
        size: Size,
        preparation: Preparation | None = None,
        *,
        resize: bool = True,
        bordered: bool = False,
    ) -> "Network":
        """That of a graph, at ``size`` where it leaves the size open.

        Args:
            graph: With one image.
            size: Of the image.
            preparation: By default the range of the file's type, to the range of the input.
            resize: As above.
            bordered: As above.
        """
        (image,) = graph.inputs.values()
        name = main_output(graph)
        region = find_region(graph, graph.outputs[name], size)
        channels = image.shape[-1]
        assert channels is not None
        values = str(getattr(image.layer, "values", "unit"))
        chosen = preparation or Preparation(values=values)
        return cls(region, channels, chosen, keras_name(name), resize, bordered)

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> "Network":
        """That of a record."""
        sizes = (tuple(int(side) for side in facts[key]) for key in ("size", "seen", "positions"))
        return cls(
            Region(*sizes),
            int(facts["channels"]),
            Preparation.read(facts),
            str(facts["output"]),
            bool(facts.get("resize", True)),
            bool(facts.get("bordered", False)),
        )

    def facts(self) -> dict[str, object]:
        """What ``run.json`` keeps."""
        return {
            "size": list(self.region.image),
            "channels": self.channels,
            **self.preparation.facts(),
            "output": self.output,
            "seen": list(self.region.seen),
            "positions": list(self.region.output),
            "resize": self.resize,
            "bordered": self.bordered,
        }
