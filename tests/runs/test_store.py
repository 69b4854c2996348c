"""Records written whole, read with suspicion, and folders of their own."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.errors import ProblemError
from archforge.runs import Failure, list_runs, new_run_folder, read_run, write_run
from tests.runs.records import a_run

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def deep(levels: int) -> list[Any]:
    """A list in a list in a list."""
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


def test_what_was_written_is_read(tmp_path: Path) -> None:
    run = a_run(
        tmp_path, status="stopped", failure=Failure("pruned", "ended after epoch 1"), epochs=1,
        best_epoch=1, best_score=0.5, scores={"dice": 0.5}, intervals={"dice": (0.4, 0.6)},
        seconds=1.25, pace=(0.75, 0.5), machine={"cores": 2, "gpus": []}, peak_memory=2**30,
        command="archforge train unet",
    )  # fmt: skip

    write_run(run)

    assert read_run(tmp_path) == run
    assert read_run(tmp_path).folder == tmp_path


@given(st.dictionaries(st.text(), PLAIN, max_size=4))
def test_any_plain_values_survive(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    run = a_run(tmp_path_factory.mktemp("run"), hyperparameters=values)

    write_run(run)

    assert read_run(run.folder).hyperparameters == values


def test_a_field_that_later_versions_add_is_passed_over(tmp_path: Path) -> None:
    write_run(a_run(tmp_path))
    path = tmp_path / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "weather": "fair"}))

    assert read_run(tmp_path) == a_run(tmp_path)


def test_a_record_from_before_the_machine_was_kept_is_read(tmp_path: Path) -> None:
    write_run(a_run(tmp_path, machine={"cores": 2}, peak_memory=1))
    path = tmp_path / "run.json"
    facts = json.loads(path.read_text())
    path.write_text(
        json.dumps({k: facts[k] for k in facts if k not in ("machine", "peak_memory", "command")})
    )

    run = read_run(tmp_path)

    assert (run.machine, run.peak_memory, run.command) == ({}, None, "")


def test_what_a_record_never_said_of_its_images_is_no_damage(tmp_path: Path) -> None:
    run = a_run(tmp_path, network={"size": [32, 32]}, data={})

    write_run(run)

    assert read_run(tmp_path) == run


def test_a_write_that_fails_leaves_the_old_record_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(a_run(tmp_path))

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)

    with pytest.raises(ProblemError, match="AF502 the run cannot be written: no space left"):
        write_run(a_run(tmp_path, epochs=1))

    assert read_run(tmp_path).epochs == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_not_a_number_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_run(a_run(tmp_path, scores={"dice": float("nan")}))

    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="AF501 there is no run in"):
        read_run(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "resting"}, "its status is 'resting'"),
        ({"parameters": "many"}, "its 'parameters' is \"many\""),
        ({"seed": True}, "its 'seed' is true"),
        ({"task": "cooking"}, "its task is 'cooking'"),
        ({"scores": {"dice": None}}, "its 'scores' are {\"dice\": null}"),
        ({"baseline": {"dice": "much"}}, 'its \'baseline\' are {"dice": "much"}'),
        ({"failure": {"kind": "bug"}}, "its failure lacks kind or message"),
        ({"intervals": {"dice": ["nan", 1]}}, 'its \'intervals\' are {"dice": ["nan", 1]}'),
        ({"intervals": {"dice": [1]}}, "its 'intervals' are {\"dice\": [1]}"),
        ({"pace": [1.0, "2"]}, "its 'pace' is [1.0, \"2\"]"),
        ({"network": {}}, "its 'network.size' is null"),
        ({"network": {"size": 16}}, "its 'network.size' is 16"),
        ({"network": {"size": [16, 0]}}, "its 'network.size' is [16, 0]"),
        ({"network": {"size": [16, 16.5]}}, "its 'network.size' is [16, 16.5]"),
        ({"network": {"size": [16], "channels": "1"}}, "its 'network.channels' is \"1\""),
        ({"data": {"options": None}}, "its 'data.options' is null"),
        ({"data": {"train": None}}, "its 'data.train' is null"),
        ({"data": {"validation": 1.5}}, "its 'data.validation' is 1.5"),
        ({"data": {"classes": True}}, "its 'data.classes' is true"),
        ({"data": {"folder": 7}}, "its 'data.folder' is 7"),
        ({"seconds": float("nan")}, "its 'seconds' holds NaN"),
        ({"best_score": float("inf")}, "its 'best_score' holds Infinity"),
        ({"scores": {"dice": float("-inf")}}, "its 'scores' holds -Infinity"),
        ({"parameters": 10**400}, "its 'parameters' holds 10000000000000000000"),
        ({"hyperparameters": {"dropout": [0, float("nan")]}}, "its 'hyperparameters' holds NaN"),
        ({"settings": {"augment": deep(40)}}, "its 'settings' has more than 32 levels"),
    ],
)
def test_a_damaged_record_is_refused_with_what_is_wrong(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    write_run(a_run(tmp_path))
    path = tmp_path / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    with pytest.raises(ProblemError) as caught:
        read_run(tmp_path)

    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("AF501", "the record 'run.json' is damaged")
    assert problem.why == why


def test_a_record_cut_anywhere_is_refused(tmp_path: Path) -> None:
    write_run(a_run(tmp_path))
    path = tmp_path / "run.json"
    whole = path.read_text()

    for end in range(0, len(whole) - 2, 40):
        path.write_text(whole[:end])
        with pytest.raises(ProblemError, match="AF501"):
            read_run(tmp_path)


def test_a_record_that_lacks_a_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": 1}')

    with pytest.raises(ProblemError, match="it lacks 'architecture'"):
        read_run(tmp_path)


def test_a_record_that_is_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[]")

    with pytest.raises(ProblemError, match="it is not a mapping"):
        read_run(tmp_path)


def test_a_record_of_a_later_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": 2}')

    with pytest.raises(ProblemError, match="AF501 the record has format 2, this version reads 1"):
        read_run(tmp_path)


def test_runs_are_listed_by_start_and_a_damaged_one_hides_none(tmp_path: Path) -> None:
    for name, started in (("a", "2026-02-01T00:00:00Z"), ("study/b", "2026-01-01T00:00:00Z")):
        (tmp_path / name).mkdir(parents=True)
        write_run(a_run(tmp_path / name, name=name, started=started))
    (tmp_path / "c").mkdir()
    (tmp_path / "c/run.json").write_text("{")

    runs, problems = list_runs(tmp_path)

    assert [run.name for run in runs] == ["study/b", "a"]
    assert [problem.code for problem in problems] == ["AF501"]
    assert list_runs(tmp_path / "nowhere") == ([], [])


def test_copies_that_a_tracker_keeps_are_no_runs(tmp_path: Path) -> None:
    kept = tmp_path / "mlartifacts/1/artifacts"
    for folder in (tmp_path / "a", kept):
        folder.mkdir(parents=True)
        write_run(a_run(folder))

    assert [run.folder for run in list_runs(tmp_path)[0]] == [tmp_path / "a"]
    assert [run.folder for run in list_runs(kept)[0]] == [kept]


def test_two_makers_in_one_second_get_two_folders(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: new_run_folder(tmp_path / "runs", "unet"), range(16)))

    assert len(set(folders)) == 16
    assert all(folder.is_dir() for folder in folders)


def test_a_name_becomes_a_file_name(tmp_path: Path) -> None:
    folder = new_run_folder(tmp_path, "../lab/u net")

    assert folder.parent == tmp_path
    assert folder.name.startswith("lab-u-net-20")


def test_a_place_that_cannot_hold_runs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(ProblemError, match="AF502 no run folder can be made in"):
        new_run_folder(tmp_path / "file", "unet")


def test_a_status_outside_the_table_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="resting is no status"):
        replace(a_run(tmp_path), status="resting")
