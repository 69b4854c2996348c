"""What the contract tests try of each layer: arguments as in YAML, and the shapes of its inputs.

A layer without a case fails ``test_every_layer_has_cases``.
"""

from itertools import product
from typing import Any

from archforge.graph import Shape
from archforge.layers import LAYERS
from archforge.testing import LayerCase as Case

IMAGE: Shape = (9, 7, 4)
EVEN: Shape = (8, 6, 4)
VECTOR: Shape = (6,)
SIGNAL: Shape = (9, 3)
VOLUME: Shape = (5, 4, 6, 2)


# Where `reads` names more than is read: which part depends on values, or axes change places.
WIDER = {"Permute", "Reshape", "MaxUnpool2D"}


def _on(kind: str, *arguments: dict[str, Any], inputs: tuple[Shape, ...] = (IMAGE,)) -> list[Case]:
    return [
        Case(LAYERS[kind], each, inputs, exact=kind not in WIDER and "aspect" not in str(each))
        for each in arguments or ({},)
    ]


def _convolutions() -> list[Case]:
    windows = [
        {"kernel_size": kernel, "strides": stride, "padding": padding}
        for kernel, stride, padding in product((1, 2, 3, [3, 2], 5), (1, 2, 3), ("valid", "same"))
    ]
    windows += [
        {"kernel_size": kernel, "dilation_rate": dilation, "padding": padding}
        for kernel, dilation, padding in product((2, 3), (2, 3, [1, 2]), ("valid", "same"))
    ]
    windows += [{"kernel_size": 3, "strides": [2, 1], "padding": "same", "use_bias": False}]
    found = []
    for index, window in enumerate(windows):
        image = (IMAGE, EVEN)[index % 2]
        found += _on("Conv2D", {"filters": 3, **window}, inputs=(image,))
        found += _on("DepthwiseConv2D", {"depth_multiplier": 2, **window}, inputs=(image,))
        found += _on("SeparableConv2D", {"filters": 3, **window}, inputs=(image,))
        found += _on("Conv2DTranspose", {"filters": 3, **window}, inputs=((5, 4, 2),))
    both = {"kernel_size": 2, "strides": 2, "dilation_rate": [2, 3]}
    found += _on("DepthwiseConv2D", both, {**both, "padding": "same"})
    found += _on("SeparableConv2D", {"filters": 2, "depth_multiplier": 3, **both})
    found += _on(
        "Conv2D",
        {"filters": 6, "kernel_size": 3, "groups": 2},
        {"filters": 8, "kernel_size": 3, "groups": 4, "strides": 2, "padding": "same"},
        {"filters": 4, "kernel_size": 1, "trainable": False, "activation": "softmax"},
        {
            "filters": 4,
            "kernel_size": 3,
            "kernel_initializer": {"HeNormal": {"seed": 1}},
            "kernel_regularizer": {"L1L2": {"l1": 1e-4, "l2": 1e-3}},
            "bias_constraint": {"MaxNorm": {"max_value": 2.0, "axis": [0]}},
        },
    )
    paddings = [(3, 2, "valid", 0), (3, 2, "valid", 1), (2, 3, "valid", 2), (1, 3, "valid", 1)]
    paddings += [(3, 2, "same", 0), (3, 2, "same", 1), (4, 2, "same", 1), (5, 3, "same", 2)]
    for kernel, stride, padding, behind in paddings:
        window = {"kernel_size": kernel, "strides": stride, "padding": padding}
        transposed = {"filters": 2, "output_padding": behind, **window}
        found += _on("Conv2DTranspose", transposed, inputs=((4, 5, 2),))
    return found


def _pooling() -> list[Case]:
    found = []
    for pool, stride, padding in product((1, 2, 3, [3, 2]), (None, 1, 2), ("valid", "same")):
        window = {"pool_size": pool, "strides": stride, "padding": padding}
        for image in (IMAGE, EVEN):
            found += _on("MaxPooling2D", window, inputs=(image,))
            found += _on("AveragePooling2D", window, inputs=(image,))
    found += _on("MaxPooling2D", {}, {"pool_size": 12, "padding": "same"})
    for kind in ("GlobalAveragePooling2D", "GlobalMaxPooling2D"):
        found += _on(kind, {}, {"keepdims": True})
    for before in ((8, 6, 4), (9, 7, 4)):
        found += _on("MaxUnpool2D", {}, inputs=((4, 3, 4), before))
    same = {"pool_size": [3, 2], "padding": "same"}
    found += _on("MaxUnpool2D", same, inputs=((4, 4, 4), (10, 7, 4)))
    return found + _on("MaxUnpool2D", {"pool_size": [3, 2]}, inputs=((3, 3, 4), IMAGE))


def _dense() -> list[Case]:
    return [
        *_on("Dense", {"units": 5}, {"units": 3, "use_bias": False, "activation": "relu"}),
        *_on("Dense", {"units": 5}, {"units": 2, "trainable": False}, inputs=(VECTOR,)),
        *_on("Flatten"),
        *_on("Flatten", inputs=(VECTOR,)),
        *_on("Permute", {"dims": [2, 1, 3]}, {"dims": [3, 1, 2]}, {"dims": [1, 2, 3]}),
        *_on("Reshape", {"target_shape": [-1, 4]}, {"target_shape": [63, 4]}, inputs=(IMAGE,)),
        *_on("Reshape", {"target_shape": [9, 14, 2]}, {"target_shape": [3, 21, 4]}),
        *_on("Reshape", {"target_shape": [1, 1, 6]}, inputs=(VECTOR,)),
    ]


def _normalization() -> list[Case]:
    given: dict[str, Any] = {"mean": [1, 2, 3, 4], "variance": [1, 2, 3, 4]}
    return [
        *_on("BatchNormalization", {}, {"scale": False, "epsilon": 1e-5}, {"axis": 1}),
        *_on("BatchNormalization", {"trainable": False}, {"center": False, "momentum": 0.9}),
        *_on("BatchNormalization", inputs=(VECTOR,)),
        *_on("LayerNormalization", {}, {"axis": [1, 2, 3]}, {"axis": [-1, -2]}, {"axis": 1}),
        *_on("LayerNormalization", {"scale": False, "epsilon": 1e-6}, inputs=(VECTOR,)),
        *_on("GroupNormalization", {"groups": 2}, {"groups": -1}, {"groups": 3, "axis": 1}),
        *_on("GroupNormalization", {"groups": 1, "center": False}),
        *_on("UnitNormalization", {}, {"axis": [1, 2]}),
        *_on("Normalization", {}, {"axis": None}, {"axis": [1, 2]}, {**given, "invert": True}),
        *_on("Normalization", given, {"mean": 1.0, "variance": 2.0}, {**given, "dtype": "float32"}),
        *_on("LayerScale", {}, {"init_values": 0.5}, {"trainable": False}),
        *_on("LayerScale", inputs=(VECTOR,)),
        *_on("LocalResponseNormalization", {}, {"depth_radius": 2, "bias": 2.0, "beta": 0.75}),
    ]


def _activation() -> list[Case]:
    names = ("relu", "relu6", "gelu", "silu", "swish", "tanh", "softmax", "log_softmax", "linear")
    return [
        *_on("Activation", *({"activation": name} for name in names), {"activation": None}),
        *_on("ELU", {}, {"alpha": 0.5}),
        *_on("LeakyReLU", {}, {"negative_slope": 0.1}),
        *_on("PReLU", {}, {"shared_axes": [1, 2]}, {"shared_axes": 1}),
        *_on("PReLU", inputs=(VECTOR,)),
        *_on("ReLU", {}, {"max_value": 6.0, "negative_slope": 0.1, "threshold": 0.2}),
        *_on("Softmax", {}, {"axis": [1, 2]}, {"axis": 1}),
    ]


def _regularization() -> list[Case]:
    dropped = {"rate": 0.5, "noise_shape": [None, 1, 1, 4], "seed": 1}
    return [
        *_on("AlphaDropout", {"rate": 0.2}, dropped),
        *_on("Dropout", {"rate": 0.2}, {"rate": 0}, dropped),
        *_on("GaussianDropout", {"rate": 0.2, "seed": 1}),
        *_on("GaussianNoise", {"stddev": 0.2, "seed": 1}),
        *_on("SpatialDropout2D", {"rate": 0.2}, {"rate": 0.2, "seed": 3, "trainable": False}),
        *_on("StochasticDepth", {"drop_path_rate": 0.2}, {"drop_path_rate": 0, "seed": 1}),
        *_on("StochasticDepth", {"drop_path_rate": 0.2}, inputs=(VECTOR,)),
    ]


def _merge() -> list[Case]:
    found = []
    for kind in ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"):
        found += _on(kind, inputs=(IMAGE, IMAGE))
        found += _on(kind, inputs=(IMAGE, (1, 1, 4)))
        found += _on(kind, inputs=((9, 7, 1), (1, 7, 4)))
        found += _on(kind, inputs=(IMAGE, (4,)))
        found += _on(kind, inputs=((None, 7, 4), (9, 7, 4)))
    found += _on("Add", inputs=(IMAGE, (9, 7, 1), (1, 1, 4)))
    found += _on("Concatenate", inputs=(IMAGE, (9, 7, 2), IMAGE))
    found += _on("Concatenate", inputs=(IMAGE,))
    found += _on("Concatenate", {"axis": 1}, {"axis": -3}, inputs=(IMAGE, (3, 7, 4)))
    found += _on("Concatenate", {"axis": 2}, inputs=(IMAGE, (9, 2, 4)))
    found += _on("Concatenate", inputs=((None, None, 2), (None, 7, 4)))
    return found + _on("Concatenate", inputs=(VECTOR, VECTOR))


def _resize() -> list[Case]:
    methods = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
    found = []
    for method in methods:
        found += _on("UpSampling2D", {"interpolation": method}, inputs=((4, 5, 2),))
        found += _on(
            "Resizing",
            {"height": 13, "width": 4, "interpolation": method},
            {"height": 18, "width": 7, "interpolation": method},
        )
        found += _on("ResizeLike", {"interpolation": method}, inputs=(IMAGE, (12, 3, 2)))
    found += _on("Resizing", {"height": 3, "width": 3, "antialias": True})
    found += _on("Resizing", {"height": 4, "width": 4, "crop_to_aspect_ratio": True})
    found += _on("Resizing", {"height": 4, "width": 4, "pad_to_aspect_ratio": True})
    found += _on("UpSampling2D", {"size": [3, 1]}, inputs=((4, 5, 2),))
    found += _on("ZeroPadding2D", {}, {"padding": [1, 2]}, {"padding": [[0, 1], [2, 0]]})
    found += _on("Cropping2D", {}, {"cropping": 2}, {"cropping": [[0, 1], [2, 0]]})
    found += _on("Rescaling", {"scale": 0.5}, {"scale": [1, 2, 3, 4], "offset": [4, 3, 2, 1]})
    found += _on("Identity")
    for kind in ("CropLike", "PadLike"):
        found += _on(kind, inputs=(IMAGE, (6, 8, 2)))
        found += _on(kind, inputs=(IMAGE, (6, 8, 2), (12, 4, 1)))
        found += _on(kind, inputs=(IMAGE, IMAGE))
    found += _on("PadToStep", {"minimum": [4, 20], "step": 8}, {"step": [4, 1]}, {})
    return found


def _signals_and_volumes() -> list[Case]:
    """The rule is stated once for all ranks, so a few cases of each show that it is used."""
    return [*_windows_of_other_ranks(), *_pools_of_other_ranks(), *_sizes_of_other_ranks()]


def _windows_of_other_ranks() -> list[Case]:
    plain: dict[str, Any] = {"kernel_size": 3}
    strided = {"kernel_size": 2, "strides": 2, "padding": "same"}
    dilated = {"kernel_size": 2, "dilation_rate": 2, "use_bias": False}
    causal = {"filters": 2, "kernel_size": [3], "padding": "causal"}
    found = _on(
        "Conv1D", {**causal, "dilation_rate": 2}, {**causal, "strides": 2}, inputs=(SIGNAL,)
    )
    for window in (strided, dilated, plain):
        found += _on("Conv1D", {"filters": 2, **window}, inputs=(SIGNAL,))
        found += _on("DepthwiseConv1D", {"depth_multiplier": 2, **window}, inputs=(SIGNAL,))
        found += _on("SeparableConv1D", {"filters": 2, **window}, inputs=(SIGNAL,))
        found += _on("Conv1DTranspose", {"filters": 2, **window}, inputs=((4, 3),))
        found += _on("Conv3D", {"filters": 2, **window}, inputs=(VOLUME,))
        found += _on("Conv3DTranspose", {"filters": 2, **window}, inputs=((3, 2, 4, 2),))
    both = {"kernel_size": 2, "strides": 2, "dilation_rate": [2]}
    found += _on("DepthwiseConv1D", both, inputs=(SIGNAL,))
    uneven = {"kernel_size": [1, 3, 2], "strides": [2, 1, 3]}
    found += _on("Conv3D", {"filters": 4, "groups": 2, **uneven}, inputs=(VOLUME,))
    behind = {"kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1}
    found += _on("Conv1DTranspose", {"filters": 2, **behind}, inputs=((4, 3),))
    found += _on(
        "Conv3DTranspose",
        {"filters": 2, **behind, "output_padding": [1, 0, 1]},
        {"filters": 2, **uneven},
        inputs=((3, 2, 3, 2),),
    )
    return found


def _pools_of_other_ranks() -> list[Case]:
    found = []
    for name in ("MaxPooling", "AveragePooling"):
        for window in ({"pool_size": 2}, {"pool_size": 3, "strides": 2, "padding": "same"}):
            found += _on(f"{name}1D", window, inputs=(SIGNAL,))
            found += _on(f"{name}3D", window, inputs=(VOLUME,))
        found += _on(f"{name}3D", {"pool_size": [1, 2, 3], "strides": [1, 2, 2]}, inputs=(VOLUME,))
    for name in ("GlobalAveragePooling", "GlobalMaxPooling"):
        found += _on(f"{name}1D", {}, {"keepdims": True}, inputs=(SIGNAL,))
        found += _on(f"{name}3D", {}, {"keepdims": True}, inputs=(VOLUME,))
    return found


def _sizes_of_other_ranks() -> list[Case]:
    found = [
        *_on("UpSampling1D", {}, {"size": 3}, inputs=(SIGNAL,)),
        *_on("UpSampling3D", {}, {"size": [1, 2, 3]}, inputs=((2, 3, 2, 2),)),
        *_on("ZeroPadding1D", {}, {"padding": [2, 0]}, inputs=(SIGNAL,)),
        *_on("ZeroPadding3D", {}, {"padding": [[0, 1], [2, 0], [1, 1]]}, inputs=(VOLUME,)),
        *_on("Cropping1D", {}, {"cropping": [2, 0]}, inputs=(SIGNAL,)),
        *_on("Cropping3D", {}, {"cropping": [[0, 1], [2, 0], 1]}, inputs=(VOLUME,)),
        *_on("SpatialDropout1D", {"rate": 0.2}, inputs=(SIGNAL,)),
        *_on("SpatialDropout3D", {"rate": 0.2}, inputs=(VOLUME,)),
        *_on("PadToStep", {"minimum": 4, "step": [8]}, inputs=(SIGNAL,)),
        *_on("PadToStep", {"minimum": [1, 2, 8], "step": 4}, inputs=(VOLUME,)),
        *_on("Reshape", {"target_shape": [5, 4, 3, 4]}, inputs=(VOLUME,)),
        *_on("Concatenate", {"axis": 3}, inputs=(VOLUME, (5, 4, 2, 2))),
        *_on("Multiply", inputs=(VOLUME, (1, 1, 1, 2))),
    ]
    for kind in ("CropLike", "PadLike"):
        found += _on(kind, inputs=(SIGNAL, (6, 2)))
        found += _on(kind, inputs=(VOLUME, (4, 5, 3, 1)))
    return found


CASES: list[Case] = [
    *_convolutions(),
    *_pooling(),
    *_dense(),
    *_normalization(),
    *_activation(),
    *_regularization(),
    *_merge(),
    *_resize(),
    *_signals_and_volumes(),
]
