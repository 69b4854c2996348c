"""A folder holds one study, and says so."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from archforge.data import DataOptions
from archforge.errors import ProblemError
from archforge.search.identity import Identity, alone, begin, read_record, training_facts
from archforge.train import Settings
from tests.search.conftest import TOY

STUDY = Identity(
    architecture="toy",
    spec=TOY,
    preset=None,
    fixed={"channels": 1},
    ranges={"filters": "8..24:8"},
    data="abc",
    folder="nuclei",
    options=asdict(DataOptions()),
    settings=training_facts(Settings(epochs=4)),
    seed=0,
    sampler="tpe",
    pruner="median",
)
SESSION: dict[str, Any] = {"trials": 3, "sampler": {}, "pruner": {}}


def refusal(folder: Path, study: Identity) -> str:
    with pytest.raises(ProblemError) as caught:
        begin(folder, study, SESSION)
    return str(caught.value)


def test_every_session_is_kept(tmp_path: Path) -> None:
    begin(tmp_path, STUDY, SESSION)
    begin(tmp_path, STUDY, {**SESSION, "trials": 5})

    assert [each["trials"] for each in read_record(tmp_path)["sessions"]] == [3, 5]


def test_a_session_keeps_the_command_that_began_it_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["search", "toy", "--storage", "postgresql://anna:secret@one/studies"]
    monkeypatch.setattr("sys.argv", ["/bin/archforge", *words])

    begin(tmp_path, STUDY, SESSION)

    (session,) = read_record(tmp_path)["sessions"]
    assert session["command"] == "archforge search toy --storage postgresql://anna@one/studies"


def test_comments_of_the_spec_and_the_place_of_the_images_may_change(tmp_path: Path) -> None:
    begin(tmp_path, STUDY, SESSION)

    begin(tmp_path, replace(STUDY, spec=f"# a remark\n{TOY}", folder="elsewhere"), SESSION)

    assert len(read_record(tmp_path)["sessions"]) == 2


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(STUDY, ranges={"filters": "8..16:8"}), "filters was 8..24:8, is 8..16:8"),
        (replace(STUDY, fixed={"channels": 1, "kernel": 1}), "kernel was not there, is 1"),
        (replace(STUDY, settings=training_facts(Settings())), "epochs was 4, is 40"),
        (replace(STUDY, preset="tutorial"), "preset was None, is tutorial"),
        (replace(STUDY, seed=1), "seed was 0, is 1"),
        (replace(STUDY, options=asdict(DataOptions(validation=0.4))), "validation was 0.2, is 0.4"),
        (replace(STUDY, sampler="random"), "sampler was tpe, is random"),
        (replace(STUDY, pruner="none"), "pruner was median, is none"),
        (replace(STUDY, spec=TOY.replace("relu", "elu")), "the spec was changed"),
        (replace(STUDY, data="def"), "other images or masks"),
    ],
)
def test_another_search_in_the_folder_is_refused_with_what_differs(
    tmp_path: Path, other: Identity, words: str
) -> None:
    begin(tmp_path, STUDY, SESSION)

    text = refusal(tmp_path, other)

    assert "AF606" in text
    assert words in text


@pytest.mark.parametrize("damage", ["{", "[]", json.dumps({"format": 1})])
def test_a_damaged_record_is_refused(tmp_path: Path, damage: str) -> None:
    (tmp_path / "study.json").write_text(damage)

    assert "AF610" in refusal(tmp_path, STUDY)


def test_a_record_of_a_later_version_is_refused(tmp_path: Path) -> None:
    begin(tmp_path, STUDY, SESSION)
    record = read_record(tmp_path)
    (tmp_path / "study.json").write_text(json.dumps({**record, "format": 99}))

    assert "it has format 99, this version reads 2" in refusal(tmp_path, STUDY)


def test_a_database_without_its_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study.db").touch()

    assert "AF610" in refusal(tmp_path, STUDY)


def test_a_folder_is_free_again_when_its_search_has_ended(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(ProblemError, match="AF607"), alone(tmp_path):
        pass

    with alone(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ProblemError, match="AF009"), alone(tmp_path / "file" / "study"):
        pass
