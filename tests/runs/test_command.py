"""The command that a record keeps: as it would be given again, but for what is secret."""

import pytest

from archforge.runs.command import command_line


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["compare", "unet", "--data", "my images"], "archforge compare unet --data 'my images'"),
        (["check", "a.yaml", "--set", "x=a:b@c"], "archforge check a.yaml --set x=a:b@c"),
        (
            ["search", "unet", "--storage", "postgresql://anna:secret@one:5432/studies"],
            "archforge search unet --storage postgresql://anna@one:5432/studies",
        ),
        (
            ["search", "unet", "--storage=postgresql://anna:se:cr/et@one/studies"],
            "archforge search unet --storage=postgresql://anna@one/studies",
        ),
        (
            ["search", "--storage", "postgresql://one/studies?password=secret&user=anna"],
            "archforge search --storage 'postgresql://one/studies?user=anna'",
        ),
        (
            ["search", "--storage", "postgresql://one/studies?user=anna&password=secret"],
            "archforge search --storage 'postgresql://one/studies?user=anna'",
        ),
        (
            ["search", "--storage", "postgresql://one/studies?password=secret"],
            "archforge search --storage postgresql://one/studies",
        ),
    ],
)
def test_a_command_is_kept_without_passwords(
    words: list[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/somewhere/bin/archforge", *words])

    assert command_line() == expected


@pytest.mark.parametrize(
    "program",
    [
        "/home/anna/notebook.py",
        "/home/anna/archforge-lab/notebook.py",
        "/opt/archforge/run.py",
        "/opt/my-archforge",
        "-c",
        "",
    ],
)
def test_a_call_from_another_program_is_no_command(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [program, "--token", "secret"])

    assert command_line() == ""


@pytest.mark.parametrize("program", ["archforge", "/opt/bin/archforge.exe",
                                     "/opt/lib/archforge/__main__.py"])  # fmt: skip
def test_a_call_of_ours_is_known_however_it_is_made(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [program, "check", "unet"])

    assert command_line() == "archforge check unet"
