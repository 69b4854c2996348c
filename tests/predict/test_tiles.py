"""Tiles put together are the whole image."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from archforge.build import build_model
from archforge.data.augment.geometry import mirrored
from archforge.errors import ProblemError
from archforge.expand import expand
from archforge.predict import Predictor, Way
from archforge.predict.geometry import Geometry
from archforge.predict.network import Network
from archforge.predict.plan import plan_tiles
from archforge.predict.tiles import bands
from archforge.spec import parse_spec, read_text
from tests.predict.conftest import CONV, HEAD, TOP

Made = tuple[Predictor, Any]
STRIDED = (
    TOP % "[32, 32, 1]"
    + "  - {layer: Conv2D, filters: 2, kernel_size: 3, strides: 2, padding: same}\n"
    + "  - {layer: Conv2D, filters: 3, kernel_size: 5, strides: 2, padding: same}\n"
    + "  - {layer: ReLU}\n"
    + "  - {layer: Conv2DTranspose, filters: 2, kernel_size: 4, strides: 4, padding: same}\n"
    + CONV
    + HEAD % 2
)
BILINEAR = (
    TOP % "[32, 32, 1]"
    + CONV
    + "  - {layer: MaxPooling2D, pool_size: 4}\n"
    + CONV
    + "  - {layer: UpSampling2D, size: 4, interpolation: bilinear}\n"
    + HEAD % 1
)
COARSE = TOP % "[32, 32, 1]" + CONV + "  - {layer: AveragePooling2D, pool_size: 2}\n" + HEAD % 1
SMALL = {"depth": 2, "filters": 4, "classes": 1}
NETWORKS: dict[str, tuple[str, dict[str, Any], int]] = {
    "unet": ("unet", {**SMALL, "padding": "same", "size": 32}, 80),
    "residual": ("unet_residual", {**SMALL, "size": 32}, 96),
    "valid": ("unet", {**SMALL, "padding": "valid", "size": 44}, 80),
    "strided": (STRIDED, {}, 64),
    "bilinear": (BILINEAR, {}, 48),
    "coarse": (COARSE, {}, 32),
}
NUMBERS = st.integers(1, 150)


def drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def cutting(geometry: Geometry) -> Way:
    """An overlap that lets tiles be cut, however small they are."""
    assert geometry.halo is not None
    return Way(overlap=2 * geometry.halo[0] - geometry.lost[0])


@pytest.mark.keras
@pytest.mark.parametrize("name", NETWORKS)
@settings(max_examples=12, deadline=None)
@given(height=NUMBERS, width=NUMBERS)
def test_tiles_say_what_the_whole_image_says(
    predictor_of: Callable[..., Made], name: str, height: int, width: int
) -> None:
    spec, hyperparameters, tile = NETWORKS[name]
    whole, _ = predictor_of(spec, **hyperparameters)
    tiled, _ = predictor_of(spec, tile, **hyperparameters)
    image = drawn(height, width, whole.network.channels)

    way = cutting(tiled.geometry)

    once = whole.whole(image)
    found = tiled.whole(image, way)

    assert whole.plan((height, width)).tiles == 1
    assert not tiled.plan((height, width), way).blended
    assert found.shape == (height, width, whole.classes)
    np.testing.assert_allclose(found, once, atol=1e-5)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "edge"),
    [("unet", 0), ("residual", 0), ("strided", 0), ("bilinear", 0), ("valid", 20)],
)
def test_an_image_on_the_grid_gets_what_the_bare_network_says(
    predictor_of: Callable[..., Made], name: str, edge: int
) -> None:
    spec, hyperparameters, tile = NETWORKS[name]
    tiled, model = predictor_of(spec, tile, **hyperparameters)
    image = drawn(132 if edge else 128, 200, tiled.network.channels)

    found = tiled.whole(image, cutting(tiled.geometry))

    wide = np.pad(image, [(edge, edge), (edge, edge), (0, 0)], mode="symmetric")
    seen = tiled.network.preparation.fitted(image)(wide)
    bare = np.asarray(model(seen[np.newaxis]))[0]
    np.testing.assert_allclose(found, bare, atol=1e-5)
    assert np.ptp(bare) > 0.02


CONV_3D = "  - {layer: Conv3D, filters: 2, kernel_size: 3, padding: same, activation: relu}\n"
POOL_3D = "  - {layer: AveragePooling3D, pool_size: 2}\n"
UP_3D = "  - {layer: Conv3DTranspose, filters: 2, kernel_size: 2, strides: 2}\n"
HEAD_3D = "  - {layer: Conv3D, name: mask, filters: 1, kernel_size: 1, activation: sigmoid}\n"


@pytest.mark.keras
@pytest.mark.parametrize("up", [UP_3D, ""])
def test_tiles_of_a_volume_say_what_the_whole_volume_says(
    predictor_of: Callable[..., Made], up: str
) -> None:
    spec = TOP % "[16, 16, 16, 1]" + CONV_3D + POOL_3D + CONV_3D + up + HEAD_3D
    whole, _ = predictor_of(spec)
    tiled, _ = predictor_of(spec, 24)
    volume = drawn(30, 41, 26, 1)

    found = tiled.whole(volume, cutting(tiled.geometry))

    assert not tiled.plan((30, 41, 26), cutting(tiled.geometry)).blended
    np.testing.assert_allclose(found, whole.whole(volume), atol=1e-5)


def geometry(tile: int = 64, halo: int | None = None, lost: int = 0, grid: int = 8) -> Geometry:
    halos = None if halo is None else (halo, halo)
    return Geometry((tile,) * 2, (grid,) * 2, (grid,) * 2, (lost,) * 2, halos)


CUT, BLENDED = "as the whole image, with a shared rim of", "blended over"


@pytest.mark.parametrize(
    ("made", "overlap", "words"),
    [
        (geometry(halo=12), None, f"in 9 tiles of 64x64, {CUT} 24 pixels, 57% of"),
        (geometry(), None, f"in 9 tiles of 64x64, {BLENDED} 16 pixels, 57% of"),
        (geometry(halo=20), None, f"in 9 tiles of 56x56, {BLENDED} 16 pixels, 44% of"),
        (geometry(halo=20), 40, f"in 16 tiles of 64x64, {CUT} 40 pixels, 76% of"),
        (geometry(halo=20, lost=40), None, f"in 36 tiles of 64x64, {CUT} 40 pixels, 89% of"),
        (geometry(256, halo=12), None, "in one piece of 136x128"),
    ],
)
def test_the_way_is_told_in_words(made: Geometry, overlap: int | None, words: str) -> None:
    assert plan_tiles((130, 121), made, overlap).words.startswith(words)


def test_an_overlap_without_room_is_refused() -> None:
    with pytest.raises(ProblemError, match="AF521 tiles cannot share 60 pixels: the network sees"):
        plan_tiles((200, 200), geometry(), 60)


@given(st.integers(1, 300), st.integers(1, 8), st.sampled_from([None, 6, 12]), st.booleans())
def test_strips_cover_an_axis_once_in_all(
    size: int, grid: int, halo: int | None, valid: bool
) -> None:
    made = geometry(48, halo, 10 * valid, grid)

    (axis, _) = plan_tiles((size, 20), made).axes

    total = np.zeros(size)
    for strip in axis.strips:
        total[strip.outer] += strip.weights
        assert (strip.weights > 0).all()
        assert strip.start % grid == 0
        assert strip.inner.start >= 0
        assert strip.inner.stop <= axis.tile - 10 * valid
        assert strip.inner.start + strip.start == strip.outer.start
    np.testing.assert_allclose(total, 1, rtol=1e-6)
    assert axis.strips[-1].start + axis.tile == size + sum(axis.margins)


def test_blended_tiles_of_one_opinion_are_that_opinion() -> None:
    image = np.random.default_rng(0).random((150, 110, 2), dtype=np.float32)
    plan = plan_tiles((150, 110), geometry())

    def same(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        return tiles

    found = list(bands(plan, lambda rows: image[rows], same, same, batch=3, classes=2))

    assert plan.blended
    assert len(found) > 1
    np.testing.assert_allclose(np.concatenate(found), image, rtol=1e-5)


@given(st.integers(1, 9), st.integers(-30, 30))
def test_a_mirror_repeats_without_end(size: int, place: int) -> None:
    row = np.arange(size)
    wide = np.pad(row, 40, mode="symmetric")

    assert row[mirrored(np.array([place]), size)] == wide[place + 40]


@pytest.mark.keras
def test_scores_stay_probabilities_where_tiles_are_blended() -> None:
    graph = expand(parse_spec(read_text(TOP % "[8, 8, 1]" + HEAD % 1, "ones.yaml"), "ones.yaml"))
    model = build_model(graph)
    model.set_weights([np.zeros_like(weight) + 50 for weight in model.get_weights()])
    predictor = Predictor(model, Network.of(graph, (8, 8), resize=False))

    found = predictor.whole(np.ones((61, 45, 1), np.uint8))

    assert found.max() <= 1
    assert found.min() > 0.999
