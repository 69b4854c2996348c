"""Settings, and what follows from the data, without Keras."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archforge import train as room
from archforge.catalog import read_architecture
from archforge.data import Dataset
from archforge.errors import ProblemError
from archforge.experiment import read_experiment
from archforge.train import Settings, adapt


def test_the_defaults_are_those_of_the_recipe_that_was_measured() -> None:
    recipe = read_experiment(Path(__file__).parents[2] / "benchmarks/recipes/ours.yaml").settings
    own = {"epochs", "patience", "batch_size", "learning_rate", "warmup", "target"}

    different = {
        name for name, value in recipe.facts().items() if value != Settings().facts()[name]
    }

    assert different <= own


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 0}, "AF503 epochs cannot be 0"),
        ({"batch_size": 2.5}, "AF503 batch_size cannot be 2.5"),
        ({"patience": True}, "AF503 patience cannot be True"),
        ({"accumulate": 0}, "AF503 accumulate cannot be 0"),
        ({"patches": -1}, "AF503 patches cannot be -1"),
        ({"images": -1}, "AF503 images cannot be -1"),
        ({"seconds": -1}, "AF503 seconds cannot be -1"),
        ({"seed": -1}, "AF503 seed cannot be -1"),
        ({"seed": 2**32}, "AF503 seed cannot be 4294967296"),
        ({"learning_rate": 0.0}, "AF503 learning_rate cannot be 0.0"),
        ({"learning_rate": float("nan")}, "AF503 learning_rate cannot be nan"),
        ({"learning_rate": "fast"}, "AF503 learning_rate cannot be 'fast'"),
        ({"learning_rate": 10**400}, "AF503 learning_rate cannot be so large a number"),
        ({"warmup": -1}, "AF503 warmup cannot be -1\n  fix: give a number of at least 0"),
        ({"weight_decay": "1"}, "AF503 weight_decay cannot be '1'"),
        ({"clip": float("inf")}, "AF503 clip cannot be inf"),
        (
            {"ema": 1},
            "AF503 ema cannot be 1\n  fix: give a number from 0, which is none, to below 1",
        ),
        ({"foreground": 1.5}, "AF503 foreground cannot be 1.5\n  fix: give a share from 0 to 1"),
        ({"class_weights": "even"}, "AF503 class_weights cannot be 'even'\n  fix: give 'balanced'"),
        ({"class_weights": (1, -1)}, "AF503 class_weights cannot be (1, -1)"),
        ({"class_weights": 5}, "AF503 class_weights cannot be 5"),
        ({"loss": None}, "AF503 loss cannot be None"),
        ({"augment": 3}, "AF503 augment cannot be 3"),
        ({"output_weights": 3}, "AF503 output_weights cannot be 3"),
        ({"output_weights": {"aid": -1}}, "AF503 the weight of the output 'aid' cannot be -1"),
        ({"schedule": "cosin"}, "AF503 schedule cannot be 'cosin'\n  fix: did you mean 'cosine'?"),
        ({"precision": "bfloat"}, "AF503 precision cannot be 'bfloat'"),
        ({"sampling": "patch"}, "AF503 sampling cannot be 'patch'\n  fix: did you mean 'patches'?"),
        ({"target": ["mask"]}, "AF503 target cannot be ['mask']"),
        ({"normalize": "percent"}, "AF503 normalize cannot be 'percent'"),
        ({"logger": "wandb"}, "AF503 logger cannot be 'wandb'"),
        ({"optimizer": "adma"}, "AF503 optimizer cannot be 'adma'\n  fix: did you mean 'adam'?"),
        ({"augment": "flip"}, "AF503 augment cannot be 'flip'\n  fix: did you mean 'flips'?"),
        ({"loss": "dyce"}, "AF504 no loss is called 'dyce'\n  fix: did you mean 'dice'?"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        Settings(**given)

    assert str(caught.value).startswith(message)


def test_every_wrong_setting_is_told_at_once() -> None:
    with pytest.raises(ProblemError) as caught:
        Settings(epochs=0, optimizer="none", loss="mse")

    assert [problem.code for problem in caught.value.problems] == ["AF503", "AF503", "AF504"]


def test_settings_come_back_from_a_record_as_they_were() -> None:
    settings = Settings(class_weights=(1, 4), output_weights={"aid": 0.3}, augment="turns+flips")

    facts = json.loads(json.dumps(settings.facts()))

    assert Settings.read({**facts, "of a later version": 1}) == settings
    assert settings.class_weights == (1.0, 4.0)


def test_the_order_of_augmentations_makes_no_other_settings() -> None:
    assert Settings(augment="turns+flips") == Settings(augment="flips + turns")


def test_channels_and_classes_come_from_the_data_before_any_preset(dataset: Dataset) -> None:
    found = read_architecture("unet")

    fixed, words = adapt(found.spec, {"depth": 2}, dataset)

    assert fixed == {"depth": 2, "channels": 1, "classes": 1}
    assert words == ["channels = 1, classes = 1 from the data"]
    assert found.graph("tutorial", fixed).inputs["image"].shape == (128, 128, 1)


def test_what_is_given_stays_and_is_not_told(dataset: Dataset) -> None:
    spec = read_architecture("unet").spec

    fixed, words = adapt(spec, {"channels": 3, "classes": 1}, dataset)

    assert fixed == {"channels": 3, "classes": 1}
    assert words == []


def test_a_spec_without_these_hyperparameters_gets_none(dataset: Dataset) -> None:
    spec = read_architecture("vgg").spec

    fixed, words = adapt(spec, {}, dataset)

    assert fixed == {"classes": 1}
    assert words == ["classes = 1 from the data"]


def test_importing_the_room_imports_no_keras() -> None:
    code = "import sys, archforge.train; print('keras' in sys.modules, 'tensorflow' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "False False\n"


@pytest.mark.keras
def test_every_name_of_the_room_can_be_had() -> None:
    assert all(getattr(room, name) is not None for name in room.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'tarin'"):
        getattr(room, "tarin")  # noqa: B009 (the room's own __getattr__ is asked)
