"""Pictures of studies that were written by hand: what they show, and that none is too odd."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.text import Annotation
from PIL import Image

from archforge.runs import write_run
from archforge.search import Study, Trial
from archforge.search.measures import Goal
from archforge.search.pictures import PICTURES, draw_importance, draw_masks, draw_pictures
from archforge.search.pictures.curves import scores_of
from archforge.search.pictures.front import points_of
from archforge.search.pictures.importance import trust_words
from archforge.search.pictures.labels import place_labels
from archforge.search.pictures.scales import ABSENT, UNREAD, scales
from archforge.search.pictures.style import Room, new_figure, panels
from archforge.search.table import folder_words
from archforge.search.writing import importances
from tests.runs.records import a_run
from tests.search.conftest import TOY

DICE, MACS = Goal("dice", maximize=True), Goal("macs", maximize=False)


def trial(number: int, value: float | None = None, **more: Any) -> Trial:
    """A complete one where it has a value."""
    goals = () if value is None else (value,)
    depth = 1 + number % 2
    read = {"depth": depth, "filters": 8.0 + number, "kernel": 3, "padding": "same"}
    read |= {f"dropout@{level}": 0.1 * level for level in range(depth + 1)}
    facts: dict[str, Any] = {
        "state": "complete", "values": read, "goals": goals, "epochs": (0.1, value or 0.2),
        "macs": 1000 * 3**number, "parameters": 100 + number,
        "hyperparameters": {"depth": depth, "filters": 8, "dropout": [0.1] * (depth + 1)},
    }  # fmt: skip
    return Trial(number=number, **{**facts, **more})


def study(folder: Path, trials: Iterable[Trial], **more: Any) -> Study:
    return Study(folder=folder, architecture="toy", preset=None, wanted=9, trials=tuple(trials),
                 spec=TOY, **more)  # fmt: skip


def names(drawn: tuple[Path, ...]) -> list[str]:
    return [path.name for path in drawn]


def test_a_study_has_every_picture_it_has_something_to_show_for(tmp_path: Path) -> None:
    done = [trial(number, 0.5 + 0.01 * number) for number in range(6)]
    others = [
        trial(6, state="pruned"),
        trial(7, state="failed"),
        trial(8, state="infeasible", epochs=()),
    ]

    drawn = draw_pictures(study(tmp_path, [*done, *others], limits={"macs": 2e5}), {"depth": 1.0})

    every = [*(name for name in PICTURES if name != "masks.png"), "importance.png"]
    assert names(drawn) == [*every, "best-1.svg", "best-2.svg", "best-3.svg"]
    assert all(path.parent == tmp_path / "pictures" for path in drawn)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn if path.suffix == ".png")
    files = {path.name for path in (tmp_path / "pictures").iterdir()}
    assert files == {*names(drawn), "importance.csv"}


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        ([], []),
        ([trial(0, state="running")], []),
        ([trial(0, state="failed", epochs=())], ["history.png"]),
        ([trial(0, state="pruned")], ["history.png", "curves.png"]),
        ([trial(0, 0.5, epochs=())], ["history.png", "best-1.svg"]),
    ],
)
def test_a_study_with_little_in_it_has_few_pictures(
    tmp_path: Path, trials: list[Trial], expected: list[str]
) -> None:
    assert names(draw_pictures(study(tmp_path, trials), {})) == expected


def test_the_picture_of_a_best_network_names_its_trial(tmp_path: Path) -> None:
    (_, drawn) = draw_pictures(study(tmp_path, [trial(7, 0.625, epochs=())]), {})

    text = drawn.read_text("utf-8")
    assert '<title id="title">best: trial 7, val_dice 0.6250: toy</title>' in text


def test_a_spec_that_builds_no_more_has_no_pictures_of_networks(tmp_path: Path) -> None:
    gone = study(tmp_path, [trial(0, 0.5, epochs=())])

    assert names(draw_pictures(replace(gone, spec="archforge: 1\n"), {})) == ["history.png"]


def test_masks_are_those_that_the_runs_of_the_three_best_drew(tmp_path: Path) -> None:
    trials = []
    for number, colour in enumerate(["red", "lime", "blue", "white"]):
        run = a_run(tmp_path / f"{number:04d}")
        run.folder.mkdir()
        write_run(run)
        Image.new("RGB", (400, 50), colour).save(run.predictions)
        trials.append(trial(number, 0.5 - 0.1 * number, folder=run.folder))

    path = draw_masks(study(tmp_path, trials), tmp_path / "masks.png")

    assert path is not None
    with Image.open(path) as sheet:
        below = [sheet.getpixel((200, row)) for row in range(sheet.height)]
    runs = [colour for colour, before in zip(below[1:], below, strict=False) if colour != before]
    shown = [colour for colour in runs if colour in {(255, 0, 0), (0, 255, 0), (0, 0, 255)}]
    assert shown == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    assert sum(colour in shown for colour in below) == 150


def test_curves_of_several_goals_come_from_the_runs(tmp_path: Path) -> None:
    run = a_run(tmp_path / "0000")
    run.folder.mkdir()
    write_run(run)
    lines = ["epoch,loss,score,second,rate,seconds", "1,1,0.2,0,0.1,1", "2,1,0.4,0,0.1,1"]
    run.history.write_text("\n".join(lines))

    scores = scores_of(trial(0, goals=(0.4, 10.0), epochs=(), folder=run.folder))

    assert scores == [0.2, 0.4]

    run.history.write_text("epoch,loss\n1,much")  # damaged: the trial has no line
    assert scores_of(trial(0, goals=(0.4, 10.0), epochs=(), folder=run.folder)) == []


def test_the_front_of_one_goal_holds_what_no_cheaper_network_reaches(tmp_path: Path) -> None:
    scores = {0: (0.5, 10), 1: (0.4, 20), 2: (0.7, 30), 3: (0.7, 40), 4: (0.3, 5)}
    trials = [trial(number, value, macs=macs) for number, (value, macs) in scores.items()]

    points = points_of(study(tmp_path, trials), MACS)

    assert {each.number for each in points if each.on_front} == {0, 2, 4}


def test_the_front_of_several_goals_is_that_of_the_study(tmp_path: Path) -> None:
    memory = Goal("memory", maximize=False)
    goals = {0: (0.5, 10.0, 9.0), 1: (0.4, 20.0, 1.0), 2: (0.3, 30.0, 9.0)}
    trials = [trial(number, goals=each) for number, each in goals.items()]

    points = points_of(study(tmp_path, trials, goals=(DICE, MACS, memory)), MACS)

    assert [(each.number, each.x, each.on_front) for each in points] == [
        (0, 10.0, True), (1, 20.0, True), (2, 30.0, False),
    ]  # fmt: skip


def test_axes_keep_families_together_and_leave_out_what_never_varied(tmp_path: Path) -> None:
    trials = [trial(number, 0.5) for number in range(3)]

    drawn = scales(study(tmp_path, trials), trials)

    assert [one.key for one in drawn] == ["depth", "filters", "dropout@2"]
    assert [one.absent for one in drawn] == [False, False, True]
    assert [drawn[2].place(each) for each in trials] == [ABSENT, 0.5, ABSENT]
    assert drawn[2].ticks()[0] == (ABSENT, UNREAD)


def test_a_range_of_magnitudes_stands_by_logarithm_and_choices_in_a_row(tmp_path: Path) -> None:
    trials = [
        trial(0, 0.5, values={"rate": 0.001, "batch": 16, "norm": None}),
        trial(1, 0.5, values={"rate": 0.01, "batch": 4, "norm": "batch"}),
        trial(2, 0.5, values={"rate": 0.1, "batch": 64, "norm": [1, 2]}),
    ]
    ranges = {"rate": "0.001..0.1:log", "batch": "4,16,64", "norm": "none,batch,[1, 2]"}

    rate, batch, norm = scales(study(tmp_path, trials, ranges=ranges), trials)

    assert [rate.place(each) for each in trials] == pytest.approx([0, 0.5, 1])
    assert [text for _, text in rate.ticks()] == ["0.001", "0.01", "0.1"]
    assert [batch.place(each) for each in trials] == [0.5, 0, 1]
    assert norm.ticks() == [(0, "None"), (0.5, "batch"), (1, "[1, 2]")]


NUMBERS = st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6)


@settings(max_examples=40)
@given(values=st.lists(NUMBERS, min_size=2, max_size=9))
def test_numbers_and_their_ticks_stand_between_the_ends(values: list[float]) -> None:
    trials = [trial(number, 0.5, values={"x": value}) for number, value in enumerate(values)]

    for scale in scales(study(Path(), trials), trials):
        places = [scale.place(each) for each in trials]
        ticks = [place for place, _ in scale.ticks()]
        assert min(places) == 0
        assert max(places) == 1
        assert len(ticks) >= 2
        assert all(0 <= place <= 1 for place in ticks)


def test_labels_of_crowded_points_cover_neither_each_other_nor_leave_the_panel() -> None:
    figure = new_figure(5, 4)
    (axes,) = panels(figure, 1, 1, Room(), same_y=False)
    points = [(0.02 * at, 0.03 * at**0.5) for at in range(30)]
    axes.scatter(*zip(*points, strict=True))

    place_labels(axes, [(x, y, str(at)) for at, (x, y) in enumerate(points)])

    texts = [text for text in axes.texts if isinstance(text, Annotation)]
    boxes = [text.get_window_extent() for text in texts]
    assert len(texts) > 10
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 for box in boxes)


def test_points_of_one_place_share_a_label() -> None:
    (axes,) = panels(new_figure(5, 4), 1, 1, Room(), same_y=False)
    axes.scatter([0, 1], [0, 1])

    place_labels(axes, [(0.5, 0.5, "3"), (0.5, 0.5, "7")])

    assert [text.get_text() for text in axes.texts] == ["3, 7"]


def test_shares_of_few_trials_are_called_rough() -> None:
    assert "only 19 complete trials: shares are rough" in trust_words(19)
    assert trust_words(20) == "20 complete trials"


def test_several_goals_have_importances_too(tmp_path: Path) -> None:
    of_optuna = optuna.create_study(directions=["maximize", "minimize"])
    for number in range(12):
        asked = of_optuna.ask()
        value = asked.suggest_int("depth", 1, 2) + asked.suggest_float("filters", 8, 30)
        of_optuna.tell(asked, (value, float(number)))
    goals = [tuple(each.values) for each in of_optuna.trials]
    trials = [trial(number, goals=each) for number, each in enumerate(goals)]
    two = study(tmp_path, trials, goals=(DICE, MACS))

    shares, words = importances(two, of_optuna)
    drawn = draw_importance(two, shares, tmp_path / "importance.png")

    assert set(shares) == {"depth", "filters"}
    assert words == ""
    assert drawn.read_bytes().startswith(b"\x89PNG")


def test_the_folder_of_the_pictures_is_told_once_with_their_names(tmp_path: Path) -> None:
    drawn = (tmp_path / "pictures/history.png", tmp_path / "pictures/best-1.svg")

    lines = folder_words(study(tmp_path, [], pictures=drawn))

    assert lines[-1] == f"pictures   {tmp_path / 'pictures'}: history.png, best-1.svg"


VALUES = st.dictionaries(
    st.sampled_from(["depth", "rate", "kind", "dropout@0", "dropout@1"]),
    st.integers(0, 5) | st.floats(0, 1) | st.booleans() | st.none() | st.text(max_size=30),
)
TRIALS = st.builds(
    Trial,
    number=st.integers(0, 50),
    state=st.sampled_from(["complete", "pruned", "failed", "infeasible", "duplicate", "running"]),
    values=VALUES,
    goals=st.tuples(st.floats(0, 1), st.integers(0, 10**9).map(float)),
    epochs=st.lists(st.floats(0, 1), max_size=5).map(tuple),
    macs=st.integers(0, 10**12),
    parameters=st.integers(0, 10**9),
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(trials=st.lists(TRIALS, max_size=12, unique_by=lambda each: each.number),
       several=st.booleans(), log=st.booleans())  # fmt: skip
def test_no_study_is_too_odd_to_be_drawn(
    tmp_path: Path, trials: list[Trial], several: bool, log: bool
) -> None:
    goals = (DICE, MACS)[: 2 if several else 1]
    cut = [replace(each, goals=each.goals[: len(goals)]) for each in trials]
    ranges = {"rate": "0.01..1:log"} if log else {}

    drawn = draw_pictures(study(tmp_path, cut, goals=goals, ranges=ranges), {"depth": 0.0})

    assert all(path.is_file() for path in drawn)
