"""Draws what a run says about a few images; runs in a process of its own, as it brings Keras.

Errors are painted over the image, and the outline of the truth is drawn: orange is missed, blue is
too much. Of several classes the predicted ones are painted as those of the truth are, and stripes
lie where they are wrong: no colour is left over for errors.

Source of the colours: Okabe and Ito 2008, Color Universal Design.
"""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.segmentation import find_boundaries

from archforge.crew.jobs import Job, Outcome, Report
from archforge.crew.training import begin_process
from archforge.data import IGNORED, open_dataset
from archforge.files import said_if_unwritable, whole_file
from archforge.predict.opening import open_predictor
from archforge.runs import read_run
from archforge.train.colours import palette
from archforge.train.pictures import flat, plane, stretched
from archforge.train.recording import TOO_LARGE
from archforge.train.scoring import Prediction, predictions

SIDE = 320
MISSED, TOO_MUCH = (230, 159, 0), (86, 180, 233)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
# A stripe is white beside black, so that it is seen on each class; dots from one to the next.
APART = 6
Pixels = NDArray[np.uint8]


def show(job: Job, report: Report) -> Outcome:
    """Draw the images that ``job.values["pictures"]`` names: alone, with truth, and with errors.

    Args:
        job: Its folder is that of a run; ``values`` has the ``part`` of the data, and of each image
            the three files to write; of one that has a class as a whole, one.
        report: Not told anything.

    Raises:
        ProblemError: The network cannot be loaded, or a file cannot be written.
        MemoryError: An image is too large for this machine.
    """
    del report
    begin_process(job)
    (image,) = job.graph.inputs.values()
    dataset = open_dataset(
        job.data, rank=len(image.shape) - 1, channels=image.shape[-1], options=job.options
    )
    part = getattr(dataset, job.values["part"])
    wanted: dict[str, list[str]] = job.values["pictures"]
    rows = [part.ids.index(name) for name in wanted]
    if dataset.task == "classification":  # answers are words: the image alone is drawn
        for row, (place,) in zip(rows, wanted.values(), strict=True):
            _write(Path(place), _bytes(stretched(flat(part.original(row)[0]))))
        return Outcome(None)
    predictor = open_predictor(read_run(job.folder))
    try:
        for each in predictions(predictor, part, rows, objects=False):
            drawn = draw(each, part.rule.classes)
            for path, pixels in zip(map(Path, wanted[each.id]), drawn, strict=True):
                _write(path, pixels)
    except TOO_LARGE as error:
        raise MemoryError from error
    return Outcome(None)


def draw(one: Prediction, classes: int) -> tuple[Pixels, Pixels, Pixels]:
    """The image, its truth, and the prediction with its errors, as RGB."""
    image = _bytes(stretched(flat(one.image)))
    truth, said = plane(one.truth), plane(one.predicted)
    return image, _coloured(truth, classes), _with_errors(image, truth, said, classes)


def _with_errors(image: Pixels, truth: NDArray[Any], said: NDArray[Any], classes: int) -> Pixels:
    drawn = (image * 0.7).astype(np.uint8)
    known = truth != IGNORED
    if classes > 1:
        _paint_classes(drawn, said, (truth != said) & known, classes)
    else:
        _paint(drawn, (truth > said) & known, MISSED, 0.65)
        _paint(drawn, (truth < said) & known, TOO_MUCH, 0.65)
    lines = find_boundaries(  # type: ignore[no-untyped-call]  # has no types
        np.where(known, truth, 0), mode="inner"
    )
    drawn[lines] = WHITE
    return drawn


def _paint_classes(drawn: Pixels, said: NDArray[Any], wrong: NDArray[Any], classes: int) -> None:
    """Lightly where they are right; in full where they are not, as stripes may miss a few dots."""
    for index, colour in enumerate(_table(classes)):
        if index:  # the background is the image
            _paint(drawn, (said == index) & ~wrong, colour, 0.5)
            _paint(drawn, (said == index) & wrong, colour, 1.0)
    # As wide in the picture, whatever is left out of a large image.
    dot = ceil(max(said.shape) / SIDE)
    rows, columns = np.indices(said.shape) // dot
    for place, colour in ((0, WHITE), (1, BLACK)):
        _paint(drawn, wrong & ((rows + columns) % APART == place), colour, 1.0)


def _paint(drawn: Pixels, where: NDArray[Any], colour: Sequence[int], share: float) -> None:
    drawn[where] = ((1 - share) * drawn[where] + share * np.array(colour)).astype(np.uint8)


def _coloured(mask: NDArray[Any], classes: int) -> Pixels:
    table = np.array([BLACK, WHITE] if classes == 1 else _table(classes))
    return np.asarray(table[np.where(mask == IGNORED, 0, mask)], np.uint8)


def _table(classes: int) -> list[tuple[int, ...]]:
    return [tuple(bytes.fromhex(colour[1:])) for colour in palette(classes)]


def _write(path: Path, pixels: Pixels) -> None:
    with said_if_unwritable(path), whole_file(path) as left:
        Image.fromarray(_shrunk(pixels)).save(left, format="png")


def _bytes(image: NDArray[np.float64]) -> Pixels:
    return np.rint(image * 255).astype(np.uint8)


def _shrunk(pixels: Pixels) -> Pixels:
    image = Image.fromarray(pixels)
    image.thumbnail((SIDE, SIDE))
    return np.asarray(image)
