"""Trainings that a time or a number of images ends, once more."""

import json
from pathlib import Path
from typing import Any

import pytest

from archforge.cli import run as archforge
from archforge.runs import read_run
from archforge.train import (
    Epoch,
    open_again,
    replay,
    resume,
)
from tests.train.repeated import trained_by

pytestmark = pytest.mark.keras
Said = pytest.CaptureFixture[str]


@pytest.mark.parametrize(("budget", "epochs"), [({"seconds": 60.0}, 3), ({"images": 60}, 2)])
def test_a_run_that_a_budget_ends_is_the_same_bit_for_bit(
    nuclei: Path, tmp_path: Path, budget: dict[str, Any], epochs: int
) -> None:
    run = trained_by(nuclei, tmp_path / "first", epochs=1000, **budget,
                     on_epoch=lambda epoch: epoch.epoch < 3)  # fmt: skip
    assert run.epochs == epochs

    found = replay(run, tmp_path / "again")
    twice = replay(found.after, tmp_path / "twice")

    assert found.identical
    assert twice.identical
    assert found.history["rate"].of == epochs


def test_a_replay_of_a_time_that_was_cut_off_goes_on_as_the_first_went(
    nuclei: Path, tmp_path: Path, capsys: Said
) -> None:
    run = trained_by(nuclei, tmp_path / "first", epochs=1000, seconds=60.0,
                     on_epoch=lambda epoch: epoch.epoch < 4)  # fmt: skip

    def press(epoch: Epoch) -> None:
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(run, tmp_path / "again", on_epoch=press)
    cut = read_run(tmp_path / "again")
    opened = open_again(cut)

    resume(cut, opened.graph, opened.dataset, lambda epoch: epoch.epoch < 4)

    assert archforge(["replay", str(run.folder), "--with", str(cut.folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "; its epochs count the seconds of those that they repeat" in lines[1]
    assert lines[-1] == "identical, bit for bit; not compared: images"


def test_two_trainings_that_a_time_ended_differ_and_it_is_said_why(
    nuclei: Path, tmp_path: Path, capsys: Said
) -> None:
    first, other = (
        trained_by(nuclei, tmp_path / name, epochs=1000, seconds=60.0,
                   on_epoch=lambda epoch: epoch.epoch < 2)
        for name in ("first", "other")
    )  # fmt: skip

    archforge(["replay", str(first.folder), "--with", str(other.folder)])
    words = capsys.readouterr().out
    archforge(["replay", str(first.folder), "--with", str(other.folder), "--json"])
    facts = json.loads(capsys.readouterr().out)

    assert words.splitlines()[-1].startswith("a time ended them, and the learning rate followed it")
    assert (facts["identical"], facts["timed"]) == (False, True)
