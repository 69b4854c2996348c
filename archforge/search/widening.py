"""Trials of an earlier study in a new one with a wider space: nothing that was trained is lost.

A range may be widened or narrowed, a choice added, a hyperparameter or a setting opened or fixed.
Each old trial is placed in the new space by its values; it is taken over where the same network
with the same settings comes of them. Optuna alone refuses a changed range, so a weeks-long study
would end with one more choice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archforge.errors import Mark, ProblemError, refuse
from archforge.expand.operations import show
from archforge.search.identity import Identity, read_record
from archforge.search.measures import excess_words
from archforge.search.places import place_of
from archforge.search.plan import Plan, draw_facts
from archforge.search.recipe import PREFIX
from archforge.search.records import COUNTED, Trial
from archforge.search.space import Draw, nearest_value
from archforge.search.store import Store
from archforge.spec import Search

# All else must be the same, or values cannot be ranked together.
SAME = ("data", "options", "goals")


class _OutsideError(Exception):
    """A value has no place in the new space."""


def take_over(folder: Path, store: Store, plan: Plan, identity: Identity) -> str:
    """Add the trials of the study in ``folder`` to a new one, and say how many.

    Args:
        folder: Of the earlier study.
        store: Of the new one; where it has trials of its own already, nothing is done.
        plan: Of the new one.
        identity: Of the new one.

    Raises:
        ProblemError: There is no study, or its values mean something else.
    """
    there = store.trials()
    if any(not each.source for each in there):
        return ""
    taken_over = {each.mark for each in there}  # by a session that was killed in between
    record = check_continues(folder, identity)
    old = Store(folder, place=place_of(folder, own=True))
    try:
        # Those that it took over itself, too.
        every = [each for each in old.trials() if each.state in COUNTED]
    finally:
        old.close()
    taken = above = 0
    for each in every:
        draw = _placed(plan, each, record["settings"])
        if draw is None:
            continue
        if excess_words(plan.limits, {**draw_facts(plan, draw, draw.mark), **each.run}):
            above += 1
            continue
        taken += 1
        if draw.mark not in taken_over:
            store.take_over(each, draw, folder)
    outside = len(every) - taken - above
    rest = f"; {_trials(outside)} outside the new ranges" if outside else ""
    rest += f"; {_trials(above)} above a limit" if above else ""
    return f"Taken over from {folder}: {_trials(taken)}, not trained again{rest}."


def _trials(count: int) -> str:
    return "1 trial" if count == 1 else f"{count} trials"


def _placed(plan: Plan, trial: Trial, settings: Mapping[str, Any]) -> Draw | None:
    """The point of the new space that is this very training; none where there is none."""
    before = {**settings, **trial.settings}

    def choose(key: str, search: Search, default: Any) -> Any:
        value = _value(trial, before, key, default)
        if nearest_value(search, value) != value:
            raise _OutsideError
        return value

    try:
        draw = plan.space.place(choose)
        plan.check(draw)
    except (_OutsideError, ProblemError):
        return None
    now = {**plan.settings.facts(), **draw.settings}
    same = all(before.get(name) == now[name] for name in now if name != "seed")
    return draw if same and draw.fingerprint == trial.fingerprint else None


def _value(trial: Trial, settings: Mapping[str, Any], key: str, default: Any) -> Any:
    """What the old training had: a value that was drawn, or one that was fixed then."""
    if key in trial.values:
        return trial.values[key]
    if key.startswith(PREFIX):
        return settings[key.removeprefix(PREFIX)]
    family, _, member = key.partition("@")
    value = trial.hyperparameters.get(family, default)
    if member and isinstance(value, list):
        return value[int(member)] if int(member) < len(value) else default
    return value


def check_continues(folder: Path, identity: Identity) -> Mapping[str, Any]:
    """The record of an earlier study, whose values can be ranked beside the new ones.

    Raises:
        ProblemError: There is no study, or its values mean something else.
    """
    record = read_record(folder)
    place_of(folder, own=True)  # refused before anything is written
    different = list(_differences(record, asdict(identity)))
    if different:
        refuse(
            "AF606",
            f"the study in '{folder}' cannot be continued: {different[0]}",
            mark=Mark(str(folder)),
            why="values of other images, parts or goals cannot be ranked beside the new ones",
            fix="search the same images for the same goals, or begin without `--continue-from`",
        )
    return record


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in SAME:
        old, new = before[name], now[name]
        if isinstance(new, tuple):
            new = list(new)
        if old != new:
            words = "other images or masks" if name == "data" else f"{name} were {show(old)}"
            yield words
