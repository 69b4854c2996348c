"""What a fluorescence microscope adds to what it looks at: uneven light, smooth noise, a camera.

Shared by the kinds of drawn images. Sizes are shares of the image's.

Source: the ingredients are those of Lehmussola et al. 2007, IEEE TMI 26(7), 1010-1016 (SIMCEP);
the numbers were set by eye beside BBBC038.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types

Field = NDArray[np.float64]


def background(rng: np.random.Generator, size: int) -> Field:
    """A floor, a slope over the image, a bright side, and a little haze."""
    rows, columns = np.mgrid[:size, :size] / size
    slope = rng.uniform(-0.5, 0.5) * rows + rng.uniform(-0.5, 0.5) * columns
    top, left = rng.uniform(-0.2, 1.2, 2)
    lamp = np.exp(-((rows - top) ** 2 + (columns - left) ** 2) / rng.uniform(0.2, 0.7))
    haze = 0.12 * cloud(rng, size, 0.12)
    shape = np.clip(0.5 + slope + lamp + haze, 0.05, None)
    return np.asarray(rng.uniform(0.03, 0.14) * shape)


def cloud(rng: np.random.Generator, size: int, scale: float) -> Field:
    """Smooth noise of mean 0 and deviation 1."""
    field = ndimage.gaussian_filter(
        rng.normal(size=(size, size)), max(size * scale, 0.5), mode="wrap"
    )
    return np.asarray((field - field.mean()) / (field.std() + 1e-12))


def expose(rng: np.random.Generator, light: Field) -> NDArray[np.uint8]:
    """Count photons, read them out, and scale to 8 bits; many exposures are dark."""
    photons = rng.uniform(60, 500)
    counted = rng.poisson(light * photons) / photons + rng.normal(0, 0.012, light.shape)
    brightest = rng.uniform(50, 250) / max(float(np.quantile(light, 0.998)), 1e-6)
    return np.clip(np.rint(counted * brightest + 2), 0, 255).astype(np.uint8)
