"""The Keras class, with the arguments of the record; imported when a model is built or loaded."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("lab")
class SpaceToDepth(keras.layers.Layer):
    """Squares of pixels laid behind one another as channels, each channel scaled."""

    def __init__(self, block_size: int = 2, scale: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.block_size = block_size
        self.scale = scale

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if self.scale:
            channels = self.compute_output_shape(input_shape)[-1]
            self.factors = self.add_weight(shape=(channels,), initializer="ones", name="factors")
        self.built = True

    def call(self, inputs: Any) -> Any:
        side, (_, height, width, channels) = self.block_size, keras.ops.shape(inputs)
        rows, columns = height // side, width // side
        cut = keras.ops.reshape(inputs, (-1, rows, side, columns, side, channels))
        laid = keras.ops.transpose(cut, (0, 1, 3, 2, 4, 5))
        deep = keras.ops.reshape(laid, (-1, rows, columns, side * side * channels))
        return deep * self.factors if self.scale else deep

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[Any, ...]:
        batch, height, width, channels = input_shape
        side = self.block_size
        sizes = (None if size is None else size // side for size in (height, width))
        return (batch, *sizes, (channels or 0) * side * side)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "block_size": self.block_size, "scale": self.scale}
