"""The images of a comparison that are looked at: the best, the median and the worst."""

from collections.abc import Iterator

from archforge.compare.records import Comparison, Shown
from archforge.compare.writing import title
from archforge.report.making import picture_in
from archforge.report.page import Figure, Sheet


def sheet_of(found: Comparison) -> Iterator[Sheet]:
    """Image, truth and every network's prediction, a row for each; none where none were drawn."""
    if any(each.answers for each in found.shown):
        yield from _answers(found)
        return
    rows = [(f"{each.place}: {each.image}", list(_row(found, each))) for each in found.shown]
    whole = [(name, figures) for name, figures in rows if any(figures)]
    if whole:
        names = [row.architecture for row in found.trained]
        words = (
            "Orange is missed, blue is too much, vermilion is taken for another class; white is "
            "the outline of the truth."
        )
        numbers = [["place", "image", *names], *(_numbers(found, each) for each in found.shown)]
        columns = ["image", "as it is", "truth", *names]
        yield Sheet("Predictions with their errors", words, columns, whole, numbers)


def _answers(found: Comparison) -> Iterator[Sheet]:
    """Each image with its class, and what networks took it for."""
    rows = [
        (_words(each),
         list(picture_in(found.folder, each.plain, "", f"{each.image}, contrast stretched")))
        for each in found.shown
    ]  # fmt: skip
    whole = [(name, figures) for name, figures in rows if figures]
    if whole:
        names = list(found.shown[0].answers)
        numbers = [
            ["place", "image", "truth", *(f"{name} {what}" for name in names
                                          for what in ("said", "probability of the truth"))],
            *([each.place, each.image, each.truth,
               *(one for name in names for one in _said(each, name))] for each in found.shown),
        ]  # fmt: skip
        words = "By the mean probability that networks gave to the true class; contrast stretched."
        yield Sheet("Images and answers", words, ["image", "as it is"], whole, numbers)


def _said(shown: Shown, name: str) -> tuple[str, str]:
    answer, probability = shown.answers[name]
    return answer, repr(probability)


def _words(shown: Shown) -> str:
    """Who was right, and what the others took it for."""
    wrong = [f"{name} said {answer}" for name, (answer, _) in shown.answers.items()
             if answer != shown.truth]  # fmt: skip
    right = len(shown.answers) - len(wrong)
    said = f"; {', '.join(wrong)}" if wrong else ""
    return (
        f"{shown.place}: {shown.image}, truly {shown.truth}: {right} of {len(shown.answers)} "
        f"right{said}"
    )


def _numbers(found: Comparison, shown: Shown) -> list[str]:
    scores = (row.images.get(shown.image) for row in found.trained)
    return [shown.place, shown.image, *("" if each is None else repr(each) for each in scores)]


def _row(found: Comparison, shown: Shown) -> Iterator[Figure | None]:
    """One for each column; what is not there leaves its place empty."""
    yield _picture(found, shown.plain, "", f"{shown.image}, contrast stretched")
    yield _picture(found, shown.truth, "", f"the truth of {shown.image}")
    for row in found.trained:
        path = shown.networks.get(row.architecture)
        if path is None or shown.image not in row.images:
            yield None
            continue
        score = f"{title(row.score)} {row.images[shown.image]:.3f}"
        words = f"{row.architecture} on {shown.image}: {score}, with its errors"
        yield _picture(found, path, score, words)


def _picture(found: Comparison, path: str, score: str, words: str) -> Figure | None:
    return next(picture_in(found.folder, path, score, words), None)
