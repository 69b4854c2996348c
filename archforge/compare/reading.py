"""A comparison as its folder keeps it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import isfinite
from pathlib import Path
from types import UnionType
from typing import Any, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from archforge.compare.ranking import several_of
from archforge.compare.records import Comparison, Pair, Several, Shown
from archforge.compare.rows import Failed, Row, Speed, Training
from archforge.compare.writing import FORMAT, RECORD, SEVERAL
from archforge.errors import Mark, refuse
from archforge.files import read_mapping

Kind = TypeVar("Kind", Training, Failed, Pair, Shown)
_PLAIN: Mapping[Any, Any] = {float: (int, float), int: int, str: str, type(None): type(None)}


def read_comparison(folder: Path) -> tuple[Comparison, dict[str, Any]]:
    """The comparison in a folder, and its whole record.

    Raises:
        ProblemError: There is none, it has not ended yet, its record is damaged or of a later
            version.
    """
    path = Path(folder) / RECORD
    facts = _facts(path)
    if "rows" not in facts and "identity" in facts:
        refuse(
            "AF624",
            f"the comparison in '{path.parent}' has not ended yet",
            mark=Mark(str(path)),
            why="its table is written when all trainings are done",
            fix="go on with it: the command that made it",
        )
    try:
        return _comparison(path.parent, facts), facts
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        _refuse(path, f"{type(error).__name__}: {error}")


def read_several(folder: Path) -> tuple[Several, dict[str, Any]]:
    """The comparisons of several data sets in a folder, ranked as they stand now, and its record.

    Raises:
        ProblemError: As ``read_comparison``.
    """
    path = Path(folder) / SEVERAL
    facts = _facts(path)
    names = facts.get("data")
    if not isinstance(names, list) or not names:
        _refuse(path, "it names no data sets")
    for name in names:
        # Each is a folder beside it, and nothing elsewhere.
        if not isinstance(name, str) or name in {"", ".."} or Path(name).name != name:
            _refuse(path, f"{name!r} is no name of a folder beside it")
    return several_of(
        path.parent, [read_comparison(path.parent / each)[0] for each in names]
    ), facts


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = read_mapping(path, partial(_refuse, path))
    except FileNotFoundError:
        refuse(
            "AF624",
            f"there is no comparison in '{path.parent}'",
            mark=Mark(str(path.parent)),
            why=f"a comparison's folder holds {path.name}",
            fix="give the folder that `archforge compare` named",
        )
    if isinstance(facts.get("format"), int) and facts["format"] > FORMAT:
        _refuse(path, f"it has format {facts['format']}, this version reads {FORMAT}")
    return facts


def _comparison(folder: Path, facts: Mapping[str, Any]) -> Comparison:
    rows = tuple(_row(folder, facts, each) for each in facts["rows"])
    if len({row.architecture for row in rows}) < len(rows):
        raise ValueError("two networks have one name")
    identity = facts.get("identity")
    return Comparison(
        folder=folder, data=str(facts["data"]), score=str(facts["score"]), part=str(facts["part"]),
        folds=facts["folds"], seeds=int(facts["seeds"]), rows=rows,
        fingerprint=str(identity.get("data", "")) if isinstance(identity, dict) else "",
        pairs=tuple(_pair(each) for each in facts["pairs"]),
        notes=tuple(str(note) for note in facts["notes"]),
        shown=tuple(_shown(each) for each in facts.get("shown", ())),
        groups=dict(facts.get("groups", {})),
    )  # fmt: skip


def _row(folder: Path, facts: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    name = str(row["architecture"])
    trainings = facts["trainings"].get(name, ())
    found = Row(
        architecture=name, score=str(facts["score"]), same=tuple(row["same_network_as"]),
        trainings=tuple(
            replace(_typed(Training, each), run=_place(folder, each["run"]))
            for each in trainings
        ),
        failed=tuple(_typed(Failed, each) for each in row["failed"]),
        floor=dict(facts["floors"].get(name, {})), parameters=int(row["parameters"]),
        macs=int(row["macs"]), activation_bytes=int(row["activation_bytes"]),
        speeds=tuple(_speed(each) for each in row["predict"]),
        timed_on=_machine(row.get("timed_on", {})),
        fingerprint=str(row["fingerprint"]), groups=dict(facts.get("groups", {})),
    )  # fmt: skip
    if not all(each.images for each in found.trainings) or not isfinite(found.mean):
        raise ValueError(f"the score of '{name}' is no number")
    return found


def _pair(facts: Mapping[str, Any]) -> Pair:
    return _typed(Pair, {"groups": facts["images"], **facts})  # older ones had no groups


def _shown(facts: Mapping[str, Any]) -> Shown:
    answers = facts.get("answers", {}).items()
    said = {str(name): (str(each[0]), float(each[1])) for name, each in answers}
    means = {str(name): float(each) for name, each in facts.get("means", {}).items()}
    networks = {str(name): str(file) for name, file in facts.get("networks", {}).items()}
    classes = [*map(str, facts.get("classes", ()))]
    return replace(
        _typed(Shown, facts), networks=networks, answers=said, means=means, classes=classes
    )


def _machine(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of it, where it is what it says."""
    kinds = {"processor": str, "threads": int, "gpus": list}
    return {name: facts[name] for name, kind in kinds.items() if isinstance(facts.get(name), kind)}


def _speed(facts: Mapping[str, Any]) -> Speed:
    joules = facts.get("joules")
    return Speed(
        int(facts["batch"]), float(facts["median_ms"]), float(facts["p95_ms"]),
        None if joules is None else float(joules),
    )  # fmt: skip


def _place(folder: Path, run: str) -> Path:
    """A run of the comparison's own, also where the record names it from elsewhere."""
    places = (folder / run, folder / "runs" / Path(run).name)
    return next((place for place in places if place.is_dir()), places[0])


def _typed(kind: type[Kind], facts: Mapping[str, Any]) -> Kind:
    """A record of its fields; those that are numbers or text must be so, and finite."""
    wanted = get_type_hints(kind)
    known = {name: facts[name] for name in wanted if name in facts}
    for name, value in known.items():
        if not _fits(value, wanted[name]):
            raise ValueError(f"'{name}' is {value!r}"[:80])
    return kind(**known)


def _fits(value: Any, hint: Any) -> bool:
    """Whether it is of the kind; what is neither number nor text is looked at by who reads it."""
    kinds = [_PLAIN[each] for each in get_args(hint) or [hint] if each in _PLAIN]
    if get_origin(hint) not in {None, UnionType} or not kinds:
        return True
    if isinstance(value, float) and not isfinite(value):
        return False
    return not isinstance(value, bool) and any(isinstance(value, each) for each in kinds)


def _refuse(path: Path, why: str) -> NoReturn:
    refuse(
        "AF624",
        f"the record '{path.name}' of the comparison is damaged",
        mark=Mark(str(path)),
        why=why,
        fix="give the command that made it once more: finished trainings are kept",
    )
