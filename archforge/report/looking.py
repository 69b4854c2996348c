"""The images of a comparison that are looked at: the best, the median and the worst."""

from collections.abc import Iterator
from statistics import fmean

from archforge.compare.records import Comparison, Shown
from archforge.compare.rows import Row
from archforge.compare.writing import title
from archforge.report.making import picture_in
from archforge.report.page import Figure, Sheet
from archforge.train.colours import colour_of, colour_word

ONE_CLASS = (
    "Orange is missed, blue is too much, vermilion is taken for another class; white is the "
    "outline of the truth."
)
CLASSES = (
    "Colours are classes: those of the truth, and those that networks took the image for, with "
    "stripes where they are wrong; white is the outline of the truth, and the first class is left "
    "as the image is."
)
MEAN, SURE = ", mean over its trainings", "probability of the truth"
FIRST = "Of several trainings, what is shown is of the first that was scored on the image."


def sheet_of(found: Comparison) -> Iterator[Sheet]:
    """Image, truth and every network's prediction, a row for each; none where none were drawn."""
    if any(each.answers for each in found.shown):
        yield from _answers(found)
        return
    rows = [(f"{each.place}: {each.image}", list(_row(found, each))) for each in found.shown]
    whole = [(name, figures) for name, figures in rows if any(figures)]
    if whole:
        names = [row.architecture for row in found.trained]
        classes = found.shown[0].classes
        words = _with_first(found, CLASSES if classes else ONE_CLASS)
        numbers = [
            ["place", "image", *(f"{name}{what}" for name in names for what in ("", MEAN))],
            *(_numbers(found, each) for each in found.shown),
        ]
        columns = ["image", "as it is", "truth", *names]
        legend = [(colour_of(index), f"{name} ({colour_word(index)})")
                  for index, name in enumerate(classes)]  # fmt: skip
        yield Sheet("Predictions with their errors", words, columns, whole, numbers, legend)


def _with_first(found: Comparison, words: str) -> str:
    several = any(len(row.scored_on(each.image)) > 1 for row in found.trained
                  for each in found.shown)  # fmt: skip
    return f"{words} {FIRST}" if several else words


def _answers(found: Comparison) -> Iterator[Sheet]:
    """Each image with its class, and what networks took it for."""
    rows = [
        (_words(found, each),
         list(picture_in(found.folder, each.plain, "", f"{each.image}, contrast stretched")))
        for each in found.shown
    ]  # fmt: skip
    whole = [(name, figures) for name, figures in rows if figures]
    if whole:
        trained = found.trained
        numbers = [
            ["place", "image", "truth", *(f"{row.architecture} {what}" for row in trained
                                          for what in ("said", SURE, f"{SURE}{MEAN}"))],
            *([each.place, each.image, each.truth,
               *(one for row in trained for one in _said(each, row))] for each in found.shown),
        ]  # fmt: skip
        words = _with_first(
            found,
            "By the mean probability that networks gave to the true class; contrast stretched.",
        )
        yield Sheet("Images and answers", words, ["image", "as it is"], whole, numbers)


def _said(shown: Shown, row: Row) -> tuple[str, str, str]:
    if row.architecture not in shown.answers:
        return "", "", ""
    answer, _ = shown.answers[row.architecture]
    own, mean = _sure(shown, row)
    return answer, "" if own is None else repr(own), repr(mean)


def _sure(shown: Shown, row: Row) -> tuple[float | None, float]:
    """The probability of the true class, of the training that is shown and the mean over all.

    Older records have the mean alone.
    """
    _, probability = shown.answers[row.architecture]
    if row.architecture in shown.means:
        return probability, shown.means[row.architecture]
    return probability if len(row.scored_on(shown.image)) < 2 else None, probability


def _words(found: Comparison, shown: Shown) -> str:
    """Who was right, and what the others took it for."""
    rows = [row for row in found.trained if row.architecture in shown.answers]
    wrong = [row for row in rows if shown.answers[row.architecture][0] != shown.truth]
    said = "".join(f"; {_mistake(shown, row)}" for row in wrong)
    return (
        f"{shown.place}: {shown.image}, truly {shown.truth}: {len(rows) - len(wrong)} of "
        f"{len(rows)} right{said}"
    )


def _mistake(shown: Shown, row: Row) -> str:
    own, mean = _sure(shown, row)
    answer, _ = shown.answers[row.architecture]
    count = len(row.scored_on(shown.image))
    return f"{row.architecture} said {answer}, {SURE} {_with_mean(own, mean, count, 2)}"


def _with_mean(own: float | None, mean: float, count: int, digits: int) -> str:
    """A number of the training that is shown, and the mean over all where there are several."""
    if own is None:
        return f"{mean:.{digits}f} (mean of {count})"
    if count < 2:
        return f"{own:.{digits}f}"
    return f"{own:.{digits}f} (mean of {count}: {mean:.{digits}f})"


def _numbers(found: Comparison, shown: Shown) -> list[str]:
    line = [shown.place, shown.image]
    for row in found.trained:
        values = [each.images[shown.image] for each in row.scored_on(shown.image)]
        line += [repr(values[0]), repr(fmean(values))] if values else ["", ""]
    return line


def _row(found: Comparison, shown: Shown) -> Iterator[Figure | None]:
    """One for each column; what is not there leaves its place empty."""
    yield _picture(found, shown.plain, "", f"{shown.image}, contrast stretched")
    yield _picture(found, shown.truth, "", f"the truth of {shown.image}")
    for row in found.trained:
        path = shown.networks.get(row.architecture)
        values = [each.images[shown.image] for each in row.scored_on(shown.image)]
        if path is None or not values:
            yield None
            continue
        score = f"{title(row.score)} {_with_mean(values[0], fmean(values), len(values), 3)}"
        words = f"{row.architecture} on {shown.image}: {score}, with its errors"
        yield _picture(found, path, score, words)


def _picture(found: Comparison, path: str, score: str, words: str) -> Figure | None:
    return next(picture_in(found.folder, path, score, words), None)
