"""Hyperparameters that follow from the data."""

from collections.abc import Mapping
from typing import Any

from archforge.data import Dataset
from archforge.spec import Spec
from archforge.train.settings import Settings

# Background, inside and border of objects.
BORDERED = 3


def learned_classes(settings: Settings, dataset: Dataset) -> int:
    """The classes that a network tells apart: those of the masks, or the parts of objects."""
    return BORDERED if settings.target == "instances" else dataset.classes


def adapt(
    spec: Spec, given: Mapping[str, Any], dataset: Dataset, settings: Settings | None = None
) -> tuple[dict[str, Any], list[str]]:
    """Set ``channels`` and ``classes`` from the data, where the spec has them, unless given.

    A preset is a default, so the data comes before it (rule 14 of the language).

    Args:
        spec: Whose hyperparameters are looked at.
        given: Fixed values; they stay.
        dataset: The data.
        settings: Of the training: what is learned.

    Returns:
        The fixed values with what was set, and sentences that say so.
    """
    classes = learned_classes(settings or Settings(), dataset)
    found = {"channels": dataset.channels, "classes": classes}
    new = {
        name: value
        for name, value in found.items()
        if name in spec.hyperparameters and name not in given
    }
    if not new:
        return dict(given), []
    values = ", ".join(f"{name} = {value}" for name, value in new.items())
    return {**given, **new}, [f"{values} from the data"]
