"""How a result was made: what a reader needs to make it again, from the records of its runs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archforge.analysis.draw import compose, write_svg
from archforge.catalog import read_architecture
from archforge.errors import ProblemError
from archforge.files import check_regular
from archforge.report.page import Figure, Table
from archforge.runs import Run
from archforge.train.history import read_history

# Digits of a fingerprint that a person compares.
DIGITS = 12
# What is validated after each epoch, whatever networks are ranked by.
LEARNED = {"segmentation": "Dice", "classification": "accuracy"}


def how_it_was_made(runs: Sequence[Run], names: Sequence[str] = ()) -> Iterator[Table]:
    """Images, settings, software and machine: what all runs share, and what they do not.

    Args:
        runs: At least one.
        names: Of the network of each, where there are several.
    """
    yield Table("Images", ["fact", "value"], list(_data(runs)))
    settings = [run.settings for run in runs]
    yield Table("Recipe", ["setting", "value"], list(_shared(settings, names)))
    yield Table("Software and machine", ["what", "value"], [
        *_shared([run.versions for run in runs]),
        *_shared([run.machine for run in runs]),
    ])  # fmt: skip


def as_recorded(facts: Mapping[str, Any]) -> Iterator[Table]:
    """The same from the record of a whole, where its runs are not there.

    Args:
        facts: ``folder``, the fingerprint of the ``data``, ``options``, ``settings``, ``seed`` and
            ``versions``, as far as they are known.
    """
    options = facts.get("options") or {}
    images = [("folder", Path(str(facts["folder"])).name)] if facts.get("folder") else []
    images.append(("fingerprint of the files", str(facts.get("data") or "")))
    images += _shared([{name: value for name, value in options.items() if value is not None}])
    yield Table("Images", ["fact", "value"], images)
    recipe = list(_shared([facts.get("settings") or {}]))
    seed = facts.get("seed", (facts.get("settings") or {}).get("seed"))
    recipe += [] if seed is None else [("seed", str(seed))]
    if recipe:
        yield Table("Recipe", ["setting", "value"], recipe)
    if facts.get("versions"):
        yield Table("Software", ["what", "value"], list(_shared([facts["versions"]])))


def _data(runs: Sequence[Run]) -> Iterator[tuple[str, str]]:
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


def _shared(
    parts: Sequence[Mapping[str, Any]], owners: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    """Each fact once: its value, or its values with whose they are."""
    names = dict.fromkeys(name for each in parts for name in each if name != "seed")
    for name in names:
        values = [worded(each.get(name)) for each in parts]
        yield name.replace("_", " "), _all_of(values, owners)


def _all_of(values: Sequence[str], owners: Sequence[str]) -> str:
    whose: dict[str, dict[str, None]] = {}
    for value, owner in zip(values, owners or values, strict=True):
        whose.setdefault(value, {})[owner] = None
    if not owners or len(whose) == 1:
        return " or ".join(whose)
    return "; ".join(f"{value} ({', '.join(names)})" for value, names in whose.items())


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
        check_regular(run.history)
        return [row[what] for row in read_history(run.history)]
    except (OSError, LookupError, TypeError, ValueError):
        return []


def network_figure(run: Run, name: str, words: str = "") -> Figure | None:
    """The picture of a run's network; none where its spec builds no more."""
    try:
        check_regular(run.spec)
        read = read_architecture(str(run.spec))
        graph = read.graph(read.known(run.preset), run.fixed)
    except (OSError, ProblemError):
        return None
    words += (
        f"{len(list(graph))} nodes from {_sides(run)}, {run.parameters:,} parameters, "
        f"{run.macs:,} MACs for one image; fingerprint {run.fingerprint[:DIGITS]}."
    )
    scene = compose(graph)
    drawn = write_svg(scene).encode()
    return Figure(f"The network {name}", words, drawn, details=scene.description)


def picture_in(folder: Path, name: str, title: str, words: str) -> Iterator[Figure]:
    """A picture that lies in a folder; none where somebody has removed it.

    None either where it is elsewhere: a folder from a stranger must not show other files.
    """
    try:
        path = (folder / name).resolve()
        check_regular(path)
        content = path.read_bytes() if path.is_relative_to(folder.resolve()) else b""
    except (OSError, ValueError, RuntimeError):  # no such name, or a link that leads to itself
        return
    if content:
        yield Figure(title, words, content, kind="png")


def _sides(run: Run) -> str:
    sides = [*run.network.get("size", ()), run.network.get("channels", "")]
    return " x ".join(str(side) for side in sides if side != "")
