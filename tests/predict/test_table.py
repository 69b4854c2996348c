"""Objects measured: figures worked by hand, and outlines drawn again."""

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]  # scipy ships no types
from skimage.draw import polygon2mask

from archforge.predict import object_table, to_coco

# A rectangle of 2 x 3 pixels, and a single pixel.
LABELS = np.array([[1, 1, 1, 0, 0],
                   [1, 1, 1, 0, 0],
                   [0, 0, 0, 0, 2]], dtype=np.int32)  # fmt: skip


def test_a_rectangle_is_measured_by_hand() -> None:
    image = np.zeros((3, 5, 2), np.uint8)
    image[:2, :3, 1] = [[10, 20, 30], [40, 50, 60]]
    scores = np.full((3, 5, 1), 0.75, np.float32)

    first, second = object_table(LABELS, image, pixel_size=(0.5, 0.2), scores=scores)

    assert first == {
        "label": 1, "area": 6.0, "centroid_y": 0.5, "centroid_x": 1.0,
        "y_from": 0, "x_from": 0, "y_to": 2, "x_to": 3,
        "equivalent_diameter": pytest.approx(2 * sqrt(6 / pi)),
        # Second moments of the 2 x 3 centres: 1/4 and 2/3.
        "eccentricity": pytest.approx(sqrt(1 - (1 / 4) / (2 / 3))),
        "solidity": 1.0, "perimeter": 6.0,
        "area_um2": pytest.approx(0.6),
        "equivalent_diameter_um": pytest.approx(2 * sqrt(0.6 / pi)),
        "intensity_mean_0": 0.0, "intensity_max_0": 0.0,
        "intensity_mean_1": 35.0, "intensity_max_1": 60.0,
        "score_mean": 0.75,
    }  # fmt: skip
    assert (second["label"], second["area"], second["y_from"]) == (2, 1, 2)


def test_a_volume_is_measured_in_voxels_and_cubic_micrometres() -> None:
    labels = np.zeros((4, 5, 6), np.int32)
    labels[1:3, 1:4, 2:6] = 1

    (row,) = object_table(labels, np.ones((4, 5, 6, 1)), pixel_size=(1, 0.5, 0.5))

    assert (row["area"], row["volume_um3"]) == (24, 6)
    assert (row["centroid_z"], row["z_from"], row["z_to"]) == (1.5, 1, 3)
    assert row["intensity_mean"] == 1
    assert "perimeter" not in row


def test_an_image_without_objects_has_an_empty_table() -> None:
    empty = np.zeros((4, 4), np.int32)

    assert object_table(empty, np.zeros((4, 4, 3)), (1, 1), np.zeros((4, 4, 1), np.float32)) == []
    assert to_coco([("a.png", empty)])["annotations"] == []


def test_coco_names_images_boxes_and_outlines() -> None:
    found = to_coco([("a.png", LABELS), ("b.png", LABELS)], category="nucleus")

    assert found["images"][1] == {"id": 2, "file_name": "b.png", "height": 3, "width": 5}
    assert found["categories"] == [{"id": 1, "name": "nucleus"}]
    assert [one["id"] for one in found["annotations"]] == [1, 2, 3, 4]
    assert [one["image_id"] for one in found["annotations"]] == [1, 1, 2, 2]
    pixel = found["annotations"][1]
    assert pixel["bbox"] == [4, 2, 1, 1]
    assert pixel["area"] == 1
    # The diamond around the centre (4.5, 2.5) of the pixel.
    (outline,) = pixel["segmentation"]
    corners = set(zip(outline[::2], outline[1::2], strict=True))
    assert corners == {(4.0, 2.5), (4.5, 2.0), (5.0, 2.5), (4.5, 3.0)}


@given(arrays(np.int32, (6, 7), elements=st.integers(0, 3)))
def test_an_outline_holds_the_centres_of_its_object_s_pixels_and_no_others(
    labels: NDArray[np.int32],
) -> None:
    found = to_coco([("a.png", labels)])["annotations"]

    numbers = np.unique(labels[labels > 0])
    for number, row in zip(numbers, found, strict=True):
        outlines = (np.reshape(line, (-1, 2))[:, ::-1] - 0.5 for line in row["segmentation"])
        drawn = [
            polygon2mask(labels.shape, one)  # type: ignore[no-untyped-call]  # skimage has no types
            for one in outlines
        ]
        assert np.array_equal(np.any(drawn, axis=0), ndimage.binary_fill_holes(labels == number))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"image": np.zeros((3, 4, 1))}, r"image must be \(3, 5\) and channels, got \(3, 4, 1\)"),
        ({"scores": np.zeros((2, 5, 1))}, r"scores must be \(3, 5\) and channels"),
        ({"pixel_size": (1.0,)}, "pixel_size must have 2 numbers, got 1"),
    ],
)
def test_what_does_not_fit_the_labels_is_an_error(words: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        object_table(LABELS, **words)  # type: ignore[arg-type]  # on purpose


def test_coco_has_no_form_for_volumes() -> None:
    with pytest.raises(ValueError, match=r"labels must be height x width for COCO, got shape"):
        to_coco([("a.tif", np.zeros((2, 3, 4), np.int32))])
