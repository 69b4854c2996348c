"""The class of each of a person's images, as one table.

What cannot be read is told at the end and does not keep the others from being classified.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archforge.errors import Problem, ProblemError
from archforge.files import said_if_unwritable
from archforge.predict.channels import Channels
from archforge.predict.classifier import BATCH, Classifier, open_classifier
from archforge.predict.pixels import open_pixels
from archforge.predict.rows import write_rows
from archforge.predict.single import units_of
from archforge.predict.targets import check_targets, list_images
from archforge.runs import Run

CLASSES = "classes.csv"
Progress = Callable[[float, int], None]
Ready = tuple[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Classified:
    """One image, or one plane of a stack.

    Args:
        image: Its path as it was given; of a plane with its number behind it.
        label: The name of its class.
        scores: The probability of each class, by name.
    """

    image: str
    label: str
    scores: dict[str, float]

    def facts(self) -> dict[str, Any]:
        """A row of the table."""
        each = {f"score_{name}": round(score, 6) for name, score in self.scores.items()}
        return {"image": self.image, "class": self.label, **each}


@dataclass
class ClassOutcome:
    """What came of all images.

    Args:
        classified: Those that are done.
        problems: Of those that are not.
    """

    classified: list[Classified] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def predict_classes(
    run: Run, images: Sequence[Path], out: Path, progress: Progress | None = None
) -> ClassOutcome:
    """Write ``out/classes.csv`` with the class of each image and the probability of every class.

    Args:
        run: Of a classifier; its best weights are used.
        images: Files of any size, folders of such, or patterns.
        out: A folder; made if it is missing.
        progress: Called with images done and images in all.

    Raises:
        ProblemError: Before anything is written: the table is there already, or the network cannot
            be loaded. After it, the table cannot be written.
    """
    files = list_images(images)
    check_targets([], [out / CLASSES])
    classifier, names = open_classifier(run), list(run.data.get("names", ()))
    outcome, waiting = ClassOutcome(), list[Ready]()
    for done, path in enumerate(files, start=1):
        try:
            waiting += _ready(path, classifier)
        except ProblemError as error:
            outcome.problems += error.problems
        if len(waiting) >= BATCH or done == len(files):
            outcome.classified += _classified(waiting, classifier, names)
            waiting = []
        if progress:
            progress(done, len(files))
    _write(out, outcome.classified)
    return outcome


def _ready(path: Path, classifier: Classifier) -> list[Ready]:
    units = units_of(open_pixels(path), len(classifier.size))
    names = [f"{path}/{number:03}" for number in range(len(units))] if units[1:] else [str(path)]
    return [
        (name, classifier.prepared(Channels(unit, classifier.channels)[...]))
        for name, unit in zip(names, units, strict=True)
    ]


def _classified(
    ready: Sequence[Ready], classifier: Classifier, names: Sequence[str]
) -> Iterator[Classified]:
    if not ready:
        return
    scores = classifier.scored(np.stack([image for _, image in ready]))
    known = names or [str(number) for number in range(scores.shape[1])]
    for (image, _), row, label in zip(ready, scores, classifier.classes_of(scores), strict=True):
        yield Classified(image, known[label], dict(zip(known, row.tolist(), strict=True)))


def _write(out: Path, classified: Sequence[Classified]) -> None:
    if not classified:
        return
    with said_if_unwritable(out):
        out.mkdir(parents=True, exist_ok=True)
    rows = [one.facts() for one in classified]
    write_rows(out / CLASSES, list(rows[0]), rows)
