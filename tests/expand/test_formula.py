"""Formulas: worth what they say, and able to do nothing else."""

import string
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.expand.formula import parse_formula
from archforge.expand.operations import FUNCTIONS, MAX_LIST, FormulaError
from archforge.graph import Shape


class Known:
    """A few names and one node."""

    VALUES: ClassVar[dict[str, Any]] = {
        "i": 3,
        "depth": 4,
        "f": [8, 16, 32, 64],
        "kind": "max",
        "rate": 0.5,
    }

    def value(self, name: str) -> Any:
        return self.VALUES[name]

    def member(self, name: str, index: int) -> Any:
        return self.VALUES[name][index]

    def shape(self, node: str, function: str) -> Shape:
        shapes: dict[str, Shape] = {
            "image": (64, 48, 3),
            "skip@2": (8, 6, 32),
            "flat": (10,),
            "open": (None, 4, 1),
            "signal": (128, 2),
            "volume": (5, 64, 48, 1),
        }
        return shapes[node]


def worth(text: str) -> Any:
    return parse_formula(text).work_out(Known())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=2 + 3 * 4", 14),
        ("=16 * 2**i", 128),
        ("=7 // 2", 3),
        ("=7 / 2", 3.5),
        ("=-7 % 4", 1),
        ("=1/255", 1 / 255),
        ("=kind == 'max'", True),
        ("=1 < i <= 3", True),
        ("=1 < i < 3", False),
        ("=i in [1, 2, 3]", True),
        ("=i not in f", True),
        ("=depth if i > 3 else depth + 1", 5),
        ("=true and not false", True),
        ("=null", None),
        ("=f[1:3]", [16, 32]),
        ("=f[-1]", 64),
        ("=range(depth)", [0, 1, 2, 3]),
        ("=reversed(range(depth))", [3, 2, 1, 0]),
        ("=sum(f) + len(f)", 124),
        ("=min(512, 8) + max(f)", 72),
        ("=round(2.6) + floor(2.6) + ceil(2.2) + abs(-1)", 9),
        ("=log2(64)", 6),
        ("=[8, 16] + [32]", [8, 16, 32]),
        ("=[8] * 3", [8, 8, 8]),
        ("=channels(image)", 3),
        ("=height(image) // 2 + width(image)", 80),
        ("=channels(skip@(i-1))", 32),
        ("=channels(flat)", 10),
        ("=length(signal) * channels(signal)", 256),
        ("=planes(volume) + height(volume) + width(volume)", 117),
        ("=f@1", 16),
        ("=f@i", 64),
        ("=f@i-1", 63),
        ("=f@(i-1)", 32),
        ("=f@(min(i, 2)) * 2", 64),
    ],
)
def test_a_formula_is_worth_what_it_says(text: str, value: object) -> None:
    result = worth(text)

    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "=__import__('os').system('true')",
        "=open('/etc/passwd')",
        "=(lambda: 1)()",
        "=[x for x in f]",
        "={1: 2}",
        "={1, 2}",
        "=f.append",
        "=''.join",
        "=f'{i}'",
        "=(i := 5)",
        "=i @ depth",
        "=i & 1",
        "=i << 40",
        "=~i",
        "=b'x'",
        "=1j",
        "=...",
        "=max(*f)",
        "=max(f, key=len)",
        "=i is 3",
        "=eval('1')",
        "=getattr(f, 'append')",
    ],
)
def test_what_formulas_cannot_do_is_refused_before_anything_runs(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)

    assert caught.value.code in {"AF121", "AF122"}


@pytest.mark.parametrize(
    "text",
    [
        "=10**1000",
        "=9**9**9",
        "=2**-65",
        "=range(10**9)",
        "=[1] * 10**9",
        "='a' * 10**9",
        "=[[1] * 9999] * 9999 * 9999",
        "=2**60",
        f"={'1+' * 400}1",
        f"={'9' * 100}",
    ],
)
def test_a_formula_cannot_hang_or_fill_memory(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        worth(text)

    assert caught.value.code == "AF124"


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("=1 // 0", "AF123", "zero"),
        ("=kind + 1", "AF123", "cannot be worked out"),
        ("='%s' % 1", "AF123", "a number was expected"),
        ("=f[9]", "AF123", "out of range"),
        ("=f@(i - 4)", "AF125", "not -1"),
        ("=f@(rate)", "AF125", "not 0.5"),
        ("=height(flat)", "AF126", "flat vector"),
        ("=height(signal)", "AF126", "'signal' has two axes (length, channels)"),
        ("=length(image)", "AF126", "'image' has three axes (height, width, channels)"),
        ("=planes(image)", "AF126", "'image' has three axes (height, width, channels)"),
        ("=height(open)", "AF126", "open"),
        ("=f@", "AF121", "after `@`"),
        ("=f@-1", "AF121", "after `@`"),
        ("=", "AF121", "not a formula"),
        ("=i = 3", "AF121", "not a formula"),
        ("=sqrt(4)", "AF122", "'sqrt'"),
        ("=channels(1)", "AF122", "the name of one node"),
    ],
)
def test_a_formula_without_a_value_says_why(text: str, code: str, word: str) -> None:
    with pytest.raises(FormulaError) as caught:
        worth(text)

    assert caught.value.code == code
    assert word in caught.value.message


def test_an_assignment_and_c_like_operators_are_told_what_to_write() -> None:
    for text, fix in (("=i = 3", "=="), ("=i > 1 && i < 3", "and")):
        with pytest.raises(FormulaError) as caught:
            parse_formula(text)

        assert fix in caught.value.fix


def test_names_and_functions_live_apart() -> None:
    formula = parse_formula("=max(depth, f@i, channels(skip@j))")

    assert formula.names == {"depth", "f", "i", "j"}
    assert formula.nodes


numbers = st.integers(-50, 50)


@given(numbers, numbers, st.sampled_from(["+", "-", "*", "<", "==", ">="]))
def test_arithmetic_is_pythons(left: int, right: int, sign: str) -> None:
    expected = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "<": left < right,
        "==": left == right,
        ">=": left >= right,
    }[sign]

    assert worth(f"=({left}) {sign} ({right})") == expected


LETTERS = string.ascii_letters + string.digits + " +-*/%()[]<>=!@.,:'\"_\\\n"


@given(st.text(LETTERS, max_size=60))
def test_any_text_has_a_value_or_a_problem_and_never_another_error(text: str) -> None:
    try:
        result = parse_formula(f"={text}").work_out(Known())
    except FormulaError:
        return
    except KeyError:
        return  # a name that this test's names do not have
    assert isinstance(result, int | float | str | bool | list | None)


@given(
    st.recursive(
        st.sampled_from(["i", "f", "2", "0.5", "'a'", "depth"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["+", "*", "**", "//", "<"]), inner).map(
                lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
            ),
            st.tuples(st.sampled_from(sorted(FUNCTIONS)), inner).map(
                lambda parts: f"{parts[0]}({parts[1]})"
            ),
        ),
        max_leaves=8,
    )
)
def test_well_formed_formulas_stay_within_their_limits(text: str) -> None:
    try:
        result = worth(f"={text}")
    except FormulaError:
        return
    if isinstance(result, list):
        assert len(result) <= MAX_LIST
