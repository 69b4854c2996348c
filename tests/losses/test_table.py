"""The table of losses without Keras, and what is refused."""

import subprocess
import sys

import pytest

from archforge.errors import ProblemError
from archforge.losses import LOSSES, check_loss, loss_terms


def test_every_loss_has_a_title_a_source_and_a_head() -> None:
    assert list(LOSSES) == ["bce", "crossentropy", "dice"]
    assert all(loss.title and loss.source for loss in LOSSES.values())
    assert {loss.head for loss in LOSSES.values()} == {"sigmoid", "softmax", "any"}


def test_listing_the_losses_imports_no_keras() -> None:
    code = (
        "import sys, archforge.losses as room; print(len(room.LOSSES), "
        "[name for name in ('keras', 'tensorflow', 'numpy') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "3 []\n"


def test_the_order_of_a_sum_does_not_matter() -> None:
    assert loss_terms("dice+bce") == loss_terms("bce + dice") == ("bce", "dice")


@pytest.mark.parametrize(
    ("text", "classes", "terms"),
    [
        ("auto", 1, ("bce", "dice")),
        ("auto", 3, ("crossentropy", "dice")),
        ("dice", 1, ("dice",)),
        ("dice", 4, ("dice",)),
        ("bce", 1, ("bce",)),
        ("crossentropy", 2, ("crossentropy",)),
    ],
)
def test_a_loss_is_worked_out_for_its_head(text: str, classes: int, terms: tuple[str, ...]) -> None:
    assert check_loss(text, classes) == terms


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("dyce+bce", "no loss is called 'dyce'", "did you mean 'dice'?"),
        ("dice+", "no loss is called ''", "use one of: bce, crossentropy, dice"),
        ("auto+dice", "no loss is called 'auto'", "use one of: bce, crossentropy, dice"),
        ("dice+dice", "'dice' stands twice in 'dice+dice'", "write each loss once"),
    ],
)
def test_an_unknown_name_is_refused(text: str, message: str, fix: str) -> None:
    with pytest.raises(ProblemError) as caught:
        loss_terms(text)

    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.fix) == ("AF504", message, fix)


@pytest.mark.parametrize(
    ("text", "classes", "message", "fix"),
    [
        (
            "bce+dice",
            3,
            "the loss 'bce' does not fit a softmax head for 3 classes",
            "use 'crossentropy+dice', or 'auto'",
        ),
        (
            "crossentropy",
            1,
            "the loss 'crossentropy' does not fit a sigmoid head for 1 class",
            "use 'bce', or 'auto'",
        ),
    ],
)
def test_a_loss_for_the_other_head_is_refused_with_the_right_one(
    text: str, classes: int, message: str, fix: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        check_loss(text, classes)

    (problem,) = caught.value.problems
    assert (problem.code, problem.message, problem.fix) == ("AF505", message, fix)
