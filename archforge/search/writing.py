"""What a search leaves: the best spec, a line for each trial, the pictures, the table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import optuna

from archforge.files import said_if_unwritable, write_whole
from archforge.runs.study import BEST, EXPERIMENT
from archforge.search.handover import experiment_text
from archforge.search.identity import read_record
from archforge.search.measures import amount
from archforge.search.pictures import draw_pictures
from archforge.search.records import COMPLETE, INFEASIBLE, Study, Trial
from archforge.search.table import TABLE, table_text, value_keys, values_words
from archforge.spec import read_text
from archforge.spec.rewrite import with_defaults, without_sections

# With fewer points a share of importance is noise.
FEWEST_FOR_IMPORTANCE = 8


def write_results(study: Study, of_optuna: optuna.study.Study) -> Study:
    """Write everything that follows from the trials, and say what was drawn.

    Raises:
        ProblemError: The folder cannot be written.
    """
    with said_if_unwritable(study.folder):
        write_whole(study.folder / TABLE, table_text(study))
        shares, words = importances(study, of_optuna)
        if study.best is not None:
            write_whole(study.folder / BEST, best_text(study))
            text = experiment_text(read_record(study.folder), study.best)
            write_whole(study.folder / EXPERIMENT, text)
        pictures = draw_pictures(study, shares)
    notes = (*study.notes, words) if words and study.best else study.notes
    return replace(study, notes=notes, pictures=pictures)


def spec_with(text: str, values: Mapping[str, Any]) -> str:
    """The spec with ``values`` as its defaults.

    Presets and ``expect:`` are left out: both speak of the defaults that were there before.
    """
    return without_sections(with_defaults(text, _typed(text, values)), "expect", "presets")


def _typed(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the type of their defaults: ``--set dropout=0`` leaves it a fraction."""
    section = read_text(text, "spec").plain["hyperparameters"]
    return {
        name: _as_float(value) if _is_float(section[name]) else value
        for name, value in values.items()
        if name in section
    }


def _is_float(written: Any) -> bool:
    default = written.get("default") if isinstance(written, dict) else written
    return any(
        isinstance(each, float) for each in (default if isinstance(default, list) else [default])
    )


def _as_float(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_float(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def best_text(study: Study) -> str:
    """The best network as a spec that ``archforge train`` takes."""
    best = study.best
    assert best is not None
    trained = sum(each.counts for each in study.trials)
    head = [
        f"# The best of {trained} networks that `archforge search` trained: trial {best.number},",
        f"# {_goals_words(study, best)}, {best.parameters:,} parameters, {best.macs:,} MACs.",
        f"# Found: {values_words(best) or 'the defaults'}",
        f"# Fingerprint: {best.fingerprint}",
    ]
    text = spec_with(study.spec, best.hyperparameters)
    first, _, rest = text.partition("\n")
    if first.startswith("# yaml-language-server:"):
        return "\n".join([first, *head, rest])
    return "\n".join([*head, text])


def _goals_words(study: Study, trial: Trial) -> str:
    """The goals that the line does not say anyway."""
    pairs = zip(study.goals, trial.goals, strict=True)
    return ", ".join(
        f"{goal.title} {value:.4f}" if goal.is_score else amount(goal.name, value)
        for goal, value in pairs
        if goal.name not in {"parameters", "macs"}
    )


def importances(study: Study, of_optuna: optuna.study.Study) -> tuple[dict[str, float], str]:
    """The share of each hyperparameter in reaching the best tenth, or why there is none.

    Of several goals the best are those nearest to the front.

    Source: PED-ANOVA, Watanabe, Bansal and Hutter 2023, arXiv:2304.10255.
    """
    done = [each for each in study.trials if each.state == COMPLETE]
    if len(done) < FEWEST_FOR_IMPORTANCE:
        return {}, (
            f"Importances need {FEWEST_FOR_IMPORTANCE} complete trials, there are {len(done)}."
        )
    if len({each.goals for each in done}) == 1:
        return {}, "All complete trials have the same value, so nothing made a difference."
    shared = [key for key in value_keys(done) if all(key in each.values for each in done)]
    moving = [key for key in shared if len({str(each.values[key]) for each in done}) > 1]
    if not moving:
        return {}, "No value is read by every network, so importances cannot be worked out."
    # Optuna's default warns that it is new in 5.0; named, it does not.
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    shares = optuna.importance.get_param_importances(
        _allowed(study, of_optuna), evaluator=evaluator, params=moving
    )
    return dict(shares), ""


def _allowed(study: Study, of_optuna: optuna.study.Study) -> optuna.study.Study:
    """Without draws above a limit, which breeding samplers were told as complete ones."""
    refused = {each.number for each in study.trials if each.state == INFEASIBLE}
    if not refused:
        return of_optuna
    allowed = optuna.create_study(directions=of_optuna.directions)
    allowed.add_trials([each for each in of_optuna.trials if each.number not in refused])
    return allowed
