"""Some runs among many, and which of them belong together."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archforge.compare.writing import RECORD as COMPARISON
from archforge.errors import ProblemError
from archforge.runs import (
    Condition,
    Run,
    Wanted,
    choose_runs,
    collection_of,
    gather,
    order,
    score_of,
)
from archforge.runs.gathering import COLLECTIONS
from archforge.runs.study import RECORD as STUDY
from tests.runs.records import a_run, written

HERE = Path("runs")
FEW = [
    a_run(HERE / "a", scores={"dice": 0.5}, settings={"epochs": 2, "learning_rate": 1e-3}),
    a_run(HERE / "b", scores={"dice": 0.9, "iou": 0.8}, hyperparameters={"padding": "same"}),
    a_run(HERE / "c", best_score=0.7, settings={"learning_rate": 0.01, "resize": True}),
]


def chosen(*conditions: str, runs: list[Run] = FEW, **wanted: Any) -> str:
    """The names of the folders of the runs that are left."""
    found = choose_runs(
        runs, Wanted(**wanted, conditions=tuple(Condition.read(text) for text in conditions))
    )
    return "".join(run.folder.name for run in found)


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("dice > 0.5", "b"),
        ("dice>=.5", "ab"),
        ("dice != 0.5", "b"),
        ("score<0.8", "ac"),
        ("learning_rate=1e-3", "a"),
        ("train.learning_rate < 0.1", "ac"),
        ("padding = same", "b"),
        ("filters == 8", "ac"),
        ("dropout = [0.0, 0.1]", "ac"),
        ("resize = true", "c"),
        ("resize = 1", ""),
        ("padding > 3", ""),
        ("parameters <= 10", "abc"),
    ],
)
def test_a_condition_leaves_runs_that_have_the_value_and_are_so(condition: str, left: str) -> None:
    assert chosen(condition) == left


def test_several_conditions_hold_at_once() -> None:
    assert chosen("score > 0.5", "learning_rate > 0") == "c"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dice", "AF530 'dice' is no condition"),
        ("= 3", "AF530 '= 3' is no condition"),
        ("dice >", "AF530 'dice >' is no condition"),
        ("dice => 3", "AF530 'dice => 3' is no condition"),
        ("padding < same", "AF530 'same' is no number"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message.replace(">", r"\>")):
        chosen(text)


def test_a_name_that_no_run_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(ProblemError, match=r"AF530 no run has .*\n.*\n.*did you mean 'filters'"):
        chosen("fliters = 8")
    with pytest.raises(ProblemError, match="AF530 no run has a value called 'dise'"):
        order(FEW, "-dise")
    assert chosen("fliters = 8", runs=[]) == ""


@given(st.text(), st.text())
def test_no_text_is_run_or_ends_in_anything_but_a_problem(name: str, value: str) -> None:
    with suppress(ProblemError):
        chosen(f"{name}={value}")


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"architecture": "unet"}, "ab"),
        ({"architecture": "unet:tutorial"}, "b"),
        ({"status": "failed"}, "c"),
        ({"data": "nuclei"}, "ab"),
        ({"data": "/data/nuclei"}, "a"),
        ({"data": "77f"}, "c"),
        ({"fingerprint": "ff"}, "b"),
        ({"since": "2026-02-01"}, "bc"),
        ({"since": "2026-02-01T12:00:00+02:00"}, "bc"),
        ({"since": "2026-02-01T10:00:01Z"}, "b"),
        ({"since": "2026-02-01", "architecture": "unet"}, "b"),
    ],
    ids=str,
)
def test_runs_are_left_by_what_they_are(wanted: dict[str, str], left: str) -> None:
    runs = [
        a_run(HERE / "a", data={"folder": "/data/nuclei"}, started="by hand"),
        a_run(HERE / "b", preset="tutorial", data={"folder": "/old/nuclei"}, fingerprint="ff00",
              started="2026-03-01T00:00:00Z"),
        a_run(HERE / "c", architecture="fcn", status="failed", data={"fingerprint": "77fe"},
              started="2026-02-01T10:00:00Z"),
    ]  # fmt: skip

    assert chosen(runs=runs, **wanted) == left


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(ProblemError, match="AF530 'yesterday' is no date"):
        chosen(since="yesterday")


def test_runs_that_lack_what_they_are_ordered_by_come_last() -> None:
    upwards, downwards = order(FEW, "learning_rate"), order(FEW, "-learning_rate")

    assert "".join(run.folder.name for run in upwards) == "acb"
    assert "".join(run.folder.name for run in downwards) == "cab"


def test_the_score_is_the_main_metric_of_the_task() -> None:
    whole = a_run(HERE, task="classification", scores={"accuracy": 0.9, "auc": 1.0})

    assert [score_of(run) for run in (*FEW, whole)] == [0.5, 0.9, 0.7, 0.9]
    assert score_of(a_run(HERE)) is None


def test_trials_belong_to_their_search_unless_one_looks_inside_of_it(tmp_path: Path) -> None:
    search = tmp_path / "runs" / "search"
    runs = [
        written(tmp_path / "runs" / "alone"),
        written(search / "trials" / "0000", best_score=0.4),
        written(search / "trials" / "0001", scores={"dice": 0.6}),
    ]
    (search / STUDY).touch()

    first, second = gather(tmp_path / "runs", runs)

    assert (first.alone, first.folder) == (True, runs[0].folder)
    assert (second.alone, second.folder, second.runs) == (False, search, (runs[1], runs[2]))
    assert second.best is runs[2]
    assert [each.alone for each in gather(search, runs[1:])] == [True, True]
    assert collection_of(search, runs[1]) is None


def test_the_records_of_searches_and_comparisons_are_known() -> None:
    assert COLLECTIONS == (STUDY, COMPARISON)
