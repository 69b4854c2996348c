"""What the contracts try: arguments as a spec writes them, on inputs of given shapes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from archforge.graph import PLACES, Graph, Input, Layer, Node, Shape, ShapeError


@dataclass(frozen=True)
class LayerCase:
    """One layer with one set of arguments on inputs of given shapes.

    Args:
        kind: The layer's record.
        arguments: As a spec writes them.
        inputs: Shapes of its inputs, without the batch.
        exact: Whether ``reads`` names just what is read; otherwise it may name more, because what
            is read depends on values, or because axes change places.
    """

    kind: type[Layer]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: Sequence[Shape] = ((8, 6, 4),)
    exact: bool = True

    @property
    def layer(self) -> Layer:
        """The record with its arguments."""
        return self.kind.of(self.arguments)

    @property
    def known(self) -> bool:
        """Whether all sizes of the inputs are known."""
        return all(None not in shape for shape in self.inputs)

    @property
    def of_images(self) -> bool:
        """Whether inputs and output are all images, signals or volumes of sizes that are known."""
        rank = len(self.inputs[0])
        if not self.known or rank not in PLACES or any(len(s) != rank for s in self.inputs):
            return False
        try:
            return len(self.layer.shape(self.inputs)) == rank
        except ShapeError:  # a test that takes the case will say so
            return True

    def __str__(self) -> str:
        return _shown(self.kind.called(), self.arguments, self.inputs)


@dataclass(frozen=True)
class BlockCase:
    """One block with one set of arguments on inputs of given shapes.

    Args:
        name: As a spec writes it: ``lab/gate``.
        arguments: As a spec writes them.
        inputs: Shapes of its inputs, without the batch.
    """

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: Sequence[Shape] = ((16, 16, 8),)

    @property
    def step(self) -> dict[str, Any]:
        """The step that uses it."""
        names = [f"x{index}" for index, _ in enumerate(self.inputs)]
        return {"block": self.name, "name": "it", "from": names, **self.arguments}

    @property
    def text(self) -> str:
        """A spec of this step alone; JSON is YAML."""
        shapes = {f"x{index}": list(shape) for index, shape in enumerate(self.inputs)}
        head = {"archforge": 1, "name": "example", "task": "segmentation"}
        return json.dumps({**head, "inputs": shapes, "graph": [self.step]}, indent=1)

    def __str__(self) -> str:
        return _shown(self.name, self.arguments, self.inputs)


def _shown(name: str, arguments: Mapping[str, Any], inputs: Sequence[Shape]) -> str:
    text = ",".join(f"{key}={value}" for key, value in arguments.items())
    return f"{name}({text}) on {list(inputs)}".replace(" ", "")


def graph_of(case: LayerCase) -> Graph:
    """The case as a network of its own, whose one layer is called ``it``."""
    nodes = {
        f"input_{index}": Node(f"input_{index}", Input(declared=shape), (), shape)
        for index, shape in enumerate(case.inputs)
    }
    layer, inputs = case.layer, tuple(nodes)
    nodes["it"] = Node("it", layer, inputs, layer.shape(case.inputs), layer.parameters(case.inputs))
    return Graph("network", "segmentation", nodes, {"it": "it"})


def images(shapes: Sequence[Shape], batch: int = 1) -> list[Any]:
    """Inputs of these shapes, the same every time; an open size is 5."""
    random = np.random.default_rng(0)
    return [
        random.uniform(0.1, 1.0, (batch, *(size or 5 for size in shape))).astype("float32")
        for shape in shapes
    ]


def one_or_all(tensors: list[Any], layer: Layer) -> Any:
    """What the layer is called on: its only input, or the list of them."""
    return tensors[0] if layer.INPUTS[1] == 1 else tensors
