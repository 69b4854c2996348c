"""The same image twice, or nearly so, turned or mirrored too.

A print is the signs of the 16 x 16 lowest frequencies (without the mean) of an image brought to 64
x 64: brightness, contrast, size and compression hardly change them. A turn or mirror swaps axes and
flips signs of odd frequencies, so all 8 follow from one print. Two unrelated images agree in half
of the signs; near duplicates differ in less than one of ten.

Source: the perceptual hash of Zauner 2010 (Implementation and Benchmarking of Perceptual Image Hash
Functions, thesis), with signs in place of its comparison with the median, for the sake of turns.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn  # type: ignore[import-untyped]  # scipy ships no types
from scipy.sparse import coo_array  # type: ignore[import-untyped]  # scipy ships no types
from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]  # the same

SIDE = 64
LOWEST = 16
BITS = LOWEST**2
# Signs that may differ, of 255.
NEAR = 24
BLOCK = 256
Signs = NDArray[np.uint8]


def print_of(values: NDArray[Any]) -> str:
    """The print as hexadecimal digits; empty where an image is tiny or without contrast.

    Shape: height x width x channels, or planes x height x width x channels, which are averaged.
    """
    if min(values.shape[-3:-1]) < LOWEST:
        return ""
    flat = values.mean(axis=(*range(values.ndim - 3), -1), dtype=np.float32)
    small = Image.fromarray(flat).resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small)
    if np.ptp(pixels) < 1e-3 * max(1.0, float(np.abs(pixels).max())):
        return ""
    waves = dctn(pixels, norm="ortho")[:LOWEST, :LOWEST]
    waves[0, 0] = 0
    return np.packbits(waves > 0).tobytes().hex()


def near_duplicates(prints: Sequence[str]) -> list[list[int]]:
    """Positions of images that are near duplicates of each other, in groups of two or more."""
    return [list(group) for group in _near(tuple(prints))]


@lru_cache(maxsize=4)  # the doctor and the split ask for the same folder
def _near(prints: tuple[str, ...]) -> list[list[int]]:
    known = [index for index, text in enumerate(prints) if text]
    if not known:
        return []
    words = np.array([np.frombuffer(bytes.fromhex(prints[index]), np.uint64) for index in known])
    pairs = list(_pairs(words))
    return [[known[place] for place in group] for group in _groups(len(known), pairs)]


def _pairs(words: NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
    """Pairs of which one, turned or mirrored, is near the other."""
    for turned in _turns(words):
        for start in range(0, len(words), BLOCK):
            block = turned[start : start + BLOCK]
            # A quarter of the signs, those of the finest rows, rules out nearly all pairs.
            finest = np.bitwise_count(block[:, -1:] ^ words[:, -1])
            rows, columns = np.nonzero(finest <= NEAR)
            far = np.bitwise_count(block[rows] ^ words[columns]).sum(axis=-1, dtype=np.uint16)
            near = far <= NEAR
            yield from zip((rows[near] + start).tolist(), columns[near].tolist(), strict=True)


def _turns(words: NDArray[np.uint64]) -> Iterator[NDArray[np.uint64]]:
    signs = np.unpackbits(words.view(np.uint8), axis=1).reshape(-1, LOWEST, LOWEST)
    odd = (np.arange(LOWEST) % 2).astype(np.uint8)
    for down in (0, 1):
        for right in (0, 1):
            flips = down * odd[:, np.newaxis] ^ right * odd
            flipped = signs ^ flips
            flipped[:, 0, 0] = 0
            for turned in (flipped, flipped.transpose(0, 2, 1)):
                yield np.packbits(turned.reshape(len(words), -1), axis=1).view(np.uint64)


def _groups(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    rows, columns = np.array(list(pairs)).T
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count))
    _, names = connected_components(links, directed=False)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place, name in enumerate(names.tolist()):
        groups[name].append(place)
    return [group for group in groups.values() if len(group) > 1]
