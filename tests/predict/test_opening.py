"""Which networks take any size, and what becomes of those that do not."""

from dataclasses import replace

import numpy as np
import pytest

from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.predict import Network, Way, open_geometry, open_predictor
from archforge.predict.geometry import Geometry
from tests.predict.conftest import CONV, HEAD, SAME, TOP, MakeRun

FLAT = (
    TOP % "[12, 16, 1]"
    + "  - {layer: Flatten}\n"
    + "  - {layer: Dense, units: 192, activation: sigmoid}\n"
    + "  - {layer: Reshape, name: mask, target_shape: [12, 16, 1]}\n"
)
GLOBAL = TOP % "[64, 64, 1]" + CONV + "  - {layer: GroupNormalization, groups: 1}\n" + HEAD % 1


def geometry_of(spec: str, **given: object) -> Geometry | None:
    """Without Keras."""
    architecture = read_architecture(spec)
    graph = architecture.graph(None, given)
    (image,) = graph.inputs.values()
    size = tuple(side or 0 for side in image.shape[:-1])
    found = open_geometry(architecture, graph, Network.of(graph, size))
    return found and found[0]


def test_the_tutorial_s_network_takes_larger_tiles_on_its_grid() -> None:
    found = geometry_of("unet", depth=4, filters=16, padding="same", size=128, classes=1)

    # The receptive field of depth 4 is 140: 94 pixels from the grid, and up to 15 off it.
    assert found is not None
    assert (found.grid, found.least, found.halo) == ((16, 16), (16, 16), (109, 109))
    assert found.tile == (1024, 1024)


def test_the_paper_s_network_loses_92_pixels_and_needs_no_more() -> None:
    found = geometry_of("unet")

    assert found is not None
    assert (found.lost, found.halo, found.least) == ((184, 184), (92, 92), (188, 188))


@pytest.mark.keras
@pytest.mark.parametrize("gone", ["channels", "values", "output", "seen", "positions"])
def test_a_record_that_does_not_say_how_images_reach_its_network_is_told(
    make_run: MakeRun, gone: str
) -> None:
    run = make_run()
    facts = {name: value for name, value in run.network.items() if name != gone}

    with pytest.raises(ProblemError, match=r"AF501 the record 'run.json' is damaged") as caught:
        open_predictor(replace(run, network=facts))

    assert caught.value.problems[0].why == (
        f"its 'network' does not say how images reach it: '{gone}'"
    )


@pytest.mark.keras
def test_a_network_of_one_size_is_blended_at_that_size(make_run: MakeRun) -> None:
    predictor = open_predictor(make_run(FLAT))
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 1), np.uint8)

    plan = predictor.plan((40, 50))

    assert plan.blended
    assert [axis.tile for axis in plan.axes] == [12, 16]
    assert predictor.whole(image).shape == (40, 50, 1)
    with pytest.raises(ProblemError, match="AF522 tiles of this network cannot be turned"):
        predictor.plan((40, 50), Way(tta="turns"))


@pytest.mark.keras
def test_a_network_that_reads_all_stays_at_the_size_of_its_training(make_run: MakeRun) -> None:
    predictor = open_predictor(make_run(GLOBAL))

    plan = predictor.plan((150, 100))

    assert predictor.geometry.halo is None
    assert plan.blended
    assert [axis.tile for axis in plan.axes] == [64, 64]


@pytest.mark.keras
def test_a_spec_that_is_not_the_run_s_own_any_more_leaves_the_trained_size(
    make_run: MakeRun,
) -> None:
    changed, broken = make_run(SAME, "changed"), make_run(SAME, "broken")
    changed.spec.write_text(SAME.replace("filters: 3", "filters: 4"))
    broken.spec.write_text("the spec")

    found = [open_predictor(run) for run in (make_run(), changed, broken)]

    tiles = [predictor.geometry.tile for predictor in found]
    assert tiles == [(1024, 1024), (32, 32), (32, 32)]


def test_wrong_ways_are_errors() -> None:
    with pytest.raises(ValueError, match="tta must be one of none, flips, turns, got 'spin'"):
        Way(tta="spin")
    with pytest.raises(ValueError, match="overlap must be at least 0, got -1"):
        Way(overlap=-1)
