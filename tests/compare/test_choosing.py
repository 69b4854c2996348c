"""Which images are shown, and by which training."""

import json
from dataclasses import replace
from pathlib import Path

from archforge.compare import Row
from archforge.compare.choosing import chosen, chosen_answers
from tests.compare.rows import row, training
from tests.report.byhand import a_run_folder


def classifier(folder: Path, said: int, sure: float) -> Path:
    run = a_run_folder(folder, task="classification")
    answer = {"id": "a", "truth": 1, "predicted": said, "score_of_truth": sure}
    run.image_scores.write_text(json.dumps({"images": [answer], "confusion": []}))
    return run.folder


def test_answer_and_probability_are_of_one_training_and_the_mean_stands_beside_them(
    tmp_path: Path,
) -> None:
    folders = [classifier(tmp_path / "0", 0, 0.25), classifier(tmp_path / "1", 1, 0.75)]
    trainings = [replace(training({"a": 1.0}, seed), run=run) for seed, run in enumerate(folders)]
    several = Row(architecture="several", score="accuracy", trainings=tuple(trainings))
    once = Row(architecture="once", score="accuracy", trainings=(trainings[1],))

    shown, *_ = chosen_answers([several, once], "validation")

    assert shown.answers["several"] == ("ground", 0.25)
    assert shown.answers["once"][1] == 0.75
    assert shown.means == {"several": 0.5}


def test_pictures_of_several_classes_are_drawn_anew_where_older_ones_had_no_colours() -> None:
    """The name of a file follows from what is drawn."""
    rows = [row("toy", {"a": 0.5})]

    (one,), (several,) = chosen(rows)[:1], chosen(rows, ["ground", "pore", "clay"])[:1]

    assert several.classes == ["ground", "pore", "clay"]
    assert one.plain == several.plain
    assert one.truth != several.truth
    assert one.networks["toy"] != several.networks["toy"]
