"""What pages say of each class, from the scores of images that runs keep."""

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from archforge.compare.records import Comparison
from archforge.files import read_json
from archforge.report.page import Figure, Table
from archforge.report.plots import distributions
from archforge.runs import Run
from archforge.runs.class_names import class_name, names_of

_OF_A_CLASS = re.compile(r"dice_class_(\d+)")


def details_of(run: Run, part: str = "validation") -> Mapping[str, Any]:
    """Under ``images`` a row for each image, under ``confusion`` the table of counts.

    A run that was stopped has none, and damaged ones are not shown: both give an empty mapping.
    """
    path = run.test_scores if part == "test" else run.image_scores
    try:
        found = read_json(path)
        images = [
            {key: str(value) if key == "id" else float(value) for key, value in row.items()
             if value is not None}
            for row in found["images"] if row["id"]
        ]  # fmt: skip
        table = [[int(count) for count in row] for row in found.get("confusion") or ()]
    except (OSError, AttributeError, LookupError, TypeError, ValueError, OverflowError):
        return {}
    return {"images": images, "confusion": table}


def class_metrics(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The metrics of one class alone that images have, with the class."""
    names = {key for row in rows for key in row}
    found = {name: int(parts.group(1)) for name in names if (parts := _OF_A_CLASS.fullmatch(name))}
    return dict(sorted(found.items(), key=lambda each: each[1]))


def by_class(found: Comparison, runs: Mapping[str, Sequence[Run]]) -> Iterator[Figure | Table]:
    """How networks do on each class; nothing where there is one class alone.

    Of whole images, how sure networks are of the true class comes first.

    Args:
        found: The comparison.
        runs: Of each network.
    """
    every = [run for each in runs.values() for run in each]
    names = names_of(every[0]) if every else []
    rows = {
        name: [row for run in each for row in details_of(run, found.part).get("images", ())]
        for name, each in runs.items()
    }
    if every and every[0].task == "classification":
        sure = {name: _means(each, "score_of_truth") for name, each in rows.items()}
        if known := {name: each for name, each in sure.items() if each}:
            yield distributions(known, "Probability of the true class", "network")
        yield from _answers(rows, names)
        return
    for metric, index in class_metrics([row for each in rows.values() for row in each]).items():
        scores = {name: _means(each, metric) for name, each in rows.items()}
        known = {name: each for name, each in scores.items() if each}
        yield distributions(known, f"Dice of {class_name(index, names)}", "network")


def _means(rows: Sequence[Mapping[str, Any]], metric: str) -> dict[str, float]:
    """Of each image, over the trainings that were scored on it."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if metric in row:
            found.setdefault(row["id"], []).append(row[metric])
    return {image: fmean(values) for image, values in found.items()}


def _answers(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], names: Sequence[str]
) -> Iterator[Table]:
    """Of each class, the share of images that networks are right about."""
    right: dict[str, dict[int, list[float]]] = {}
    for name, each in rows.items():
        for row in each:
            if {"truth", "predicted"} <= row.keys():
                answers = right.setdefault(name, {}).setdefault(int(row["truth"]), [])
                answers.append(float(row["truth"] == row["predicted"]))
    classes = sorted({index for each in right.values() for index in each})
    if not classes:
        return
    shares = {
        name: [fmean(each[index]) if index in each else None for index in classes]
        for name, each in right.items()
    }
    header = ["architecture", *(class_name(index, names) for index in classes)]
    yield Table(
        "Right answers of each class", header,
        [[name, *("-" if share is None else f"{100 * share:.1f} %" for share in each)]
         for name, each in shares.items()],
        [header, *([name, *each] for name, each in shares.items())],
    )  # fmt: skip
