"""What the images of a run call their classes."""

from collections.abc import Sequence

from archforge.runs.record import Run


def class_name(index: int, names: Sequence[str]) -> str:
    """As the images call it, else its number."""
    return names[index] if index < len(names) else f"class {index}"


def all_names(classes: int, names: Sequence[str]) -> list[str]:
    """Those of several classes, in order; none where there is one alone."""
    return [class_name(index, names) for index in range(classes if classes > 1 else 0)]


def names_of(run: Run) -> list[str]:
    """Those of its classes; none where nobody has named them."""
    names = run.data.get("names")
    return [str(name) for name in names] if isinstance(names, list) else []
