"""Networks that the language must be able to say, against their published counts."""

from pathlib import Path

import pytest

from archforge.catalog import check

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_has_no_problem_and_meets_its_published_counts(file: Path) -> None:
    check(str(file))


def test_the_examples_are_there() -> None:
    assert {file.stem for file in EXAMPLES} >= {"wide_resnet", "unet_plus_plus", "googlenet"}
