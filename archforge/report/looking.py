"""The images of a comparison that are looked at: the best, the median and the worst."""

from collections.abc import Iterator
from pathlib import Path

from archforge.compare.records import Comparison, Shown
from archforge.compare.writing import title
from archforge.report.page import Figure, Sheet


def sheet_of(found: Comparison) -> Iterator[Sheet]:
    """Image, truth and every network's prediction, a row for each; none where none were drawn."""
    rows = [(f"{each.place}: {each.image}", list(_row(found, each))) for each in found.shown]
    whole = [(name, figures) for name, figures in rows if figures]
    if whole:
        names = [row.architecture for row in found.trained]
        words = (
            "Orange is missed, blue is too much, vermilion is taken for another class; white is "
            "the outline of the truth."
        )
        numbers = [["place", "image", *names], *(_numbers(found, each) for each in found.shown)]
        columns = ["image", "as it is", "truth", *names]
        yield Sheet("Predictions with their errors", words, columns, whole, numbers)


def _numbers(found: Comparison, shown: Shown) -> list[str]:
    scores = (row.images.get(shown.image) for row in found.trained)
    return [shown.place, shown.image, *("" if each is None else repr(each) for each in scores)]


def _row(found: Comparison, shown: Shown) -> Iterator[Figure]:
    yield from _figure(found.folder, shown.plain, "", f"{shown.image}, contrast stretched")
    yield from _figure(found.folder, shown.truth, "", f"the truth of {shown.image}")
    for row in found.trained:
        path = shown.networks.get(row.architecture)
        if path is not None and shown.image in row.images:
            score = f"{title(row.score)} {row.images[shown.image]:.3f}"
            words = f"{row.architecture} on {shown.image}: {score}, with its errors"
            yield from _figure(found.folder, path, score, words)


def _figure(folder: Path, name: str, said: str, words: str) -> Iterator[Figure]:
    """None where somebody has removed the file, or names one that is not the comparison's."""
    path = (folder / name).resolve()
    if path.is_file() and path.is_relative_to(folder.resolve()):
        yield Figure(said, words, path.read_bytes(), kind="png")
