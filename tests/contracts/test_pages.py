"""Every problem code has a page, and the page's examples do what it says."""

import re
from pathlib import Path

import pytest

from archforge.catalog import check
from archforge.errors import CODES, ProblemError, page

EXAMPLE = re.compile(r"## (Wrong|Right)\n\n```(\w+)\n(.*?)```", re.DOTALL)


def examples(code: str) -> dict[str, tuple[str, str]]:
    return {title: (kind, text) for title, kind, text in EXAMPLE.findall(page(code))}


def codes_of(path: Path) -> set[str]:
    try:
        check(str(path))
    except ProblemError as error:
        return {problem.code for problem in error.problems}
    return set()


SPEC_CODES = [code for code in CODES if examples(code)["Wrong"][0] == "yaml"]


@pytest.mark.parametrize("code", CODES)
def test_a_page_opens_with_its_code_and_title_and_shows_wrong_and_right(code: str) -> None:
    first_line = page(code).split("\n", 1)[0]

    assert first_line == f"# {code} {CODES[code]}"
    assert set(examples(code)) == {"Wrong", "Right"}


@pytest.mark.parametrize("code", SPEC_CODES)
def test_the_wrong_example_fires_its_code_and_no_other(code: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(examples(code)["Wrong"][1])

    assert codes_of(file) == {code}


@pytest.mark.parametrize("code", SPEC_CODES)
def test_the_right_example_is_silent(code: str, tmp_path: Path) -> None:
    file = tmp_path / "right.yaml"
    file.write_text(examples(code)["Right"][1])

    assert codes_of(file) == set()


@pytest.mark.parametrize("code", SPEC_CODES)
def test_every_problem_of_a_spec_says_where_it_is(code: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(examples(code)["Wrong"][1])

    with pytest.raises(ProblemError) as caught:
        check(str(file))

    marks = [problem.mark for problem in caught.value.problems]
    assert all(mark is not None and mark.line and mark.column for mark in marks)
    lines = [str(problem) for problem in caught.value.problems]
    assert all(re.match(rf"{re.escape(str(file))}:\d+:\d+: AF\d\d\d \S", line) for line in lines)
