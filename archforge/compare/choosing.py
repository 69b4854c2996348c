"""Which images are shown: the best, the median and the worst, by the mean over networks."""

import hashlib
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from archforge.compare.records import Shown
from archforge.compare.rows import Row
from archforge.compare.trainings import answers_of
from archforge.runs import read_run
from archforge.runs.class_names import class_name, names_of

FOLDER = "shown"
# Of several classes: pictures from before these were painted are drawn anew.
PAINTED = ":painted"
# Of classifiers all are right about most images: what tells them apart is where they are not.
HARDEST = ("worst", "second worst", "third worst", "fourth worst")


def chosen(rows: Sequence[Row], classes: Sequence[str] = ()) -> tuple[Shown, ...]:
    """Three images that every network was scored on, or fewer where there are not so many.

    Args:
        rows: That were trained.
        classes: Their names, where there are several.
    """
    if not rows:
        return ()
    shared = set(rows[0].images).intersection(*(row.images for row in rows))
    means = {name: fmean(row.images[name] for row in rows) for name in shared}
    return tuple(_shown(image, place, rows, classes) for image, place in _placed(means, 1).items())


def chosen_answers(rows: Sequence[Row], part: str) -> tuple[Shown, ...]:
    """Images by the mean probability that networks gave to the true class.

    Args:
        rows: Of classifiers that were trained.
        part: ``validation`` or ``test``.
    """
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    names: list[str] = []
    for row in rows:
        for training in row.trainings:
            run = read_run(training.run)
            names = names_of(run)
            for answer in answers_of(run, part):
                found.setdefault(str(answer["id"]), {}).setdefault(row.architecture, []).append(
                    answer
                )
    shared = {image: each for image, each in found.items() if len(each) == len(rows)}
    means = {
        image: fmean(fmean(one["score_of_truth"] for one in answers) for answers in each.values())
        for image, each in shared.items()
    }
    return tuple(
        _answered(image, place, shared[image], names)
        for image, place in _placed(means, len(HARDEST)).items()
    )


def _placed(means: Mapping[str, float], hardest: int) -> dict[str, str]:
    """The place of each image that is shown, the best first."""
    order = sorted(means, key=lambda name: (-means[name], name))
    places = {"best": 0, "median": len(order) // 2}
    last = {name: len(order) - 1 - back for back, name in enumerate(HARDEST[:hardest])}
    places |= {name: place for name, place in last.items() if place >= 0}
    return {order[place]: name for name, place in places.items() if order}


def _shown(image: str, place: str, rows: Sequence[Row], classes: Sequence[str]) -> Shown:
    how = PAINTED if classes else ""
    return Shown(
        image, place, _file(image, "image"), _file(image, f"truth{how}"),
        {row.architecture: _file(image, f"{row.fingerprint}:{_run(image, row)}{how}")
         for row in rows},
        classes=list(classes),
    )  # fmt: skip


def _answered(
    image: str, place: str, answers: Mapping[str, Sequence[Mapping[str, Any]]], names: Sequence[str]
) -> Shown:
    """Of several trainings of a network what the first one said, and the mean beside it."""
    said = {
        name: (class_name(int(each[0]["predicted"]), names), float(each[0]["score_of_truth"]))
        for name, each in answers.items()
    }
    means = {name: fmean(one["score_of_truth"] for one in each)
             for name, each in answers.items() if len(each) > 1}  # fmt: skip
    truth = class_name(int(next(iter(answers.values()))[0]["truth"]), names)
    return Shown(image, place, _file(image, "image"), truth, answers=said, means=means)


def _file(image: str, what: str) -> str:
    """A name that follows from what is drawn, so that nothing is drawn twice or mistaken."""
    return f"{FOLDER}/{hashlib.blake2b(f'{image}:{what}'.encode(), digest_size=8).hexdigest()}.png"


def _run(image: str, row: Row) -> str:
    return row.scored_on(image)[0].run.name
