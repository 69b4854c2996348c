"""Pages of the codes of this room and of metrics."""

import pytest

from archforge.errors import CODES, page

OURS = [code for code in CODES if code.startswith("AF4")]


@pytest.mark.parametrize("code", OURS)
def test_every_code_has_a_page_with_a_wrong_and_a_right_example(code: str) -> None:
    text = page(code)

    assert text.startswith(f"# {code} {CODES[code]}\n")
    assert text.index("## Wrong") < text.index("## Right")
    assert text.count("```") == 4
