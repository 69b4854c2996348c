"""Hyperparameters that follow from the data."""

from collections.abc import Mapping
from typing import Any

from archforge.data import Summary
from archforge.spec import Spec

FROM_DATA = ("channels", "classes")


def adapt(
    spec: Spec, given: Mapping[str, Any], summary: Summary
) -> tuple[dict[str, Any], list[str]]:
    """Set ``channels`` and ``classes`` from the data, where the spec has them, unless given.

    A preset is a default, so the data comes before it (rule 14 of the language).

    Args:
        spec: Whose hyperparameters are looked at.
        given: Fixed values; they stay.
        summary: Of the folder.

    Returns:
        The fixed values with what was set, and sentences that say so.
    """
    found: dict[str, int] = {"channels": summary.channels, "classes": summary.classes}
    new = {
        name: found[name]
        for name in FROM_DATA
        if name in spec.hyperparameters and name not in given
    }
    if not new:
        return dict(given), []
    values = ", ".join(f"{name} = {value}" for name, value in new.items())
    return {**given, **new}, [f"{values} from the data"]
