"""The Keras layers that Keras lacks, each with the arguments of its record in ``archforge.layers``.

They are registered, so that a saved model loads wherever ``archforge.build`` was imported.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from archforge.build.quiet import keras, tensorflow

Shapes = list[tuple[int | None, ...]]
ops = keras.ops


@keras.saving.register_keras_serializable("archforge")
class LocalResponseNormalization(keras.layers.Layer):
    """``tf.nn.local_response_normalization`` (Krizhevsky, Sutskever and Hinton 2012)."""

    def __init__(
        self,
        depth_radius: int = 5,
        bias: float = 1.0,
        alpha: float = 1.0,
        beta: float = 0.5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.depth_radius = depth_radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta

    def call(self, inputs: Any) -> Any:
        # TensorFlow 2.21 has no bfloat16 kernel for this on a CPU.
        normalized = tensorflow.nn.local_response_normalization(
            ops.cast(inputs, "float32"),
            depth_radius=self.depth_radius,
            bias=self.bias,
            alpha=self.alpha,
            beta=self.beta,
        )
        return ops.cast(normalized, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("depth_radius", "bias", "alpha", "beta")}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("archforge")
class LayerScale(keras.layers.Layer):
    """A learned factor for each channel (Touvron et al. 2021).

    ``keras.applications.convnext`` has one for its own use, whose number of channels must be given.
    """

    def __init__(self, init_values: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.init_values = init_values

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.gamma = self.add_weight(
            name="gamma",
            shape=input_shape[-1:],
            initializer=keras.initializers.Constant(self.init_values),
        )

    def call(self, inputs: Any) -> Any:
        return inputs * self.gamma

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "init_values": self.init_values}


@keras.saving.register_keras_serializable("archforge")
class StochasticDepth(keras.layers.Layer):
    """Dropout of whole examples (Huang et al. 2016), as in ``keras.applications.convnext``.

    That one draws from Keras's global generator; this one from its own, as ``Dropout`` does.
    """

    def __init__(self, drop_path_rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training:
            return inputs
        each = (ops.shape(inputs)[0], *[1] * (len(inputs.shape) - 1))
        return keras.random.dropout(inputs, self.drop_path_rate, each, self.seed_generator)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"drop_path_rate": self.drop_path_rate, "seed": self.seed}
        return {**super().get_config(), **own}


def _common(shapes: Shapes, axis: int, choose: Any) -> int | None:
    sizes = [shape[axis] for shape in shapes]
    return None if None in sizes else int(choose(sizes))


def _sizes(inputs: list[Any], axis: int) -> list[Any]:
    return [ops.shape(each)[axis] for each in inputs]


def _extreme(sizes: list[Any], fold: Any, choose: Any) -> Any:
    """The smallest or largest size, of numbers or of tensors."""
    if all(isinstance(size, int) for size in sizes):
        return choose(sizes)
    extreme = sizes[0]
    for size in sizes[1:]:
        extreme = fold(extreme, size)
    return extreme


def _places(shape: Sequence[Any]) -> range:
    """The axes between the batch and the channels."""
    return range(1, len(shape) - 1)


def _padded(image: Any, targets: Iterable[Any]) -> Any:
    """Zeros around an image, the odd one behind it, up to a size along each of these axes."""
    edges: list[list[Any]] = [[0, 0]]
    for axis, target in enumerate(targets, start=1):
        rest = target - ops.shape(image)[axis]
        edges.append([rest // 2, rest - rest // 2])
    # keras.ops.pad takes numbers only (Keras 3.15), sizes here may be tensors.
    return tensorflow.pad(image, [*edges, [0, 0]])


@keras.saving.register_keras_serializable("archforge")
class CropLike(keras.layers.Layer):
    """Crops its first input to the smallest of all, centred."""

    def call(self, inputs: list[Any]) -> Any:
        image = inputs[0]
        kept = [slice(None)]
        for axis in _places(image.shape):
            size = _extreme(_sizes(inputs, axis), ops.minimum, min)
            start = (ops.shape(image)[axis] - size) // 2
            kept.append(slice(start, start + size))
        return image[tuple(kept)]

    def compute_output_shape(self, input_shape: Shapes) -> tuple[int | None, ...]:
        batch, *_, read = input_shape[0]
        return (batch, *(_common(input_shape, axis, min) for axis in _places(input_shape[0])), read)


@keras.saving.register_keras_serializable("archforge")
class PadLike(keras.layers.Layer):
    """Pads its first input with zeros to the largest of all, centred."""

    def call(self, inputs: list[Any]) -> Any:
        axes = _places(inputs[0].shape)
        return _padded(
            inputs[0], (_extreme(_sizes(inputs, axis), ops.maximum, max) for axis in axes)
        )

    def compute_output_shape(self, input_shape: Shapes) -> tuple[int | None, ...]:
        batch, *_, read = input_shape[0]
        return (batch, *(_common(input_shape, axis, max) for axis in _places(input_shape[0])), read)


@keras.saving.register_keras_serializable("archforge")
class PadToStep(keras.layers.Layer):
    """Pads with zeros to the next size of ``minimum + k * step``, centred."""

    def __init__(
        self, minimum: int | Sequence[int] = 1, step: int | Sequence[int] = 1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.minimum = minimum if isinstance(minimum, int) else tuple(minimum)
        self.step = step if isinstance(step, int) else tuple(step)

    def call(self, inputs: Any) -> Any:
        sizes = ops.shape(inputs)
        return _padded(
            inputs, (self._next(sizes[axis], axis, ops.maximum) for axis in _places(inputs.shape))
        )

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sizes, read = input_shape
        padded = (
            None if size is None else self._next(size, axis, max)
            for axis, size in enumerate(sizes, start=1)
        )
        return (batch, *padded, read)

    def _next(self, size: Any, axis: int, larger: Callable[[Any, Any], Any]) -> Any:
        """The size that ``size``, a number or a tensor, is brought to."""
        least, step = (
            given if isinstance(given, int) else given[axis - 1]
            for given in (self.minimum, self.step)
        )
        return least + (larger(size - least, 0) + step - 1) // step * step

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "minimum": self.minimum, "step": self.step}


@keras.saving.register_keras_serializable("archforge")
class ResizeLike(keras.layers.Layer):
    """Resizes its first input to the second's height and width."""

    def __init__(self, interpolation: str = "bilinear", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.interpolation = interpolation

    def call(self, inputs: list[Any]) -> Any:
        image, like = inputs
        resized = ops.image.resize(
            image,
            tuple(ops.shape(like)[1:3]),
            interpolation=self.interpolation,
            data_format="channels_last",
        )
        return ops.cast(resized, self.compute_dtype)

    def compute_output_shape(self, input_shape: Shapes) -> tuple[int | None, ...]:
        image, like = input_shape
        return (image[0], like[1], like[2], image[3])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "interpolation": self.interpolation}


@keras.saving.register_keras_serializable("archforge")
class MaxUnpool2D(keras.layers.Layer):
    """Puts the first input's values where the second's maxima were (SegNet).

    Made of reshapes and a one-hot, not of ``tf.nn.max_pool_with_argmax``, whose flat indices no
    export format knows.
    """

    def __init__(
        self, pool_size: int | tuple[int, int] = 2, padding: str = "valid", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        pair = (pool_size, pool_size) if isinstance(pool_size, int) else tuple(pool_size)
        self.pool_size = pair
        self.padding = padding

    def call(self, inputs: list[Any]) -> Any:
        pooled, before = inputs
        (down, across), (_, rows, columns, deep) = self.pool_size, ops.shape(pooled)
        edges = self._edges(pooled, before)
        # No value is below the smallest, so padding never holds a maximum of its own.
        padded = tensorflow.pad(before, edges, constant_values=before.dtype.min)
        taken = padded[:, : rows * down, : columns * across, :]
        windows = ops.reshape(taken, (-1, rows, down, columns, across, deep))
        windows = ops.transpose(windows, (0, 1, 3, 5, 2, 4))
        windows = ops.reshape(windows, (-1, rows, columns, deep, down * across))
        place = ops.one_hot(ops.argmax(windows, axis=-1), down * across, dtype=pooled.dtype)
        spread = ops.expand_dims(pooled, -1) * place
        spread = ops.reshape(spread, (-1, rows, columns, deep, down, across))
        spread = ops.transpose(spread, (0, 1, 4, 2, 5, 3))
        image = ops.reshape(spread, (-1, rows * down, columns * across, deep))
        return self._filled(image, before, edges)

    def _edges(self, pooled: Any, before: Any) -> list[list[Any]]:
        """What the pooling padded: nothing, or with ``same`` what TensorFlow puts around."""
        if self.padding == "valid":
            return [[0, 0]] * 4
        edges: list[list[Any]] = [[0, 0]]
        for axis, pool in zip((1, 2), self.pool_size, strict=True):
            rest = ops.shape(pooled)[axis] * pool - ops.shape(before)[axis]
            edges.append([rest // 2, rest - rest // 2])
        return [*edges, [0, 0]]

    def _filled(self, image: Any, before: Any, edges: list[list[Any]]) -> Any:
        """The places of ``before``: zeros where the pooling left a row out, no padding."""
        (top, _), (left, _) = edges[1:3]
        image = image[:, top:, left:, :]
        image = image[:, : ops.shape(before)[1], : ops.shape(before)[2], :]
        behind = [[0, ops.shape(before)[axis] - ops.shape(image)[axis]] for axis in (1, 2)]
        filled = tensorflow.pad(image, [[0, 0], *behind, [0, 0]])
        return tensorflow.ensure_shape(filled, before.shape)

    def compute_output_shape(self, input_shape: Shapes) -> tuple[int | None, ...]:
        return input_shape[1]

    def get_config(self) -> dict[str, Any]:
        own = {"pool_size": self.pool_size, "padding": self.padding}
        return {**super().get_config(), **own}


CUSTOM: dict[str, Any] = {
    "CropLike": CropLike,
    "LayerScale": LayerScale,
    "LocalResponseNormalization": LocalResponseNormalization,
    "MaxUnpool2D": MaxUnpool2D,
    "PadLike": PadLike,
    "PadToStep": PadToStep,
    "ResizeLike": ResizeLike,
    "StochasticDepth": StochasticDepth,
}
