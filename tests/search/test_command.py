"""``archforge search``, with real trainings of tiny networks."""

import json
from pathlib import Path

import pytest

from archforge.cli import run
from archforge.runs import read_run
from archforge.search.records import Study, Trial
from archforge.search.table import table_text, values_words
from tests.search.conftest import TOY


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "toy.yaml"
    path.write_text(TOY)
    return path


def words(spec: Path, nuclei: Path, folder: Path, *more: str) -> list[str]:
    given = ["search", str(spec), "--data", str(nuclei), "-o", str(folder)]
    return [*given, "--search", "filters=2..4:2", "--set", "dropout=0", "--epochs", "2", *more]


@pytest.mark.keras
def test_a_search_trains_real_networks_and_its_best_spec_checks(
    spec: Path, nuclei: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "study"

    status = run(words(spec, nuclei, folder, "--trials", "3", "--workers", "2", "--json"))

    out, err = capfd.readouterr()
    facts = json.loads(out)
    best = facts["best"][0]
    record = read_run(Path(best["run"]))
    assert status == 0
    assert sum(facts["trials"][state] for state in ("complete", "pruned")) == 3
    assert record.fingerprint == best["fingerprint"]
    assert record.scores["dice"] == best["values"]["val_dice"]
    assert record.model.is_file()
    assert "trial 0: complete" in err
    assert "tensorflow" not in err.lower()
    assert run(["check", str(folder / "best.yaml")]) == 0


def test_a_range_that_cannot_be_is_a_problem_of_the_user(
    spec: Path, nuclei: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(words(spec, nuclei, tmp_path / "study", "--trials", "3", "--search", "fliters=2"))

    assert status == 1
    assert "did you mean 'filters'?" in capsys.readouterr().err


def test_workers_are_a_number_or_auto(
    spec: Path, nuclei: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(words(spec, nuclei, tmp_path / "study", "--trials", "3", "--workers", "many"))

    assert status == 2
    assert "'many' is neither a number of at least 1 nor auto" in capsys.readouterr().err


def test_families_are_shown_as_lists() -> None:
    trial = Trial(
        number=0,
        state="complete",
        values={"filters": 8, "dropout@0": 0.1, "dropout@1": 0.25, "padding": "same"},
    )

    assert values_words(trial) == "filters=8, dropout=[0.1, 0.25], padding=same"


def test_a_value_that_a_network_does_not_read_is_empty_in_the_csv() -> None:
    rows = [
        Trial(number=0, state="complete", values={"depth": 1, "dropout@1": 0.1}, goals=(0.5,)),
        Trial(number=1, state="infeasible", values={"depth": 9}, message="too deep, by far"),
    ]

    study = Study(folder=Path(), architecture="toy", preset=None, wanted=2, trials=tuple(rows))
    header, first, second = table_text(study).splitlines()
    assert header.endswith(",depth,dropout@1,message")
    assert first.endswith(",1,0.1,")
    assert second.endswith(',9,,"too deep, by far"')
