"""Which of many runs: conditions and orders on the names of what a record keeps.

A name is a metric, a hyperparameter, a setting of the training (``learning_rate``, or
``train.learning_rate`` where a hyperparameter has the same name) or one of ``FACTS``. Conditions
are taken apart by one regular expression; nothing in them is evaluated.
"""

import json
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard

from archforge.errors import Problem, ProblemError, did_you_mean, refuse
from archforge.runs.record import Run

FACTS = (
    "parameters", "macs", "epochs", "best_epoch", "best_score", "seconds", "seed", "peak_memory",
    "status", "architecture", "preset", "task", "name", "started", "fingerprint",
)  # fmt: skip
# The metric that a run is ranked by; `Run.best_score` is the same one while it learns.
MAIN = {"segmentation": "dice", "classification": "accuracy"}
_FORM = re.compile(r"\s*([^\s=!<>]+)\s*(!=|<=|>=|==|=|<|>)\s*([^\s=<>](?:.*\S)?)\s*")
_EQUAL, _UNEQUAL = ("=", "=="), "!="
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """``filters >= 16``.

    Args:
        name: Of a value of a run.
        sign: ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``.
        text: What it is compared with, as it was written.
    """

    name: str
    sign: str
    text: str

    @classmethod
    def read(cls, text: str) -> "Condition":
        """That of a text.

        Raises:
            ProblemError: AF530, it is none, or orders what has no order.
        """
        parts = _FORM.fullmatch(text)
        if parts is None:
            refuse(
                "AF530",
                f"'{text}' is no condition",
                why="a condition is a name, one of = != < <= > >=, and a value",
                fix="write for example --where 'dice > 0.9'",
            )
        found = cls(*parts.groups())
        if found.sign in _ORDERS and not _is_number(_plain(found.text)):
            refuse(
                "AF530",
                f"'{found.text}' is no number",
                why="only numbers are compared by < <= > >=",
                fix=f"write {found.name} = {found.text}, or a number",
            )
        return found

    def holds(self, run: Run) -> bool:
        """Whether the run is so; one that has no such value is not."""
        values = values_of(run)
        if self.name not in values:
            return False
        value, wanted = values[self.name], _plain(self.text)
        if self.sign in _ORDERS:
            return _is_number(value) and _ORDERS[self.sign](value, wanted)
        same = str(value) == self.text or (
            value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
        )
        return same == (self.sign in _EQUAL)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What runs must be; what is ``None`` leaves it open.

    Args:
        architecture: Its name, or ``NAME:PRESET``.
        status: One of ``STATUSES``.
        data: The folder of images, its name, or the first digits of the fingerprint of the images.
        fingerprint: The first digits of the network's.
        since: The earliest start, ISO 8601; without a zone it is UTC.
        conditions: That hold, all of them.
    """

    architecture: str | None = None
    status: str | None = None
    data: str | None = None
    fingerprint: str | None = None
    since: str | None = None
    conditions: tuple[Condition, ...] = ()


def choose_runs(runs: Sequence[Run], wanted: Wanted) -> list[Run]:
    """Those of ``runs`` that are as wanted, in the same order.

    Raises:
        ProblemError: AF530, a name that no run has, or a date that is none.
    """
    check_names(runs, [each.name for each in wanted.conditions])
    earliest = None if wanted.since is None else _date(wanted.since)
    return [
        run
        for run in runs
        if wanted.architecture in {None, run.architecture, called(run)}
        and wanted.status in {None, run.status}
        and (wanted.data is None or _is_of(run, wanted.data))
        and run.fingerprint.startswith(wanted.fingerprint or "")
        and (earliest is None or started_at(run) >= earliest)
        and all(each.holds(run) for each in wanted.conditions)
    ]


def order(runs: Sequence[Run], name: str) -> list[Run]:
    """Runs by a value, the lowest first; with ``-`` before its name the highest.

    Runs that lack it come last. Numbers come before texts.

    Raises:
        ProblemError: AF530, no run has it.
    """
    downwards, bare = name.startswith("-"), name.removeprefix("-")
    check_names(runs, [bare])
    having = [run for run in runs if bare in values_of(run)]
    lacking = [run for run in runs if bare not in values_of(run)]
    return sorted(having, key=lambda run: _rank(values_of(run)[bare]), reverse=downwards) + lacking


def check_names(runs: Iterable[Run], names: Iterable[str]) -> None:
    """Refuse names that none of ``runs`` has; of no runs nothing is known.

    Raises:
        ProblemError: AF530, for each of them.
    """
    known = {name for run in runs for name in values_of(run)}
    problems = [
        Problem(
            "AF530",
            f"no run has a value called '{name}'",
            why="names are metrics, hyperparameters, settings of the training and facts",
            fix=did_you_mean(name, known),
        )
        for name in names
        if known and name not in known
    ]
    if problems:
        raise ProblemError(problems)


def values_of(run: Run) -> dict[str, Any]:
    """Every value of a run that has a name; of equal names facts win, then metrics."""
    facts = {name: getattr(run, name) for name in FACTS}
    return {
        **{f"train.{name}": value for name, value in run.settings.items()},
        **run.settings,
        **run.hyperparameters,
        **run.scores,
        **{name: value for name, value in facts.items() if value is not None},
        **({} if score_of(run) is None else {"score": score_of(run)}),
    }


def score_of(run: Run) -> float | None:
    """Its main metric on the validation images; before its end that of its best epoch."""
    value = run.scores.get(MAIN.get(run.task, ""), run.best_score)
    return float(value) if _is_number(value) else None


def called(run: Run) -> str:
    """``unet:tutorial``."""
    return f"{run.architecture}:{run.preset}" if run.preset else run.architecture


def data_name(run: Run) -> str:
    """The last part of the folder of its images."""
    return Path(str(run.data.get("folder", ""))).name


def _is_of(run: Run, data: str) -> bool:
    folder = Path(str(run.data.get("folder", "")))
    known = str(run.data.get("fingerprint", ""))
    return data == folder.name or Path(data).resolve() == folder or known.startswith(data)


def started_at(run: Run) -> datetime:
    """When a run was; of a record by hand that says no date, before all others."""
    try:
        return _in_utc(datetime.fromisoformat(run.started))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _date(text: str) -> datetime:
    try:
        return _in_utc(datetime.fromisoformat(text.strip()))
    except ValueError:
        refuse("AF530", f"'{text}' is no date", fix="write for example --since 2026-01-31")


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(text: str) -> Any:
    """A number, true, false, null or a list as JSON writes it; any other text is itself."""
    for read in (json.loads, float):
        try:
            return read(text)
        except (ValueError, RecursionError):
            continue
    return text


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rank(value: Any) -> tuple[bool, float, str]:
    return (False, value, "") if _is_number(value) else (True, 0.0, str(value))
