"""The scores of a run as tables: of the images that it was validated on, and of test images."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from archforge.compare.writing import title
from archforge.files import read_json
from archforge.metrics.table import class_of
from archforge.report.page import Table
from archforge.runs import Run
from archforge.runs.class_names import class_name, names_of

OTSU = "Otsu's threshold"


@dataclass(frozen=True)
class Scores:
    """What a run scored on one part of its images.

    Args:
        part: ``validation`` or ``test``.
        values: By metric.
        intervals: In which they lie with a probability of 95 %, of those where that is known.
        floor: Those of Otsu's threshold on the same images, where it has any.
    """

    part: str
    values: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    floor: Mapping[str, float] = field(default_factory=dict)


def validated(run: Run) -> Scores:
    """Those of the record; none of a training that has not ended."""
    return Scores("validation", run.scores, run.intervals, run.baseline)


def tested(run: Run) -> Scores:
    """Those of the test images, where somebody has scored them; damaged ones are not shown."""
    try:
        found = read_json(run.test_scores)
        values = {str(name): float(value) for name, value in found["scores"].items()}
        ends = found.get("intervals", {})
        intervals = {str(name): (float(low), float(high)) for name, (low, high) in ends.items()}
    except (OSError, AttributeError, LookupError, TypeError, ValueError, OverflowError):
        return Scores("test", {})
    return Scores("test", values, intervals)


def score_words(found: Scores, name: str, images: object) -> str:
    """One of the scores in a sentence.

    Args:
        found: All of them.
        name: Of the metric.
        images: How many there are.
    """
    words = f"{title(name)} {found.values[name]:.4f} on {images} {found.part} images"
    if name not in found.intervals:
        return f"{words}."
    low, high = found.intervals[name]
    return f"{words} (95 % interval {low:.4f} to {high:.4f}, images drawn anew)."


def score_table(run: Run, found: Scores) -> Iterator[Table]:
    """Every metric with its interval, beside Otsu's threshold where that has any."""
    if not found.values:
        return
    names = names_of(run)
    beside = [OTSU] if found.floor else []
    rows, numbers = [], [["metric", "value", "low", "high", *("otsu" for _ in beside)]]
    for name, value in found.values.items():
        ends = found.intervals.get(name)
        floors = [found.floor.get(name) for _ in beside]
        rows.append([
            metric_name(name, names),
            f"{value:.4f}",
            "-" if ends is None else f"{ends[0]:.4f} to {ends[1]:.4f}",
            *("-" if floor is None else f"{floor:.4f}" for floor in floors),
        ])  # fmt: skip
        numbers.append([name, repr(value), *(("", "") if ends is None else map(repr, ends)),
                        *("" if floor is None else repr(floor) for floor in floors)])  # fmt: skip
    header = ["metric", "value", "95 % interval", *beside]
    yield Table(f"Scores of the {found.part} images", header, rows, numbers)


def metric_name(name: str, names: Sequence[str]) -> str:
    """A metric as people write it: of one class alone with what the images call the class.

    Args:
        name: Such as ``dice``, or ``iou_class_2_pooled``.
        names: Of the classes.
    """
    index = class_of(name)
    kind = title(name if index is None else name.partition("_class_")[0])
    said = kind if index is None else f"{kind} of {class_name(index, names)}"
    return f"{said} ({name})" if name.endswith("_pooled") else said
