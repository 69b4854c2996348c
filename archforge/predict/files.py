"""Masks, objects and scores for a person's images, as files.

Images are taken one after the other, each a few rows at a time. What cannot be read is told at the
end and does not keep the others from being written; a disk that is full ends it, since it would
fail for each.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from archforge.errors import Problem, ProblemError, refuse
from archforge.files import said_if_unwritable, write_whole
from archforge.predict.opening import open_predictor
from archforge.predict.predictor import Predictor
from archforge.predict.rows import write_rows
from archforge.predict.single import Objects, Predicted, Wanted, predict_image
from archforge.predict.table import Coco
from archforge.predict.targets import BOXES, COCO, TABLE, Target, check_targets, list_images
from archforge.runs import Run

Progress = Callable[[float, int], None]
UNWRITABLE = "AF009"
# Columns of boxes.csv; a volume has z as well.
BOX = ("image", "plane", "label", "z_from", "y_from", "x_from", "z_to", "y_to", "x_to",
       "score_mean")  # fmt: skip


@dataclass
class Outcome:
    """What came of all images.

    Args:
        predicted: Those that are done.
        problems: Of those that are not.
        skipped: How many were left out.
    """

    predicted: list[Predicted] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: int = 0


def predict_files(
    run: Run,
    images: Sequence[Path],
    out: Path,
    wanted: Wanted | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Write ``out/STEM.*`` for each image, at the image's own size.

    Pixels are 0 and 255 for one class, else class indices.

    Args:
        run: Whose best weights are used.
        images: Files of any size, folders of such, or patterns.
        out: A folder; made if it is missing.
        wanted: What is made of each.
        progress: Called with images done, also in part, and images in all.

    Raises:
        ProblemError: Before anything is written: files that would overwrite each other or a file
            that is there, or a network that does not tell objects. After it, a table that cannot
            be written.
    """
    wanted = wanted or Wanted()
    targets, skipped = _targets(list_images(images), out, wanted)
    predictor = open_predictor(run)
    if wanted.objects:
        _check_objects(predictor)
    with said_if_unwritable(out):
        out.mkdir(parents=True, exist_ok=True)
    outcome, tables = Outcome(skipped=skipped), _Tables()
    for done, target in enumerate(targets):
        tell = partial(_told, progress, done, len(targets))
        try:
            predicted, objects = predict_image(predictor, wanted, target, tell)
        except ProblemError as error:
            outcome.problems += error.problems
            if any(problem.code == UNWRITABLE for problem in error.problems):
                return outcome
            continue
        finally:
            tell(1)
        outcome.predicted.append(predicted)
        tables.add(target.image.name, objects, wanted)
    tables.write(out, wanted)
    return outcome


def _told(progress: Progress | None, done: int, total: int, share: float) -> None:
    if progress:
        progress(done + share, total)


def _targets(images: list[Path], out: Path, wanted: Wanted) -> tuple[list[Target], int]:
    """What is to be done, and how many images are left out because they are done."""
    made = [
        Target.of(image, out, labels=wanted.instances, scores=wanted.scores) for image in images
    ]
    todo = made
    if wanted.skip_existing:
        todo = [target for target in made if not all(path.exists() for path in target.files)]
    tables = [TABLE] * wanted.table + [BOXES, COCO] * wanted.boxes
    # Of an image that is half done, the files that are there are made again.
    check_targets(todo, [] if wanted.skip_existing else [out / name for name in tables])
    return todo, len(made) - len(todo)


def _check_objects(predictor: Predictor) -> None:
    if predictor.told > 2:
        refuse(
            "AF525",
            f"the network tells {predictor.told} classes apart, which are no objects",
            why="objects are made of one class, of background and foreground, or of background, "
            "inside and border",
            fix="leave out `--instances`, `--table` and `--boxes`, or train with "
            "`--target instances`",
        )


class _Tables:
    """What is told of all objects of all images."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._coco = Coco()

    def add(self, name: str, objects: Objects, wanted: Wanted) -> None:
        """The objects of one more image."""
        stack = len(objects.labels) > 1
        for row in objects.rows:
            kept = row if stack else {key: row[key] for key in row if key != "plane"}
            self._rows.append({"image": name, **kept})
        if wanted.boxes:
            for number, labels in enumerate(objects.labels):
                if labels.ndim == 2:
                    self._coco.add(f"{name}/{number}" if stack else name, labels)

    def write(self, out: Path, wanted: Wanted) -> None:
        """Each table whole or not at all.

        Raises:
            ProblemError: AF009.
        """
        names = list(dict.fromkeys(name for row in self._rows for name in row))
        if wanted.table:
            write_rows(out / TABLE, names or ["image"], self._rows)
        if wanted.boxes:
            write_rows(out / BOXES, [one for one in BOX if one in names] or BOX[:1], self._rows)
            with said_if_unwritable(out / COCO):
                write_whole(out / COCO, json.dumps(self._coco.facts()) + "\n")
