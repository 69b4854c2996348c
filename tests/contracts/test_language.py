"""The examples of the language, each the whole way: check, show, draw, build, save and load."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.catalog import read_architecture
from archforge.cli import run

EXAMPLES = Path(__file__).parents[1] / "expand" / "examples"

# Small enough to build in seconds; the published counts stand in `expect:` and are checked there.
CASES: dict[str, tuple[str, ...]] = {
    "unet": ("size=188", "filters=2"),
    "vgg": ("size=32", "classes=3"),
    "unet_vgg16": ("size=32", "filters=2"),
    "unet_vgg19": ("size=32", "filters=2"),
    "wide_resnet.yaml": ("depth=10", "width=1"),
    "googlenet.yaml": (),
    "unet_plus_plus.yaml": ("filters=4", "supervise=true"),
    "attention_unet.yaml": ("size=32", "filters=4"),
    "siamese.yaml": (),
}


def spec(name: str) -> str:
    return str(EXAMPLES / name) if name.endswith(".yaml") else name


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras 3.15
@pytest.mark.parametrize("name", CASES)
def test_an_example_goes_the_whole_way(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from archforge.build import build_model, keras

    sets = [word for text in CASES[name] for word in ("--set", text)]

    assert run(["check", spec(name)]) == 0
    assert capsys.readouterr().out == ""
    assert run(["show", spec(name), *sets, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert run(["draw", spec(name), *sets, "-o", str(tmp_path / "it.svg")]) == 0
    assert (tmp_path / "it.svg").read_text().startswith("<svg")
    assert run(["build", spec(name), *sets, "-o", str(tmp_path / "it.keras")]) == 0

    loaded = keras.saving.load_model(tmp_path / "it.keras", safe_mode=True)
    given = dict(shown["hyperparameters"])
    built = build_model(read_architecture(spec(name)).graph(None, given))
    built.set_weights(loaded.get_weights())

    assert loaded.count_params() == shown["parameters"]["total"]
    for ours, theirs in zip(outputs(built), outputs(loaded), strict=True):
        assert np.array_equal(ours, theirs)
        assert np.isfinite(ours).all()


def outputs(model: Any) -> list[Any]:
    """What the model gives for one fixed image of each of its inputs."""
    draw = np.random.default_rng(0)
    images = [
        draw.uniform(size=(1, *tensor.shape[1:])).astype("float32") for tensor in model.inputs
    ]
    names = [tensor.name for tensor in model.inputs]
    found = model(dict(zip(names, images, strict=True)) if len(images) > 1 else images[0])
    return [np.asarray(one) for one in (found.values() if isinstance(found, dict) else [found])]


def test_every_example_is_among_them() -> None:
    assert {path.name for path in EXAMPLES.glob("*.yaml")} <= set(CASES)
