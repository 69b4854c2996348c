"""COCO annotations: outlines and run lengths as masks and objects."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from archforge.data import MaskRule, read_mask
from archforge.data.formats import list_examples
from archforge.data.survey import survey
from archforge.errors import ProblemError

Save = Callable[[str, ArrayLike], Path]
Pair = Callable[..., None]
BLANK = np.zeros((4, 6))


def coco(*annotations: dict[str, Any]) -> dict[str, Any]:
    return {
        "images": [{"id": 5, "file_name": "a.png", "height": 6, "width": 8}],
        "categories": [{"id": 3, "name": "cell"}, {"id": 9, "name": "debris"}],
        "annotations": [{"image_id": 5, **item} for item in annotations],
    }


SQUARE = {"category_id": 9, "segmentation": [[1, 2, 4, 2, 4, 5, 1, 5]]}


def test_coco_polygons_and_run_lengths_become_masks_and_labels(root: Path, save: Save) -> None:
    # The square covers columns 1 to 3 and rows 2 to 4; the runs go down columns: the third and
    # fourth pixel of the first column.
    save("a.png", np.zeros((6, 8)))
    runs = {"category_id": 3, "segmentation": {"counts": [2, 2, 44], "size": [6, 8]}}
    (root / "annotations.json").write_text(json.dumps(coco(SQUARE, runs)))

    found = list_examples(root)
    assert not found.problems
    (source,) = found.sources
    mask = read_mask(source.masks[0]).values[..., 0]
    assert source.labels is not None
    labels = read_mask(source.labels).values[..., 0]

    assert found.class_names == ("background", "cell", "debris")
    wanted = np.zeros((6, 8), int)
    wanted[2:5, 1:4] = 2
    wanted[2:4, 0] = 1
    assert mask.tolist() == wanted.tolist()
    assert (labels > 0).sum() == 11
    assert labels[2, 1] == 1
    assert labels[2, 0] == 2


def test_coco_parts_are_found_by_folder_or_by_name(root: Path, save: Save) -> None:
    save("val/a.png", np.zeros((6, 8)))
    save("images/a.png", np.zeros((6, 8)))
    (root / "annotations").mkdir()
    (root / "annotations/instances_train2017.json").write_text(json.dumps(coco(SQUARE)))
    (root / "val/_annotations.coco.json").write_text(json.dumps(coco(SQUARE)))

    found = list_examples(root)

    assert [(source.split, source.image) for source in found.sources] == [
        ("train", root / "images/a.png"),
        ("validation", root / "val/a.png"),
    ]


def test_coco_images_that_are_missing_outside_or_numbered_otherwise_are_told(
    root: Path, save: Save, tmp_path: Path
) -> None:
    save("train/a.png", np.zeros((6, 8)))
    (tmp_path / "b.png").write_bytes((root / "train/a.png").read_bytes())
    content = coco(SQUARE)
    names = ("a.png", "gone.png", "../../b.png")
    content["images"] = [
        {"id": index, "file_name": name, "height": 6, "width": 8}
        for index, name in enumerate(names)
    ]
    (root / "train/annotations.json").write_text(json.dumps(content))
    other = coco(SQUARE)
    other["categories"] = other["categories"][::-1][:1]
    (root / "annotations.json").write_text(json.dumps({**other, "images": []}))

    messages = [problem.message for problem in list_examples(root).problems]

    assert messages == [
        "the categories in 'annotations.json' differ from those of the other parts",
        "image 1, 'gone.png', is not there",
        f"'b.png' leads out of the folder '{root}'",
    ]


def test_the_heading_that_roboflow_writes_is_no_class(root: Path, save: Save) -> None:
    save("a.png", np.zeros((6, 8)))
    content = coco({**SQUARE, "category_id": 1})
    content["categories"] = [
        {"id": 0, "name": "blood", "supercategory": "none"},
        {"id": 1, "name": "cell", "supercategory": "blood"},
    ]
    (root / "_annotations.coco.json").write_text(json.dumps(content))

    read = survey(list_examples(root))

    assert read.rule == MaskRule(1, 1, beside=True, names=("background", "cell"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "JSONDecodeError"),
        ('{"images": []}', "KeyError"),
        (
            json.dumps(coco({"category_id": 3, "segmentation": {"counts": "Ya]", "size": [6, 8]}})),
            "the run lengths are compressed",
        ),
        (json.dumps(coco({**SQUARE, "category_id": 4})), "image 5: KeyError 4"),
        ("[" * 200_000, "RecursionError"),
        (json.dumps(coco(SQUARE)).replace("6,", "1e999,"), "image 5: OverflowError"),
        (json.dumps(coco()).replace("5", '"/etc"'), "ValueError the id of an image is '/etc'"),
        (
            json.dumps(coco() | {"categories": [{"id": i, "name": "x"} for i in range(255)]}),
            "ValueError 255 categories are more than the 254 of a mask",
        ),
    ],
)
def test_annotations_that_cannot_be_read_are_refused(
    root: Path, save: Save, text: str, why: str
) -> None:
    save("a.png", np.zeros((6, 8)))
    (root / "annotations.json").write_text(text)

    with pytest.raises(ProblemError) as caught:
        survey(list_examples(root))

    (problem,) = caught.value.problems
    assert problem.code == "AF443"
    assert problem.why.startswith(why)
