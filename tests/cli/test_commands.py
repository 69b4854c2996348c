"""The command line as people meet it: what is printed where, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from archforge.cli import BUG, COMMANDS, INTERRUPTED, OK, PROBLEMS, USAGE, cli, run
from archforge.crew.failures import TrialBugError
from archforge.data import write_synth
from archforge.errors import CODES
from tests.specs import HEAD, spec_text

HEAVY = ("tensorflow", "keras", "optuna", "numpy", "matplotlib")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == OK

    text = capsys.readouterr().out
    assert f"archforge {command}" in text
    assert command == "data" or "Example:" in text


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["check", "unet"],
        ["show", "unet", "--preset", "tutorial"],
        ["show", "vgg19", "--json"],
        ["list"],
        ["list", "layers"],
        ["list", "blocks"],
        ["explain", "AF204"],
        ["schema"],
        ["draw", "unet", "-o", "{tmp}/unet.svg"],
        ["diff", "vgg16", "vgg19"],
        ["new", "{tmp}/mine.yaml"],
        ["runs", "{tmp}"],
    ],
    ids=" ".join,
)
def test_looking_at_a_spec_loads_neither_tensorflow_nor_optuna(
    words: list[str], tmp_path: Path
) -> None:
    given = [word.replace("{tmp}", str(tmp_path)) for word in words]
    program = (
        "import sys; from archforge.cli import run; status = run(sys.argv[1:]); "
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]; "
        "print('LOADED', loaded, file=sys.stderr); sys.exit(status)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, *given], capture_output=True, text=True, check=False
    )

    assert done.returncode == OK, done.stderr
    assert done.stderr.endswith("LOADED []\n")


@pytest.mark.parametrize(
    "kind",
    ["losses", "optimizers", "schedules", "augmentations", "metrics", "formats", "samplers",
     "pruners"],
)  # fmt: skip
def test_tables_of_later_rooms_are_listed_without_what_they_need(kind: str) -> None:
    program = (
        "import sys; from archforge.cli import run; status = run(sys.argv[1:]); "
        "assert not {'tensorflow', 'keras', 'optuna'} & set(sys.modules); sys.exit(status)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, "list", kind], capture_output=True, text=True, check=False
    )

    assert done.returncode == OK, done.stderr
    assert done.stdout.count("\n") >= 2


def test_check_is_silent_about_a_good_spec(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "unet", "vgg"]) == OK

    assert capsys.readouterr().out == ""


def test_check_prints_problems_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(spec_text("  - {layer: Conv2D, filter: 4, kernel_size: 3}\n" + HEAD))

    assert run(["check", str(file)]) == PROBLEMS

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{file}:6:21: AF101 Conv2D has no 'filter'"
    assert lines[1] == "  fix: did you mean 'filters'?"


def test_check_json_is_a_list_of_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("- 1\n")

    assert run(["check", str(file), "--json"]) == PROBLEMS

    (problem,) = json.loads(capsys.readouterr().out)
    assert set(problem) == {"code", "file", "line", "column", "message", "why", "fix"}
    assert problem["code"] == "AF003"


def test_show_json_has_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "unet", "--preset", "tutorial", "--json"]) == OK

    facts = json.loads(capsys.readouterr().out)
    assert facts["parameters"] == {"total": 1941105, "trainable": 1941105, "non_trainable": 0}
    assert facts["macs"] == 758_120_448
    assert facts["outputs"] == {"mask": [128, 128, 1]}
    assert facts["nodes"][1]["name"] == "skip@0.conv2d_1"
    assert facts["nodes"][1]["parameters"] == 448
    assert facts["nodes"][1]["line"] == 48 or facts["nodes"][1]["line"] > 40


def test_a_presets_name_that_is_unique_is_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "vgg19"]) == OK

    assert "143,667,240" in capsys.readouterr().out


def test_set_changes_a_hyperparameter(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["show", "unet", "--preset", "tutorial", "--set", "depth=2", "--json"]

    assert run(words) == OK

    facts = json.loads(capsys.readouterr().out)
    assert facts["hyperparameters"]["depth"] == 2
    assert facts["hyperparameters"]["dropout"] == [0.1, 0.1, 0.2]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["chekc"], USAGE, "did you mean 'check'?"),
        (["show", "unte"], PROBLEMS, "did you mean 'unet'?"),
        (["show", "unet", "--set", "depth"], USAGE, "name=value"),
        (["show", "unet", "--set", "dept=2"], PROBLEMS, "did you mean 'depth'?"),
        (["show", "unet", "--preset", "tutrial"], PROBLEMS, "did you mean 'tutorial'?"),
        (["explain", "AF999"], USAGE, "no problem code"),
        (["draw", "unet", "-o", "x.bmp"], USAGE, ".svg"),
        (["build", "unet", "-o", "x.h5"], USAGE, ".keras"),
        (["list", "archs"], USAGE, "architectures"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_and_problems_end_differently_and_help(
    words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == status

    assert said in capsys.readouterr().err


def test_explain_without_a_code_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == OK

    assert len(capsys.readouterr().out.splitlines()) == len(CODES)


def test_new_never_writes_over_a_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"

    assert run(["new", str(file), "--preset", "tutorial"]) == OK
    assert run(["check", str(file)]) == OK
    before = file.read_text()
    assert run(["new", str(file)]) == PROBLEMS

    assert file.read_text() == before
    assert "exists already" in capsys.readouterr().err


def test_a_new_spec_is_the_preset_with_comments_and_the_line_for_editors(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"

    run(["new", str(file), "--from", "unet", "--preset", "tutorial"])

    text = file.read_text()
    assert text.startswith("# yaml-language-server: $schema=archforge.schema.json\n")
    assert "name: mine" in text
    assert "filters:  {default: 16, min: 1, search: {int: [8, 64], step: 8}}" in text
    assert "# down: level 0, 1, ... depth - 1" in text
    assert "expect:" not in text
    assert (tmp_path / "archforge.schema.json").exists()


@pytest.mark.parametrize("words", [["schema", "-o"], ["draw", "unet", "-o"]], ids=lambda w: w[0])
def test_a_place_that_cannot_be_written_is_a_problem(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    assert run([*words, str(tmp_path / "file" / "out.svg")]) == PROBLEMS

    assert "AF009" in capsys.readouterr().err


def test_a_bug_of_ours_says_so_and_shows_a_traceback_only_with_debug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the promise was broken")

    monkeypatch.setattr("archforge.catalog.check", broken)

    assert run(["check", "unet"]) == BUG
    quiet = capsys.readouterr().err
    assert run(["check", "unet"], debug=True) == BUG
    loud = capsys.readouterr().err

    assert "a bug of archforge: RuntimeError: the promise was broken" in quiet
    assert "Traceback" not in quiet
    assert "Traceback" in loud


def test_a_bug_in_a_trial_shows_the_traceback_of_its_own_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def met(*args: object, **kwargs: object) -> None:
        raise TrialBugError("trial 0: KeyError: 'slip' (the traceback is in x)", "Traceback: inner")

    monkeypatch.setattr(cli, "main", met)

    assert run(["check", "unet"]) == BUG
    quiet = capsys.readouterr().err
    assert run(["check", "unet"], debug=True) == BUG
    loud = capsys.readouterr().err

    assert "trial 0: KeyError: 'slip' (the traceback is in x)" in quiet
    assert "--debug" not in quiet
    assert "Traceback: inner" in loud
    assert "TrialBugError" not in loud.split("Traceback: inner")[1]


def test_ctrl_c_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("archforge.catalog.check", interrupted)

    assert run(["check", "unet"]) == INTERRUPTED
    assert capsys.readouterr().err.strip() == "interrupted"


def test_a_spec_is_read_from_standard_input() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archforge", "check", "-"],
        input="- 1\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == PROBLEMS
    assert done.stdout.startswith("standard input:1:1: AF003")


def test_colour_is_left_out_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    done = subprocess.run(
        [sys.executable, "-m", "archforge", "show", "unte"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "\x1b[" not in done.stdout + done.stderr


def test_building_writes_a_model_that_keras_loads(tmp_path: Path) -> None:
    keras = pytest.importorskip("keras")
    file = tmp_path / "net.keras"

    assert run(["build", "lenet5", "-o", str(file)]) == OK

    assert keras.models.load_model(file).count_params() == 61_706
    assert [path.name for path in tmp_path.iterdir()] == ["net.keras"]


def test_synth_then_inspect_says_what_was_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "nuclei"

    assert run(["data", "synth", str(folder), "--count", "4", "--size", "64"]) == OK
    assert run(["data", "inspect", str(folder)]) == OK
    assert run(["data", "inspect", str(tmp_path / "none")]) == PROBLEMS

    assert "4 images" in capsys.readouterr().out


def test_inspect_tells_of_good_images_beside_problems_and_writes_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHFORGE_CACHE", str(tmp_path / "cache"))
    folder, page = write_synth(tmp_path / "nuclei", count=3, size=48), tmp_path / "page.html"
    (folder / "images/nuclei_0001.png").write_bytes(b"")

    words = run(["data", "inspect", str(folder), "--page", str(page)])
    told = capsys.readouterr()
    facts = run(["data", "inspect", str(folder), "--json"])

    assert (words, facts) == (PROBLEMS, PROBLEMS)
    assert told.out.startswith(
        "Problems must be mended first, see below; what could be read:\n2 im"
    )
    assert "AF407 the picture 'nuclei_0001.png' cannot be read" in told.err
    assert "it is empty (0 bytes)" in page.read_text()
    assert json.loads(capsys.readouterr().out)["images"] == 2


def test_check_space_says_what_builds_and_what_the_rest_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["check", "unet", "--preset", "tutorial", "--set", "size=32", "--set", "padding=same"]

    status = run([*words, "--space", "--over", "depth=4..6"])

    out = capsys.readouterr().out
    assert status == 0
    assert "depth 6: does not build: the image needs 64 or more" in out
    assert "exact" in out
    assert "parameters: " in out


def test_check_space_prints_facts_and_fails_where_nothing_builds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["check", "unet", "--set", "size=8", "--set", "padding=same", "--space", "--json"]

    status = run([*words, "--over", "depth=5..6"])

    (facts,) = json.loads(capsys.readouterr().out)
    assert status == 1
    assert (facts["exact"], facts["build"], facts["combinations"]) == (True, 0, 16)


def test_show_origin_prints_the_whole_spec_with_its_places(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["show", "unet_vgg19", "--origin"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("name: unet_vgg19") for line in lines)
    assert any("preset: vgg19" in line and "# unet_vgg19.yaml:" in line for line in lines)
    assert any("join@stage" in line and "# unet_vgg16.yaml:" in line for line in lines)
