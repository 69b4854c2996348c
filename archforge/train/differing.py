"""What differs between two trainings that should be the same, and by how much.

Two numbers are the same if they are the same bits; how far apart they are is said, not judged.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from archforge.build import load_saved
from archforge.errors import ProblemError
from archforge.files import read_mapping
from archforge.runs import Run
from archforge.train.history import read_history
from archforge.train.parts import stored_split
from archforge.train.replayed import Change, Distance, Replay

# Columns of a history that time has no part in.
FOLLOWED = ("loss", "score", "second", "rate")
Part = TypeVar("Part")


def differences(before: Run, after: Run) -> Replay:
    """Compare two runs with all that lies in their folders.

    Args:
        before: The first.
        after: The second, which should be its equal.
    """
    reasons: dict[str, str] = {}

    def part(name: str, compare: Callable[[Run, Run], Part]) -> Part | None:
        try:
            return compare(before, after)
        except _NotComparedError as error:
            reasons[name] = str(error)
            return None

    return Replay(
        before=before,
        after=after,
        environment=tuple(_environment(before, after)),
        inputs=tuple(_inputs(before, after)),
        scores=tuple(_changes(before.scores, after.scores, equal=True)),
        history=part("history", _histories) or {},
        weights=part("weights", _weights),
        images=part("images", _images),
        reasons=reasons,
    )


class _NotComparedError(Exception):
    """Why a part of two runs cannot be compared."""


def _read(read: Callable[[Path], Part], path: Path) -> Part:
    """What a file of a run holds; one that is gone is told apart from one that is damaged."""
    if not path.exists():
        raise _NotComparedError(f"a {path.name} is missing")
    if not path.is_file():  # a pipe would never end
        raise _NotComparedError(f"'{path}' is no file")
    try:
        return read(path)
    # A network that is damaged, or of layers that are not installed here, is a problem.
    except (OSError, ValueError, ProblemError) as error:
        raise _NotComparedError(f"'{path}' cannot be read") from error


def _environment(before: Run, after: Run) -> Iterator[Change]:
    yield from _changes(before.versions, after.versions)
    # Of records from before it was kept there is nothing to say.
    if before.machine and after.machine:
        yield from _changes(before.machine, after.machine)
    ours = {"logger": None}  # trackers are not told of a replay
    yield from _changes({**before.settings, **ours}, {**after.settings, **ours})


def _inputs(before: Run, after: Run) -> Iterator[Change]:
    names = ("fingerprint", "train", "validation", "test", "channels", "classes")
    told = [{f"data {name}": run.data.get(name) for name in names} for run in (before, after)]
    yield from _changes(*told)
    yield from _changes({"network": before.fingerprint}, {"network": after.fingerprint})
    rows = [set(stored_split(run).splitlines()) for run in (before, after)]
    if moved := rows[0] ^ rows[1]:
        yield Change("images in another part", 0, len({row.rpartition(",")[0] for row in moved}))


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], *, equal: bool = False
) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        pair = (before.get(name), after.get(name))
        if equal or pair[0] != pair[1]:
            yield Change(name, *pair)


def _histories(before: Run, after: Run) -> dict[str, Distance]:
    rows = [
        {f"{row['epoch']:.0f}": row for row in _read(read_history, run.history)}
        for run in (before, after)
    ]
    return {
        name: _distance(*({epoch: row[name] for epoch, row in part.items()} for part in rows))
        for name in FOLLOWED
    }


def _images(before: Run, after: Run) -> Distance:
    """Of the metrics that both have of an image; one of which they share none is not compared."""
    first, second = (_read(_rows, run.image_scores) for run in (before, after))
    shared = {
        name: _distance(*_both(first[name], second[name])) for name in first if name in second
    }
    parts = {name: part for name, part in shared.items() if part.of}
    alone = len(first.keys() ^ second.keys())
    if not parts and not alone:
        raise _NotComparedError("the two share no metric of an image")
    differing = {name: part for name, part in parts.items() if part.differ}
    name = max(differing, key=lambda name: differing[name].largest, default="")
    worst = differing.get(name, Distance(0))
    where = f"{worst.where} of {name}" if name else ""
    return Distance(len(parts), len(differing), worst.largest, where, alone=alone)


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = first.keys() & second.keys()
    return [{name: part[name] for name in first if name in names} for part in (first, second)]


def _rows(path: Path) -> dict[str, dict[str, float]]:
    def damaged(why: str) -> NoReturn:
        raise ValueError(why)

    try:
        return {
            str(row["id"]): {
                name: float(value) for name, value in row.items() if isinstance(value, int | float)
            }
            for row in read_mapping(path, damaged)["images"]
        }
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"'{path.name}' has no rows of images") from error


def _weights(before: Run, after: Run) -> Distance:
    return _distance(*(_read(_tensors, run.model) for run in (before, after)))


def _tensors(path: Path) -> dict[str, NDArray[Any]]:
    """By node and weight: the layers of two networks are paired by what the spec calls them."""
    return {
        f"{weight.name} of {layer.name}": np.asarray(weight.numpy())
        for layer in load_saved(path).layers
        for weight in layer.weights
    }


def _distance(before: Mapping[str, Any], after: Mapping[str, Any]) -> Distance:
    shared = [
        name for name in before if name in after and np.shape(before[name]) == np.shape(after[name])
    ]
    apart = {name: _apart(before[name], after[name]) for name in shared}
    differing = {name: far for name, far in apart.items() if far is not None}
    where = max(differing, key=lambda name: differing[name], default="")
    return Distance(
        of=len(shared),
        differ=len(differing),
        largest=differing.get(where, 0.0),
        where=where,
        first=next(iter(differing), ""),
        alone=len({*before, *after}) - len(shared),
    )


def _apart(before: Any, after: Any) -> float | None:
    """The largest absolute difference; ``None`` of what has the same bits."""
    first, second = np.asarray(before), np.asarray(after)
    if first.tobytes() == second.tobytes():
        return None
    far = np.abs(first.astype(np.float64) - second.astype(np.float64))
    return float(np.nan_to_num(far).max(initial=0.0))
