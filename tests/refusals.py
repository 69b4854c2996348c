"""What is said in place of a result."""

from collections.abc import Callable

import pytest

from archforge.errors import ProblemError


def refusal(act: Callable[[], object]) -> str:
    """The problems that a call is refused with, as text."""
    with pytest.raises(ProblemError) as caught:
        act()
    return str(caught.value)
