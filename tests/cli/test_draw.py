"""``archforge draw``: formats by ending, blocks opened by name."""

from pathlib import Path

import pytest

from archforge.cli import OK, USAGE, run


@pytest.mark.parametrize(
    ("ending", "first"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("PDF", b"%PDF")]
)
def test_the_ending_says_the_format(ending: str, first: bytes, tmp_path: Path) -> None:
    file = tmp_path / f"net.{ending}"

    assert run(["draw", "lenet5", "-o", str(file)]) == OK

    assert file.read_bytes().startswith(first)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize(
    ("words", "opened", "closed"),
    [
        ([], set(), {"skip@0", "bridge"}),
        (["--unfold", "bridge"], {"bridge"}, {"skip@0"}),
        (["--unfold", "bridge", "--unfold", "skip"], {"bridge", "skip@0"}, {"decode@0"}),
        (["--unfold"], {"bridge", "skip@0", "decode@0", "mask"}, set()),
    ],
)
def test_blocks_are_opened_by_name_or_all(
    words: list[str], opened: set[str], closed: set[str], tmp_path: Path
) -> None:
    file = tmp_path / "net.svg"

    assert run(["draw", "unet", "--preset", "tutorial", *words, "-o", str(file)]) == OK

    text = file.read_text()
    assert all(f">{name} · " in text for name in opened)
    assert all(f">{name}</text>" in text for name in closed)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "net.bmp"], ".svg, .png, .pdf"),
        (["-o", "net"], ".svg, .png, .pdf"),
        (["--unfold", "brigde", "-o", "net.svg"], "did you mean 'bridge'?"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_drawn_is_wrong_usage(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["draw", "unet", *words]) == USAGE

    assert said in capsys.readouterr().err
    assert not Path("net.svg").exists()


def test_a_network_without_blocks_has_nothing_to_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["draw", "lenet5", "--unfold", "c1", "-o", str(tmp_path / "net.svg")]

    assert run(words) == USAGE

    assert "this network has no blocks" in capsys.readouterr().err
