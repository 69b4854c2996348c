"""Patch and depth from the sizes of objects and images, by hand."""

import pytest

from archforge.analysis.receptive import receptive_field
from archforge.catalog import read_architecture
from archforge.data.advice import FIELDS, depth_for, patch_for


@pytest.mark.parametrize(
    ("diameter", "sides", "patch"),
    [
        (49.0, [256] * 10, 128),  # 98 pixels hold it twice; 128 is the least
        (99.0, [512] * 10, 224),  # 198, up to the next multiple of 32
        (99.0, [150] * 10, 128),  # no more than the images have
        (900.0, [4000] * 10, 512),
        (49.0, [40] * 10, 32),
        (99.0, [100, *[512] * 19], 224),  # one small image of twenty is padded
    ],
)
def test_a_patch_holds_the_large_objects_twice(
    diameter: float, sides: list[int], patch: int
) -> None:
    assert patch_for(diameter, sides) == patch


@pytest.mark.parametrize(
    ("diameter", "depth"), [(5.0, 2), (22.0, 2), (23.0, 3), (50.0, 3), (51.0, 4), (400.0, 5)]
)
def test_a_depth_sees_twice_the_large_objects(diameter: float, depth: int) -> None:
    # Fields of 44, 100, 204 and 412 pixels at depths 2 to 5.
    assert depth_for(diameter) == depth


@pytest.mark.parametrize("depth", FIELDS)
def test_the_field_is_that_of_the_network_that_is_advised(depth: int) -> None:
    graph = read_architecture("unet_residual").graph(None, {"depth": depth, "size": 1024})

    (field,) = receptive_field(graph).values()

    assert tuple(field) == (FIELDS[depth], FIELDS[depth])
