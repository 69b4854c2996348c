"""How a result was made: what a reader needs to make it again, from the records of its runs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archforge.analysis.draw import draw_svg
from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.report.page import Figure, Table
from archforge.runs import Run
from archforge.train.history import read_history

# Digits of a fingerprint that a person compares.
DIGITS = 12
# What is validated after each epoch, whatever networks are ranked by.
LEARNED = {"segmentation": "Dice", "classification": "accuracy"}


def how_it_was_made(runs: list[Run]) -> Iterator[Table]:
    """Images, settings, software and machine: what all runs share, and what they do not."""
    yield Table("Images", ["fact", "value"], list(_data(runs)))
    settings = [run.settings for run in runs]
    yield Table("Recipe", ["setting", "value"], list(_shared(settings)))
    yield Table("Software and machine", ["what", "value"], [
        *_shared([run.versions for run in runs]),
        *_shared([run.machine for run in runs]),
    ])  # fmt: skip


def _data(runs: list[Run]) -> Iterator[tuple[str, str]]:
    data = runs[0].data
    yield "folder", Path(str(data.get("folder", ""))).name
    yield "fingerprint of the files", str(data.get("fingerprint", ""))
    options = [dict(run.data.get("options") or {}) for run in runs]
    for part in ("train", "validation", "test"):
        counts = sorted({int(run.data.get(part, 0)) for run in runs})
        yield f"{part} images", " or ".join(map(str, counts))
    yield "channels", str(data.get("channels", ""))
    yield "classes", str(data.get("classes", ""))
    yield from _shared([{key: value for key, value in each.items() if value is not None}
                        for each in options])  # fmt: skip
    yield "seeds of the trainings", ", ".join(map(str, sorted({run.seed for run in runs})))


def _shared(parts: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    names = dict.fromkeys(name for each in parts for name in each)
    for name in names:
        values = list(dict.fromkeys(worded(each.get(name)) for each in parts))
        if name != "seed":
            yield name.replace("_", " "), " or ".join(values)


def worded(value: Any) -> str:
    """A value as a person writes it."""
    if value is None or value == "":
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {worded(one)}" for key, one in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(worded, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def learned(run: Run, what: str = "score") -> list[float]:
    """The validation score after each epoch; none where the history was lost or damaged.

    Args:
        run: Whose.
        what: Another column of its history, such as ``loss``.
    """
    try:
        return [row[what] for row in read_history(run.history)]
    except (OSError, LookupError, TypeError, ValueError):
        return []


def network_figure(run: Run, name: str, words: str = "") -> Figure | None:
    """The picture of a run's network; none where its spec builds no more."""
    try:
        read = read_architecture(str(run.spec))
        graph = read.graph(read.known(run.preset), run.fixed)
    except ProblemError:
        return None
    words += (
        f"{len(list(graph))} nodes from {_sides(run)}, {run.parameters:,} parameters, "
        f"{run.macs:,} MACs for one image; fingerprint {run.fingerprint[:DIGITS]}."
    )
    return Figure(f"The network {name}", words, draw_svg(graph).encode())


def picture_in(folder: Path, name: str, title: str, words: str) -> Iterator[Figure]:
    """A picture that lies in a folder; none where somebody has removed it.

    None either where it is elsewhere: a folder from a stranger must not show other files.
    """
    path = (folder / name).resolve()
    if path.is_file() and path.is_relative_to(folder.resolve()):
        yield Figure(title, words, path.read_bytes(), kind="png")


def _sides(run: Run) -> str:
    sides = [*run.network.get("size", ()), run.network.get("channels", "")]
    return " x ".join(str(side) for side in sides if side != "")
