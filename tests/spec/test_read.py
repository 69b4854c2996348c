"""YAML 1.2 with marks: what people write is what is read; what is refused is refused by name."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archforge.errors import Problem, ProblemError
from archforge.spec import Mapping, read_file, read_text
from archforge.spec.read import MAX_BYTES, MAX_DEPTH


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProblemError) as caught:
        read_text(text, "spec.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-4", 1e-4),
        ("1e3", 1000.0),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        ("-3", -3),
        (".5", 0.5),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2015-05-18", "2015-05-18"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("'1'", "1"),
        ("=depth + 1", "=depth + 1"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    tree = read_text(f"key: {written}\n", "spec.yaml")

    assert tree.plain == {"key": value}
    assert type(tree.plain["key"]) is type(value)


def test_every_key_and_value_keeps_its_place() -> None:
    tree = read_text("a: 1\nb:\n  - {c: x}\n", "spec.yaml")

    inner = tree["b"]
    assert str(tree.keys["b"]) == "spec.yaml:2:1"
    assert str(inner.mark) == "spec.yaml:3:3"
    assert str(inner.items[0]["c"].mark) == "spec.yaml:3:9"  # type: ignore[index,union-attr] # the test knows the tree


def test_a_key_that_stands_twice_is_told_with_both_places() -> None:
    (problem,) = refused("a: 1\nb: 2\na: 3\n")

    assert problem.code == "AF006"
    assert problem.message == "'a' stands twice, first on line 1"
    assert problem.mark is not None
    assert problem.mark.line == 3


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: &x 1\nb: 2\n", "anchor or alias"),
        ("a: &x {c: 1}\nb: *x\n", "anchor or alias"),
        ("a: {<<: {b: 1}}\n", "merge key"),
        ("a: !!python/object:os.system x\n", "the tag"),
        ("a: 1\n---\nb: 2\n", "a second document"),
        ("? [a, b]\n: 1\n", "as a key"),
        ("a: .inf\n", "the number '.inf'"),
        ("a: 1e999\n", "the number '1e999'"),
        (f"a: {'9' * 40}\n", "40 digits"),
    ],
)
def test_yaml_that_specs_do_not_use_is_refused_by_name(text: str, word: str) -> None:
    problems = refused(text)

    assert {problem.code for problem in problems} == {"AF007"}
    assert word in problems[0].message


def test_a_tab_is_named_as_the_cause() -> None:
    (problem,) = refused("a:\n\tb: 1\n")

    assert problem.code == "AF002"
    assert "a tab stands where YAML wants spaces" in problem.message


def test_a_family_in_square_brackets_is_told_how_families_are_written() -> None:
    (problem,) = refused("a: {from: [prev, skip[i]]}\n")

    assert problem.code == "AF002"
    assert "skip@i" in problem.fix


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "word\n", "", "# only a comment\n"])
def test_a_file_that_is_no_mapping_is_one_clear_line(text: str) -> None:
    (problem,) = refused(text)

    assert problem.code == "AF003"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_ten_thousand_levels_are_refused_before_they_can_hurt(opening: str) -> None:
    (problem,) = refused("a: " + opening * 10_000)

    assert problem.code in {"AF005", "AF002"}


def test_as_deep_as_the_limit_is_still_read() -> None:
    tree = read_text("a: " + "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2), "spec.yaml")

    assert isinstance(tree, Mapping)


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as handle:
        handle.truncate(50_000_000)

    with pytest.raises(ProblemError) as caught:
        read_file(file)

    assert caught.value.problems[0].code == "AF004"
    assert "50.0 MB" in str(caught.value)


def test_text_over_the_limit_is_refused_too() -> None:
    (problem,) = refused("a" * (MAX_BYTES + 1))

    assert problem.code == "AF004"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\x00"])
def test_a_binary_file_is_said_to_be_no_text(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "image.yaml"
    file.write_bytes(content)

    with pytest.raises(ProblemError) as caught:
        read_file(file)

    assert caught.value.problems[0].code == "AF001"


def test_a_missing_file_and_a_folder_are_one_line_each(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ProblemError) as caught:
            read_file(path)

        assert [problem.code for problem in caught.value.problems] == ["AF001"]


@given(st.text(max_size=200))
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    try:
        tree = read_text(text, "spec.yaml")
    except ProblemError as error:
        assert all(p.mark is not None for p in error.problems)  # noqa: PT017 (either may happen)
    else:
        assert isinstance(tree, Mapping)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abc=@ ,:#'\"", max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=20,
)


@given(plain)
def test_what_a_yaml_library_writes_is_read_back_the_same(value: object) -> None:
    text = yaml.safe_dump({"value": value}, default_flow_style=True, allow_unicode=True)
    # Dumpers alias equal lists; specs have no aliases.
    if "&id" not in text:
        assert read_text(text, "spec.yaml").plain == {"value": value}
