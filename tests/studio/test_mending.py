"""Quick fixes: each one that is offered mends, and those that are mechanical are offered."""

import re

import pytest

from archforge.catalog import look
from archforge.errors import CODES, Problem, page
from archforge.spec import read_text
from archforge.studio.mending import MENDERS, mends
from tests.contracts.test_pages import SPEC_CODES, examples
from tests.specs import HEAD, spec_text
from tests.studio.files import opened

OFFERED = {
    *("AF006", "AF101", "AF102", "AF103", "AF104", "AF105", "AF107", "AF108", "AF109"),
    *("AF110", "AF115", "AF117", "AF120", "AF133"),
    *("AF141", "AF142", "AF145", "AF146"),
    *("AF301", "AF302", "AF303", "AF306", "AF307", "AF309"),
    *("AF203", "AF204", "AF205", "AF206", "AF209", "AF210", "AF213", "AF216", "AF217"),
}
"""Codes whose page's example has a quick fix."""

CONV = "{layer: Conv2D, filters: 8, kernel_size: 3, padding: same"


def gone(text: str, problem: Problem, file: str) -> bool:
    line = problem.mark.line if problem.mark else 0
    left = [p for p in look(text, file).problems if p.code == problem.code]
    return not any(p.mark is not None and p.mark.line == line for p in left)


@pytest.mark.parametrize("code", SPEC_CODES)
def test_every_fix_that_a_page_s_example_is_offered_mends_it(code: str) -> None:
    text = examples(code)["Wrong"][1]
    file = opened(text, "wrong.yaml")
    problems = file.look().look.problems

    offered = [(problem, mend) for problem in problems for mend in mends(file, problem)]

    assert bool(offered) == (code in OFFERED)
    for problem, mend in offered:
        after = file.text.edited(mend.edits)
        assert after != text
        assert gone(after, problem, "wrong.yaml"), mend.title
        read_text(after, "wrong.yaml")


def fixed(text: str, title: str) -> str:
    """The text after the quick fix of that title."""
    file = opened(text)
    every = [mend for problem in file.look().look.problems for mend in mends(file, problem)]
    (mend,) = [one for one in every if one.title == title]
    return file.text.edited(mend.edits)


@pytest.mark.parametrize(
    ("step", "title", "after"),
    [
        ("{layer: Conv2D, filters: 4, kernel_siz: 3}", "write 'kernel_size'",
         "{layer: Conv2D, filters: 4, kernel_size: 3}"),
        ("{layer: Conv2D, filters: 4}", "add `kernel_size: 3`",
         "{layer: Conv2D, filters: 4, kernel_size: 3}"),
        ("{layer: Conv2D, filters: 4, kernel_size: 3, padding: sam}", "write 'same'",
         "{layer: Conv2D, filters: 4, kernel_size: 3, padding: same}"),
        ("{layers: Conv2D, filters: 4, kernel_size: 3}", "write 'layer'",
         "{layer: Conv2D, filters: 4, kernel_size: 3}"),
        ("{block: Conv2D, filters: 4, kernel_size: 3}", "write `layer: `",
         "{layer: Conv2D, filters: 4, kernel_size: 3}"),
        ("{layer: Conv2D, filters: 4.0, kernel_size: 3}", None, None),
        ("{layer: Conv2D, filters: =max(2, 4, 8), kernel_size: 3}", "quote the formula",
         '{layer: Conv2D, filters: "=max(2, 4, 8)", kernel_size: 3}'),
        ("{layer: Conv2D, filters: =8 / 2, kernel_size: 3}", "use `//`",
         "{layer: Conv2D, filters: =8 // 2, kernel_size: 3}"),
        ('{layer: Conv2D, filters: "=8 if 1 = 1 else 4", kernel_size: 3}', "compare with `==`",
         '{layer: Conv2D, filters: "=8 if 1 == 1 else 4", kernel_size: 3}'),
        ("{layer: Add, from: image, prev, image}", "write `from: [image, prev, image]`",
         "{layer: Add, from: [image, prev, image]}"),
        ("{layer: Add, from: [image, image@i-1]}", None, None),
        ("{layer: Dense, units: four}", None, None),
        ("{layer: ReLU, name: lost}", None, None),
        ("{for: {i: =3}, steps: [{layer: ReLU}]}", "write `=range(3)`",
         "{for: {i: =range(3)}, steps: [{layer: ReLU}]}"),
        ("{layer: Conv2D, filters: \"=abs(len(4)\", kernel_size: 3}", None, None),
    ],
)  # fmt: skip
def test_a_fix_changes_the_word_that_is_wrong(
    step: str, title: str | None, after: str | None
) -> None:
    text = spec_text(f"  - {step}\n" + HEAD)
    if title is None or after is None:
        file = opened(text)
        for problem in file.look().look.problems:
            for mend in mends(file, problem):
                assert gone(file.text.edited(mend.edits), problem, "spec.yaml")
        return

    assert fixed(text, title) == text.replace(step, after)


def test_a_key_in_block_style_gets_a_line_of_its_own() -> None:
    text = spec_text("  - layer: Conv2D  # note\n    filters: 4\n" + HEAD)

    after = fixed(text, "add `kernel_size: 3`")

    assert "  - layer: Conv2D  # note\n    kernel_size: 3\n    filters: 4\n" in after


def test_a_key_behind_a_dash_is_taken_out_with_its_line() -> None:
    text = spec_text("  - nam: x\n    layer: ReLU\n    name: y\n" + HEAD)

    after = fixed(text, "remove 'nam', 'name' is there")

    assert "graph:\n  - layer: ReLU\n    name: y\n" in after


def test_the_last_key_in_block_style_is_taken_out_with_its_line() -> None:
    text = spec_text("  - layer: ReLU\n    name: y\n    nam: x\n" + HEAD)

    after = fixed(text, "remove 'nam', 'name' is there")

    assert "graph:\n  - layer: ReLU\n    name: y\n" + HEAD in after


def test_a_formula_with_a_comma_is_quoted_in_text_that_is_no_yaml() -> None:
    step = "{layer: Conv2D, filters: =[1, 2][0], kernel_size: 3}"
    text = spec_text(f"  - {step}\n" + HEAD)

    after = fixed(text, "quote it")

    assert '{layer: Conv2D, filters: "=[1, 2][0]", kernel_size: 3}' in after


def test_a_family_with_brackets_is_written_with_at() -> None:
    text = spec_text(f"  - {CONV}, name: x@0}}\n  - {{layer: Add, from: [prev, x[0]]}}\n" + HEAD)

    assert "from: [prev, x@0]" in fixed(text, "write it with `@`")


def test_tabs_become_spaces() -> None:
    text = spec_text("  - layer: ReLU\n\t  name: x\n" + HEAD)

    assert "  - layer: ReLU\n" in fixed(text, "indent with spaces")


def test_a_merge_in_one_word_becomes_one_that_aligns() -> None:
    crop = "{layer: Cropping2D, cropping: 1}"
    text = spec_text(f"  - branches: {{a: [], b: [{crop}]}}\n    merge: Concatenate\n" + HEAD)

    assert "merge: {layer: Concatenate, align: crop}" in fixed(text, "add `align: crop`")


def test_a_block_is_called_otherwise_wherever_it_is_used() -> None:
    block = "blocks: {double: {steps: [{layer: ReLU}]}}\n"
    text = spec_text("  - {block: double}\n  - {block: double}\n" + HEAD, block)

    after = fixed(text, "call it Double")

    assert after.count("block: Double}") == 2


def test_a_problem_of_another_file_is_mended_there() -> None:
    text = spec_text("  - {architecture: nowhere.yaml, name: inner}\n" + HEAD)
    file = opened(text)

    assert [list(mends(file, problem)) for problem in file.look().look.problems] == [[]]


def test_no_two_menders_have_one_pattern() -> None:
    patterns = [pattern for pattern, _ in MENDERS]

    assert len(set(patterns)) == len(patterns)
    assert all(re.compile(pattern) for pattern in patterns)


def test_every_code_with_a_fix_is_a_code() -> None:
    assert set(CODES) >= OFFERED
    assert all(page(code) for code in OFFERED)
