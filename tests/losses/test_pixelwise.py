"""Cross-entropy and focal loss by hand, with weights and smoothing, of pixels and of images."""

import math

import numpy as np
import pytest

from tests.losses.worked import column, line, value

pytestmark = pytest.mark.keras
THREE = np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]])


def test_binary_cross_entropy_by_hand() -> None:
    found = value("bce", 1, line(1, 0), column(0.8, 0.4))

    assert found == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2, rel=1e-5)


def test_cross_entropy_by_hand() -> None:
    found = value("crossentropy", 3, line(2, 0), THREE.reshape(1, 2, 1, 3))

    assert found == pytest.approx(-(math.log(0.7) + math.log(0.5)) / 2, rel=1e-5)


def test_focal_loss_by_hand() -> None:
    # (1 - 0.8)^2 and (1 - 0.6)^2 before the two cross-entropies.
    parts = [-0.04 * math.log(0.8), -0.16 * math.log(0.6)]

    plain = value("focal", 1, line(1, 0), column(0.8, 0.4))
    balanced = value("focal(alpha=0.25)", 1, line(1, 0), column(0.8, 0.4))

    assert plain == pytest.approx(sum(parts) / 2, rel=1e-4)
    assert balanced == pytest.approx((0.25 * parts[0] + 0.75 * parts[1]) / 2, rel=1e-4)


def test_focal_loss_of_an_easy_pixel_is_a_hundredth_of_its_cross_entropy() -> None:
    # Lin et al. 2017, section 3.2: gamma 2, a score of 0.9 has 100 times lower loss, 0.968 1000.
    for score, times in ((0.9, 100), (0.968, 1000)):
        entropy = value("bce", 1, line(1), column(score))

        found = value("focal", 1, line(1), column(score))

        assert entropy / found == pytest.approx(times, rel=0.03)


def test_focal_loss_of_several_classes_by_hand() -> None:
    found = value("focal(gamma=1)", 3, line(2, 0), THREE.reshape(1, 2, 1, 3))

    assert found == pytest.approx(-(0.3 * math.log(0.7) + 0.5 * math.log(0.5)) / 2, rel=1e-4)


def test_focal_loss_without_gamma_is_cross_entropy() -> None:
    scores = THREE.reshape(1, 2, 1, 3)

    assert value("focal(gamma=0)", 3, line(2, 0), scores) == pytest.approx(
        value("crossentropy", 3, line(2, 0), scores)
    )


def test_class_weights_make_a_weighted_mean() -> None:
    # Weights 1 and 3: (3 a + b) / 4.
    found = value("bce", 1, line(1, 0), column(0.8, 0.4), [1, 3])
    several = value("crossentropy", 3, line(2, 0), THREE.reshape(1, 2, 1, 3), [1, 9, 3])

    assert found == pytest.approx(-(3 * math.log(0.8) + math.log(0.6)) / 4, rel=1e-5)
    assert several == pytest.approx(-(3 * math.log(0.7) + math.log(0.5)) / 4, rel=1e-5)


def test_smoothed_labels_by_hand() -> None:
    # A tenth of the truth goes to all classes evenly: 0.95 and 0.05 of two, 0.1 / 3 of three.
    one = value("bce(label_smoothing=0.1)", 1, line(1), column(0.8))
    three = value("crossentropy(label_smoothing=0.1)", 3, line(2), THREE[:1].reshape(1, 1, 1, 3))

    logs = np.log(THREE[0])
    assert one == pytest.approx(-(0.95 * math.log(0.8) + 0.05 * math.log(0.2)), rel=1e-5)
    assert three == pytest.approx(-(0.9 * logs[2] + 0.1 / 3 * logs.sum()), rel=1e-5)


def test_images_without_pixels_have_a_class_each() -> None:
    # A mean over one image's own weight would cancel it: each is multiplied by it instead.
    plain = value("crossentropy", 3, [2, 0], THREE)
    weighted = value("crossentropy", 3, [2, 0], THREE, [1, 1, 3])
    binary = value("bce", 1, [1, 0], [[0.8], [0.4]])

    assert plain == pytest.approx(-(math.log(0.7) + math.log(0.5)) / 2, rel=1e-5)
    assert weighted == pytest.approx(-(3 * math.log(0.7) + math.log(0.5)) / 2, rel=1e-5)
    assert binary == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2, rel=1e-5)


def test_a_pixel_that_is_wrong_for_certain_keeps_its_gradient_in_a_traced_step() -> None:
    from archforge.build.quiet import tensorflow
    from archforge.losses import parse_loss

    loss = parse_loss("bce", 1)

    def slope(raw: object) -> object:
        with tensorflow.GradientTape() as tape:
            tape.watch(raw)
            total = loss(line(1), tensorflow.sigmoid(raw))
        return tape.gradient(total, raw)

    traced = tensorflow.function(slope, autograph=False)

    assert float(traced(tensorflow.constant(column(-40)))[0, 0, 0, 0]) == pytest.approx(-1)
