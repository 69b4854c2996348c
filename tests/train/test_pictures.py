"""What is shown and how, without comparing pixels to a golden picture."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archforge.train import Epoch

pytestmark = pytest.mark.keras
RNG = np.random.default_rng(2)


def history(*dices: float) -> list[Epoch]:
    return [
        Epoch(number, len(dices), 1 / number, dice, dice / 2, 1.0, 0.0, 1e-3)
        for number, dice in enumerate(dices, start=1)
    ]


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture.convert("RGB"))


def colours(path: Path) -> set[tuple[int, ...]]:
    return set(map(tuple, pixels(path).reshape(-1, 3).tolist()))


def test_the_worst_and_the_best_are_shown() -> None:
    from archforge.train.pictures import chosen

    assert chosen([0.5, 0.9, 0.1]) == [2, 0, 1]
    assert chosen([0.1 * row for row in range(11)]) == [0, 2, 4, 6, 8, 10]
    assert chosen([0.5]) == [0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_rows_are_shown_once_and_the_worst_first(dices: list[float]) -> None:
    from archforge.train.pictures import chosen

    rows = chosen(dices)

    assert len(set(rows)) == len(rows) == min(6, len(dices))
    assert [dices[row] for row in rows] == sorted(dices[row] for row in rows)
    assert (dices[rows[0]], dices[rows[-1]]) == (min(dices), max(dices)) or len(rows) == 1


@pytest.mark.parametrize("dices", [(0.3,), (0.0, 0.0), (0.1, 0.6, 0.5)])
def test_curves_are_drawn_for_any_history(tmp_path: Path, dices: tuple[float, ...]) -> None:
    from archforge.train.pictures import write_curves

    write_curves(tmp_path / "curves.png", "a run", history(*dices), int(np.argmax(dices)) + 1)

    assert pixels(tmp_path / "curves.png").shape == (432, 1080, 3)
    assert {(0, 114, 178), (213, 94, 0)} <= colours(tmp_path / "curves.png")
    assert [path.name for path in tmp_path.iterdir()] == ["curves.png"]


@pytest.mark.parametrize("classes", [1, 3])
@pytest.mark.parametrize("right", [True, False])
def test_predictions_are_drawn_with_and_without_errors(
    tmp_path: Path, classes: int, right: bool
) -> None:
    from archforge.train.pictures import write_predictions
    from archforge.train.scoring import Prediction

    truth = RNG.integers(0, max(2, classes), (20, 30)).astype(np.uint8)
    predicted = truth if right else np.roll(truth, 1, axis=0)
    image = RNG.integers(0, 50, (20, 30, 1 if classes == 1 else 3)).astype(np.uint8)
    scores = np.eye(max(2, classes), dtype=np.float32)[predicted]
    shown = [Prediction(0, "a name that is much too long", image, truth, predicted, scores)] * 2

    write_predictions(tmp_path / "sheet.png", "a run", shown, classes)

    assert pixels(tmp_path / "sheet.png").shape[1] == 1104


def test_dollars_in_the_name_of_an_image_are_no_formula(tmp_path: Path) -> None:
    from archforge.train.pictures import write_curves, write_predictions
    from archforge.train.scoring import Prediction

    mask = np.zeros((8, 8), np.uint8)
    name = r"$\frac$"
    shown = [Prediction(0, name, mask[..., None], mask, mask, np.ones((8, 8, 2), np.float32))]

    write_predictions(tmp_path / "sheet.png", name, shown, 1)
    write_curves(tmp_path / "curves.png", name, history(0.5), 1)

    assert len(list(tmp_path.iterdir())) == 2


def test_the_classes_of_a_sheet_are_called_as_the_images_call_them(tmp_path: Path) -> None:
    from archforge.train.pictures import write_predictions
    from archforge.train.scoring import Prediction

    mask = np.arange(60, dtype=np.uint8).reshape(6, 10) % 3
    shown = [Prediction(0, "a", mask[..., None], mask, mask, np.ones((6, 10, 3), np.float32))]
    called = {
        "numbers": ["class 0", "class 1", "class 2"],
        "some": ["class 0"],
        "names": ["ground", "核", "$clay$"],
        "none": [],
    }

    for file, names in called.items():
        write_predictions(tmp_path / f"{file}.png", "a run", shown, 3, names)

    drawn = {file: pixels(tmp_path / f"{file}.png") for file in called}
    assert (drawn["none"] == drawn["numbers"]).all()
    assert (drawn["none"] == drawn["some"]).all()
    assert (drawn["none"] != drawn["names"]).any()


def test_many_classes_with_long_names_have_room_below_the_sheet(tmp_path: Path) -> None:
    from archforge.train.pictures import write_predictions
    from archforge.train.scoring import Prediction

    mask = np.arange(60, dtype=np.uint8).reshape(6, 10) % 12
    shown = [Prediction(0, "a", mask[..., None], mask, mask, np.ones((6, 10, 12), np.float32))]

    write_predictions(tmp_path / "few.png", "a run", shown, 12)
    write_predictions(tmp_path / "long.png", "a run", shown, 12, ["W" * 24] * 12)

    assert pixels(tmp_path / "long.png").shape[0] > pixels(tmp_path / "few.png").shape[0]


def test_contrast_is_stretched_and_a_constant_image_is_black() -> None:
    from archforge.train.pictures import stretched

    dark = np.repeat(np.arange(10, 20, dtype=np.uint8), 10).reshape(10, 10, 1)

    found = stretched(dark)

    assert found.shape == (10, 10, 3)
    assert (found.min(), found.max()) == (0, 1)
    assert stretched(np.full((4, 4, 1), 7, dtype=np.uint8)).max() == 0
