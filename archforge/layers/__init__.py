"""The layers a spec may use: each one frozen record, from which schema, analysis and build follow.

A layer states Keras's class name, argument names and defaults as fields, and can say its output
shape, its parameters, its MACs and what an output position reads. It knows no Keras, no NumPy and
no YAML. Layers that Keras lacks (``LocalResponseNormalization``, ``LayerScale``,
``StochasticDepth``, ``MaxUnpool2D``, ``CropLike`` and its kin) have their Keras class in
``archforge.build.custom``.

To add a layer: one class in its family's file, one line in ``LAYERS``, and its cases in
``tests/contracts/layer_cases.py``, which compare it with Keras; a layer with arguments that must be
given says in ``EXAMPLE`` how it is used. Layers of other packages come by
entry point (``archforge.plugins``): who looks for a layer by its name asks ``layer``.
"""

from archforge.graph import Layer
from archforge.layers.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from archforge.layers.convolution import Conv1D, Conv2D, Conv3D
from archforge.layers.dense import Dense, Flatten, Permute, Reshape
from archforge.layers.depthwise import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
)
from archforge.layers.like import CropLike, MaxUnpool2D, PadLike, PadToStep, ResizeLike
from archforge.layers.merge import (
    Add,
    Average,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from archforge.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    LayerScale,
    LocalResponseNormalization,
    Normalization,
    UnitNormalization,
)
from archforge.layers.objects import KerasObject
from archforge.layers.plugged import PLUGINS
from archforge.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from archforge.layers.regularization import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
    StochasticDepth,
)
from archforge.layers.resize import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    Identity,
    Rescaling,
    Resizing,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from archforge.layers.transposed import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from archforge.plugins import every, plugin

__all__ = ["LAYERS", "PLUGINS", "KerasObject", "known_layers", "layer"]

LAYERS: dict[str, type[Layer]] = {
    # convolution
    "Conv1D": Conv1D,
    "Conv1DTranspose": Conv1DTranspose,
    "Conv2D": Conv2D,
    "Conv2DTranspose": Conv2DTranspose,
    "Conv3D": Conv3D,
    "Conv3DTranspose": Conv3DTranspose,
    "DepthwiseConv1D": DepthwiseConv1D,
    "DepthwiseConv2D": DepthwiseConv2D,
    "SeparableConv1D": SeparableConv1D,
    "SeparableConv2D": SeparableConv2D,
    # pooling
    "AveragePooling1D": AveragePooling1D,
    "AveragePooling2D": AveragePooling2D,
    "AveragePooling3D": AveragePooling3D,
    "GlobalAveragePooling1D": GlobalAveragePooling1D,
    "GlobalAveragePooling2D": GlobalAveragePooling2D,
    "GlobalAveragePooling3D": GlobalAveragePooling3D,
    "GlobalMaxPooling1D": GlobalMaxPooling1D,
    "GlobalMaxPooling2D": GlobalMaxPooling2D,
    "GlobalMaxPooling3D": GlobalMaxPooling3D,
    "MaxPooling1D": MaxPooling1D,
    "MaxPooling2D": MaxPooling2D,
    "MaxPooling3D": MaxPooling3D,
    "MaxUnpool2D": MaxUnpool2D,
    # dense and order
    "Dense": Dense,
    "Flatten": Flatten,
    "Permute": Permute,
    "Reshape": Reshape,
    # normalization
    "BatchNormalization": BatchNormalization,
    "GroupNormalization": GroupNormalization,
    "LayerNormalization": LayerNormalization,
    "LayerScale": LayerScale,
    "LocalResponseNormalization": LocalResponseNormalization,
    "Normalization": Normalization,
    "UnitNormalization": UnitNormalization,
    # activation
    "Activation": Activation,
    "ELU": ELU,
    "LeakyReLU": LeakyReLU,
    "PReLU": PReLU,
    "ReLU": ReLU,
    "Softmax": Softmax,
    # dropout and noise
    "AlphaDropout": AlphaDropout,
    "Dropout": Dropout,
    "GaussianDropout": GaussianDropout,
    "GaussianNoise": GaussianNoise,
    "SpatialDropout1D": SpatialDropout1D,
    "SpatialDropout2D": SpatialDropout2D,
    "SpatialDropout3D": SpatialDropout3D,
    "StochasticDepth": StochasticDepth,
    # merge
    "Add": Add,
    "Average": Average,
    "Concatenate": Concatenate,
    "Maximum": Maximum,
    "Minimum": Minimum,
    "Multiply": Multiply,
    "Subtract": Subtract,
    # size and range
    "CropLike": CropLike,
    "Cropping1D": Cropping1D,
    "Cropping2D": Cropping2D,
    "Cropping3D": Cropping3D,
    "Identity": Identity,
    "PadLike": PadLike,
    "PadToStep": PadToStep,
    "Rescaling": Rescaling,
    "ResizeLike": ResizeLike,
    "Resizing": Resizing,
    "UpSampling1D": UpSampling1D,
    "UpSampling2D": UpSampling2D,
    "UpSampling3D": UpSampling3D,
    "ZeroPadding1D": ZeroPadding1D,
    "ZeroPadding2D": ZeroPadding2D,
    "ZeroPadding3D": ZeroPadding3D,
}


def layer(name: str) -> type[Layer] | None:
    """The layer that a spec calls ``name``: one of the table, or of an installed package.

    Raises:
        ProblemError: AF118, a package offers it, and it cannot be used.
    """
    return LAYERS.get(name) or plugin(PLUGINS, name)


def known_layers() -> dict[str, type[Layer]]:
    """Every layer that can be used; imports each package that offers some."""
    return LAYERS | every(PLUGINS)
