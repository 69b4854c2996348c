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
# Of classifiers all are right about most images: what tells them apart is where they are not.
HARDEST = ("worst", "second worst", "third worst", "fourth worst")


def chosen(rows: Sequence[Row]) -> tuple[Shown, ...]:
    """Three images that every network was scored on, or fewer where there are not so many.

    Args:
        rows: That were trained.
    """
    if not rows:
        return ()
    shared = set(rows[0].images).intersection(*(row.images for row in rows))
    means = {name: fmean(row.images[name] for row in rows) for name in shared}
    return tuple(_shown(image, place, rows) for image, place in _placed(means, 1).items())


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


def _shown(image: str, place: str, rows: Sequence[Row]) -> Shown:
    return Shown(
        image, place, _file(image, "image"), _file(image, "truth"),
        {row.architecture: _file(image, row) for row in rows},
    )  # fmt: skip


def _answered(
    image: str, place: str, answers: Mapping[str, Sequence[Mapping[str, Any]]], names: Sequence[str]
) -> Shown:
    """Of several trainings of a network the answer is the first one's, the probability the mean."""
    said = {
        name: (class_name(int(each[0]["predicted"]), names),
               fmean(one["score_of_truth"] for one in each))
        for name, each in answers.items()
    }  # fmt: skip
    truth = class_name(int(next(iter(answers.values()))[0]["truth"]), names)
    return Shown(image, place, _file(image, "image"), truth, answers=said)


def _file(image: str, what: Row | str) -> str:
    """A name that follows from what is drawn, so that nothing is drawn twice or mistaken."""
    of = what if isinstance(what, str) else f"{what.fingerprint}:{_run(image, what)}"
    return f"{FOLDER}/{hashlib.blake2b(f'{image}:{of}'.encode(), digest_size=8).hexdigest()}.png"


def _run(image: str, row: Row) -> str:
    return next(each.run.name for each in row.trainings if image in each.images)
