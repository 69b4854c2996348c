"""Light and colour changed: functions of an image from 0 to 1, a generator and their numbers.

The image may be changed in place; spatial axes come first, channels last.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # SciPy has no types
from skimage.color import hed2rgb, rgb2hed

Image = NDArray[np.float32]
Numbers = Mapping[str, float]
Change = Callable[[Image, np.random.Generator, Numbers], Image]


def _brightness(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    image += np.float32(rng.uniform(-told["amount"], told["amount"]))
    return image


def _contrast(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    middle = image.mean(dtype=np.float32)
    image -= middle
    image *= np.float32(_factor(rng, told["low"], told["high"]))
    image += middle
    return image


def _gamma(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    np.maximum(image, 0, out=image)
    return np.power(image, np.float32(_factor(rng, told["low"], told["high"])), out=image)


def _noise(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    deviation = np.float32(rng.uniform(0, told["deviation"]))
    image += deviation * rng.standard_normal(image.shape, dtype=np.float32)
    return image


def _blur(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    deviation = rng.uniform(told["low"], max(told["low"], told["high"]))
    sigma = (deviation,) * (image.ndim - 1) + (0,)
    return np.asarray(ndimage.gaussian_filter(image, sigma, truncate=3), dtype=np.float32)


def _channels(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    amount = told["amount"]
    factors = rng.uniform(1 - amount, 1 + amount, (image.shape[-1],))
    image *= factors.astype(np.float32)
    return image


def _stain(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    """In the space of the stains.

    Source: Ruifrok and Johnston 2001, Analytical and Quantitative Cytology and Histology 23(4);
    Tellez et al. 2018, arXiv:1808.05896.
    """
    factors = rng.uniform(1 - told["amount"], 1 + told["amount"], 3)
    if image.shape[-1] != 3:
        return image
    stains = rgb2hed(np.clip(image, 0, 1))
    return np.asarray(hed2rgb(stains * factors), dtype=np.float32)


def _invert(image: Image, rng: np.random.Generator, told: Numbers) -> Image:
    return np.subtract(1, image, out=image)


def _factor(rng: np.random.Generator, low: float, high: float) -> float:
    """Even in the logarithm, so that half and twice are as likely."""
    return math.exp(rng.uniform(math.log(max(low, 1e-3)), math.log(high)))


PHOTOMETRY: dict[str, Change] = {
    "brightness": _brightness,
    "contrast": _contrast,
    "gamma": _gamma,
    "noise": _noise,
    "blur": _blur,
    "channels": _channels,
    "stain": _stain,
    "invert": _invert,
}
