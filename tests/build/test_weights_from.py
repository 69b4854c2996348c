"""A whole network with the weights of another: of keras.applications, of a run, of a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archforge.build import build_model, build_with, keras
from archforge.catalog import read_architecture
from archforge.cli import OK, PROBLEMS, run
from archforge.errors import ProblemError
from tests.build.test_pretrained import SMALL, randomised

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

TINY = """\
archforge: 1
name: vgg
task: classification
inputs: {image: {shape: [32, 32, 3], values: caffe}}
graph:
  - {layer: Conv2D, name: low, filters: 4, kernel_size: 3, padding: same}
  - {layer: Activation, name: calm, activation: relu}
  - {layer: Conv2D, name: high, filters: 4, kernel_size: 3, padding: same, activation: relu}
  - {layer: Add, from: [high, calm], name: sum}
  - {layer: GlobalAveragePooling2D}
  - {layer: Dense, name: label, units: CLASSES, activation: softmax}
"""
"""Stands for a twin: small, and called like one."""


def written(folder: Path, text: str, classes: int = 1000) -> str:
    path = folder / "vgg.yaml"
    path.write_text(text.replace("CLASSES", str(classes)))
    return str(path)


def reference(head: bool = True, rescaled: float = 1.0) -> Any:
    """The same network as Keras might write it: other names, a fused activation, sums swapped."""
    layers = keras.layers
    image = keras.Input((32, 32, 3))
    x = layers.Rescaling(rescaled)(image) if rescaled != 1 else image
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="one")(x)
    y = layers.Conv2D(4, 3, padding="same", name="two")(x)
    x = layers.Add()([x, layers.Activation("relu")(y)])
    if head:
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Activation("softmax")(layers.Dense(1000, name="top")(x))
    return randomised(keras.Model(image, x))


@pytest.fixture
def stands_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The download is Keras's: a network with random weights stands for the published one."""

    def put(model: Any, bare: Any = None) -> None:
        monkeypatch.setattr(
            keras.applications,
            "VGG19",
            lambda weights, include_top=True, input_shape=None: model if include_top else bare,
        )

    return put


def test_the_weights_of_keras_are_found_however_its_network_is_written(
    tmp_path: Path, stands_in: Callable[..., None]
) -> None:
    published = reference()
    stands_in(published)
    graph = read_architecture(written(tmp_path, TINY)).graph()

    model, given = build_with(graph, "keras")

    image = np.random.default_rng(3).normal(0, 50, (2, 32, 32, 3)).astype("float32")
    assert np.array_equal(np.asarray(model(image)), np.asarray(published(image)))
    assert (given.source, given.fresh, given.compared) == ("keras.applications.VGG19", (), True)


def test_a_head_for_other_classes_stays_new_and_is_told(
    tmp_path: Path, stands_in: Callable[..., None]
) -> None:
    bare = reference(head=False)
    stands_in(None, bare)
    graph = read_architecture(written(tmp_path, TINY, classes=2)).graph()

    model, given = build_with(graph, "keras")

    assert given.fresh == ("label",)
    assert given.compared
    kernel = model.get_layer("high").get_weights()[0]
    assert np.array_equal(kernel, bare.get_layer("two").get_weights()[0])


def test_a_layer_without_weights_that_is_not_the_same_shows_in_the_output(
    tmp_path: Path, stands_in: Callable[..., None]
) -> None:
    stands_in(reference(rescaled=1 / 255))
    graph = read_architecture(written(tmp_path, TINY)).graph()

    with pytest.raises(ProblemError) as caught:
        build_with(graph, "keras")

    (problem,) = caught.value.problems
    assert problem.code == "AF516"
    assert "layers without weights are not the same" in problem.why


def test_another_network_under_the_name_is_refused_with_the_layer(
    tmp_path: Path, stands_in: Callable[..., None]
) -> None:
    stands_in(reference(), reference(head=False))
    graph = read_architecture(written(tmp_path, TINY.replace("filters: 4", "filters: 5"))).graph()

    with pytest.raises(ProblemError) as caught:
        build_with(graph, "keras")

    (problem,) = caught.value.problems
    assert problem.code == "AF516"
    assert "'one' of functional" in problem.why
    assert "has no counterpart" in problem.why


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (SMALL, "AF145", "there are no ImageNet weights for small"),
        (TINY.replace("caffe", "unit"), "AF146", "expect `values: caffe`, 'image' has `unit`"),
    ],
)
def test_what_cannot_have_them_is_refused_before_a_download(
    tmp_path: Path, text: str, code: str, says: str
) -> None:
    graph = read_architecture(written(tmp_path, text)).graph()

    with pytest.raises(ProblemError) as caught:
        build_with(graph, "keras")

    (problem,) = caught.value.problems
    assert problem.code == code
    assert says in problem.message


def test_a_saved_network_gives_its_weights_to_its_spec_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, first, second = written(tmp_path, SMALL), tmp_path / "one.keras", tmp_path / "two.keras"
    run(["build", path, "-o", str(first)])

    status = run(["build", path, "--weights-from", str(first), "-o", str(second)])

    assert status == OK
    assert f"weights: {first}\n" in capsys.readouterr().out
    models = [keras.saving.load_model(file) for file in (first, second)]
    pairs = zip(*(model.get_weights() for model in models), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_a_network_that_shares_weights_is_given_them_once(tmp_path: Path) -> None:
    path = str(Path(__file__).parents[1] / "expand" / "examples" / "siamese.yaml")
    file = tmp_path / "siamese.keras"
    graph = read_architecture(path).graph()
    source = randomised(build_model(graph))
    source.save(file)

    model, given = build_with(graph, str(file))

    pairs = zip(source.get_weights(), model.get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    assert given.fresh == ()


def test_a_source_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["build", "lenet5", "--weights-from", "nowhere.keras"])

    assert status == PROBLEMS
    assert "AF144 there are no weights 'nowhere.keras'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "why"),
    [("channels=1", "must have 3 channels"), ("size=16", "must be at least 32x32")],
)
def test_images_that_the_network_of_keras_cannot_take_are_refused_in_its_words(
    setting: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["build", "resnet50", "--set", "classes=2", "--set", setting]

    status = run([*words, "--weights-from", "keras"])

    said = capsys.readouterr().err
    assert status == PROBLEMS
    assert "AF516 the weights do not fit 'resnet'" in said
    assert f"ResNet50 refuses such images: {'The input' if 'ch' in setting else 'Input'}" in said
    assert why in said


def test_a_network_of_two_images_cannot_have_the_weights_of_one(tmp_path: Path) -> None:
    text = TINY.replace(
        "values: caffe}}", "values: caffe}, other: {shape: [32, 32, 3], values: caffe}}"
    )
    text = text.replace("name: low,", "name: low, from: image,")
    text = text.replace("from: [high, calm]", "from: [high, calm, second]")
    text = text.replace(
        "  - {layer: Add", "  - {share: low, name: second, from: other}\n  - {layer: Add"
    )
    graph = read_architecture(written(tmp_path, text, classes=2)).graph()

    with pytest.raises(ProblemError) as caught:
        build_with(graph, "keras")

    (problem,) = caught.value.problems
    assert (problem.code, problem.why) == ("AF516", "VGG19 takes one image, this network 2")
