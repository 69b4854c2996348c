"""The table of losses: what each says of itself, without Keras."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest

from archforge.losses import LOSSES


def test_every_loss_has_a_title_a_source_and_a_head() -> None:
    assert all(loss.title and loss.source for loss in LOSSES.values())
    assert {loss.head for loss in LOSSES.values()} == {"sigmoid", "softmax", "any"}


def test_every_argument_has_a_title_and_a_default_within_its_range() -> None:
    known = [each for loss in LOSSES.values() for each in loss.arguments.values()]

    assert all(each.title and each.low < each.high for each in known)
    assert all(each.low <= each.default <= each.high for each in known if each.default is not None)


@pytest.mark.keras
@pytest.mark.parametrize("name", LOSSES)
def test_the_table_says_what_the_function_takes(name: str) -> None:
    module, function = LOSSES[name].function.split(":")

    parameters = inspect.signature(getattr(import_module(module), function)).parameters

    defaults = {key: each.default for key, each in list(parameters.items())[1:]}
    assert defaults == {key: each.default for key, each in LOSSES[name].arguments.items()}


def test_listing_the_losses_imports_no_keras() -> None:
    code = (
        "import sys, archforge.losses as room; print(len(room.LOSSES), "
        "[name for name in ('keras', 'tensorflow', 'numpy') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "9 []\n"
