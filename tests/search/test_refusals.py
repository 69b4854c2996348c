"""What cannot be searched is refused before anything is trained, and nothing is lost by it."""

import json
from pathlib import Path
from typing import Any

import pytest

from archforge.search import Event, read_study
from archforge.train import Settings
from tests.refusals import refusal
from tests.search.conftest import TOY, Searching


def test_defaults_that_do_not_build_are_refused_before_anything_starts(
    searching: Searching, tmp_path: Path
) -> None:
    text = refusal(lambda: searching(ranges=["depth=6..8"]))

    assert "AF203" in text
    assert not (tmp_path / "study").exists()


def test_other_settings_in_the_same_folder_are_refused(searching: Searching) -> None:
    searching(trials=1)

    text = refusal(lambda: searching(trials=2, settings=Settings(epochs=5)))

    assert "AF606" in text
    assert "epochs was 4, is 5" in text


def test_a_spec_with_nothing_to_search_is_refused(searching: Searching) -> None:
    fixed = {"depth": 1, "filters": 8, "dropout": 0.0}

    assert "AF605 'toy' has nothing to search" in refusal(lambda: searching(given=fixed))


def test_a_grid_without_steps_is_refused(searching: Searching) -> None:
    assert "AF611" in refusal(lambda: searching(sampler="grid"))


def test_what_follows_from_the_data_cannot_have_a_range(searching: Searching) -> None:
    assert "AF604 'channels' is fixed to 1" in refusal(lambda: searching(ranges=["channels=1,3"]))


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"trials": 0}, "trials cannot be 0"),
        ({"workers": 0}, "workers cannot be 0"),
        ({"seed": -1}, "seed cannot be -1"),
        ({"timeout_s": 0}, "the time limit cannot be 0"),
        ({"memory": "1GiB", "engine": "dask"}, "start those workers with `--memory-limit`"),
        ({"gpus": ["0", ""]}, "GPUs cannot be 0,"),
        ({"gpus": ["0", "0"]}, "GPUs cannot be 0,0"),
        ({"gpus": ["0", "1"], "workers": 4}, "2 GPUs have a worker each"),
        ({"gpus": ["0"], "engine": "dask"}, "add --resources GPU=1"),
        ({"resources": {"GPU": 1}, "engine": "dask"}, "resources need the address of a scheduler"),
        ({"sampler": "tpee"}, "did you mean 'tpe'?"),
        ({"pruner": "mean"}, "did you mean 'median'?"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    searching: Searching, setting: dict[str, object], words: str
) -> None:
    text = refusal(lambda: searching(**setting))

    assert "AF608" in text
    assert words in text


def test_a_network_larger_than_the_machine_is_refused(searching: Searching) -> None:
    text = refusal(lambda: searching(settings=Settings(epochs=1, batch_size=2**31)))

    assert "AF609 the network needs" in text


def test_a_network_without_a_size_is_refused(searching: Searching) -> None:
    text = TOY.replace("image: [=size, =size, =channels]", "image: [null, null, =channels]")

    assert "AF612" in refusal(lambda: searching(text=text.replace("  size: 16\n", "")))


def test_a_folder_without_a_study_cannot_be_read(tmp_path: Path) -> None:
    assert "AF610 there is no study" in refusal(lambda: read_study(tmp_path))


def test_a_study_that_is_only_read_is_not_made(searching: Searching, tmp_path: Path) -> None:
    """A page of a study that lost its database must not leave an empty one behind."""
    searching(trials=1)
    (tmp_path / "study" / "study.db").unlink()

    assert "AF610 the study's database 'study.db' is missing" in refusal(
        lambda: read_study(tmp_path / "study")
    )
    assert not (tmp_path / "study" / "study.db").exists()


def test_no_server_is_logged_in_to_because_a_folder_says_so(
    searching: Searching, tmp_path: Path
) -> None:
    searching(trials=1)
    change(tmp_path / "study", storage={"url": "postgresql://me@evil.example/x", "study": "s"})

    text = refusal(lambda: read_study(tmp_path / "study"))

    assert "AF610 the trials of this study are in a database" in text
    assert "'postgresql://me@evil.example/x'" in text
    assert "give its URL with `--storage`" in text


@pytest.mark.parametrize("url", ["postgresql://h:port/x", "://x", "file"])
def test_a_url_that_is_none_is_shown_as_it_stands(
    searching: Searching, tmp_path: Path, url: str
) -> None:
    searching(trials=1)
    change(tmp_path / "study", storage={"url": url, "study": "s"})

    assert f"AF610 the trials of this study are in a database, '{url}'" in refusal(
        lambda: read_study(tmp_path / "study")
    )


def test_a_study_that_lost_its_database_is_not_continued_and_nothing_is_begun(
    searching: Searching, tmp_path: Path
) -> None:
    searching(trials=1)
    (tmp_path / "study" / "study.db").unlink()

    text = refusal(
        lambda: searching(trials=1, folder=tmp_path / "new", continue_from=tmp_path / "study")
    )

    assert "AF610 the study's database 'study.db' is missing" in text
    assert not (tmp_path / "new" / "study.json").exists()


@pytest.mark.parametrize(
    "damage",
    [{"storage": {}}, {"storage": {"url": 3, "study": "s"}}, {"sessions": []},
     {"sessions": [{"trials": "many"}]}, {"goals": "dice"}, {"options": [1]}],
)  # fmt: skip
def test_a_damaged_record_of_a_study_is_named(
    searching: Searching, tmp_path: Path, damage: dict[str, Any]
) -> None:
    searching(trials=1)
    change(tmp_path / "study", **damage)

    assert "AF610 the study's record 'study.json'" in refusal(
        lambda: read_study(tmp_path / "study")
    )


def change(folder: Path, **facts: Any) -> None:
    record = json.loads((folder / "study.json").read_text())
    (folder / "study.json").write_text(json.dumps({**record, **facts}))


def test_a_study_whose_database_was_deleted_is_refused_and_its_trials_stay(
    searching: Searching, tmp_path: Path
) -> None:
    (trial,) = searching(trials=1).trials
    (tmp_path / "study" / "study.db").unlink()
    assert trial.folder is not None
    trial.folder.mkdir(parents=True, exist_ok=True)  # a stand-in leaves none

    said = refusal(lambda: searching(trials=2))

    assert "AF610" in said
    assert "study.db' cannot be read" in said
    assert trial.folder.exists()


def test_a_damaged_database_is_refused(searching: Searching, tmp_path: Path) -> None:
    searching(trials=1)
    (tmp_path / "study" / "study.db").write_text("no database")

    assert "AF610 the study's database" in refusal(lambda: searching(trials=2))


def test_two_searches_in_one_folder_are_refused(searching: Searching) -> None:
    def again(event: Event) -> None:
        assert "AF607" in refusal(lambda: searching(trials=1))

    searching(trials=1, on_event=again)
