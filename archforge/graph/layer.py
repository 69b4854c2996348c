"""The base of all layers: what a layer must be able to say about itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from archforge.graph.argument import Argument, arg
from archforge.graph.described import Described, record
from archforge.graph.shape import AXES, PLACES, Shape, ShapeError, Span, show_axes

FLAG = Argument({"type": "boolean"})
DTYPE = Argument(
    {"enum": ["float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16", None]}
)


@dataclass(frozen=True)
class Parameters:
    """Learned numbers of a layer, split as Keras splits them."""

    trainable: int = 0
    non_trainable: int = 0

    @property
    def total(self) -> int:
        return self.trainable + self.non_trainable

    def __add__(self, other: "Parameters") -> "Parameters":
        return Parameters(
            self.trainable + other.trainable, self.non_trainable + other.non_trainable
        )


@record
class Layer(Described):
    """One Keras layer: Keras's class name, Keras's argument names, Keras's defaults.

    A subclass states its arguments as fields and overrides what differs from "one input, same shape
    out, no parameters, no MACs, each output position reads its own input position".
    """

    BASE: ClassVar[tuple[str, ...]] = ("trainable", "dtype")

    NAME: ClassVar[str] = ""
    """What a spec calls a layer of another package, ``lab/Swirl``; empty for archforge's own."""

    KERAS: ClassVar[str] = ""
    """Where such a layer's Keras class stands, ``lab.keras:Swirl``; imported by ``build`` alone."""

    RANK: ClassVar[int | None] = None
    """Axes that the input must have: 2 of a signal, 3 of an image, 4 of a volume; ``None``: any."""

    SIDES: ClassVar[tuple[str, ...] | None] = None
    """Arguments that the output's sizes but channels hang on, or that inputs are refused for.

    A layer that states them promises that heights and widths come from heights and widths alone,
    channels from channels alone; likewise for the length of a signal and the planes of a volume.
    ``None``: no such promise, unless ``shape`` is this class's own.
    """

    CHANNELS: ClassVar[tuple[str, ...]] = ()
    """Arguments that the output's channels hang on, beyond those in ``SIDES``."""

    KEEPS: ClassVar[bool] = False
    """Whether the output always has the shape of the input."""

    trainable: bool = arg(FLAG, True, "false keeps the layer's weights as they are")
    dtype: str | None = arg(DTYPE, None, "the type or policy the layer computes with")

    @classmethod
    def called(cls) -> str:
        """What a spec calls the layer: Keras's class name, or ``NAME``."""
        return cls.NAME or cls.__name__

    @classmethod
    def sides(cls) -> tuple[str, ...] | None:
        """``SIDES``; nothing for a layer that passes shapes on as they are."""
        return () if cls.SIDES is None and cls.shape is Layer.shape else cls.SIDES

    @classmethod
    def shaped_by(cls) -> tuple[str, ...]:
        """The arguments that the output's shape may hang on."""
        sides = cls.sides()
        return tuple(cls.arguments()) if sides is None else (*sides, *cls.CHANNELS)

    @classmethod
    def keeps_shape(cls) -> bool:
        """Whether the output always has the shape of the input."""
        return cls.KEEPS or cls.shape is Layer.shape

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        """Shape of the output.

        Raises:
            ShapeError: The layer cannot take inputs of these shapes.
        """
        self.check_inputs(inputs)
        return inputs[0]

    def weights(self, inputs: Sequence[Shape]) -> Parameters:
        """Parameters, as if ``trainable`` were true; see ``parameters``."""
        return Parameters()

    def parameters(self, inputs: Sequence[Shape]) -> Parameters:
        """Parameters for inputs of these shapes."""
        counted = self.weights(inputs)
        return counted if self.trainable else Parameters(0, counted.total)

    def macs(self, inputs: Sequence[Shape], output: Shape) -> int:
        """Multiply-accumulates of one call on one image: convolutions and dense layers only."""
        return 0

    def reads(self, span: Span, axis: int, inputs: Sequence[Shape]) -> Span | None:
        """Which input positions the output positions ``span`` depend on.

        Args:
            span: First and last output position along ``axis``.
            axis: Of the shapes: 0 for the height of an image, 1 for its width.
            inputs: Shapes of the inputs.

        Returns:
            First and last input position; ``None`` where nothing is read. May reach over the edge:
            the caller cuts it to the image.
        """
        return span

    def reads_each(self, span: Span, axis: int, inputs: Sequence[Shape]) -> list[Span | None]:
        """``reads`` for every input: layers with several may read each at other positions."""
        return [self.reads(span, axis, inputs)] * len(inputs)

    def plain(self, inputs: Sequence[Shape]) -> "Layer":
        """The layer to build for inputs of these shapes.

        A layer that Keras lacks gives a Keras layer that does the same where all sizes are known,
        so that saved models need no code of ours. It takes the first of the inputs only.
        """
        return self

    def check_inputs(self, inputs: Sequence[Shape]) -> None:
        """Refuse a wrong number of inputs, or another number of axes than ``RANK``."""
        self._check_count(len(inputs))
        if self.RANK is None:
            return
        for shape in inputs:
            self._check_axes(len(shape))

    def _check_count(self, given: int) -> None:
        fewest, most = self.INPUTS
        if given >= fewest and (most is None or given <= most):
            return
        least = f"at least {fewest}" if most is None else f"{fewest} to {most}"
        count = str(fewest) if fewest == most else least
        raise ShapeError(
            "AF201",
            f"{type(self).__name__} takes {count} input{'s' * (count != '1')}, {given} given",
            why="without `from:` a step reads the output of the step before it, and that alone",
            fix="name the inputs with `from:`" if given < fewest else "merge the inputs first",
        )

    def _check_axes(self, has: int) -> None:
        needs = self.RANK
        assert needs is not None
        if has == needs:
            return
        why, fix = _misfit(type(self).__name__, needs, has)
        raise ShapeError(
            "AF202",
            f"{type(self).__name__} needs {show_axes(needs)}, its input has {show_axes(has)}",
            why=why,
            fix=fix,
        )


def _misfit(layer: str, needs: int, has: int) -> tuple[str, str]:
    """Why an input with other axes cannot be taken, and what to write instead."""
    if needs not in PLACES or has not in AXES:
        return "", ""
    *others, last = AXES[needs][:-1]
    sizes = f"{', '.join(others)} and {last}" if others else last
    if has == 1:
        return f"a flat vector has no {sizes} any more", "put it before Flatten or global pooling"
    own = f"{needs - 1}D"
    fix = f"use a layer with {has - 1}D in its name, see `archforge list layers`"
    return f"it goes along {sizes} alone", fix if own in layer else ""


@record
class Input(Layer):
    """Where an image enters; not a step, the graph makes it from ``inputs:``."""

    INPUTS: ClassVar[tuple[int, int | None]] = (0, 0)

    declared: Shape = arg(Argument({"type": "array"}))
    values: str = arg(Argument({"type": "string"}), "unit")

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        return self.declared
