"""A comparison as its folder keeps it."""

import json
from collections.abc import Mapping
from dataclasses import fields
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from archforge.compare.records import Comparison, Failed, Pair, Row, Shown, Speed, Training
from archforge.compare.writing import FORMAT, RECORD
from archforge.errors import Mark, refuse


def read_comparison(folder: Path) -> tuple[Comparison, dict[str, Any]]:
    """The comparison in a folder, and its whole record.

    Raises:
        ProblemError: There is none, it has not ended yet, its record is damaged or of a later
            version.
    """
    path = Path(folder) / RECORD
    try:
        facts = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        refuse(
            "AF624",
            f"there is no comparison in '{path.parent}'",
            mark=Mark(str(path.parent)),
            why=f"a comparison's folder holds {RECORD}",
            fix="give the folder that `archforge compare` named",
        )
    except (OSError, ValueError) as error:
        _refuse(path, str(getattr(error, "strerror", None) or error))
    if not isinstance(facts, dict):
        _refuse(path, "it is not a mapping")
    if "rows" not in facts and "identity" in facts:
        refuse(
            "AF624",
            f"the comparison in '{path.parent}' has not ended yet",
            mark=Mark(str(path)),
            why="its table is written when all trainings are done",
            fix="go on with it: the command that made it",
        )
    if isinstance(facts.get("format"), int) and facts["format"] > FORMAT:
        _refuse(path, f"it has format {facts['format']}, this version reads {FORMAT}")
    try:
        return _comparison(path.parent, facts), facts
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        _refuse(path, f"{type(error).__name__}: {error}")


def _comparison(folder: Path, facts: Mapping[str, Any]) -> Comparison:
    return Comparison(
        folder=folder, data=str(facts["data"]), score=str(facts["score"]), part=str(facts["part"]),
        folds=facts["folds"], seeds=int(facts["seeds"]),
        rows=tuple(_row(folder, facts, each) for each in facts["rows"]),
        pairs=tuple(Pair(**_known(Pair, each)) for each in facts["pairs"]),
        notes=tuple(str(note) for note in facts["notes"]),
        shown=tuple(Shown(**_known(Shown, each)) for each in facts.get("shown", ())),
    )  # fmt: skip


def _row(folder: Path, facts: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    name = str(row["architecture"])
    trainings = facts["trainings"].get(name, ())
    found = Row(
        architecture=name, score=str(facts["score"]), same=tuple(row["same_network_as"]),
        trainings=tuple(
            Training(**{**_known(Training, each), "run": _place(folder, each["run"])})
            for each in trainings
        ),
        failed=tuple(Failed(**_known(Failed, each)) for each in row["failed"]),
        floor=dict(facts["floors"].get(name, {})), parameters=int(row["parameters"]),
        macs=int(row["macs"]), activation_bytes=int(row["activation_bytes"]),
        speeds=tuple(Speed(**_known(Speed, each)) for each in row["predict"]),
        fingerprint=str(row["fingerprint"]),
    )  # fmt: skip
    if not all(each.images for each in found.trainings) or not isfinite(found.mean):
        raise ValueError(f"the score of '{name}' is no number")
    return found


def _place(folder: Path, run: str) -> Path:
    """A run of the comparison's own, also where the record names it from elsewhere."""
    places = (folder / run, folder / "runs" / Path(run).name)
    return next((place for place in places if place.is_dir()), places[0])


def _known(kind: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in facts.items() if name in names}


def _refuse(path: Path, why: str) -> NoReturn:
    refuse(
        "AF624",
        f"the record '{path.name}' of the comparison is damaged",
        mark=Mark(str(path)),
        why=why,
        fix="give the command that made it once more: finished trainings are kept",
    )
