"""Trials as text: the table that a search prints, and ``trials.csv``."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from archforge.runs.study import BEST
from archforge.search.measures import Goal, amount
from archforge.search.records import Study, Trial

TABLE = "trials.csv"


def table_text(study: Study) -> str:
    """Every trial as a line of CSV, with a column for each value that any of them has."""
    rows, goals = study.trials, study.goals
    keys = value_keys(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [*_FIRST, *(goal.title for goal in goals), *_THEN]
    writer.writerow([*columns, *keys, "message"])
    for each in rows:
        facts = (
            each.number,
            each.state,
            each.kind,
            *(map(repr, each.goals) if each.goals else [""] * len(goals)),
            len(each.epochs) or "",  # of several goals Optuna is told no epochs
            each.parameters or "",
            each.macs or "",
            f"{each.seconds:.1f}",
            each.fingerprint,
            "" if each.twin is None else each.twin,
        )
        values = [each.values.get(key, "") for key in keys]
        writer.writerow([*facts, *values, each.message])
    return text.getvalue()


_FIRST = ("trial", "state", "kind")
# Of a cost that is a goal, the column of the goal says the same number once more.
_THEN = ("epochs", "parameters", "macs", "seconds", "fingerprint", "twin")


def value_keys(trials: Iterable[Trial]) -> list[str]:
    """Keys of all values that were drawn, in the order of the first trial that has them."""
    return list(dict.fromkeys(key for each in trials for key in each.values))


def values_words(trial: Trial) -> str:
    """What was drawn, families as lists: ``filters=16, dropout=[0.1, 0.2]``."""
    shown: dict[str, list[Any]] = {}
    for key, value in trial.values.items():
        shown.setdefault(key.partition("@")[0], []).append(_short(value))
    return ", ".join(f"{name}={_members(trial, name, found)}" for name, found in shown.items())


def _members(trial: Trial, name: str, found: list[Any]) -> str:
    if f"{name}@0" in trial.values or len(found) > 1:
        return f"[{', '.join(found)}]"
    return str(found[0])


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def table_rows(study: Study, most: int = 10) -> Iterator[tuple[str, ...]]:
    """The best trials as rows of text, with a header; of several goals, those on the front."""
    goals = [goal for goal in study.goals if goal.name not in {"parameters", "macs"}]
    titles = [goal.title for goal in goals]
    yield ("rank", "trial", *titles, "parameters", "MACs", "seconds", "hyperparameters")
    trials = study.ranked if len(study.goals) == 1 else study.front
    for rank, each in enumerate(trials[:most], start=1):
        values = dict(zip(study.goals, each.goals, strict=True))
        yield (
            str(rank),
            str(each.number),
            *(goal_words(goal, values[goal]) for goal in goals),
            f"{each.parameters:,}",
            f"{each.macs:,}",
            f"{each.seconds:.0f}",
            values_words(each),
        )


def goal_words(goal: Goal, value: float) -> str:
    """A score with four places, a cost as people read it."""
    return f"{value:.4f}" if goal.is_score else amount(goal.name, value)


def folder_words(study: Study) -> list[str]:
    """Where things lie."""
    where = study.folder
    lines = [f"study      {where}", f"trials     {where / TABLE}"]
    if study.best is not None:
        lines.append(f"best spec  {where / BEST}")
        lines.append(f"best run   {study.best.folder}")
    if study.pictures:
        names = ", ".join(path.name for path in study.pictures)
        lines.append(f"pictures   {study.pictures[0].parent}: {names}")
    return lines
