"""Specs that nobody thought of: every layer with any of its arguments, in every kind of step."""

import json
from typing import Any

from hypothesis import strategies as st

from archforge.blocks import BLOCKS
from archforge.graph import Described
from archforge.layers import LAYERS

Draw = Any  # hypothesis's `draw`, which has no useful type
Step = dict[str, Any]

MERGES = sorted(
    name for name, layer in LAYERS.items() if layer.INPUTS[1] is None or layer.INPUTS[1] > 1
)
UNARY = sorted(set(LAYERS) - set(MERGES))
COMMON = [
    *("Conv2D", "MaxPooling2D", "BatchNormalization"),
    *("Dropout", "UpSampling2D", "Conv2DTranspose"),
]
BASE = ("dtype", "seed")  # other types are other numbers; seeds are not seen in shapes


def value(schema: dict[str, Any]) -> st.SearchStrategy[Any] | None:
    """A value that an argument's schema accepts, small enough to build; ``None`` for objects."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema.get("type", [])
    found = [_of(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    known = [one for one in found if one is not None]
    return st.one_of(known) if known else None


def _of(kind: str, schema: dict[str, Any]) -> st.SearchStrategy[Any] | None:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -2))
    if kind == "integer":
        return st.integers(low, max(low, 0) + 4)
    if kind == "number":
        high = schema.get("maximum", schema.get("exclusiveMaximum", max(low, 0) + 2))
        return st.sampled_from([low + (high - low) * part for part in (0.25, 0.5, 0.75)])
    if kind == "array":
        inner = value(schema.get("items", {}))
        fewest = schema.get("minItems", 1)
        most = schema.get("maxItems", fewest + 2)
        return None if inner is None else st.lists(inner, min_size=fewest, max_size=most)
    return {"boolean": st.booleans(), "null": st.none(), "string": st.just("odd")}.get(kind)


@st.composite
def arguments(draw: Draw, record: type[Described]) -> dict[str, Any]:
    """What a record needs, and now and then one of its other arguments."""
    given: dict[str, Any] = {}
    for name, argument in record.arguments().items():
        strategy = value(dict(argument.schema))
        wanted = name in record.required() or draw(st.integers(0, 9)) == 0
        if strategy is not None and wanted and name not in BASE:
            given[name] = draw(strategy)
    if "padding" in record.arguments() and "kernel_size" in given and draw(st.booleans()):
        given["padding"] = "same"
    return given


class Writer:
    """Draws the steps of one scope and keeps what they named."""

    def __init__(self, draw: Draw, names: list[str], blocks: list[str]) -> None:
        self._draw = draw
        self._names = names
        self._blocks = blocks
        self._count = 0
        self._loops = 0

    def steps(self, depth: int, most: int = 4) -> list[Step]:
        """Some steps."""
        return [self._step(depth) for _ in range(self._draw(st.integers(1, most)))]

    def _step(self, depth: int) -> Step:
        kinds = ["layer"] * 6 + ["merge"] * 2 + ["share", "block"]
        kinds += ["for", "branches", "if"] if depth else []
        return dict(getattr(self, f"_{self._draw(st.sampled_from(kinds))}")(depth))

    def _named(self, step: Step) -> Step:
        if self._draw(st.booleans()):
            self._count += 1
            name = f"n{self._count}"
            step["name"] = f"{name}@i" if self._loops else name
            self._names.append(f"{name}@0" if self._loops else name)
        return step

    def _layer(self, depth: int) -> Step:
        kind = self._draw(st.sampled_from(UNARY + COMMON * 4))
        step = {"layer": kind, **self._draw(arguments(LAYERS[kind]))}
        if self._draw(st.integers(0, 7)) == 0:
            step["repeat"] = self._draw(st.integers(0, 2))
        if self._draw(st.integers(0, 7)) == 0:
            step["if"] = self._draw(st.sampled_from(["=deep", "=not deep", "=width > 3"]))
        return self._named(step)

    def _merge(self, depth: int) -> Step:
        kind = self._draw(st.sampled_from([*MERGES, "Concatenate", "Add"]))
        step = {"layer": kind, **self._draw(arguments(LAYERS[kind]))}
        step["from"] = ["prev", self._draw(st.sampled_from(["image", *self._names]))]
        if self._draw(st.booleans()):
            step["align"] = self._draw(st.sampled_from(["strict", "crop", "pad", "resize"]))
        return self._named(step)

    def _share(self, depth: int) -> Step:
        if not self._names:
            return self._layer(depth)
        return self._named({"share": self._draw(st.sampled_from(self._names))})

    def _block(self, depth: int) -> Step:
        kind = self._draw(st.sampled_from([*self._blocks, "segmentation_head"]))
        if kind in BLOCKS:
            return self._named({"block": kind, **self._draw(arguments(BLOCKS[kind]))})
        return self._named({"block": kind, "filters": self._draw(st.integers(1, 4))})

    def _for(self, depth: int) -> Step:
        columns: dict[str, Any] = {"i": f"=range({self._draw(st.integers(0, 2))})"}
        self._loops += 1
        body = self.steps(0, 2)
        self._loops -= 1
        return {"for": columns, "steps": body}

    def _branches(self, depth: int) -> Step:
        merge = self._draw(st.sampled_from(["Concatenate", "Add", "Maximum"]))
        how = self._draw(st.sampled_from([{}, {"align": "crop"}, {"align": "pad"}]))
        bodies = {"one": self.steps(0, 2), "two": self.steps(0, 2)}
        if self._draw(st.booleans()):
            bodies["two"] = []
        return {"branches": bodies, "merge": {"layer": merge, **how}}

    def _if(self, depth: int) -> Step:
        return {"if": "=deep", "steps": self.steps(0, 2), "else": self.steps(0, 1)}


@st.composite
def specs(draw: Draw) -> str:
    """The text of a whole spec; JSON, which is YAML 1.2."""
    size = draw(st.integers(6, 24))
    block = Writer(draw, ["input"], [])
    body = Writer(draw, [], ["Body"])
    spec = {
        "archforge": 1,
        "name": "drawn",
        "task": draw(st.sampled_from(["segmentation", "classification"])),
        "hyperparameters": {"deep": draw(st.booleans()), "width": draw(st.integers(1, 6))},
        "inputs": {"image": [size, draw(st.sampled_from([size, size + 2, None])), 2]},
        "blocks": {"Body": {"arguments": {"filters": "int"}, "steps": _inside(block.steps(0, 2))}},
        "graph": [
            {"layer": "Conv2D", "filters": "=width + int(deep)", "kernel_size": 1},
            *body.steps(1),
            {"block": "Body", "filters": 2, "if": "=deep"},
        ],
    }
    return json.dumps(spec, indent=1)


def _inside(steps: list[Step]) -> list[Step]:
    """Steps that may stand in a block, which sees none of the file's hyperparameters."""
    return [
        {"layer": "Conv2D", "filters": "=filters", "kernel_size": 1},
        *(
            {k: "input" if v == "image" else v for k, v in step.items() if k != "if"}
            for step in steps
            if "from" not in step
        ),
    ]
